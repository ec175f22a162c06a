/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * A refusal of the server (its `code`, and what came with it in `details`), or our own `network`,
 * `timed_out` and `protocol`.
 */
export class ApiError extends Error {
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    this.details = details ?? {};
  }

  /** True when the same request may work later without anybody changing anything. */
  get passing() {
    return ['network', 'timed_out', 'unavailable', 'rate_limited', 'internal'].includes(this.code);
  }
}

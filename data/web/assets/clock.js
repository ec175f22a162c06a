/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Date header counts whole seconds and the answer took a while: below this it says nothing. */
const TOLERANCE_MS = 2000;

/** The server's time, for patients whose phone is set wrong: its Date headers correct the local clock. */
export class Clock {
  #offset = 0;

  now() {
    return Date.now() + this.#offset;
  }

  adjust(dateHeader) {
    const server = Date.parse(dateHeader ?? '');
    if (Number.isNaN(server))
      return;
    const offset = server - Date.now();
    this.#offset = Math.abs(offset) > TOLERANCE_MS ? offset : 0;
  }
}

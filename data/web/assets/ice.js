/* SPDX-License-Identifier: LGPL-2.1-or-later */

const FRESH_SHARE = 0.8;

/** The ICE servers, asked for again when 80 % of their life is over. Without an answer: none, a direct path may do. */
export class IceServers {
  #api;
  #servers = [];
  #until = 0;

  constructor(api) {
    this.#api = api;
  }

  async get() {
    if (performance.now() < this.#until)
      return this.#servers;
    try {
      const { iceServers, ttl } = await this.#api.iceServers();
      this.#servers = Array.isArray(iceServers) ? iceServers : [];
      this.#until = performance.now() + (Number(ttl) || 0) * 1000 * FRESH_SHARE;
    } catch {
      /* The old ones are better than nothing. */
    }
    return this.#servers;
  }
}

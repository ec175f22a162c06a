/* SPDX-License-Identifier: LGPL-2.1-or-later */

/** Keeps the screen on while somebody waits or talks, where the browser can. */
export class WakeLock {
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#apply());
  }

  want(wanted) {
    if (this.#wanted === wanted)
      return;
    this.#wanted = wanted;
    this.#apply();
  }

  /* The browser takes the lock away when the page is hidden. */
  async #apply() {
    if (!this.#wanted) {
      this.#lock?.release();
      this.#lock = null;
    } else if (document.visibilityState === 'visible') {
      this.#lock = await navigator.wakeLock?.request('screen').catch(() => null) ?? null;
    }
  }
}

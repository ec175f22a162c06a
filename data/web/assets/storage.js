/* SPDX-License-Identifier: LGPL-2.1-or-later */

/** Web storage that never throws: a browser may forbid it, and the page works without. */
export class SafeStorage {
  #open;

  constructor(open) {
    this.#open = open;
  }

  get(key) {
    try {
      return this.#open().getItem(key);
    } catch {
      return null;
    }
  }

  set(key, value) {
    try {
      this.#open().setItem(key, value);
    } catch {
      /* Nothing is remembered then. */
    }
  }

  remove(key) {
    try {
      this.#open().removeItem(key);
    } catch {
      /* As above. */
    }
  }
}

export const remembered = new SafeStorage(() => localStorage);
export const tabStorage = new SafeStorage(() => sessionStorage);

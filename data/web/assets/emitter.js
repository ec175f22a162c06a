/* SPDX-License-Identifier: LGPL-2.1-or-later */

/** The smallest event source: on() returns the function that takes the listener away again. */
export class Emitter {
  #listeners = new Map();

  on(name, listener) {
    if (!this.#listeners.has(name))
      this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
    return () => this.#listeners.get(name).delete(listener);
  }

  emit(name, ...values) {
    for (const listener of [...(this.#listeners.get(name) ?? [])])
      listener(...values);
  }
}

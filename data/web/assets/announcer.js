/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { i18n } from './i18n.js';

/** Says things to screen readers through the two live regions of the page. */
export class Announcer {
  #polite;
  #urgent;

  constructor(polite, urgent) {
    this.#polite = polite;
    this.#urgent = urgent;
  }

  say(key, params) {
    this.#write(this.#polite, i18n.text(key, params));
  }

  interrupt(key, params) {
    this.#write(this.#urgent, i18n.text(key, params));
  }

  /* The same sentence twice is only read again when the region was empty in between. */
  #write(region, text) {
    region.textContent = '';
    requestAnimationFrame(() => {
      region.textContent = text;
    });
  }
}

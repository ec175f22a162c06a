/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { i18n } from '../i18n.js';
import { el, show } from '../dom.js';

const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/** A list of the devices of one kind; not shown when there is nothing to choose. */
export class DevicePicker {
  #devices;
  #kind;
  #select;
  #shown = '';

  constructor(devices, kind) {
    this.#devices = devices;
    this.#kind = kind;
    this.#select = el('select', { label: `devices.choose.${kind}`, on: { change: () => this.#choose() } });
    this.element = el('div', { class: 'picker' }, this.#select);
    this.update();
  }

  update() {
    const list = this.#devices.list[this.#kind];
    const current = this.#devices.currentId(this.#kind);
    show(this.element, list.length > 0 && (this.#kind !== 'speaker' || canChooseSpeaker));
    const shown = JSON.stringify([list, i18n.language]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#select.replaceChildren(...list.map((device, index) => this.#option(device, index)));
    }
    if (list.some((device) => device.id === current))
      this.#select.value = current;
  }

  /* Before permission was given devices have no names. */
  #option({ id, name }, index) {
    const number = i18n.text(`devices.numbered.${this.#kind}`, { number: index + 1 });
    return el('option', { value: id, plain: name || number });
  }

  #choose() {
    this.#devices.choose(this.#kind, this.#select.value);
  }
}

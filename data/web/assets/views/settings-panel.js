/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el, show } from '../dom.js';
import { DevicePicker } from './device-picker.js';
import { Callout } from './parts.js';
import { FAULTS } from './media-buttons.js';
import { makePanel } from './chat-panel.js';

/** Camera, microphone and speaker while the call goes on. */
export class SettingsPanel {
  #app;
  #rows;
  #flip;

  constructor(app, close) {
    this.#app = app;
    this.#rows = ['camera', 'microphone', 'speaker'].map((kind) => this.#row(kind));
    this.#flip = button('small', 'devices.flip', () => app.devices.nextCamera(), 'flip');
    this.element = makePanel('settings', 'settings.title', close, ...this.#rows.map((row) => row.element), this.#flip);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  open() {
    show(this.element, true);
    this.element.querySelector('select, button').focus();
  }

  close() {
    show(this.element, false);
  }

  update() {
    const { devices } = this.#app;
    for (const { kind, element, picker, fault } of this.#rows) {
      picker.update();
      const state = devices.state[kind];
      show(element, kind !== 'speaker' || !picker.element.hidden);
      if (FAULTS.includes(state))
        fault.show(`fault.${kind}.${state}`);
      else
        fault.hide();
    }
    show(this.#flip, devices.list.camera.length > 1 && devices.state.camera === 'ready');
  }

  #row(kind) {
    const picker = new DevicePicker(this.#app.devices, kind);
    const fault = new Callout('warning');
    const element = el('div', { class: 'row' }, el('h3', { text: `devices.${kind}` }), picker.element, fault.element);
    return { kind, element, picker, fault };
  }
}

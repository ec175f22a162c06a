/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el } from '../dom.js';
import { SelfView, avatar } from './parts.js';

/** The patient calls the clinician and waits for an answer. */
export class CallingView {
  #self;

  constructor(app) {
    const { name } = app.appointment.doctor;
    this.title = ['calling.title', { name }];
    this.#self = new SelfView(app.devices, 'small');
    this.element = el('section', { class: 'card centred' },
      el('div', { class: 'pulse' }, avatar(name, 'huge')),
      el('h1', { text: this.title, tabindex: '-1' }),
      el('p', { class: 'quiet', text: 'calling.text' }),
      el('div', { class: 'actions' }, button('refuse wide', 'calling.cancel', () => app.call.cancel(), 'hang-up')),
      el('div', { class: 'mine' }, this.#self.element));
  }

  update() {
    this.#self.update();
  }

  dispose() {
    this.#self.dispose();
  }
}

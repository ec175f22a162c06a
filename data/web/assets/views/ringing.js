/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el } from '../dom.js';
import { SelfView, avatar } from './parts.js';
import { MediaButtons } from './media-buttons.js';

/** The clinician calls. */
export class RingingView {
  #self;
  #media;

  constructor(app) {
    const { name } = app.appointment.doctor;
    this.title = ['ringing.title', { name }];
    this.#self = new SelfView(app.devices, 'small');
    this.#media = new MediaButtons(app);
    const answer = button('accept wide', 'ringing.answer', () => app.answer(), 'phone');
    this.focus = answer;
    this.element = el('section', { class: 'card centred' },
      el('div', { class: 'pulse' }, avatar(name, 'huge')),
      el('h1', { text: this.title, tabindex: '-1' }),
      el('p', { class: 'quiet', text: 'ringing.text' }),
      el('div', { class: 'actions pair' },
        button('refuse wide', 'ringing.decline', () => app.call.decline(), 'hang-up'), answer),
      el('div', { class: 'mine' }, this.#self.element, this.#media.element),
      this.#media.fault.element);
  }

  update() {
    this.#self.update();
    this.#media.update();
  }

  dispose() {
    this.#self.dispose();
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el, icon, show } from '../dom.js';
import { farewellKey } from '../reasons.js';
import { clockText } from '../times.js';
import { moment } from './parts.js';

/** What happened, and the way back while there is one. */
export class GoodbyeView {
  #app;
  #again;

  constructor(app) {
    const { reason, status, seconds } = app.farewell;
    const { appointment } = app;
    const key = farewellKey(reason, status);
    this.#app = app;
    this.title = [`goodbye.${key}.title`];
    this.#again = el('div', { class: 'again' },
      el('p', { class: 'quiet', text: ['goodbye.until', { moment: moment(app, appointment.closesAt) }] }),
      el('div', { class: 'actions' }, button('primary wide', 'goodbye.again', () => app.joinAgain(), 'phone')));
    this.element = el('section', { class: 'card centred' },
      el('div', { class: `badge ${key === 'done' ? 'good' : 'plain'}` }, icon(key === 'done' ? 'check' : 'leave')),
      el('h1', { text: this.title, tabindex: '-1' }),
      el('p', { text: [`goodbye.${key}.text`, { name: appointment.doctor.name }] }),
      seconds > 0 && el('p', { class: 'quiet', text: ['goodbye.lasted', { time: clockText(seconds) }] }),
      this.#again,
      el('p', { class: 'quiet', text: 'goodbye.close' }));
    this.update();
  }

  update() {
    show(this.#again, this.#app.canJoinAgain);
  }

  dispose() {}
}

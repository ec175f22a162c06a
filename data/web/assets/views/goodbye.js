/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el, icon, setIcon, setText, show } from '../dom.js';
import { farewellKey } from '../reasons.js';
import { clockText } from '../times.js';
import { moment } from './parts.js';

/** What happened, and the way back while there is one. */
export class GoodbyeView {
  #app;
  #badge;
  #heading;
  #text;
  #again;

  constructor(app) {
    const { seconds } = app.farewell;
    this.#app = app;
    this.#badge = el('div', { class: 'badge' }, icon('leave'));
    this.#heading = el('h1', { tabindex: '-1' });
    this.#text = el('p');
    this.#again = el('div', { class: 'again' },
      el('p', { class: 'quiet', text: ['goodbye.until', { moment: moment(app, app.appointment.closesAt) }] }),
      el('div', { class: 'actions' }, button('primary wide', 'goodbye.again', () => app.joinAgain(), 'phone')));
    this.element = el('section', { class: 'card centred' },
      this.#badge,
      this.#heading,
      this.#text,
      seconds > 0 && el('p', { class: 'quiet', text: ['goodbye.lasted', { time: clockText(seconds) }] }),
      this.#again,
      el('p', { class: 'quiet', text: 'goodbye.close' }));
    this.update();
  }

  /* The clinician may end the visit after the patient has left. */
  update() {
    const { appointment, canJoinAgain, farewell } = this.#app;
    const complete = [farewell.status, appointment.status].includes('completed');
    const key = farewellKey(farewell.reason, complete);
    this.title = [`goodbye.${key}.title`];
    this.#badge.classList.toggle('good', key === 'done');
    setIcon(this.#badge, key === 'done' ? 'check' : 'leave');
    setText(this.#heading, ...this.title);
    setText(this.#text, `goodbye.${key}.text`, { name: appointment.doctor.name });
    show(this.#again, canJoinAgain);
  }

  dispose() {}
}

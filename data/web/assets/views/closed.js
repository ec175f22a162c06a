/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { phaseOf } from '../appointment.js';
import { el, icon, setIcon, setText } from '../dom.js';
import { avatar, moment } from './parts.js';

const ICONS = { completed: 'check', cancelled: 'close', rescheduled: 'clock', no_show: 'clock', late: 'clock' };

/** The appointment cannot be entered any more; says why, and the exact times. */
export class ClosedView {
  #app;
  #badge;
  #heading;
  #text;
  #said = null;

  constructor(app) {
    const { appointment } = app;
    this.#app = app;
    this.#badge = el('div', { class: 'badge plain' }, icon('clock'));
    this.#heading = el('h1', { tabindex: '-1' });
    this.#text = el('p');
    this.element = el('section', { class: 'card centred' },
      this.#badge,
      this.#heading,
      this.#text,
      el('div', { class: 'ticket' }, avatar(appointment.doctor.name, 'large'),
        el('div', {},
          el('p', { class: 'strong', plain: appointment.doctor.name }),
          el('p', { class: 'when', text: ['closed.when', { moment: moment(app, appointment.scheduledAt) }] }))),
      el('p', { class: 'quiet', text: 'closed.help' }));
    this.update();
  }

  update() {
    const { appointment, now, replacement } = this.#app;
    const phase = phaseOf(appointment, now);
    const known = phase === 'rescheduled' && replacement;
    this.title = [`closed.${phase}.title`];
    setText(this.#heading, ...this.title);
    setIcon(this.#badge, ICONS[phase]);
    setText(this.#text, `closed.${phase}.${known ? 'known' : 'text'}`, {
      moment: moment(this.#app, known ? replacement.scheduledAt : appointment.scheduledAt),
      until: moment(this.#app, appointment.closesAt),
      name: appointment.doctor.name,
    });
    if (this.#said !== phase)
      this.#app.say(...this.title);
    this.#said = phase;
  }

  dispose() {}
}

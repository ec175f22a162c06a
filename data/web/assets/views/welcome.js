/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el, icon, setText } from '../dom.js';
import { phaseOf } from '../appointment.js';
import { avatar, clockTime, moment, zone } from './parts.js';

/** Who is expected, by whom, and when: the patient sees at once that this is the right link. */
export class WelcomeView {
  #app;
  #opens;

  constructor(app) {
    const { appointment } = app;
    this.#app = app;
    this.title = ['welcome.title', { name: appointment.patient.name }];
    this.#opens = el('p', { class: 'quiet' });
    this.element = el('section', { class: 'card' },
      el('p', { class: 'eyebrow', text: ['step', { number: 1 }] }),
      el('h1', { text: this.title, tabindex: '-1' }),
      el('p', { text: 'welcome.intro' }),
      this.#ticket(appointment),
      this.#opens,
      el('div', { class: 'actions' }, button('primary wide', 'welcome.begin', () => app.begin(), 'camera')),
      el('ul', { class: 'promises' },
        el('li', {}, icon('lock'), el('span', { text: 'welcome.private' })),
        el('li', {}, icon('check'), el('span', { text: 'welcome.nothing' }))));
    this.update();
  }

  update() {
    const { appointment, now } = this.#app;
    const early = phaseOf(appointment, now) === 'early';
    setText(this.#opens, early ? 'welcome.opens' : 'welcome.open', { moment: moment(this.#app, appointment.opensAt) });
  }

  dispose() {}

  #ticket(appointment) {
    return el('div', { class: 'ticket' },
      avatar(appointment.doctor.name, 'large'),
      el('div', {},
        el('p', { class: 'strong', plain: appointment.doctor.name }),
        el('p', { class: 'when', text: ['welcome.when', { moment: moment(this.#app, appointment.scheduledAt), until: clockTime(appointment.endsAt) }] }),
        el('p', { class: 'quiet', text: ['welcome.zone', { zone: zone(appointment.scheduledAt) }] })));
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { phaseOf } from '../appointment.js';
import { button, el, setText, show } from '../dom.js';
import { noticeKey } from '../reasons.js';
import { splitCountdown } from '../times.js';
import { Callout, SelfView, avatar, clockTime, moment } from './parts.js';
import { MediaButtons } from './media-buttons.js';

/** The waiting room: when it starts, whether the clinician is there, and what can be done meanwhile. */
export class WaitingView {
  title = ['waiting.title'];
  #app;
  #self;
  #media;
  #presence;
  #countdown;
  #clock;
  #hint;
  #notice;
  #offline;
  #call;
  #join;

  constructor(app) {
    const { doctor } = app.appointment;
    this.#app = app;
    this.#self = new SelfView(app.devices, 'small');
    this.#media = new MediaButtons(app);
    this.#notice = new Callout('info');
    this.#offline = new Callout('warning');
    this.#presence = el('p', { class: 'presence' });
    this.#countdown = el('p', { class: 'quiet' });
    this.#clock = el('p', { class: 'clock', role: 'timer' });
    this.#hint = el('p', { class: 'quiet' });
    this.#call = button('wide', ['waiting.call', { name: doctor.name }], () => app.requestCall(), 'phone');
    this.#join = button('primary wide', 'waiting.join', () => app.joinCall(), 'phone');
    this.element = el('section', { class: 'card' },
      el('p', { class: 'eyebrow', text: ['step', { number: 3 }] }),
      el('h1', { text: 'waiting.title', tabindex: '-1' }),
      this.#notice.element, this.#offline.element,
      el('div', { class: 'ticket' }, avatar(doctor.name, 'large'),
        el('div', {}, el('p', { class: 'strong', plain: doctor.name }), this.#presence)),
      el('div', { class: 'countdown' }, this.#countdown, this.#clock, this.#hint),
      el('div', { class: 'actions' }, this.#join, this.#call),
      el('div', { class: 'mine' }, this.#self.element, this.#media.element),
      this.#media.fault.element,
      el('div', { class: 'links' },
        button('link', 'waiting.check', () => app.checkAgain(), 'settings'),
        button('link', 'waiting.leave', () => app.leaveWaiting(), 'leave')));
    this.update();
  }

  update() {
    this.#self.update();
    this.#media.update();
    this.#updatePresence();
    this.#updateCountdown();
    this.#updateNotices();
    const { callIsOpen, doctorIsHere, appointment, now, online } = this.#app;
    const open = phaseOf(appointment, now) === 'open';
    show(this.#join, callIsOpen);
    show(this.#call, open && !callIsOpen);
    this.#call.disabled = !online;
    this.#call.classList.toggle('primary', doctorIsHere);
  }

  dispose() {
    this.#self.dispose();
  }

  #updatePresence() {
    const { callIsOpen, doctorIsHere } = this.#app;
    const state = callIsOpen ? 'in_call' : doctorIsHere ? 'here' : 'away';
    setText(this.#presence, `presence.${state}`);
    this.#presence.dataset.state = state;
  }

  #updateCountdown() {
    const { appointment, now } = this.#app;
    const early = phaseOf(appointment, now) === 'early';
    const target = early ? appointment.opensAt : appointment.scheduledAt;
    const left = target - now;
    const state = early ? 'opens' : left > 0 ? 'starts' : 'due';
    const params = { moment: moment(this.#app, target), time: clockTime(appointment.scheduledAt), name: appointment.doctor.name };
    setText(this.#countdown, `waiting.${state}`, params);
    setText(this.#hint, `waiting.${state}.hint`, params);
    show(this.#clock, left > 0);
    const { unit, first, second } = splitCountdown(left);
    const parts = { first, second: unit === 'minutes' ? String(second).padStart(2, '0') : second };
    setText(this.#clock, `countdown.${unit}`, unit === 'days' ? { count: first } : parts);
  }

  #updateNotices() {
    const { notice, online, appointment } = this.#app;
    if (notice)
      this.#notice.show(noticeKey(notice), { name: appointment.doctor.name }, 'info');
    else
      this.#notice.hide();
    if (online)
      this.#offline.hide();
    else
      this.#offline.show('waiting.offline', {}, 'offline');
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { LevelMeter } from '../level.js';
import { button, el, icon, setText, show } from '../dom.js';
import { Callout, SelfView } from './parts.js';
import { DevicePicker } from './device-picker.js';
import { FAULTS } from './media-buttons.js';

const AGAIN = ['denied', 'in_use', 'lost', 'failed', 'missing'];
const HEARD = 0.35;

/** Camera preview, microphone level and pickers; each fault is one sentence with a next step. */
export class DevicesView {
  title = ['devices.title'];
  #app;
  #self;
  #rows = {};
  #next;
  #asking;
  #meter = null;
  #meterTrack = null;
  #bar;
  #heard;

  constructor(app) {
    this.#app = app;
    this.#self = new SelfView(app.devices, 'preview');
    this.#bar = el('div', { class: 'bar' });
    this.#heard = el('p', { class: 'quiet', text: 'devices.speak' });
    this.#asking = new Callout('info');
    this.#next = button('primary wide', 'devices.enter', () => app.finishCheck());
    this.element = el('section', { class: 'card' },
      el('p', { class: 'eyebrow', text: ['step', { number: 2 }] }),
      el('h1', { text: 'devices.title', tabindex: '-1' }),
      this.#asking.element,
      this.#self.element,
      el('div', { class: 'rows' },
        this.#row('camera'),
        this.#row('microphone', el('div', { class: 'meter', 'aria-hidden': 'true' }, this.#bar), this.#heard),
        this.#speaker()),
      el('div', { class: 'actions' }, this.#next));
    this.update();
  }

  update() {
    const { devices } = this.#app;
    this.#self.update();
    for (const [kind, row] of Object.entries(this.#rows))
      this.#updateRow(kind, row, devices.state[kind]);
    const asking = Object.values(devices.state).includes('asking');
    if (asking)
      this.#asking.show('devices.asking', {}, 'lock');
    else
      this.#asking.hide();
    this.#next.disabled = asking;
    setText(this.#next.querySelector('span'), this.#nextKey(devices.state));
    this.#updateMeter(devices.microphoneTrack);
  }

  dispose() {
    this.#meter?.stop();
    this.#self.dispose();
  }

  #row(kind, ...more) {
    const again = button('small', 'devices.again', () => this.#app.devices.open([kind]), 'again');
    const fault = new Callout('warning', again);
    const state = el('span', { class: 'state' });
    const picker = new DevicePicker(this.#app.devices, kind);
    const working = el('div', { class: 'working' }, picker.element, ...more);
    this.#rows[kind] = { fault, state, working, picker, again, said: null };
    return el('div', { class: 'row' },
      el('h2', {}, icon(kind === 'camera' ? 'camera' : 'mic'), el('span', { text: `devices.${kind}` }), state),
      working, fault.element);
  }

  #speaker() {
    const picker = new DevicePicker(this.#app.devices, 'speaker');
    const test = button('small', 'devices.test', () => this.#app.ringer.once('ring'), 'speaker');
    this.#rows.speaker = { picker };
    return el('div', { class: 'row' },
      el('h2', {}, icon('speaker'), el('span', { text: 'devices.speaker' })),
      el('div', { class: 'working' }, picker.element, test));
  }

  #updateRow(kind, row, state) {
    row.picker.update();
    if (!row.fault)
      return;
    const faulty = FAULTS.includes(state);
    show(row.working, state === 'ready');
    show(row.again, AGAIN.includes(state));
    setText(row.state, `device.${state}`);
    row.state.dataset.state = state;
    if (faulty)
      row.fault.show(`fault.${kind}.${state}`);
    else
      row.fault.hide();
    if (faulty && row.said !== state)
      this.#app.say(`fault.${kind}.${state}`);
    row.said = state;
  }

  #nextKey({ camera, microphone }) {
    if (camera === 'ready')
      return microphone === 'ready' ? 'devices.enter' : 'devices.no_microphone';
    return microphone === 'ready' ? 'devices.no_camera' : 'devices.neither';
  }

  #updateMeter(track) {
    if (track === this.#meterTrack)
      return;
    this.#meter?.stop();
    this.#meterTrack = track;
    setText(this.#heard, 'devices.speak');
    this.#meter = track && new LevelMeter(track, (level) => this.#showLevel(level));
  }

  #showLevel(level) {
    this.#bar.style.setProperty('--level', level.toFixed(3));
    if (level > HEARD)
      setText(this.#heard, 'devices.heard');
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { el, initials, icon, setIcon, setText, show } from '../dom.js';
import { formatMoment, formatTime, zoneName } from '../times.js';

/* Parameters for texts: functions of the language, so that they follow a change of it. */

/** "today, 14:30" in the viewer's zone. */
export function moment(app, time) {
  return (language) => time === null || time === undefined ? '' : formatMoment(time, app.now, language);
}

export function clockTime(time) {
  return (language) => formatTime(time, language);
}

export function zone(time) {
  return (language) => zoneName(time, language);
}

/** The round picture of a person: the initials. */
export function avatar(name, size = '') {
  return el('div', { class: `avatar ${size}`, 'aria-hidden': 'true', plain: initials(name) });
}

/** A box with a picture and a sentence that is hidden until there is something to say. */
export class Callout {
  #text;
  #icon;

  constructor(kind, ...more) {
    this.#text = el('p');
    this.#icon = icon('warning');
    this.element = el('div', { class: `callout ${kind}`, hidden: true }, this.#icon, el('div', {}, this.#text, ...more));
  }

  show(key, params, iconName = 'warning') {
    setIcon(this.element, iconName);
    setText(this.#text, key, params);
    show(this.element, true);
  }

  hide() {
    show(this.element, false);
  }
}

/** The mirrored picture of the own camera, or a sign that it is off. */
export class SelfView {
  #video;
  #off;
  #track = null;

  constructor(devices, kind) {
    this.devices = devices;
    this.#video = el('video', { class: 'mirrored', autoplay: true, playsinline: true, muted: true, label: 'self.label' });
    this.#video.muted = true;
    this.#off = el('div', { class: 'no-picture' }, icon('camera-off'), el('span', { text: 'self.off' }));
    this.element = el('div', { class: `self-view ${kind}` }, this.#video, this.#off);
    this.update();
  }

  update() {
    const track = this.devices.cameraTrack;
    show(this.#off, track === null);
    show(this.#video, track !== null);
    setText(this.#off.querySelector('span'), `self.${this.devices.state.camera === 'asking' ? 'asking' : 'off'}`);
    if (track === this.#track)
      return;
    this.#track = track;
    this.#video.srcObject = track && new MediaStream([track]);
  }

  dispose() {
    this.#video.srcObject = null;
  }
}

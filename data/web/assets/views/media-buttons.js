/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { KINDS } from '../devices.js';
import { el, icon, setIcon, setLabel } from '../dom.js';
import { Callout } from './parts.js';

export const FAULTS = ['denied', 'missing', 'in_use', 'lost', 'failed', 'insecure'];

/** A round button with its name below. */
export function control(kind, iconName, text, action) {
  return el('button', { type: 'button', class: `control ${kind}`, on: { click: action } },
    el('span', { class: 'disc' }, icon(iconName)), el('span', { class: 'name', text }));
}

/**
 * Microphone and camera switches. Without a device they try to get one; `fault` is the place for the
 * sentence when that does not work, or when a device goes away.
 */
export class MediaButtons {
  #app;
  #seen;
  #mic;
  #camera;

  constructor(app) {
    this.#app = app;
    this.#seen = { ...app.devices.state };
    this.fault = new Callout('warning');
    this.#mic = control('mic', 'mic', 'media.mic', () => this.#toggleMicrophone());
    this.#camera = control('camera', 'camera', 'media.camera', () => this.#toggleCamera());
    this.element = el('div', { class: 'controls', role: 'group', label: 'media.group' }, this.#mic, this.#camera);
    this.update();
  }

  update() {
    const { devices } = this.#app;
    this.#show(this.#mic, 'mic', devices.sends.audio, devices.state.microphone);
    this.#show(this.#camera, 'camera', devices.sends.video, devices.state.camera);
    for (const kind of KINDS)
      this.#watch(kind, devices.state[kind]);
  }

  /* What failed before this view was shown has been said; "asking" leads to a new answer. */
  #watch(kind, state) {
    if (this.#seen[kind] === state)
      return;
    this.#seen[kind] = state;
    if (FAULTS.includes(state)) {
      this.fault.show(`fault.${kind}.${state}`);
      this.#app.say(`fault.${kind}.${state}`);
    } else {
      this.fault.hide();
    }
  }

  #show(node, name, on, state) {
    setIcon(node, on ? name : `${name}-off`);
    setLabel(node, `media.${name}.turn_${on ? 'off' : 'on'}`);
    node.classList.toggle('is-off', !on);
    node.disabled = state === 'asking';
  }

  #toggleMicrophone() {
    const { devices } = this.#app;
    if (devices.state.microphone === 'ready')
      this.#app.setMuted(!devices.muted);
    else
      this.#app.openDevice('microphone');
  }

  #toggleCamera() {
    this.#app.setCamera(this.#app.devices.state.camera !== 'ready');
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { el, icon, setIcon, setLabel } from '../dom.js';

/** A round button with its name below. */
export function control(kind, iconName, text, action) {
  return el('button', { type: 'button', class: `control ${kind}`, on: { click: action } },
    el('span', { class: 'disc' }, icon(iconName)), el('span', { class: 'name', text }));
}

/** Microphone and camera switches. Without a device they try to get one. */
export class MediaButtons {
  #app;
  #mic;
  #camera;

  constructor(app) {
    this.#app = app;
    this.#mic = control('mic', 'mic', 'media.mic', () => this.#toggleMicrophone());
    this.#camera = control('camera', 'camera', 'media.camera', () => this.#toggleCamera());
    this.element = el('div', { class: 'controls', role: 'group', label: 'media.group' }, this.#mic, this.#camera);
    this.update();
  }

  update() {
    const { devices } = this.#app;
    this.#show(this.#mic, 'mic', devices.sends.audio, devices.state.microphone);
    this.#show(this.#camera, 'camera', devices.sends.video, devices.state.camera);
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

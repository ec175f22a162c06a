/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { webcrypto } from 'node:crypto';
import { Emitter } from '../../../data/web/assets/emitter.js';

/* A browser always has it, Node 18 does not. */
globalThis.crypto ??= webcrypto;

/** Time that a test moves: stands in for the timers of the browser. */
export class FakeTimers {
  #timers = new Map();
  #next = 1;
  now = 0;

  install() {
    globalThis.setTimeout = (action, ms = 0) => this.#add(action, ms, null);
    globalThis.setInterval = (action, ms) => this.#add(action, ms, ms);
    globalThis.clearTimeout = (id) => this.#timers.delete(id);
    globalThis.clearInterval = globalThis.clearTimeout;
  }

  get pending() {
    return this.#timers.size;
  }

  advance(ms) {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end).sort((one, other) => one[1].at - other[1].at)[0];
      if (!due)
        break;
      this.#fire(...due);
    }
    this.now = end;
  }

  #add(action, ms, every) {
    const id = this.#next++;
    this.#timers.set(id, { action, at: this.now + ms, every });
    return id;
  }

  #fire(id, timer) {
    this.now = timer.at;
    if (timer.every === null)
      this.#timers.delete(id);
    else
      timer.at += timer.every;
    timer.action();
  }
}

/** Web sockets that a test opens, feeds and closes; `made` holds them all. */
export class FakeSocket {
  static made = [];
  sent = [];
  closed = false;

  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  static get last() {
    return FakeSocket.made.at(-1);
  }

  send(text) {
    this.sent.push(text);
  }

  close() {
    this.closed = true;
  }
}

export class FakeConnection {
  static made = [];
  connectionState = 'new';
  candidates = [];
  closed = false;
  tracks = [];

  constructor() {
    FakeConnection.made.push(this);
  }

  static get last() {
    return FakeConnection.made.at(-1);
  }

  addTrack(track) {
    this.tracks.push(track);
  }

  getTransceivers() {
    return [];
  }

  getSenders() {
    return [];
  }

  async setLocalDescription() {
    this.localDescription = { type: this.remote ? 'answer' : 'offer', sdp: 'v=0' };
  }

  async setRemoteDescription(description) {
    this.remote = description;
  }

  async addIceCandidate(candidate) {
    this.candidates.push(candidate);
  }

  async getStats() {
    return new Map();
  }

  close() {
    this.closed = true;
  }
}

/** Lets promises that are ready run. */
export async function settle() {
  for (let turn = 0; turn < 20; turn++)
    await Promise.resolve();
}

export class FakeRelay extends Emitter {
  id = 'me';
  sent = [];

  send(type, dst, payload) {
    this.sent.push({ type, dst, payload });
  }
}

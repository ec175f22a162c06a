/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { backoff } from './backoff.js';

const HEARTBEAT_MS = 5000;
const QUEUE_MOST = 64;
const TYPES = new Set(['OFFER', 'ANSWER', 'CANDIDATE']);

/** connectionId of one media generation of a call. */
export function connectionId(callId, generation) {
  return `mc_${callId}_${generation}`;
}

/** The generation a connectionId belongs to, or null when it is not of this call. */
export function generationOf(id, callId) {
  const prefix = `mc_${callId}_`;
  if (typeof id !== 'string' || !id.startsWith(prefix))
    return null;
  const number = id.slice(prefix.length);
  return /^[1-9]\d{0,8}$/.test(number) ? Number(number) : null;
}

/** A message of the relay {type, src, payload}, or null for all that is no media signalling. */
export function parseRelay(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!TYPES.has(message?.type) || typeof message.src !== 'string' || !message.payload)
    return null;
  return { type: message.type, src: message.src, payload: message.payload };
}

/**
 * Our end of the PeerJS relay. The id lives as long as the page: a lost connection comes back with the
 * same id and token, and what was sent meanwhile follows (the newest 64 messages).
 */
export class PeerRelay extends Emitter {
  #url;
  #token = crypto.getRandomValues(new Uint32Array(2)).join('');
  #socket = null;
  #open = false;
  #queue = [];
  #attempt = 0;
  #retryTimer = null;
  #heartbeat = null;

  constructor(url, id) {
    super();
    this.#url = url;
    this.id = id;
  }

  connect() {
    if (this.#socket || this.#retryTimer !== null)
      return;
    this.#start();
  }

  /** The connection may be half dead without our knowing: make a new one. */
  renew() {
    if (this.#open)
      this.#lost(0);
  }

  close() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#drop();
  }

  send(type, dst, payload) {
    const text = JSON.stringify({ type, dst, payload });
    if (this.#open) {
      this.#socket.send(text);
      return;
    }
    this.#queue.push(text);
    if (this.#queue.length > QUEUE_MOST)
      this.#queue.shift();
  }

  #start() {
    this.#retryTimer = null;
    const query = new URLSearchParams({ key: 'peerjs', id: this.id, token: this.#token });
    const socket = new WebSocket(`${this.#url}?${query}`);
    this.#socket = socket;
    socket.onopen = () => this.#socket === socket && this.#opened();
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(data);
    socket.onclose = () => this.#socket === socket && this.#lost(backoff(this.#attempt++, Math.random()));
  }

  /* A server may leave out OPEN for an id it still knows, so the socket being open is what counts. */
  #opened() {
    this.#open = true;
    this.#heartbeat = setInterval(() => this.#socket.send('{"type":"HEARTBEAT"}'), HEARTBEAT_MS);
    for (const text of this.#queue.splice(0))
      this.#socket.send(text);
  }

  #receive(text) {
    this.#attempt = 0;
    const message = parseRelay(text);
    if (message)
      this.emit('message', message);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#open = false;
    clearInterval(this.#heartbeat);
    socket?.close();
  }

  #lost(wait) {
    this.#drop();
    this.#retryTimer = setTimeout(() => this.#start(), wait);
  }
}

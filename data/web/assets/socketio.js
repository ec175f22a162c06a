/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { ApiError } from './errors.js';
import { backoff } from './backoff.js';
import { ENGINE, encodeConnect, encodeEvent, parseOpen, parsePacket } from './socketio-codec.js';

const HANDSHAKE_MS = 10000;
const ACK_MS = 8000;

/**
 * A connection to the server's events that stays up by itself.
 *
 * `state` is offline | connecting | online | reconnecting | refused; "state" is emitted when it
 * changes, "event" (name, content) for each event of the server.
 */
export class SocketClient extends Emitter {
  #url;
  #token;
  #socket = null;
  #attempt = 0;
  #retryTimer = null;
  #watchdog = null;
  #silence = HANDSHAKE_MS;
  #nextId = 1;
  #waiting = new Map();
  #wait = null;

  constructor(url, token) {
    super();
    this.#url = url;
    this.#token = token;
    this.state = 'offline';
  }

  connect() {
    if (this.state !== 'offline' && this.state !== 'refused')
      return;
    this.#setState('connecting');
    this.#open();
  }

  /** Tries at once instead of waiting for the next attempt: the network is back, or the page is visible again. */
  hurry() {
    if (this.#retryTimer === null)
      return;
    clearTimeout(this.#retryTimer);
    this.#open();
  }

  close() {
    this.#setState('offline');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#drop();
  }

  /** Sends an event and waits for its ack. Nothing is queued: without a connection it fails at once. */
  request(name, argument) {
    if (this.state !== 'online')
      return Promise.reject(new ApiError('network'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, { error: { code: 'timed_out' } }), ACK_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(encodeEvent(name, argument, id));
    });
  }

  /** Sends an event nobody waits for; lost when there is no connection. */
  send(name, argument) {
    if (this.state === 'online')
      this.#socket.send(encodeEvent(name, argument));
  }

  #setState(state) {
    if (this.state === state)
      return;
    this.state = state;
    this.emit('state', state);
  }

  #open() {
    this.#retryTimer = null;
    this.#silence = HANDSHAKE_MS;
    const socket = new WebSocket(`${this.#url}?EIO=4&transport=websocket`);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(data);
    socket.onclose = () => this.#socket === socket && this.#lost();
    this.#feedWatchdog();
  }

  /* The server pings; when it has been silent for longer than it promised, the connection is dead even
     though the browser does not know yet. */
  #feedWatchdog() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), this.#silence);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#watchdog);
    for (const id of [...this.#waiting.keys()])
      this.#settle(id, { error: { code: 'network' } });
    socket?.close();
  }

  #lost() {
    this.#drop();
    if (this.state === 'offline' || this.state === 'refused')
      return;
    this.#setState('reconnecting');
    const wait = this.#wait ?? backoff(this.#attempt++, Math.random());
    this.#wait = null;
    this.#retryTimer = setTimeout(() => this.#open(), wait);
  }

  #receive(text) {
    if (typeof text !== 'string')
      return;
    this.#feedWatchdog();
    if (text[0] === ENGINE.open)
      this.#greet(parseOpen(text));
    else if (text[0] === ENGINE.ping)
      this.#socket.send(ENGINE.pong);
    else if (text[0] === ENGINE.close)
      this.#lost();
    else if (text[0] === ENGINE.message)
      this.#dispatch(parsePacket(text.slice(1)));
  }

  #greet(handshake) {
    if (!handshake) {
      this.#lost();
      return;
    }
    this.#silence = handshake.pingInterval + handshake.pingTimeout;
    this.#feedWatchdog();
    this.#socket.send(encodeConnect({ token: this.#token() }));
  }

  #dispatch(packet) {
    if (packet?.kind === 'connect') {
      this.#attempt = 0;
      this.#setState('online');
    } else if (packet?.kind === 'event') {
      this.#hear(packet.data[0], packet.data[1] ?? {});
    } else if (packet?.kind === 'ack') {
      this.#settle(packet.id, packet.data[0] ?? {});
    } else if (packet?.kind === 'disconnect') {
      this.#lost();
    } else if (packet?.kind === 'connect_error') {
      this.#setState('refused');
      this.#drop();
    }
  }

  #hear(name, content) {
    if (name === 'server_draining')
      // Everybody is told another time: it is spread already.
      this.#wait = Math.min(600000, Math.max(0, Number(content.reconnectAfterMs) || 0));
    this.emit('event', name, content);
  }

  #settle(id, answer) {
    const request = this.#waiting.get(id);
    if (!request)
      return;
    this.#waiting.delete(id);
    clearTimeout(request.timer);
    if (answer.ok)
      request.resolve(answer);
    else
      request.reject(new ApiError(answer.error?.code ?? 'protocol', answer.error));
  }
}

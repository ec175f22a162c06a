/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { MediaLink } from './media-link.js';
import { step } from './call-machine.js';

/* The server gives up ringing at 30 s; a callee waits a little longer, for the server to say so. */
const RING_MS = { ringing_out: 30000, ringing_in: 35000 };
const ALIVE_MS = 10000;
const RETRY_MS = 2000;
const GENERATIONS_MOST = 4;
const HELD_MOST = 16;

const SHARED = ['accepted', 'active'];
const OVER = ['not_found', 'wrong_state', 'wrong_status'];

/**
 * One call of one appointment. Its state changes only through feed(), by the table of call-machine.js;
 * what the table says has to be done is done here. Emits "change", "stream" (MediaStream), "missed"
 * (events got lost, ask the server) and "over" (once).
 */
export class Call extends Emitter {
  #services;
  #link;
  #ringTimer = null;
  #aliveTimer = null;
  #retryTimer = null;
  #packetsSeen = 0;
  #failures = 0;
  #startedSent = false;
  #asking = false;
  #knownSince = 0;
  #held = [];

  /** `services` holds api, socket, relay, ice, devices and ringer; `appointment` a parsed appointment. */
  constructor(services, appointment) {
    super();
    this.#services = services;
    this.appointment = appointment;
    this.me = appointment.patient;
    this.other = appointment.doctor;
    this.state = 'idle';
    this.id = null;
    this.caller = false;
    this.generation = 0;
    this.startedAt = null;
    this.reason = null;
    this.visitStatus = null;
    this.reconnecting = false;
    this.silent = false;
    this.otherLeft = false;
    this.hadMedia = false;
    this.remote = { audio: true, video: true };
    this.#link = new MediaLink(services, (event) => this.#onMedia(event));
    this.#link.on('stream', (stream) => this.emit('stream', stream));
    this.#link.on('silent', (silent) => this.#set({ silent }));
  }

  get over() {
    return this.state === 'ended' || this.state === 'error';
  }

  /** Seconds since media began to flow, at server time `now`. */
  seconds(now) {
    return this.startedAt === null ? 0 : Math.max(0, (now - this.startedAt) / 1000);
  }

  /** The patient calls the clinician. */
  request() {
    this.caller = true;
    this.generation = 1;
    this.feed('request');
  }

  /** The clinician calls; when we are calling too, the server took the clinician's call and we join it. */
  ring(callId, peerId) {
    this.#know(callId);
    this.caller = false;
    this.#link.otherPeer = peerId;
    this.feed(this.state === 'ringing_out' ? 'crossed' : 'rang');
  }

  /** The page was loaded again, or the patient comes back to a call that goes on. */
  resume(known) {
    this.#know(known.id);
    this.generation = known.generation;
    this.startedAt = known.startedAt;
    this.feed('rejoin');
  }

  answer() {
    this.feed('accept');
  }

  decline() {
    this.#end('decline', 'declined_by_me');
  }

  cancel() {
    this.#end('cancel', 'cancelled_by_me');
  }

  /** Hanging up leaves the call; the visit can be joined again. */
  leave() {
    this.#end('leave', 'left_by_me');
  }

  feed(event) {
    const edge = step(this.state, event);
    if (!edge)
      return;
    this.state = edge.next;
    this.hadMedia ||= this.#hasMedia;
    for (const effect of edge.effects)
      this.#effects[effect]();
    this.emit('change');
    if (this.over)
      this.#finish();
  }

  /**
   * An event of the server; those of other calls are nobody's business here. While our request is under way
   * we do not know our call's id yet, and its first events may be faster than the answer: they wait for it.
   */
  handle(name, content) {
    if (this.id === null && this.state === 'ringing_out')
      this.#held = [...this.#held, [name, content]].slice(-HELD_MOST);
    else if (content.callId === this.id && name in this.#handlers)
      this.#handlers[name](content);
  }

  /**
   * The appointment's call as the server had it, after events may have been missed. `asked` is when it was
   * asked: an answer that was on its way before this call existed is no news.
   */
  reconcile(call, asked) {
    if (this.over || this.id === null || asked < this.#knownSince)
      return;
    if (!call || call.id !== this.id) {
      this.#end('call_ended', 'gone');
      return;
    }
    const shared = SHARED.includes(call.state);
    const otherPeer = call.peers[this.other.id];
    if (this.state === 'ringing_out' && shared)
      this.#accepted(otherPeer);
    else if (this.state === 'ringing_in' && shared)
      this.#end('answered_elsewhere', 'elsewhere');
    else if (!this.#checkDevice(call.peers[this.me.id]))
      this.#peerRejoined(call.generation, otherPeer);
  }

  /** Tells the other side what we send, when the patient muted or the like. */
  sendMedia() {
    if (this.#hasMedia)
      this.#services.socket.send('call_media', { ...this.#names, ...this.#services.devices.sends });
  }

  get #hasMedia() {
    return this.state === 'connecting' || this.state === 'in_call';
  }

  get #names() {
    return { appointmentId: this.appointment.id, callId: this.id };
  }

  #effects = {
    start_ringing: () => this.#startRinging(),
    stop_ringing: () => this.#stopRinging(),
    start_generation: () => this.#startGeneration(),
    stop_media: () => this.#stopMedia(),
    set_reconnecting: () => this.#set({ reconnecting: true }),
    clear_reconnecting: () => this.#set({ reconnecting: false }),
    send_request: () => this.#sendRequest(),
    send_accept: () => this.#sendAccept(),
    send_cancel: () => this.id && this.#post('cancel', { callId: this.id }).catch(() => {}),
    send_started: () => this.#sendStarted(),
    send_rejoin: () => this.#sendRejoin(),
    send_leave: () => this.#post('leave', { callId: this.id }).catch(() => {}).finally(() => this.feed('end_done')),
  };

  #handlers = {
    AppointmentCallAccepted: ({ by, peerId }) => {
      if (by?.id === this.other.id)
        this.#accepted(peerId);
      else if (this.state === 'ringing_in')
        this.#end('answered_elsewhere', 'elsewhere');
    },
    AppointmentCallStarted: ({ at }) => this.#set({ startedAt: this.startedAt ?? (Date.parse(at) || null) }),
    AppointmentCallRejoined: ({ by, peerId, generation }) => {
      if (by?.id === this.other.id)
        this.#peerRejoined(Number(generation), peerId);
      else
        this.#checkDevice(peerId);
    },
    AppointmentCallLeft: ({ by }) => {
      if (by?.id === this.other.id)
        this.#peerLeft();
    },
    AppointmentCallEnded: ({ reason, status }) => {
      this.visitStatus ??= status ?? null;
      this.#end('call_ended', reason);
    },
    AppointmentCallCancelled: ({ reason }) => this.#end('cancelled', reason),
    AppointmentCallMedia: ({ by, audio, video }) => {
      if (by?.id === this.other.id)
        this.#set({ remote: { audio: audio !== false, video: video !== false } });
    },
  };

  #know(callId) {
    this.id = callId;
    this.#knownSince = performance.now();
  }

  #handleHeld() {
    for (const [name, content] of this.#held.splice(0))
      this.handle(name, content);
  }

  #set(values) {
    Object.assign(this, values);
    this.emit('change');
  }

  #post(verb, body) {
    return this.#services.api.call(this.appointment.id, verb, body);
  }

  /* The first reason is the true one: what follows from it must not hide it. */
  #end(event, reason) {
    if (!step(this.state, event))
      return;
    this.reason ??= reason ?? 'failed';
    this.feed(event);
  }

  #startRinging() {
    this.#services.ice.get();
    this.#services.ringer.start(this.state === 'ringing_in' ? 'ring' : 'ringback');
    this.#ringTimer = setTimeout(() => this.#end('ring_timeout', 'no_answer'), RING_MS[this.state]);
  }

  #stopRinging() {
    this.#services.ringer.stop();
    clearTimeout(this.#ringTimer);
  }

  async #sendRequest() {
    try {
      const { callId } = await this.#post('request', { peerId: this.#services.relay.id });
      this.#requested(callId);
    } catch (error) {
      if (this.id === null)
        this.#end(error.code === 'busy' ? 'busy' : 'request_failed', error.code);
    }
  }

  #requested(callId) {
    if (this.state === 'ringing_out') {
      this.#know(callId);
      this.feed('request_ok');
      this.#handleHeld();
    } else if (this.id === null) {
      this.#post('cancel', { callId }).catch(() => {});
    }
  }

  #accepted(peerId) {
    this.#link.otherPeer = peerId;
    this.feed('peer_accepted');
  }

  async #sendAccept() {
    try {
      const { peerId, generation } = await this.#post('accept', { callId: this.id, peerId: this.#services.relay.id });
      this.#link.otherPeer = peerId;
      this.generation = generation;
      this.feed('accept_ok');
    } catch (error) {
      this.#acceptFailed(error);
    }
  }

  #acceptFailed(error) {
    if (error.passing && this.#hasMedia)
      this.#retryTimer = setTimeout(() => this.#sendAccept(), RETRY_MS);
    else if (error.code === 'conflict')
      this.#end('answered_elsewhere', 'elsewhere');
    else if (OVER.includes(error.code))
      this.#end('cancelled', 'cancelled');
    else
      this.#end('accept_failed', error.code);
  }

  #sendStarted() {
    if (this.#startedSent)
      return;
    this.#startedSent = true;
    this.#post('started', { callId: this.id })
      .then(({ startedAt }) => this.#set({ startedAt: Date.parse(startedAt) || this.startedAt }))
      .catch(() => {
        this.#startedSent = false;
      });
  }

  /* Keeps the server's lease of the call, and hears of a generation whose event got lost. */
  async #sayAlive() {
    if (this.state !== 'in_call')
      return;
    this.#sendStarted();
    const packets = this.#link.packets;
    const media = packets !== this.#packetsSeen;
    this.#packetsSeen = packets;
    const answer = await this.#services.socket.request('call_alive', { ...this.#names, media }).catch(() => null);
    if (answer?.generation > this.generation)
      this.emit('missed');
  }

  #startGeneration() {
    clearTimeout(this.#retryTimer);
    this.#aliveTimer ??= setInterval(() => this.#sayAlive(), ALIVE_MS);
    this.#set({ otherLeft: false, silent: false });
    this.#link.start(this.id, this.generation, this.caller);
  }

  #peerRejoined(generation, peerId) {
    if (!this.#hasMedia || !peerId || !(generation > this.generation))
      return;
    this.#link.otherPeer = peerId;
    this.generation = generation;
    this.feed('peer_rejoined');
  }

  /* The same patient joined from another tab or device: that one has the call now. While our own answer
     or rejoin is under way the server may still name an older peer of ours. */
  #checkDevice(peerId) {
    const elsewhere = this.state === 'in_call' && !this.#asking && peerId !== undefined && peerId !== this.#services.relay.id;
    if (elsewhere)
      this.#end('call_ended', 'elsewhere');
    return elsewhere;
  }

  #peerLeft() {
    if (!this.#hasMedia)
      return;
    clearTimeout(this.#retryTimer);
    this.#link.stop();
    this.#set({ otherLeft: true, silent: false });
    this.feed('peer_left');
  }

  #onMedia(event) {
    if (event === 'lost' && ++this.#failures > GENERATIONS_MOST) {
      this.#services.socket.send('call_error', { ...this.#names, stage: 'media', code: 'no_media' });
      this.#end('failed', 'no_media');
      return;
    }
    if (event === 'flowing') {
      this.#failures = 0;
      this.sendMedia();
    }
    this.feed(`media_${event}`);
  }

  async #sendRejoin() {
    const known = this.generation;
    this.#asking = true;
    try {
      const answer = await this.#post('rejoin', { callId: this.id, peerId: this.#services.relay.id, generation: known });
      if (this.#hasMedia && this.generation === known && !this.otherLeft)
        this.#rejoined(answer);
    } catch (error) {
      this.#rejoinFailed(error);
    } finally {
      this.#asking = false;
    }
  }

  /* The other side may be out by now: it comes back with a generation of its own. */
  #rejoined({ generation, peers, offer }) {
    const otherPeer = peers?.[this.other.id];
    this.caller = offer === true;
    this.generation = generation;
    if (!otherPeer) {
      this.#peerLeft();
      return;
    }
    this.#link.otherPeer = otherPeer;
    this.feed('rejoin_ok');
  }

  /* Without a network there is nothing to do but wait and try again; the patient may hang up meanwhile. */
  #rejoinFailed(error) {
    if (error.passing && this.#hasMedia)
      this.#retryTimer = setTimeout(() => this.#sendRejoin(), RETRY_MS);
    else if (OVER.includes(error.code))
      this.#end('call_ended', 'gone');
    else
      this.#end('rejoin_failed', error.code);
  }

  #stopMedia() {
    clearTimeout(this.#retryTimer);
    clearInterval(this.#aliveTimer);
    this.#link.stop();
  }

  #finish() {
    this.#stopRinging();
    this.#stopMedia();
    this.#link.dispose();
    this.emit('over');
  }
}

/** What the patient can do with a parsed appointment's call: rejoin, ringing (answer it), mine (it is the patient's own ring) or null. */
export function openCall({ call, patient }) {
  if (!call)
    return null;
  if (SHARED.includes(call.state))
    return 'rejoin';
  return call.calleeId === patient.id ? 'ringing' : 'mine';
}

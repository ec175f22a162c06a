/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { KINDS } from './devices.js';
import { Peer } from './peer.js';
import { connectionId, generationOf } from './peerjs.js';

const EARLY_MOST = 64;

/**
 * Joins the relay and the peer connection of the current generation. Signalling of a generation that is
 * still to come waits (the relay and the events take different ways, either may be first), that of an
 * older one is dropped. Emits "stream" and "silent"; media events go to `report`.
 */
export class MediaLink extends Emitter {
  #services;
  #report;
  #peer = null;
  #generation = 0;
  #callId = null;
  #early = [];
  #leaveRelay;
  #leaveDevices;

  constructor(services, report) {
    super();
    this.#services = services;
    this.#report = report;
    this.otherPeer = null;
    this.#leaveRelay = services.relay.on('message', (message) => this.#receive(message));
    this.#leaveDevices = services.devices.on('track', (kind, track) => this.#peer?.replaceTrack(track));
  }

  /** Packets received in the current generation. */
  get packets() {
    return this.#peer?.packets ?? 0;
  }

  async start(callId, generation, offer) {
    this.#callId = callId;
    this.#generation = generation;
    const iceServers = await this.#services.ice.get();
    if (this.#generation !== generation || this.#callId !== callId)
      return;
    this.#peer?.close();
    this.#peer = this.#makePeer(generation, iceServers);
    if (offer)
      await this.#peer.offer();
    for (const message of this.#early.splice(0))
      this.#receive(message);
  }

  stop() {
    this.#generation = 0;
    this.#early = [];
    this.#peer?.close();
    this.#peer = null;
  }

  dispose() {
    this.stop();
    this.#leaveRelay();
    this.#leaveDevices();
  }

  #makePeer(generation, iceServers) {
    const tracks = KINDS.map((kind) => this.#services.devices.track(kind)).reverse();
    const peer = new Peer(generation, iceServers, tracks);
    const id = connectionId(this.#callId, generation);
    peer.on('stream', (stream) => this.emit('stream', stream));
    peer.on('silent', (silent) => this.emit('silent', silent));
    peer.on('description', (sdp) => this.#send(sdp.type === 'offer' ? 'OFFER' : 'ANSWER', id, { sdp }));
    peer.on('candidate', (candidate) => this.#send('CANDIDATE', id, { candidate }));
    for (const event of ['flowing', 'stalled', 'lost'])
      peer.on(event, () => this.#report(event));
    return peer;
  }

  #send(type, id, content) {
    const payload = { ...content, type: 'media', connectionId: id };
    if (type === 'OFFER')
      payload.metadata = { appointmentId: this.#services.appointmentId, callId: this.#callId, generation: this.#generation };
    this.#services.relay.send(type, this.otherPeer, payload);
  }

  #receive(message) {
    const generation = generationOf(message.payload.connectionId, this.#callId ?? '');
    if (this.#callId === null || generation > (this.#peer?.generation ?? 0)) {
      this.#keep(message);
      return;
    }
    if (generation === null || generation !== this.#peer?.generation || message.src !== this.otherPeer)
      return;
    this.#apply(message);
  }

  #keep(message) {
    this.#early.push(message);
    if (this.#early.length > EARLY_MOST)
      this.#early.shift();
  }

  #apply({ type, payload }) {
    if (type === 'CANDIDATE' && payload.candidate)
      this.#peer.addCandidate(payload.candidate);
    else if (payload.sdp?.sdp)
      this.#peer.receive({ type: type === 'OFFER' ? 'offer' : 'answer', sdp: payload.sdp.sdp }).catch(() => this.#report('lost'));
  }
}

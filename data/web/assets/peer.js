/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { Liveness } from './liveness.js';

const CONNECTING_POLL_MS = 200;
const POLL_MS = 1000;
const CANDIDATES_MOST = 100;
const VIDEO_CODECS = ['video/VP8', 'video/H264', 'video/rtx'];

/** What came in so far: packets of both kinds, of sound alone, and whether a picture was decoded. */
export function countInbound(report) {
  const sum = { packets: 0, audio: 0 };
  report.forEach((entry) => {
    if (entry.type !== 'inbound-rtp')
      return;
    sum.packets += entry.packetsReceived ?? 0;
    if (entry.kind === 'audio')
      sum.audio += entry.packetsReceived ?? 0;
  });
  return sum;
}

function preferCodecs(connection) {
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs.filter((codec) => VIDEO_CODECS.includes(codec.mimeType));
  for (const transceiver of connection.getTransceivers()) {
    if (transceiver.sender.track?.kind === 'video' && codecs?.length > 0)
      transceiver.setCodecPreferences?.(codecs);
  }
}

/**
 * One media generation: one RTCPeerConnection that is negotiated once, never restarted, never changes
 * direction. Tracks are exchanged with replaceTrack; whatever is lost comes back as a new generation.
 *
 * Emits "stream" (MediaStream), "description", "candidate", "flowing", "stalled", "lost" and
 * "silent" (boolean).
 */
export class Peer extends Emitter {
  #connection;
  #liveness = new Liveness(performance.now());
  #candidates = [];
  #remoteSet = false;
  #timer = null;
  #closed = false;
  #silent = false;

  constructor(generation, iceServers, tracks) {
    super();
    this.generation = generation;
    this.packets = 0;
    this.#connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    this.#connection.onicecandidate = ({ candidate }) => candidate?.candidate && this.#offerCandidate(candidate);
    this.#connection.ontrack = ({ track }) => this.#arrive(track);
    this.stream = new MediaStream();
    const outgoing = new MediaStream(tracks);
    for (const track of tracks)
      this.#connection.addTrack(track, outgoing);
    this.#poll();
  }

  async offer() {
    preferCodecs(this.#connection);
    await this.#describe();
  }

  /** Takes the other side's description; an offer is answered. */
  async receive(description) {
    if (this.#closed)
      return;
    await this.#connection.setRemoteDescription(description);
    this.#remoteSet = true;
    for (const candidate of this.#candidates.splice(0))
      this.#add(candidate);
    if (description.type === 'offer')
      await this.#describe();
  }

  /** Candidates may come before the description. A hundred are more than any machine has addresses. */
  addCandidate(candidate) {
    if (this.#remoteSet)
      this.#add(candidate);
    else if (this.#candidates.length < CANDIDATES_MOST)
      this.#candidates.push(candidate);
  }

  replaceTrack(track) {
    const sender = this.#connection.getSenders().find((other) => other.track?.kind === track.kind);
    return sender?.replaceTrack(track).catch(() => {});
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  async #describe() {
    await this.#connection.setLocalDescription();
    const { type, sdp } = this.#connection.localDescription;
    if (!this.#closed)
      this.emit('description', { type, sdp });
  }

  #offerCandidate({ candidate, sdpMid, sdpMLineIndex }) {
    if (!this.#closed)
      this.emit('candidate', { candidate, sdpMid, sdpMLineIndex });
  }

  /* A candidate that cannot be resolved or parsed is no reason to fail: others will do. */
  #add({ candidate, sdpMid, sdpMLineIndex }) {
    const place = sdpMid ? { sdpMid, sdpMLineIndex } : { sdpMLineIndex: sdpMLineIndex ?? 0 };
    this.#connection.addIceCandidate({ candidate, ...place }).catch(() => {});
  }

  #arrive(track) {
    this.stream.addTrack(track);
    this.emit('stream', this.stream);
  }

  #poll() {
    const wait = this.packets > 0 ? POLL_MS : CONNECTING_POLL_MS;
    this.#timer = setTimeout(() => this.#judge(), wait);
  }

  async #judge() {
    const report = await this.#connection.getStats().catch(() => new Map());
    if (this.#closed)
      return;
    const now = performance.now();
    const counted = countInbound(report);
    this.packets = counted.packets;
    const event = this.#liveness.feed(now, { ...counted, failed: this.#connection.connectionState === 'failed' });
    this.#reportSilence(this.#liveness.isSilent(now));
    if (event)
      this.emit(event);
    if (event !== 'lost' && !this.#closed)
      this.#poll();
  }

  #reportSilence(silent) {
    if (this.#silent === silent)
      return;
    this.#silent = silent;
    this.emit('silent', silent);
  }
}

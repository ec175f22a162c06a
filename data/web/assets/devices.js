/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { Placeholder } from './placeholder.js';

const STORED = 'call.devices';
export const KINDS = Object.freeze(['camera', 'microphone']);
const INPUTS = { camera: 'videoinput', microphone: 'audioinput', speaker: 'audiooutput' };

/** What went wrong, as one of the states of a device. */
export function deviceState(error) {
  switch (error?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'in_use';
    default:
      return 'failed';
  }
}

/** What to ask for: the chosen device (an "ideal" one is not taken for microphones), sizes that a phone's link carries. */
export function constraintsFor(kind, id) {
  const wanted = id ? { deviceId: { exact: id } } : {};
  if (kind === 'microphone')
    return { audio: { ...wanted, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
  return {
    video: {
      ...wanted,
      ...(id ? {} : { facingMode: 'user' }),
      width: { ideal: 960 },
      height: { ideal: 540 },
      frameRate: { ideal: 30, max: 30 },
    },
  };
}

function parseChoices(text) {
  try {
    const value = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * Camera, microphone and speaker of the page.
 *
 * `state[kind]` is idle | asking | ready | off | denied | missing | in_use | lost | failed | insecure.
 * There is always a track to send: without a device, or while the camera is off, it is a placeholder
 * (black, silent), because the other side takes a stream without packets for a dead network.
 * Emits "change", and "track" (kind, track) when another track has to be sent.
 */
export class Devices extends Emitter {
  #storage;
  #placeholder = new Placeholder();
  #live = { camera: null, microphone: null };
  #turn = Promise.resolve();

  constructor(storage) {
    super();
    this.#storage = storage;
    this.chosen = parseChoices(storage.get(STORED));
    this.state = { camera: 'idle', microphone: 'idle' };
    this.list = { camera: [], microphone: [], speaker: [] };
    this.muted = false;
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#enumerate());
  }

  /** The track that goes out for `kind`. */
  track(kind) {
    return this.#live[kind] ?? this.#placeholder.track(kind);
  }

  /** The camera's own track for the self-view, null without one. */
  get cameraTrack() {
    return this.#live.camera;
  }

  get microphoneTrack() {
    return this.#live.microphone;
  }

  get isOpen() {
    return KINDS.some((kind) => this.state[kind] !== 'idle');
  }

  /** What the other side gets to hear and see. */
  get sends() {
    return { audio: this.#live.microphone !== null && !this.muted, video: this.#live.camera !== null };
  }

  /** Opens the given kinds; each ends in a state of its own and one failing does not stop the other. */
  open(kinds = KINDS) {
    return this.#queued(async () => {
      this.#mark(kinds, 'asking');
      if (!navigator.mediaDevices?.getUserMedia)
        this.#mark(kinds, 'insecure');
      else if (kinds.length < 2 || !await this.#openTogether())
        for (const kind of kinds)
          await this.#openOne(kind);
      await this.#enumerate();
    });
  }

  /** Chooses a device for good; opens it at once when its kind is in use. */
  choose(kind, id) {
    this.chosen = { ...this.chosen, [kind]: id };
    this.#storage.set(STORED, JSON.stringify(this.chosen));
    this.emit('change');
    return kind === 'speaker' || this.state[kind] === 'off' ? Promise.resolve() : this.open([kind]);
  }

  nextCamera() {
    const cameras = this.list.camera;
    const now = cameras.findIndex((camera) => camera.id === this.currentId('camera'));
    return this.choose('camera', cameras[(now + 1) % cameras.length].id);
  }

  currentId(kind) {
    return this.#live[kind]?.getSettings().deviceId ?? this.chosen[kind] ?? '';
  }

  setMuted(muted) {
    this.muted = muted;
    if (this.#live.microphone)
      this.#live.microphone.enabled = !muted;
    this.emit('change');
  }

  /** Camera off means off: the device is released and its light goes out. */
  setCamera(on) {
    return on ? this.open(['camera']) : this.#queued(() => this.#release('camera', 'off'));
  }

  /** Lets go of everything. */
  close() {
    return this.#queued(() => {
      for (const kind of KINDS)
        this.#release(kind, 'idle');
    });
  }

  /* One after the other: a phone cannot open its second camera before the first is closed. */
  #queued(work) {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  #mark(kinds, state) {
    for (const kind of kinds)
      this.state[kind] = state;
    this.emit('change');
  }

  /* Both in one question to the patient. */
  async #openTogether() {
    try {
      const wanted = { ...constraintsFor('camera', this.chosen.camera), ...constraintsFor('microphone', this.chosen.microphone) };
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      this.#use('camera', stream.getVideoTracks()[0]);
      this.#use('microphone', stream.getAudioTracks()[0]);
      return true;
    } catch {
      return false;
    }
  }

  async #openOne(kind) {
    this.#stop(kind);
    try {
      this.#use(kind, await this.#ask(kind));
    } catch (error) {
      this.#release(kind, deviceState(error));
    }
  }

  /* The chosen device may be at home today: then any will do. */
  async #ask(kind) {
    const get = (id) => navigator.mediaDevices.getUserMedia(constraintsFor(kind, id));
    const chosen = this.chosen[kind];
    const stream = await get(chosen).catch((error) => {
      if (!chosen || error.name !== 'OverconstrainedError')
        throw error;
      return get('');
    });
    return stream.getTracks()[0];
  }

  #use(kind, track) {
    this.#stop(kind);
    this.#live[kind] = track;
    this.state[kind] = 'ready';
    track.onended = () => this.#live[kind] === track && this.#release(kind, 'lost');
    if (kind === 'microphone')
      track.enabled = !this.muted;
    this.emit('track', kind, track);
    this.emit('change');
  }

  #stop(kind) {
    this.#live[kind]?.stop();
    this.#live[kind] = null;
  }

  #release(kind, state) {
    this.#stop(kind);
    this.state[kind] = state;
    this.emit('track', kind, this.track(kind));
    this.emit('change');
  }

  async #enumerate() {
    const found = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    for (const [kind, input] of Object.entries(INPUTS)) {
      this.list[kind] = found
        .filter((device) => device.kind === input && device.deviceId)
        .map((device) => ({ id: device.deviceId, name: device.label }));
    }
    this.emit('change');
  }
}

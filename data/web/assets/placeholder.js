/* SPDX-License-Identifier: LGPL-2.1-or-later */

const FRAMES_PER_SECOND = 5;

function blackTrack() {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const context = canvas.getContext('2d');
  const draw = () => context.fillRect(0, 0, canvas.width, canvas.height);
  draw();
  /* A canvas that is not painted sends nothing, black on black included. */
  const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND);
  const [track] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  track.addEventListener('ended', () => clearInterval(timer));
  return track;
}

function silentTrack() {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const gain = context.createGain();
  const source = context.createConstantSource();
  gain.gain.value = 0;
  source.connect(gain).connect(destination);
  source.start();
  /* After a refresh nobody has touched the page yet, and sound waits for a touch. */
  const wake = () => context.resume();
  document.addEventListener('pointerdown', wake, { once: true });
  document.addEventListener('keydown', wake, { once: true });
  return destination.stream.getAudioTracks()[0];
}

/** Tracks that stand in for a camera or a microphone, made when they are first needed. */
export class Placeholder {
  #tracks = {};

  track(kind) {
    this.#tracks[kind] ??= kind === 'camera' ? blackTrack() : silentTrack();
    return this.#tracks[kind];
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frequencies, how long they sound and how long the pause is; the ring is a soft two-note chime. */
const TUNES = Object.freeze({
  ring: { notes: [[659, 0, 0.35], [880, 0.25, 0.6]], every: 2000, loud: 0.25, vibrate: [400, 200, 400] },
  ringback: { notes: [[425, 0, 1]], every: 4000, loud: 0.06, vibrate: null },
  message: { notes: [[880, 0, 0.25]], every: 0, loud: 0.12, vibrate: null },
});

function playNote(context, [frequency, start, length], loud) {
  const from = context.currentTime + start;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loud, from + 0.02);
  gain.gain.setTargetAtTime(0, from + length * 0.6, length * 0.2);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + length + 0.5);
}

/** Ring, ringback and the sound of a message, made on the spot. */
export class Ringer {
  #context = null;
  #timer = null;

  /** Browsers give sound only to pages that were touched: call this from a click. */
  unlock() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  start(name) {
    this.stop();
    this.#play(name);
    this.#timer = setInterval(() => this.#play(name), TUNES[name].every);
  }

  stop() {
    if (this.#timer === null)
      return;
    clearInterval(this.#timer);
    this.#timer = null;
    navigator.vibrate?.(0);
  }

  once(name) {
    this.#play(name);
  }

  #play(name) {
    const { notes, loud, vibrate } = TUNES[name];
    if (vibrate)
      navigator.vibrate?.(vibrate);
    this.unlock();
    if (this.#context.state !== 'running')
      return;
    for (const note of notes)
      playNote(this.#context, note, loud);
  }
}

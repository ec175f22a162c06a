/* SPDX-License-Identifier: LGPL-2.1-or-later */

const FLOOR_DB = -60;

/** Loudness of samples in [-1, 1] as 0 (silent, -60 dBFS) to 1 (full scale). */
export function levelOf(samples) {
  let sum = 0;
  for (const sample of samples)
    sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  const decibels = rms > 0 ? 20 * Math.log10(rms) : FLOOR_DB;
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

/** Calls `report` with the level of an audio track, many times a second, until stop(). */
export class LevelMeter {
  #context = new AudioContext();
  #frame = 0;

  constructor(track, report) {
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const tick = () => {
      analyser.getFloatTimeDomainData(samples);
      report(levelOf(samples));
      this.#frame = requestAnimationFrame(tick);
    };
    this.#context.resume();
    tick();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context.close();
  }
}

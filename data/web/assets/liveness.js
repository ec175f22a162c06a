/* SPDX-License-Identifier: LGPL-2.1-or-later */

const STALL_MS = 3000;
const LOST_MS = 6000;
const CONNECT_MS = 10000;
const QUIET_MS = 3000;

/**
 * Judges one peer connection by the packets that came in. Peers behind a dead network report nothing
 * for a long time, so the counters decide: 3 s without a packet is a stall, 6 s is a loss. Times are
 * milliseconds of any monotonic clock.
 */
export class Liveness {
  #started;
  #lastPacket = null;
  #lastAudio = null;
  #packets = 0;
  #audio = 0;
  #stalled = false;
  #over = false;

  constructor(now) {
    this.#started = now;
  }

  /** Says "flowing", then "stalled" and "flowing" in turn, and at the end "lost" once; else null. */
  feed(now, { packets, audio, failed }) {
    if (this.#over)
      return null;
    if (audio > this.#audio) {
      this.#audio = audio;
      this.#lastAudio = now;
    }
    if (packets > this.#packets) {
      this.#packets = packets;
      return this.#arrived(now);
    }
    return this.#missed(now, failed);
  }

  /** True when pictures come but sound has stopped. */
  isSilent(now) {
    return !this.#over && !this.#stalled && this.#lastAudio !== null && now - this.#lastAudio >= QUIET_MS;
  }

  #arrived(now) {
    const first = this.#lastPacket === null;
    const resumed = this.#stalled;
    this.#lastPacket = now;
    this.#lastAudio ??= now;
    this.#stalled = false;
    return first || resumed ? 'flowing' : null;
  }

  #missed(now, failed) {
    const since = now - (this.#lastPacket ?? this.#started);
    if (failed || since >= (this.#lastPacket === null ? CONNECT_MS : LOST_MS)) {
      this.#over = true;
      return 'lost';
    }
    if (this.#lastPacket === null || this.#stalled || since < STALL_MS)
      return null;
    this.#stalled = true;
    return 'stalled';
  }
}

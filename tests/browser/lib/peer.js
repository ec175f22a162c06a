/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import readline from 'node:readline';

const BUILD = process.env.CALL_BUILD_ROOT ?? new URL('../../../build', import.meta.url).pathname;
const WAIT_MS = 30000;

/** The clinician as a libcall peer, a process of its own with GStreamer media; reads the lines it prints. */
export class LibcallPeer extends EventEmitter {
  #process;
  events = [];

  constructor(clinic, appointment, ...options) {
    super();
    const known = ['--endpoint', clinic.url, '--email', clinic.email, '--password-file', clinic.passwordFile,
      '--appointment', appointment.id, '--stay', '--seconds', '120'];
    this.#process = spawn(`${BUILD}/examples/call-peer`, [...known, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    readline.createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line));
      this.emit('told');
    });
  }

  /** The first event of that name, past or to come, that passes `test`. */
  async wait(name, test = () => true) {
    const limit = AbortSignal.timeout(WAIT_MS);
    for (;;) {
      const found = this.events.find((event) => event.event === name && test(event));
      if (found)
        return found;
      await once(this, 'told', { signal: limit }).catch(() => {
        throw new Error(`no ${name}; the last lines were ${JSON.stringify(this.events.slice(-5))}`);
      });
    }
  }

  /** Waits for `more` pictures decoded than there are now. */
  pictures(more = 15) {
    const now = this.events.findLast?.((event) => event.event === 'level');
    const { generation = 0, frames = 0 } = now ?? {};
    return this.wait('level', (event) => event.generation > generation ? event.frames >= more : event.frames >= frames + more);
  }

  /** Stops every thread, as a machine that sleeps; the network stays. */
  freeze() {
    this.#process.kill('SIGSTOP');
  }

  thaw() {
    this.#process.kill('SIGCONT');
  }

  kill() {
    this.#process.kill('SIGKILL');
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null)
      return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await gone;
  }
}

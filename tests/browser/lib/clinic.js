/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const BUILD = process.env.CALL_BUILD_ROOT ?? new URL('../../../build', import.meta.url).pathname;
const START_MS = 20000;
const LEAD_SECONDS = 600;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** A real calld with its demo clinic, in a folder and on a port of its own. */
class Clinic {
  #folder = mkdtempSync(path.join(tmpdir(), 'libcall-browser-'));
  #settings;
  #process = null;
  #port;

  constructor(port, settings) {
    this.#port = port;
    this.#settings = settings;
    this.url = `http://127.0.0.1:${port}`;
    this.leadSeconds = LEAD_SECONDS;
  }

  async startServer() {
    const env = {
      ...process.env,
      STATE_DIRECTORY: this.#folder,
      DATABASE_URL: `sqlite://${this.#folder}/clinic.db`,
      HOST: '127.0.0.1',
      CALL_LEAD_MINUTES: String(LEAD_SECONDS / 60),
      PRESENCE_GRACE_SECONDS: '3',
      LOG_LEVEL: 'warning',
      ...this.#settings,
    };
    this.#process = spawn(`${BUILD}/daemon/calld`, ['--demo', '--print-port', '--no-dbus', '--port', String(this.#port)],
      { env, stdio: ['ignore', 'pipe', 'inherit'] });
    return this.#readStart();
  }

  /** Politely; clients are told. */
  async stopServer() {
    await this.#end('SIGTERM');
  }

  /** As a crash or a power cut does. */
  async killServer() {
    await this.#end('SIGKILL');
  }

  async stop() {
    await this.#end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async signIn({ clinician, passwordFile, link }) {
    const password = readFileSync(passwordFile, 'utf8').trim();
    this.email = clinician;
    this.passwordFile = passwordFile;
    const login = await this.post('/api/auth/login', { email: clinician, password });
    const join = await this.post('/api/auth/join', { link: link.split('#')[1] });
    this.token = login.token;
    this.doctorName = login.user.name;
    this.doctorId = login.user.id;
    this.patientName = join.user.name;
    this.patientId = join.user.id;
  }

  /** A new appointment of the demo's clinician and first patient, `startsIn` seconds from now. */
  async appointment({ startsIn = 300, minutes = 30 } = {}) {
    const at = Date.now() + startsIn * 1000;
    const { appointment } = await this.post('/api/appointments', {
      patientId: this.patientId, doctorId: this.doctorId, scheduledAt: new Date(at).toISOString(), durationMinutes: minutes,
    });
    const { url } = await this.post(`/api/appointments/${appointment.id}/link`, {});
    return { id: appointment.id, at, link: url };
  }

  cancel(id) {
    return this.post(`/api/appointments/${id}/cancel`, { reason: 'test' });
  }

  reschedule(id, startsIn) {
    const scheduledAt = new Date(Date.now() + startsIn * 1000).toISOString();
    return this.post(`/api/appointments/${id}/reschedule`, { scheduledAt, durationMinutes: 30 });
  }

  get(where) {
    return this.#ask('GET', where);
  }

  post(where, body) {
    return this.#ask('POST', where, JSON.stringify(body));
  }

  async #ask(method, where, body) {
    const headers = { 'Content-Type': 'application/json', ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}) };
    const response = await fetch(this.url + where, { method, headers, body });
    const answer = await response.json();
    if (!response.ok)
      throw new Error(`${where}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async #end(signal) {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null)
      return;
    const gone = once(this.#process, 'exit');
    this.#process.kill(signal);
    await gone;
  }

  async #readStart() {
    const told = {};
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), START_MS);
    for await (const line of readline.createInterface({ input: this.#process.stdout })) {
      const [, clinician, passwordFile] = /^calld: clinician: (\S+), password in (.+)$/.exec(line) ?? [];
      const [, link] = /^calld: join link: (.+)$/.exec(line) ?? [];
      Object.assign(told, clinician && { clinician, passwordFile }, link && { link });
      if (told.clinician && told.link) {
        clearTimeout(timer);
        this.#process.stdout.resume();
        return told;
      }
    }
    throw new Error('calld did not start');
  }
}

export async function startClinic(settings = {}) {
  const clinic = new Clinic(await freePort(), settings);
  await clinic.signIn(await clinic.startServer());
  return clinic;
}

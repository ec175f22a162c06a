/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { ApiError } from './errors.js';

const TIMEOUT_MS = 10000;

async function readError(response) {
  const body = await response.json().catch(() => null);
  const code = body?.error?.code;
  return new ApiError(typeof code === 'string' ? code : 'protocol', body?.error);
}

/** The REST interface. Every method resolves with the parsed answer or rejects with an ApiError. */
export class Api {
  #clock;

  constructor(clock) {
    this.#clock = clock;
    this.token = null;
  }

  join(link) {
    return this.#request('POST', '/api/auth/join', { link });
  }

  appointment(id) {
    return this.#request('GET', `/api/appointments/${id}`);
  }

  messages(id) {
    return this.#request('GET', `/api/appointments/${id}/messages?limit=200`);
  }

  sendMessage(id, message) {
    return this.#request('POST', `/api/appointments/${id}/messages`, message);
  }

  iceServers() {
    return this.#request('GET', '/api/ice-servers');
  }

  /** `verb` is request, accept, cancel, started, rejoin, leave or end. */
  call(id, verb, body) {
    return this.#request('POST', `/api/appointments/${id}/call/${verb}`, body);
  }

  async #request(method, path, body) {
    let response;
    try {
      response = await fetch(path, this.#options(method, body));
    } catch (error) {
      throw new ApiError(error.name === 'TimeoutError' ? 'timed_out' : 'network');
    }
    this.#clock.adjust(response.headers.get('date'));
    if (!response.ok)
      throw await readError(response);
    return response.json().catch(() => {
      throw new ApiError('protocol');
    });
  }

  #options(method, body) {
    const headers = { Accept: 'application/json' };
    if (this.token)
      headers.Authorization = `Bearer ${this.token}`;
    if (body)
      headers['Content-Type'] = 'application/json';
    return {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    };
  }
}

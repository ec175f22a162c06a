// SPDX-License-Identifier: LGPL-2.1-or-later
// A small TAP harness, and the server under test.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const tests = [];
const children = new Set();

/** Adds a test; it fails when its function throws, or takes longer than `timeout`. */
export function test(name, run, timeout = 20000) {
  tests.push({ name, run, timeout });
}

/** Imports a package; without it (`npm ci` has not been run) the whole file is skipped. */
export async function need(name) {
  try {
    return await import(name);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.log(`1..0 # SKIP ${name} is not installed: run npm ci in tests/clients`);
    process.exit(0);
  }
}

/** Starts protocol-server and waits until it listens. */
export async function startServer(protocol, ...options) {
  const child = spawn(process.env.PROTOCOL_SERVER, ['--protocol', protocol, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  let port = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('port ')) port = Number(line.slice(5));
    if (line === 'ready') break;
  }
  return {
    port,
    pid: child.pid,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      children.delete(child);
      if (code !== 0) throw new Error(`protocol-server ended with ${code}`);
    },
  };
}

/** Resolves with the arguments of the next `event`. */
export function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

export function equal(actual, expected, what = '') {
  const a = JSON.stringify(actual);
  const b = JSON.stringify(expected);
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

export function ok(value, what) {
  if (!value) throw new Error(what);
}

/** Turns the loop until `condition()` is true. */
export async function until(condition, what) {
  const deadline = Date.now() + 15000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function run() {
  const only = process.argv[2];
  const chosen = tests.filter((each) => !only || each.name.includes(only));
  let failed = 0;
  console.log(`1..${chosen.length}`);
  for (const [index, { name, run: body, timeout }] of chosen.entries()) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${timeout} ms`)), timeout);
    });
    try {
      await Promise.race([body(), late]);
      console.log(`ok ${index + 1} - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${index + 1} - ${name}`);
      console.log(`# ${String(error.stack).replaceAll('\n', '\n# ')}`);
    }
    clearTimeout(timer);
  }
  for (const child of children) child.kill('SIGKILL');
  process.exit(failed ? 1 : 0);
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

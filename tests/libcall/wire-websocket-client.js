// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A foreign WebSocket client for wire-websocket-foreign: `ws` where the packages of tests/clients are
// installed, else Node's own. Usage: node --experimental-websocket wire-websocket-client.js URL
// Writes one line for each thing that worked, and exits with 1 at the first that did not.
'use strict';

const assert = require('node:assert');
const path = require('node:path');

const url = process.argv[2];
let Ws = null;
try {
  Ws = require(path.join(__dirname, '..', 'clients', 'node_modules', 'ws'));
} catch {
  assert.ok(globalThis.WebSocket, 'neither ws nor a WebSocket of Node');
}

const SIZES = [0, 1, 125, 126, 127, 65535, 65536, 300000];

function open(address = url) {
  return new Promise((resolve, reject) => {
    const socket = Ws ? new Ws(address, { perMessageDeflate: false }) : new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.received = [];
    socket.waiting = [];
    socket.onmessage = ({ data }) => {
      const next = socket.waiting.shift();
      next ? next(data) : socket.received.push(data);
    };
    socket.closed = new Promise((done) => { socket.onclose = done; });
    socket.onopen = () => resolve(socket);
    socket.onerror = (event) => reject(new Error(event.message || 'no connection'));
  });
}

function receive(socket) {
  const data = socket.received.shift();
  return data !== undefined ? Promise.resolve(data) : new Promise((r) => socket.waiting.push(r));
}

async function echoes(socket) {
  for (const size of SIZES) {
    const text = 'é'.repeat(size >> 1) + 'x'.repeat(size & 1);
    socket.send(text);
    assert.strictEqual(await receive(socket), text);
    const bytes = new Uint8Array(size).map((_, i) => i * 7);
    socket.send(bytes);
    assert.deepStrictEqual(new Uint8Array(await receive(socket)), bytes);
  }
  console.log('echoes');
}

async function many(socket) {
  for (let i = 0; i < 2000; i++) socket.send(`message ${i}`);
  for (let i = 0; i < 2000; i++) assert.strictEqual(await receive(socket), `message ${i}`);
  console.log('many at once');
}

async function fragments(socket) {
  const text = 'ação '.repeat(100);
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += 7) {
    const last = i + 7 >= bytes.length;
    socket.send(bytes.subarray(i, i + 7), { fin: last, binary: false });
    if (i === 70) socket.ping('between');
  }
  const pong = new Promise((done) => socket.once('pong', (data) => done(data.toString())));
  assert.strictEqual(await receive(socket), text);
  assert.strictEqual(await pong, 'between');
  console.log('fragments');
}

async function closing() {
  const ours = await open();
  ours.close(4321, 'até logo');
  const first = await ours.closed;
  assert.strictEqual(first.code, 4321);
  assert.strictEqual(first.reason, 'até logo');

  const theirs = await open();
  theirs.send('close me');
  const second = await theirs.closed;
  assert.strictEqual(second.code, 1013);
  assert.strictEqual(second.reason, 'try again later');

  const large = await open();
  large.onerror = () => {};
  large.send('x'.repeat(1000001));
  assert.strictEqual((await large.closed).code, 1009);
  console.log('closing');
}

(async () => {
  const socket = await open();
  await echoes(socket);
  await many(socket);
  if (Ws) await fragments(socket);
  socket.close();
  assert.ok([1000, 1005].includes((await socket.closed).code));
  await closing();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});

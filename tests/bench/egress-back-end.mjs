// SPDX-License-Identifier: LGPL-2.1-or-later
// The job of calld's egress as a Node back end does it: ws, a WAV file for each track, a block every two
// seconds, a line of log, a post of each block. Written for the comparison in egress-bench.
//
// usage: node egress-back-end.mjs DIRECTORY   (prints its port; POST_URL: where blocks are posted)

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../clients/', import.meta.url));
const { WebSocketServer } = require('ws');

if (process.argv[2] === '--check') process.exit(0);

const directory = process.argv[2];
const postUrl = process.env.POST_URL;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

function header(rate, channels, bytes) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * 2, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

function post(block, query) {
  const request = http.request(`${postUrl}?${query}`, {
    method: 'POST',
    agent,
    headers: { 'Content-Type': 'audio/L16; rate=48000; channels=1', 'Content-Length': block.length },
  });
  request.on('error', () => {});
  request.on('response', response => response.resume());
  request.end(block);
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket, request) => {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const folder = path.join(directory, query.get('meetingId'));
  fs.mkdirSync(folder, { recursive: true });
  const name = path.join(folder, `${query.get('trackId')}.wav`);
  const file = fs.openSync(name, 'w');
  const sidecar = fs.openSync(`${name}.jsonl`, 'w');
  const blockBytes = 48000 * 2 * 2;
  let chunks = [];
  let length = 0;
  let total = 0;
  let muted = false;
  let pending = Promise.resolve();

  fs.writeSync(file, header(48000, 1, 0), 0, 44, 0);

  // One write after the other, in the background, as a careful author would.
  function flush() {
    if (length === 0) return;
    const block = Buffer.concat(chunks, length);
    const at = total;
    chunks = [];
    length = 0;
    total += block.length;
    let sum = 0;
    for (let i = 0; i + 1 < block.length; i += 2) {
      const sample = block.readInt16LE(i);
      sum += sample * sample;
    }
    const rms = 10 * Math.log10(sum / (block.length / 2) / 2 ** 30);
    const sha256 = crypto.createHash('sha256').update(block).digest('hex');
    const line = JSON.stringify({ type: 'block', offset: at, bytes: block.length, rms, sha256 });
    pending = pending.then(async () => {
      await new Promise(done => fs.write(file, block, 0, block.length, 44 + at, done));
      await new Promise(done => fs.write(file, header(48000, 1, at + block.length), 0, 44, 0, done));
      await new Promise(done => fs.write(sidecar, `${line}\n`, done));
    });
    if (postUrl) post(block, `meetingId=${query.get('meetingId')}&track=${query.get('trackId')}`);
  }

  socket.on('message', (data, isBinary) => {
    if (!isBinary) {
      muted = JSON.parse(data).muted === true;
      return;
    }
    if (muted) return;
    chunks.push(data);
    length += data.length;
    if (length >= blockBytes) flush();
  });
  socket.on('close', () => {
    flush();
    pending.then(() => {
      fs.writeSync(sidecar, '{"type":"close"}\n');
      fs.closeSync(file);
      fs.closeSync(sidecar);
    });
  });
});
server.on('listening', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));

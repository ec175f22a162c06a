// SPDX-License-Identifier: LGPL-2.1-or-later
// One keep-alive connection, in turn for libsoup and for the reactor, plain and over TLS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { equal, need, ok, once, run, startServer, test } from './harness.mjs';

const { io } = await need('socket.io-client');
const { WebSocket } = await need('ws');
const quiet = ['--ping-interval', '25000', '--ping-timeout', '20000'];

const directory = mkdtempSync(join(tmpdir(), 'hub-tls-'));
process.on('exit', () => rmSync(directory, { recursive: true }));
const certificate = join(directory, 'cert.pem');
const key = join(directory, 'key.pem');
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
  '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate], { stdio: 'ignore' });

function ask(module, agent, port, method, path, body = '') {
  return new Promise((resolve, reject) => {
    const request = module.request({ agent, port, method, path, host: '127.0.0.1', rejectUnauthorized: false,
      headers: body ? { 'content-length': Buffer.byteLength(body) } : {} }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, text, socket: request.socket }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

for (const [name, module, scheme, options] of [
  ['plain', http, 'http', []],
  ['TLS', https, 'https', ['--certificate', certificate, '--key', key]],
]) {
  test(`${name}: a hundred requests on one connection`, async () => {
    const server = await startServer('socketio', ...quiet, ...options);
    const agent = new module.Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set();
    for (let i = 0; i < 50; i++) {
      const page = await ask(module, agent, server.port, 'POST', '/page', 'x'.repeat(i * 997));
      equal(page.status, 200, 'libsoup');
      const poll = await ask(module, agent, server.port, 'GET', '/socket.io/?EIO=4&transport=polling');
      ok(poll.text.startsWith('0{'), 'reactor');
      sockets.add(page.socket);
      sockets.add(poll.socket);
    }
    equal(sockets.size, 1, 'connections');
    agent.destroy();
    await server.stop();
  });

  test(`${name}: socket.io-client over each transport`, async () => {
    const server = await startServer('socketio', ...quiet, ...options);
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      const socket = io(`${scheme}://127.0.0.1:${server.port}`, { transports, forceNew: true, rejectUnauthorized: false });
      socket.on('connect_error', (error) => console.log(`# ${error}`));
      await once(socket, 'connect');
      const large = 'L'.repeat(300000);
      socket.emit('message', large, Buffer.alloc(100000, 1));
      const [text, bytes] = await once(socket, 'message-back');
      equal([text.length, bytes.length], [300000, 100000], transports.join());
      socket.disconnect();
    }
    await server.stop();
  });
}

test('TLS: three hundred clients, and some that talk nonsense', async () => {
  const server = await startServer('engineio', ...quiet, '--certificate', certificate, '--key', key);
  const url = `wss://127.0.0.1:${server.port}/engine.io/?EIO=4&transport=websocket`;
  const sockets = Array.from({ length: 300 }, () => new WebSocket(url, { rejectUnauthorized: false }));
  for (let i = 0; i < 20; i++)
    http.get({ port: server.port, host: '127.0.0.1' }).on('error', () => {});
  await Promise.all(sockets.map((ws) => once(ws, 'message')));
  const echoes = sockets.map((ws, i) => once(ws, 'message').then(([data]) => equal(data.toString(), `4number ${i}`, 'echo')));
  sockets.forEach((ws, i) => ws.send(`4number ${i}`));
  await Promise.all(echoes);
  sockets.forEach((ws) => ws.terminate());
  await server.stop();
}, 40000);

test('TLS: a handshake that stops halfway is cut off, and holds up nobody', async () => {
  const server = await startServer('engineio', ...quiet, '--head-timeout', '300', '--certificate', certificate, '--key', key);
  const hello = Buffer.from('16030100c8010000c40303', 'hex'); // the first bytes of a ClientHello
  const stalled = Array.from({ length: 50 }, () => net.connect(server.port, '127.0.0.1', function () { this.write(hello); }));
  const closed = stalled.map((socket) => new Promise((resolve) => socket.on('close', resolve).on('error', () => {})));
  const began = Date.now();
  const answer = await ask(https, undefined, server.port, 'GET', '/engine.io/?EIO=4&transport=polling');
  equal(answer.status, 200, 'the others are served');
  await Promise.all(closed);
  ok(Date.now() - began >= 250, 'after its time');
  await server.stop();
});

await run();

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { PeerRelay } from '../../../data/web/assets/peerjs.js';
import { SocketClient } from '../../../data/web/assets/socketio.js';
import { FakeSocket, FakeTimers } from './fakes.js';

const OPEN = '0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
const timers = new FakeTimers();
timers.install();
globalThis.WebSocket = FakeSocket;

beforeEach(() => {
  FakeSocket.made = [];
});

const feed = (text) => FakeSocket.last.onmessage({ data: text });

function online() {
  const client = new SocketClient('ws://x/socket.io/', () => 'secret');
  client.connect();
  feed(OPEN);
  feed('40{"sid":"y"}');
  return client;
}

test('signing in, events, pings', () => {
  const client = new SocketClient('ws://x/socket.io/', () => 'secret');
  const states = [];
  const events = [];
  client.on('state', (state) => states.push(state));
  client.on('event', (...event) => events.push(event));
  client.connect();
  client.connect();
  assert.equal(FakeSocket.made.length, 1);
  assert.equal(FakeSocket.last.url, 'ws://x/socket.io/?EIO=4&transport=websocket');
  feed(OPEN);
  feed('40{"sid":"y"}');
  feed('2');
  feed('42["hello",{"a":1}]');
  feed('garbage');
  feed('42{"not":"an array"}');
  assert.deepEqual(FakeSocket.last.sent, ['40{"token":"secret"}', '3']);
  assert.deepEqual(states, ['connecting', 'online']);
  assert.deepEqual(events, [['hello', { a: 1 }]]);
  client.close();
  assert.equal(timers.pending, 0);
});

test('answers find their questions, late ones nobody', async () => {
  const client = online();
  const good = client.request('a', {});
  const bad = client.request('b', {});
  const lost = client.request('c', {});
  feed('432[{"ok":false,"error":{"code":"too_early","opensAt":"then"}}]');
  feed('431[{"ok":true,"generation":3}]');
  feed('4399[{"ok":true}]');
  assert.equal((await good).generation, 3);
  await assert.rejects(bad, (error) => error.code === 'too_early' && error.details.opensAt === 'then' && !error.passing);
  timers.advance(8000);
  await assert.rejects(lost, (error) => error.code === 'timed_out' && error.passing);
  client.close();
  await assert.rejects(client.request('d', {}), { code: 'network' });
});

test('a lost connection fails what waits, and comes back', async () => {
  const client = online();
  const waiting = client.request('a', {});
  FakeSocket.last.onclose();
  await assert.rejects(waiting, { code: 'network' });
  assert.equal(client.state, 'reconnecting');
  timers.advance(1500);
  assert.equal(FakeSocket.made.length, 2);
  FakeSocket.last.onclose();
  client.hurry();
  assert.equal(FakeSocket.made.length, 3);
  feed(OPEN);
  feed('40{"sid":"z"}');
  assert.equal(client.state, 'online');
  client.close();
  timers.advance(60000);
  assert.equal(FakeSocket.made.length, 3);
});

test('a server that went silent is left', () => {
  const client = online();
  timers.advance(44000);
  assert.equal(client.state, 'online');
  feed('2');
  timers.advance(44000);
  assert.equal(client.state, 'online');
  const dead = FakeSocket.last;
  timers.advance(1000);
  assert.equal(client.state, 'reconnecting');
  assert.ok(dead.closed);
  client.close();
});

test('a handshake that never comes is given up', () => {
  const client = new SocketClient('ws://x/socket.io/', () => 'secret');
  client.connect();
  timers.advance(10000);
  assert.ok(FakeSocket.made[0].closed);
  assert.equal(client.state, 'reconnecting');
  timers.advance(1500);
  assert.equal(FakeSocket.made.length, 2);
  client.close();
});

test('a refused token is not tried again', () => {
  const client = new SocketClient('ws://x/socket.io/', () => 'old');
  client.connect();
  feed(OPEN);
  feed('44{"message":"unauthorized","data":{"code":"unauthorized"}}');
  assert.equal(client.state, 'refused');
  timers.advance(60000);
  assert.equal(FakeSocket.made.length, 1);
  client.connect();
  assert.equal(FakeSocket.made.length, 2);
  client.close();
});

test('a server that drains says when to come back', () => {
  const client = online();
  feed('42["server_draining",{"reconnectAfterMs":10000}]');
  FakeSocket.last.onclose();
  timers.advance(4999);
  assert.equal(FakeSocket.made.length, 1);
  timers.advance(10002);
  assert.equal(FakeSocket.made.length, 2);
  client.close();
});

test('the relay keeps the newest 64 messages while it is away', () => {
  const relay = new PeerRelay('ws://x/peerjs', 'me');
  relay.connect();
  for (let number = 0; number < 100; number++)
    relay.send('CANDIDATE', 'you', { number });
  FakeSocket.last.onopen();
  const numbers = FakeSocket.last.sent.map((text) => JSON.parse(text).payload.number);
  assert.equal(numbers.length, 64);
  assert.deepEqual([numbers[0], numbers[63]], [36, 99]);
  timers.advance(5000);
  assert.equal(FakeSocket.last.sent.at(-1), '{"type":"HEARTBEAT"}');
  relay.close();
  assert.equal(timers.pending, 0);
});

test('the relay comes back with the same id and token', () => {
  const relay = new PeerRelay('ws://x/peerjs', 'me');
  const heard = [];
  relay.on('message', (message) => heard.push(message));
  relay.connect();
  FakeSocket.last.onopen();
  const { url } = FakeSocket.last;
  FakeSocket.last.onclose();
  timers.advance(1500);
  assert.equal(FakeSocket.made.length, 2);
  assert.equal(FakeSocket.last.url, url);
  FakeSocket.last.onopen();
  feed('{"type":"OPEN"}');
  feed('{"type":"OFFER","src":"you","payload":{"sdp":{}}}');
  assert.deepEqual(heard, [{ type: 'OFFER', src: 'you', payload: { sdp: {} } }]);
  relay.renew();
  timers.advance(0);
  assert.equal(FakeSocket.made.length, 3);
  relay.close();
});

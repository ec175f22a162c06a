/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from '../../../data/web/assets/backoff.js';
import { connectionId, generationOf, parseRelay } from '../../../data/web/assets/peerjs.js';
import { encodeConnect, encodeEvent, parseOpen, parsePacket } from '../../../data/web/assets/socketio-codec.js';

test('the open packet', () => {
  const text = '0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
  assert.deepEqual(parseOpen(text), { pingInterval: 25000, pingTimeout: 20000 });
  for (const bad of ['0', '0{', '0[]', '0{"pingInterval":0,"pingTimeout":1}', '2', '', '0null'])
    assert.equal(parseOpen(bad), null, bad);
});

test('packets of the server', () => {
  assert.deepEqual(parsePacket('0{"sid":"y"}'), { kind: 'connect', id: null, data: { sid: 'y' } });
  assert.deepEqual(parsePacket('1'), { kind: 'disconnect', id: null, data: undefined });
  assert.deepEqual(parsePacket('2["hi",{"a":1}]'), { kind: 'event', id: null, data: ['hi', { a: 1 }] });
  assert.deepEqual(parsePacket('312[{"ok":true}]'), { kind: 'ack', id: 12, data: [{ ok: true }] });
  assert.deepEqual(parsePacket('4{"message":"no"}'), { kind: 'connect_error', id: null, data: { message: 'no' } });
  assert.deepEqual(parsePacket('2["two\\nlines"]').data, ['two\nlines']);
});

test('broken packets are refused', () => {
  const bad = ['', '5', '51-["a"]', '6', '9[]', 'x', '2', '2{}', '2[]', '2[1]', '2["a"', '3[]', '3', '4', '4[]', '1x',
    '0[]', '0"x"', '2/admin,["a"]', '2["a"]tail'];
  for (const text of bad)
    assert.equal(parsePacket(text), null, text);
});

test('packets of ours', () => {
  assert.equal(encodeConnect({ token: 't' }), '40{"token":"t"}');
  assert.equal(encodeEvent('hi', { a: 1 }), '42["hi",{"a":1}]');
  assert.equal(encodeEvent('hi', { a: 1 }, 0), '420["hi",{"a":1}]');
});

test('a connection id belongs to one call and one generation', () => {
  assert.equal(generationOf(connectionId('c1', 12), 'c1'), 12);
  for (const bad of ['mc_c1_', 'mc_c1_0', 'mc_c1_1x', 'mc_c1_-1', 'mc_c2_1', 'c1_1', '', null, 7, undefined])
    assert.equal(generationOf(bad, 'c1'), null, String(bad));
});

test('only media signalling passes the relay', () => {
  assert.deepEqual(parseRelay('{"type":"OFFER","src":"a","payload":{"x":1},"dst":"b"}'), { type: 'OFFER', src: 'a', payload: { x: 1 } });
  for (const bad of ['', '{', 'null', '[]', '{"type":"OPEN"}', '{"type":"OFFER","payload":{}}', '{"type":"LEAVE","src":"a","payload":{}}', '{"type":"ANSWER","src":"a"}'])
    assert.equal(parseRelay(bad), null, bad);
});

test('waiting before the next attempt', () => {
  assert.equal(backoff(0, 0.5), 1000);
  assert.equal(backoff(0, 0), 500);
  assert.equal(backoff(1, 0.5), 2000);
  assert.equal(backoff(2, 0.5), 4000);
  assert.equal(backoff(3, 0.5), 5000);
  assert.equal(backoff(1e9, 0.999), 5000);
});

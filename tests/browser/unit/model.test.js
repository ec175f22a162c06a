/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkExpiry, parseAppointment, phaseOf } from '../../../data/web/assets/appointment.js';
import { openCall } from '../../../data/web/assets/call.js';
import { constraintsFor, deviceState } from '../../../data/web/assets/devices.js';
import { initials } from '../../../data/web/assets/dom.js';
import { readProgress, takeLink } from '../../../data/web/assets/entry.js';
import { levelOf } from '../../../data/web/assets/level.js';
import { Liveness } from '../../../data/web/assets/liveness.js';
import { countInbound } from '../../../data/web/assets/peer.js';
import { chooseView } from '../../../data/web/assets/route.js';
import { SafeStorage } from '../../../data/web/assets/storage.js';
import { uuid } from '../../../data/web/assets/uuid.js';
import './fakes.js';

const WIRE = {
  id: 'a1', status: 'scheduled', scheduledAt: '2026-03-02T14:00:00.000Z', durationMinutes: 30,
  opensAt: '2026-03-02T13:50:00.000Z', closesAt: '2026-03-02T14:45:00.000Z',
  doctor: { id: 'd', name: 'Dra. Ana Lima', role: 'doctor' }, patient: { id: 'p', name: 'Maria', role: 'patient' },
  conversationId: 'g', waiting: [{ userId: 'd', role: 'doctor', since: '2026-03-02T13:59:00.000Z' }],
};
const NOW = Date.parse('2026-03-02T13:55:00Z');

function memory() {
  const map = new Map();
  return new SafeStorage(() => ({
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: (key) => map.delete(key),
  }));
}

test('an appointment is parsed at the border', () => {
  const appointment = parseAppointment(WIRE);
  assert.equal(appointment.endsAt - appointment.scheduledAt, 30 * 60000);
  assert.deepEqual(appointment.waiting, ['d']);
  assert.equal(appointment.call, null);
  for (const bad of [null, {}, { ...WIRE, status: 'odd' }, { ...WIRE, opensAt: 'soon' }, { ...WIRE, id: '' }])
    assert.equal(parseAppointment(bad), null);
});

test('phases of an appointment', () => {
  const phase = (changes, now) => phaseOf(parseAppointment({ ...WIRE, ...changes }), now);
  assert.equal(phase({}, Date.parse(WIRE.opensAt) - 1), 'early');
  assert.equal(phase({}, Date.parse(WIRE.opensAt)), 'open');
  assert.equal(phase({ status: 'in_progress' }, Date.parse(WIRE.closesAt)), 'open');
  assert.equal(phase({}, Date.parse(WIRE.closesAt) + 1), 'late');
  for (const status of ['completed', 'cancelled', 'rescheduled', 'no_show'])
    assert.equal(phase({ status }, NOW), status);
});

test('which view is due', () => {
  const appointment = parseAppointment(WIRE);
  const view = (model, now = NOW) => chooseView({ appointment, problem: null, call: null, farewell: null, begun: true, checked: true, ...model }, now);
  assert.equal(view({ problem: {} }), 'problem');
  assert.equal(view({ appointment: null }), 'loading');
  assert.equal(view({ begun: false, checked: false }), 'welcome');
  assert.equal(view({ checked: false }), 'devices');
  assert.equal(view({}), 'waiting');
  assert.equal(view({}, Date.parse(WIRE.closesAt) + 1), 'closed');
  assert.equal(view({ farewell: {} }, Date.parse(WIRE.closesAt) + 1), 'goodbye');
  const calls = { ringing_in: 'ringing', ringing_out: 'calling', connecting: 'call', in_call: 'call', ending: 'call', ended: 'waiting', error: 'waiting', idle: 'waiting' };
  for (const [state, expected] of Object.entries(calls))
    assert.equal(view({ call: { state } }), expected, state);
  assert.equal(view({ call: { state: 'ringing_in' }, farewell: {}, begun: false }), 'ringing');
});

test('what can be done with the call of an appointment', () => {
  const call = (changes) => ({ callId: 'c', state: 'active', callerId: 'd', calleeId: 'p', generation: 2, peers: { d: 'x' }, ...changes });
  const open = (value) => openCall(parseAppointment({ ...WIRE, call: value }));
  assert.equal(open(undefined), null);
  assert.equal(open(call({})), 'rejoin');
  assert.equal(open(call({ state: 'accepted' })), 'rejoin');
  assert.equal(open(call({ state: 'ringing' })), 'ringing');
  assert.equal(open(call({ state: 'ringing', callerId: 'p', calleeId: 'd' })), 'mine');
});

test('a link tells when it expires, and nonsense does not', () => {
  const body = Buffer.from(JSON.stringify({ exp: 1700000000, name: 'çã' })).toString('base64url');
  assert.equal(linkExpiry(`x.${body}.y`), 1700000000000);
  for (const bad of ['', 'x', 'a.b.c', `x.${Buffer.from('{}').toString('base64url')}.y`])
    assert.equal(linkExpiry(bad), null);
});

test('the link leaves the address bar and stays in the tab', () => {
  const storage = memory();
  const changes = [];
  const history = { replaceState: (state, title, path) => changes.push(path) };
  assert.equal(takeLink({ hash: '', pathname: '/join' }, history, storage), null);
  assert.equal(takeLink({ hash: '#abc', pathname: '/join' }, history, storage), 'abc');
  assert.deepEqual(changes, ['/join']);
  storage.set('call.progress', '{"begun":true}');
  assert.equal(takeLink({ hash: '', pathname: '/join' }, history, storage), 'abc');
  takeLink({ hash: '#abc', pathname: '/join' }, history, storage);
  assert.equal(readProgress(storage).begun, true);
  takeLink({ hash: '#other', pathname: '/join' }, history, storage);
  assert.equal(readProgress(storage).begun, false);
  storage.set('call.progress', 'broken');
  assert.equal(readProgress(storage).callId, null);
});

test('storage that is forbidden is no storage', () => {
  const storage = new SafeStorage(() => {
    throw new Error('forbidden');
  });
  storage.set('a', 'b');
  storage.remove('a');
  assert.equal(storage.get('a'), null);
});

test('faults of devices', () => {
  const state = (name) => deviceState(Object.assign(new Error(), { name }));
  assert.equal(state('NotAllowedError'), 'denied');
  assert.equal(state('NotFoundError'), 'missing');
  assert.equal(state('OverconstrainedError'), 'missing');
  assert.equal(state('NotReadableError'), 'in_use');
  assert.equal(state('Whatever'), 'failed');
  assert.equal(constraintsFor('camera', '').video.facingMode, 'user');
  assert.deepEqual(constraintsFor('camera', 'x').video.deviceId, { exact: 'x' });
});

test('a peer connection lives, stalls, and is lost', () => {
  const liveness = new Liveness(0);
  const feed = (now, packets, audio = packets, failed = false) => liveness.feed(now, { packets, audio, failed });
  assert.equal(feed(9999, 0), null);
  assert.equal(feed(9999.5, 1), 'flowing');
  assert.equal(feed(12000, 1), null);
  assert.equal(feed(13000, 1), 'stalled');
  assert.equal(feed(14000, 1), null);
  assert.equal(feed(15000, 2), 'flowing');
  assert.equal(feed(18000, 2), 'stalled');
  assert.equal(feed(21000, 2), 'lost');
  assert.equal(feed(22000, 9), null);
});

test('a connection that never comes is lost, a failed one at once', () => {
  assert.equal(new Liveness(0).feed(10000, { packets: 0, audio: 0, failed: false }), 'lost');
  assert.equal(new Liveness(0).feed(1, { packets: 0, audio: 0, failed: true }), 'lost');
});

test('silence is noticed while pictures come', () => {
  const liveness = new Liveness(0);
  liveness.feed(0, { packets: 1, audio: 1 });
  liveness.feed(2900, { packets: 5, audio: 1 });
  assert.equal(liveness.isSilent(2900), false);
  assert.equal(liveness.isSilent(3000), true);
  liveness.feed(3100, { packets: 9, audio: 2 });
  assert.equal(liveness.isSilent(3100), false);
});

test('packets are summed from the statistics', () => {
  const report = new Map([
    ['1', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 3 }],
    ['2', { type: 'inbound-rtp', kind: 'video', packetsReceived: 4 }],
    ['3', { type: 'outbound-rtp', kind: 'video', packetsSent: 5 }],
  ]);
  assert.deepEqual(countInbound(report), { packets: 7, audio: 3 });
});

test('levels', () => {
  assert.equal(levelOf(new Float32Array(64)), 0);
  assert.equal(levelOf(new Float32Array(64).fill(1)), 1);
  assert.ok(Math.abs(levelOf(new Float32Array(64).fill(0.0316)) - 0.5) < 0.01);
  assert.equal(levelOf([]), 0);
});

test('initials', () => {
  assert.equal(initials('Dra. Ana Beatriz Lima'), 'AL');
  assert.equal(initials('Maria'), 'M');
  assert.equal(initials(''), '');
});

test('uuids', () => {
  assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(uuid(), uuid());
});

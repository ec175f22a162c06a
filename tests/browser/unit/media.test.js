/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Call } from '../../../data/web/assets/call.js';
import { Emitter } from '../../../data/web/assets/emitter.js';
import { ApiError } from '../../../data/web/assets/errors.js';
import { MediaLink } from '../../../data/web/assets/media-link.js';
import { connectionId } from '../../../data/web/assets/peerjs.js';
import { FakeConnection, FakeRelay, FakeTimers, settle } from './fakes.js';

const timers = new FakeTimers();
timers.install();
globalThis.RTCPeerConnection = FakeConnection;
globalThis.RTCRtpReceiver = {};
globalThis.MediaStream = class {
  addTrack() {}
};

let relay;
let posts;
let answers;
let sent;
let services;

beforeEach(() => {
  FakeConnection.made = [];
  relay = new FakeRelay();
  posts = [];
  answers = {};
  sent = [];
  const devices = Object.assign(new Emitter(), { track: (kind) => ({ kind }), sends: { audio: true, video: true } });
  services = {
    relay,
    devices,
    appointmentId: 'a',
    ice: { get: async () => [] },
    ringer: { start() {}, stop() {} },
    socket: { send: (name, content) => sent.push({ name, content }), request: async () => ({}) },
    api: {
      call: async (id, verb, body) => {
        posts.push({ verb, body });
        const answer = answers[verb] ?? {};
        if (answer instanceof Error)
          throw answer;
        return answer;
      },
    },
  };
});

const offer = (generation, src = 'you') =>
  relay.emit('message', { type: 'OFFER', src, payload: { sdp: { type: 'offer', sdp: 'v=0' }, connectionId: connectionId('c', generation) } });
const candidate = (generation, number, src = 'you') =>
  relay.emit('message', { type: 'CANDIDATE', src, payload: { candidate: { candidate: `c${number}`, sdpMid: '0', sdpMLineIndex: 0 }, connectionId: connectionId('c', generation) } });

async function linkAt(generation, offering) {
  const link = new MediaLink(services, () => {});
  link.otherPeer = 'you';
  await link.start('c', generation, offering);
  await settle();
  return link;
}

test('the caller offers with the number of the generation', async () => {
  const link = await linkAt(3, true);
  const [{ type, dst, payload }] = relay.sent;
  assert.equal(type, 'OFFER');
  assert.equal(dst, 'you');
  assert.deepEqual(payload.metadata, { appointmentId: 'a', callId: 'c', generation: 3 });
  assert.equal(payload.connectionId, 'mc_c_3');
  link.dispose();
});

test('signalling of a generation that is still to come waits for it', async () => {
  const link = await linkAt(1, false);
  offer(2);
  candidate(2, 1);
  assert.equal(FakeConnection.last.remote, undefined);
  await link.start('c', 2, false);
  await settle();
  assert.equal(FakeConnection.made.length, 2);
  assert.ok(FakeConnection.made[0].closed);
  assert.equal(FakeConnection.last.remote.type, 'offer');
  assert.equal(FakeConnection.last.candidates.length, 1);
  assert.deepEqual(relay.sent.map(({ type }) => type), ['ANSWER']);
  link.dispose();
});

test('older generations, strangers and other calls are dropped', async () => {
  const link = await linkAt(2, false);
  offer(1);
  offer(2, 'stranger');
  relay.emit('message', { type: 'OFFER', src: 'you', payload: { sdp: { sdp: 'v=0' }, connectionId: 'mc_other_2' } });
  relay.emit('message', { type: 'OFFER', src: 'you', payload: { connectionId: 'mc_c_2' } });
  await settle();
  assert.equal(FakeConnection.last.remote, undefined);
  link.dispose();
});

test('early signalling is bounded: the newest 64 are kept', async () => {
  const link = await linkAt(1, false);
  offer(2);
  for (let number = 0; number < 100; number++)
    candidate(2, number);
  await link.start('c', 2, false);
  offer(2);
  await settle();
  assert.deepEqual([FakeConnection.last.candidates.length, FakeConnection.last.candidates[0].candidate], [64, 'c36']);
  link.dispose();
});

test('candidates before the description are bounded: the first 100 are kept', async () => {
  const link = await linkAt(1, false);
  for (let number = 0; number < 150; number++)
    candidate(1, number);
  offer(1);
  await settle();
  assert.deepEqual([FakeConnection.last.candidates.length, FakeConnection.last.candidates.at(-1).candidate], [100, 'c99']);
  link.dispose();
});

const PATIENT = { id: 'p', name: 'Maria' };
const DOCTOR = { id: 'd', name: 'Ana' };
const newCall = () => new Call(services, { id: 'a', patient: PATIENT, doctor: DOCTOR });

test('nobody answers: after 30 s the call is cancelled', async () => {
  answers.request = { callId: 'c' };
  const call = newCall();
  call.request();
  await settle();
  timers.advance(29999);
  assert.equal(call.state, 'ringing_out');
  timers.advance(1);
  assert.deepEqual([call.state, call.reason], ['ended', 'no_answer']);
  assert.deepEqual(posts.map(({ verb }) => verb), ['request', 'cancel']);
  assert.equal(timers.pending, 0);
});

test('an answer that was on its way before the call existed does not end it', async () => {
  answers.request = { callId: 'c' };
  const call = newCall();
  const before = performance.now();
  call.request();
  await settle();
  call.reconcile(null, before);
  assert.equal(call.state, 'ringing_out');
  call.reconcile({ id: 'c', state: 'ringing', generation: 1, peers: {} }, performance.now());
  assert.equal(call.state, 'ringing_out');
  call.reconcile(null, performance.now());
  assert.deepEqual([call.state, call.reason], ['ended', 'gone']);
});

test('an acceptance that was missed is caught up with', async () => {
  answers.request = { callId: 'c' };
  const call = newCall();
  call.request();
  await settle();
  call.reconcile({ id: 'c', state: 'accepted', generation: 1, peers: { p: 'me', d: 'you' } }, performance.now());
  await settle();
  assert.equal(call.state, 'connecting');
  assert.equal(relay.sent[0].type, 'OFFER');
  call.leave();
  await settle();
});

test('a call given up before the server had named it is cancelled when it does', async () => {
  answers.request = { callId: 'c' };
  const call = newCall();
  call.request();
  call.cancel();
  assert.equal(call.state, 'ended');
  await settle();
  assert.deepEqual(posts.map(({ verb, body }) => [verb, body.callId]), [['request', undefined], ['cancel', 'c']]);
});

test('both called at once: ours is refused, theirs is accepted', async () => {
  answers.request = new ApiError('busy');
  answers.accept = { callId: 'c', peerId: 'you', generation: 1 };
  const call = newCall();
  call.request();
  call.ring('c', 'you');
  await settle();
  assert.deepEqual([call.state, call.caller], ['connecting', false]);
  assert.deepEqual(posts.map(({ verb }) => verb), ['request', 'accept']);
  call.leave();
  await settle();
  assert.equal(call.state, 'ended');
});

test('accepting is tried again while the network is away', async () => {
  answers.accept = new ApiError('network');
  const call = newCall();
  call.ring('c', 'you');
  call.answer();
  await settle();
  answers.accept = { callId: 'c', peerId: 'you', generation: 1 };
  timers.advance(2000);
  await settle();
  assert.equal(FakeConnection.made.length, 1);
  call.leave();
  await settle();
});

test('another device answered, or the call is over: the page says which', async () => {
  for (const [code, reason] of [['conflict', 'elsewhere'], ['wrong_state', 'cancelled'], ['forbidden', 'forbidden']]) {
    answers.accept = new ApiError(code);
    const call = newCall();
    call.ring('c', 'you');
    call.answer();
    await settle();
    assert.ok(call.over);
    assert.equal(call.reason, reason);
  }
});

test('the same patient joins elsewhere: this page lets go and does not fight for the call', async () => {
  answers.accept = { callId: 'c', peerId: 'you', generation: 1 };
  const call = newCall();
  call.ring('c', 'you');
  call.answer();
  await settle();
  call.feed('media_flowing');
  call.handle('AppointmentCallRejoined', { callId: 'c', by: PATIENT, peerId: 'me', generation: 2 });
  assert.equal(call.state, 'in_call');
  call.handle('AppointmentCallRejoined', { callId: 'c', by: PATIENT, peerId: 'my phone', generation: 2 });
  assert.deepEqual([call.state, call.reason], ['ended', 'elsewhere']);
  await settle();
  assert.ok(!posts.some(({ verb }) => verb === 'leave' || verb === 'rejoin'));
});

test('events of other calls change nothing, repeated ones nothing more', async () => {
  answers.accept = { callId: 'c', peerId: 'you', generation: 1 };
  const call = newCall();
  call.ring('c', 'you');
  call.answer();
  await settle();
  call.feed('media_flowing');
  call.handle('AppointmentCallEnded', { callId: 'other', reason: 'hang_up' });
  call.handle('AppointmentCallRejoined', { callId: 'c', by: DOCTOR, peerId: 'you2', generation: 2 });
  call.handle('AppointmentCallRejoined', { callId: 'c', by: DOCTOR, peerId: 'you2', generation: 2 });
  await settle();
  assert.equal(FakeConnection.made.length, 2);
  assert.deepEqual([call.state, call.reconnecting, call.generation], ['in_call', true, 2]);
  call.handle('AppointmentCallEnded', { callId: 'c', reason: 'hang_up', status: 'completed' });
  call.handle('AppointmentCallEnded', { callId: 'c', reason: 'failed', status: 'scheduled' });
  assert.deepEqual([call.reason, call.visitStatus], ['hang_up', 'completed']);
  assert.equal(timers.pending, 0);
});

test('media that never comes: five generations, then the sentence', async () => {
  answers.accept = { callId: 'c', peerId: 'you', generation: 1 };
  const call = newCall();
  call.ring('c', 'you');
  call.answer();
  await settle();
  for (let generation = 2; !call.over && generation < 20; generation++) {
    answers.rejoin = { callId: 'c', generation, peers: { d: 'you' }, offer: false };
    FakeConnection.last.connectionState = 'failed';
    timers.advance(200);
    await settle();
  }
  assert.deepEqual([call.state, call.reason], ['error', 'no_media']);
  assert.equal(FakeConnection.made.length, 5);
  assert.ok(sent.some(({ name, content }) => name === 'call_error' && content.code === 'no_media'));
});

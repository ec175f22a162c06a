/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The other side of a call for tests: no looks, only what a clinician does, as functions on the window.
 * It is the page's own call code with the roles exchanged.
 */
import { Api } from '/assets/api.js';
import { Call, openCall } from '/assets/call.js';
import { Chat } from '/assets/chat.js';
import { Clock } from '/assets/clock.js';
import { Devices } from '/assets/devices.js';
import { IceServers } from '/assets/ice.js';
import { PeerRelay } from '/assets/peerjs.js';
import { SocketClient } from '/assets/socketio.js';
import { parseAppointment } from '/assets/appointment.js';
import { SafeStorage } from '/assets/storage.js';
import { uuid } from '/assets/uuid.js';

const nothing = () => {};
const seen = [];
let services;
let appointment;
let call = null;
let chat;
const connections = [];
const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true });

const Original = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Original {
  constructor(...values) {
    super(...values);
    connections.push(this);
  }
};

function swapped(value) {
  const parsed = parseAppointment(value);
  return { ...parsed, patient: parsed.doctor, doctor: parsed.patient };
}

function newCall() {
  call = new Call(services, appointment);
  call.on('stream', (stream) => {
    video.srcObject = stream;
  });
  return call;
}

function onEvent(name, content) {
  seen.push({ name, content, at: performance.now() });
  if (name === 'AppointmentCallRequested' && content.from.id === appointment.doctor.id)
    newCall().ring(content.callId, content.peerId);
  else
    call?.handle(name, content);
  chat.handle(name, content);
}

async function start(token, id) {
  const clock = new Clock();
  const api = new Api(clock);
  api.token = token;
  appointment = swapped((await api.appointment(id)).appointment);
  const devices = new Devices(new SafeStorage(() => sessionStorage));
  const base = `ws://${location.host}`;
  const socket = new SocketClient(`${base}/socket.io/`, () => token);
  const relay = new PeerRelay(`${base}/peerjs`, uuid());
  services = { api, clock, devices, socket, relay, ice: new IceServers(api), appointmentId: id,
    ringer: { start: nothing, stop: nothing } };
  chat = new Chat(services, appointment, appointment.patient);
  const online = new Promise((resolve) => {
    socket.on('state', (state) => state === 'online' && resolve());
  });
  socket.on('event', onEvent);
  socket.on('state', (state) => state === 'online' && arrive(id));
  socket.connect();
  relay.connect();
  await devices.open();
  await online;
}

function arrive(id) {
  services.socket.send('subscribe', { channel: `appointments.${id}` });
  chat.refresh();
}

async function frames() {
  const report = await connections.at(-1)?.getStats() ?? new Map();
  let decoded = 0;
  report.forEach((entry) => {
    if (entry.type === 'inbound-rtp' && entry.kind === 'video')
      decoded += entry.framesDecoded ?? 0;
  });
  return decoded;
}

window.clinician = {
  start,
  seen,
  frames,
  call: () => newCall().request(),
  answer: () => call.answer(),
  decline: () => call.decline(),
  cancel: () => call.cancel(),
  leave: () => call.leave(),
  end: () => services.api.call(appointment.id, 'end', { callId: call.id, reason: 'hang_up' }),
  state: () => ({ state: call?.state, generation: call?.generation, otherLeft: call?.otherLeft, remote: call?.remote }),
  say: (text) => chat.send(text),
  messages: () => chat.messages.map(({ content, status, senderId }) => ({ content, status, mine: senderId === appointment.patient.id })),
  media: (audio, video) => services.socket.send('call_media', { appointmentId: appointment.id, callId: call.id, audio, video }),
  enter: () => services.socket.request('enter_waiting_room', { appointmentId: appointment.id }),
  exit: () => services.socket.request('leave_waiting_room', { appointmentId: appointment.id }),
  /* The path for media dies without a word; signalling goes on. */
  cutMedia: () => connections.at(-1).close(),
  canRejoin: async () => openCall(swapped((await services.api.appointment(appointment.id)).appointment)),
};

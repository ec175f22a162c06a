/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Api } from './api.js';
import { Call, openCall } from './call.js';
import { Chat } from './chat.js';
import { Clock } from './clock.js';
import { Devices, KINDS } from './devices.js';
import { IceServers } from './ice.js';
import { PeerRelay } from './peerjs.js';
import { Ringer } from './ringer.js';
import { SocketClient } from './socketio.js';
import { WakeLock } from './wake-lock.js';
import { chooseView } from './route.js';
import { linkExpiry, parseAppointment, phaseOf } from './appointment.js';
import { readProgress, takeLink, writeProgress } from './entry.js';
import { remembered, tabStorage } from './storage.js';
import { uuid } from './uuid.js';

const ENTER_RETRY_MS = 5000;
const OTHERS_MOST = 8;
const KEEP_AWAKE = ['waiting', 'calling', 'ringing', 'call'];
const NO_DEVICES = ['closed', 'problem'];

function socketUrl(path) {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}

/**
 * What the page knows and does, without any of its looks. `render` is called whenever something changed;
 * `announcer` says what must not be missed.
 */
export class App {
  #render;
  #announcer;
  #link = null;
  #entered = false;
  #enterAfter = 0;
  #others = new Map();
  #wakeLock = new WakeLock();
  #wasHere = null;
  #wasOnline = false;
  #lastCall = null;

  constructor(render, announcer) {
    this.#render = render;
    this.#announcer = announcer;
    this.clock = new Clock();
    this.api = new Api(this.clock);
    this.devices = new Devices(remembered);
    this.ringer = new Ringer();
    this.problem = null;
    this.appointment = null;
    this.call = null;
    this.chat = null;
    this.farewell = null;
    this.notice = null;
    this.stream = null;
    this.begun = false;
    this.checked = false;
    this.online = true;
    this.devices.on('change', () => this.#changed());
    this.devices.on('track', () => this.call?.sendMedia());
  }

  get now() {
    return this.clock.now();
  }

  get view() {
    return chooseView(this, this.now);
  }

  get doctorIsHere() {
    return this.appointment.waiting.includes(this.appointment.doctor.id);
  }

  /** True when the clinician is in a call of this appointment that the patient may (re)join. */
  get callIsOpen() {
    return openCall(this.appointment) === 'rejoin';
  }

  get canJoinAgain() {
    return phaseOf(this.appointment, this.now) === 'open';
  }

  /** The appointment that replaced this one, when we heard of it. */
  get replacement() {
    return this.#others.get(this.appointment.rescheduledTo) ?? null;
  }

  async start() {
    this.#link = takeLink(location, history, tabStorage);
    addEventListener('hashchange', () => location.hash.length > 1 && location.reload());
    setInterval(() => this.#tick(), 1000);
    if (this.#link === null)
      this.#setProblem('no_link');
    else
      await this.enter();
  }

  /** Signs in with the link; also the "try again" of the problem page. */
  async enter() {
    this.problem = null;
    this.#changed();
    try {
      await this.#signIn();
    } catch (error) {
      this.#setProblem(error.code, { until: linkExpiry(this.#link), passing: error.passing });
      return;
    }
    if (this.appointment)
      this.#connect();
    else
      this.#setProblem('protocol', { passing: true });
  }

  begin() {
    this.begun = true;
    this.ringer.unlock();
    this.devices.open();
    this.#save();
  }

  finishCheck() {
    this.checked = true;
    this.ringer.unlock();
    this.#save();
  }

  checkAgain() {
    this.checked = false;
    this.devices.setMuted(false);
    this.#openDevices(['idle', 'off']);
    this.#save();
  }

  leaveWaiting() {
    this.#sayGoodbye({ reason: 'left_waiting' });
  }

  /** From the goodbye page back: into the call that goes on, or to the waiting room. */
  joinAgain() {
    this.farewell = null;
    this.begun = true;
    this.checked = true;
    this.#openDevices();
    if (this.callIsOpen)
      this.joinCall();
    else
      this.#save();
  }

  requestCall() {
    this.notice = null;
    this.#newCall().request();
  }

  joinCall() {
    this.notice = null;
    this.#newCall().resume(this.appointment.call);
  }

  answer() {
    this.#openDevices();
    this.call.answer();
  }

  setMuted(muted) {
    this.devices.setMuted(muted);
    this.call?.sendMedia();
  }

  /** Tries once more to get a device that failed or was left out. */
  openDevice(kind) {
    this.devices.open([kind]);
  }

  setCamera(on) {
    this.devices.setCamera(on);
  }

  say(key, params) {
    this.#announcer.say(key, params);
  }

  async #signIn() {
    const progress = readProgress(tabStorage);
    const answer = await this.#resumeToken(progress) ?? await this.#join();
    this.appointment = parseAppointment(answer.appointment);
    this.begun = progress.begun;
    this.checked = progress.checked;
    this.#lastCall = progress.callId;
  }

  async #resumeToken({ token, appointmentId }) {
    if (!token || !appointmentId)
      return null;
    this.api.token = token;
    try {
      return await this.api.appointment(appointmentId);
    } catch (error) {
      if (error.passing)
        throw error;
      return null;
    }
  }

  async #join() {
    this.api.token = null;
    const answer = await this.api.join(this.#link);
    this.api.token = answer.token;
    return answer;
  }

  #connect() {
    const { id, patient } = this.appointment;
    this.socket ??= this.#makeSocket();
    this.relay ??= new PeerRelay(socketUrl('/peerjs'), uuid());
    this.ice ??= new IceServers(this.api);
    const { api, clock, devices, ice, relay, ringer, socket } = this;
    this.services = { api, clock, devices, ice, relay, ringer, socket, appointmentId: id };
    this.#makeChat(patient);
    this.socket.connect();
    this.relay.connect();
    this.#save();
    this.#catchUp();
  }

  #makeSocket() {
    const socket = new SocketClient(socketUrl('/socket.io/'), () => this.api.token);
    socket.on('state', (state) => this.#onSocket(state));
    socket.on('event', (name, content) => this.#onEvent(name, content));
    addEventListener('online', () => socket.hurry());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && socket.hurry());
    return socket;
  }

  #makeChat(patient) {
    if (this.chat || !this.appointment.conversationId)
      return;
    this.chat = new Chat(this.services, this.appointment, patient);
    this.chat.on('change', () => this.#changed());
    this.chat.on('arrived', () => {
      this.ringer.once('message');
      this.say('chat.arrived', { name: this.appointment.doctor.name });
    });
  }

  /* After a refresh: go on where this tab was. */
  #catchUp() {
    const open = openCall(this.appointment);
    const same = this.appointment.call?.id === this.#lastCall;
    if (this.begun)
      this.#openDevices();
    if (open === 'rejoin' && same)
      this.joinCall();
    else if (open === 'mine' && same)
      this.api.call(this.appointment.id, 'cancel', { callId: this.#lastCall }).catch(() => {});
    else if (open === 'ringing')
      this.#ring(this.appointment.call.id, this.appointment.call.peers[this.appointment.doctor.id]);
    this.#lastCall = null;
    this.#changed();
  }

  async #onSocket(state) {
    this.online = state === 'online' || state === 'connecting';
    this.#entered = false;
    if (state === 'online')
      await this.#cameOnline();
    else if (state === 'refused')
      await this.#renewToken();
    this.#changed();
  }

  async #cameOnline() {
    this.socket.send('subscribe', { channel: `appointments.${this.appointment.id}` });
    if (this.#wasOnline)
      this.relay.renew();
    this.#wasOnline = true;
    this.chat?.refresh();
    this.call?.sendMedia();
    await this.#refresh();
  }

  async #renewToken() {
    try {
      await this.#join();
      this.#save();
      this.socket.connect();
    } catch (error) {
      if (error.passing)
        setTimeout(() => this.#renewToken(), ENTER_RETRY_MS);
      else if (!this.call || this.call.over)
        this.#setProblem(error.code, { until: linkExpiry(this.#link), passing: false });
    }
  }

  async #refresh() {
    const asked = performance.now();
    try {
      const answer = await this.api.appointment(this.appointment.id);
      this.#learn(parseAppointment(answer.appointment), asked);
    } catch {
      /* The next event or reconnect brings it. */
    }
  }

  /* `asked` is when the server was asked; what it tells by itself has none, and says nothing of a call. */
  #learn(appointment, asked = null) {
    if (!appointment)
      return;
    if (appointment.id !== this.appointment.id) {
      this.#others.set(appointment.id, appointment);
      if (this.#others.size > OTHERS_MOST)
        this.#others.delete(this.#others.keys().next().value);
    } else {
      this.appointment = appointment;
      if (asked !== null)
        this.call?.reconcile(appointment.call, asked);
      if (openCall(appointment) === 'ringing' && appointment.call.id !== this.call?.id)
        this.#ring(appointment.call.id, appointment.call.peers[appointment.doctor.id]);
    }
    this.#changed();
  }

  #onEvent(name, content) {
    if (name === 'AppointmentUpdated')
      this.#learn(parseAppointment(content.appointment));
    else if (content.appointmentId === this.appointment.id)
      this.#onAppointmentEvent(name, content);
    else
      this.chat?.handle(name, content);
  }

  #onAppointmentEvent(name, content) {
    if (name === 'AppointmentCallRequested' && content.from?.id === this.appointment.doctor.id)
      this.#ring(content.callId, content.peerId, content.autoAccept === true);
    else if (name === 'AppointmentWaiting')
      this.#onWaiting(content);
    else if (this.call && !this.call.over && (this.call.id === null || content.callId === this.call.id))
      this.call.handle(name, content);
    else
      this.#refresh();
  }

  #onWaiting({ userId, waiting }) {
    const others = this.appointment.waiting.filter((id) => id !== userId);
    this.appointment.waiting = waiting ? [...others, userId] : others;
    this.#changed();
  }

  /** `autoAccept` comes from a server under development only. */
  #ring(callId, peerId, autoAccept = false) {
    if (this.call && !this.call.over) {
      if (this.call.state === 'ringing_out' && this.call.id === null)
        this.call.ring(callId, peerId);
      return;
    }
    this.notice = null;
    this.#newCall().ring(callId, peerId);
    this.#announcer.interrupt('ringing.announce', { name: this.appointment.doctor.name });
    if (autoAccept)
      this.answer();
  }

  #newCall() {
    const call = new Call(this.services, this.appointment);
    this.call = call;
    this.stream = null;
    call.on('change', () => this.#save());
    call.on('stream', (stream) => {
      this.stream = stream;
      this.#changed();
    });
    call.on('missed', () => this.#refresh());
    call.on('over', () => this.#onCallOver(call));
    return call;
  }

  #onCallOver(call) {
    this.appointment.call = null;
    if (call.hadMedia)
      this.#sayGoodbye({ reason: call.reason, status: call.visitStatus, seconds: call.seconds(this.now) });
    else
      this.notice = call.reason === 'cancelled_by_me' ? null : call.reason;
    this.#refresh();
    this.#save();
  }

  #sayGoodbye(farewell) {
    this.farewell = farewell;
    this.devices.close();
    this.#entered = false;
    this.socket.send('leave_waiting_room', { appointmentId: this.appointment.id });
    this.#save();
  }

  #openDevices(states = ['idle']) {
    const closed = KINDS.filter((kind) => states.includes(this.devices.state[kind]));
    if (closed.length > 0)
      this.devices.open(closed);
  }

  #setProblem(code, details = {}) {
    this.problem = { code, ...details };
    this.#changed();
  }

  #save() {
    const { begun, checked } = this;
    const callId = this.call && !this.call.over ? this.call.id : null;
    writeProgress(tabStorage, { begun, checked, callId, token: this.api.token, appointmentId: this.appointment?.id });
    this.#changed();
  }

  #tick() {
    this.#enterWaitingRoom();
    this.#render();
  }

  #changed() {
    this.#enterWaitingRoom();
    this.#tellPresence();
    this.#wakeLock.want(KEEP_AWAKE.includes(this.view));
    if (NO_DEVICES.includes(this.view) && this.devices.isOpen)
      this.devices.close();
    this.#render();
  }

  #tellPresence() {
    const here = this.view === 'waiting' ? this.doctorIsHere : null;
    if (here !== null && this.#wasHere !== null && here !== this.#wasHere)
      this.say(here ? 'waiting.here' : 'waiting.away', { name: this.appointment.doctor.name });
    this.#wasHere = here;
  }

  async #enterWaitingRoom() {
    if (this.#entered || this.view !== 'waiting' || this.socket.state !== 'online' || this.now < this.#enterAfter)
      return;
    if (phaseOf(this.appointment, this.now) !== 'open')
      return;
    this.#entered = true;
    const asked = performance.now();
    try {
      const answer = await this.socket.request('enter_waiting_room', { appointmentId: this.appointment.id });
      this.#learn(parseAppointment(answer.appointment), asked);
    } catch (error) {
      this.#entered = false;
      this.#enterAfter = this.now + ENTER_RETRY_MS;
      if (!error.passing)
        this.#refresh();
    }
  }
}

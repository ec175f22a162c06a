/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el, icon, setIcon, setLabel, setText, show } from '../dom.js';
import { clockText } from '../times.js';
import { Callout, SelfView, avatar } from './parts.js';
import { ChatPanel } from './chat-panel.js';
import { MediaButtons, control } from './media-buttons.js';
import { SettingsPanel } from './settings-panel.js';

/** The call: the clinician large, oneself small, and the controls below. */
export class CallView {
  #app;
  #video;
  #self;
  #media;
  #chat;
  #settings;
  #chatButton;
  #badge;
  #settingsButton;
  #timer;
  #state;
  #banner;
  #sound;
  #chips;
  #noPicture;
  #fit;
  #stream = null;
  #speaker = null;
  #said = null;

  constructor(app) {
    const { name } = app.appointment.doctor;
    this.#app = app;
    this.title = ['call.title', { name }];
    this.#media = new MediaButtons(app);
    this.#makeStage(name);
    this.#makePanels();
    this.element = el('section', { class: 'call' },
      el('h1', { class: 'unseen', text: this.title, tabindex: '-1' }),
      el('div', { class: 'stage' }, this.#video, this.#noPicture, this.#head(name), this.#banners(), this.#sound,
        this.#chips.element, this.#self.element, this.#fit),
      this.#bar(),
      this.#chat.element, this.#settings.element);
    this.update();
  }

  update() {
    const { app, call } = { app: this.#app, call: this.#app.call };
    this.#self.update();
    this.#media.update();
    this.#updateStream(app.stream);
    this.#updateSpeaker(app.devices.chosen.speaker);
    this.#timer.textContent = call.startedAt === null ? '' : clockText(call.seconds(app.now));
    this.#updateState(call);
    this.#updateRemote(call);
    this.#chat.update();
    this.#settings.update();
    this.#updateBadge();
  }

  dispose() {
    this.#app.chat?.setOpen(false);
    this.#video.srcObject = null;
    this.#self.dispose();
  }

  #makeStage(name) {
    this.#video = el('video', { class: 'remote', autoplay: true, playsinline: true, label: ['call.picture', { name }] });
    this.#self = new SelfView(this.#app.devices, 'floating');
    this.#noPicture = el('div', { class: 'stage-avatar' }, avatar(name, 'huge'), el('p'));
    this.#banner = new Callout('banner');
    this.#chips = { element: el('div', { class: 'chips' }), muted: this.#chip('mic-off'), silent: this.#chip('speaker') };
    this.#chips.element.append(this.#chips.muted, this.#chips.silent);
    this.#sound = button('primary', 'call.sound', () => this.#play(), 'speaker');
    show(this.#sound, false);
    this.#fit = el('button', { type: 'button', class: 'control fit', on: { click: () => this.#toggleFit() } },
      el('span', { class: 'disc' }, icon('fit')));
    this.#labelFit();
  }

  #banners() {
    return el('div', { class: 'banners' }, this.#banner.element, this.#media.fault.element);
  }

  #makePanels() {
    this.#chat = new ChatPanel(this.#app, () => this.#close(this.#chat, this.#chatButton));
    this.#settings = new SettingsPanel(this.#app, () => this.#close(this.#settings, this.#settingsButton));
    this.#badge = el('span', { class: 'count', 'aria-hidden': 'true', hidden: true });
  }

  #chip(iconName) {
    return el('p', { class: 'chip', hidden: true }, icon(iconName), el('span'));
  }

  #head(name) {
    this.#timer = el('span', { class: 'timer', role: 'timer' });
    this.#state = el('span', { class: 'connection' });
    return el('div', { class: 'head' }, el('span', { class: 'strong', plain: name }), this.#timer, this.#state);
  }

  #bar() {
    this.#chatButton = control('chat', 'chat', 'call.chat', () => this.#toggle(this.#chat, this.#chatButton));
    this.#chatButton.querySelector('.disc').append(this.#badge);
    this.#settingsButton = control('settings', 'settings', 'call.settings', () => this.#toggle(this.#settings, this.#settingsButton));
    for (const toggle of [this.#chatButton, this.#settingsButton])
      toggle.setAttribute('aria-expanded', 'false');
    show(this.#chatButton, this.#app.chat !== null);
    const leave = control('leave', 'hang-up', 'call.leave', () => this.#app.call.leave());
    return el('div', { class: 'call-bar', role: 'toolbar', label: 'call.bar' },
      this.#media.element, this.#chatButton, this.#settingsButton, leave);
  }

  #toggle(panel, opener) {
    if (panel.isOpen) {
      this.#close(panel, opener);
      return;
    }
    this.#close(this.#chat, this.#chatButton);
    this.#close(this.#settings, this.#settingsButton);
    panel.open();
    opener.setAttribute('aria-expanded', 'true');
    this.element.dataset.panel = '';
  }

  #close(panel, opener) {
    if (!panel.isOpen)
      return;
    panel.close();
    opener.setAttribute('aria-expanded', 'false');
    delete this.element.dataset.panel;
    opener.focus();
  }

  /* The last picture stays until the next generation has one. */
  #updateStream(stream) {
    if (stream === this.#stream || stream === null)
      return;
    this.#stream = stream;
    this.#video.srcObject = stream;
    this.#play();
  }

  /* A page that was loaded again and not touched yet may be refused sound: then a touch is asked for. */
  #play() {
    this.#video.play().then(() => show(this.#sound, false), (error) => show(this.#sound, error.name === 'NotAllowedError'));
  }

  #updateSpeaker(id) {
    if (id === this.#speaker || !this.#video.setSinkId)
      return;
    this.#speaker = id;
    this.#video.setSinkId(id ?? '').catch(() => {});
  }

  #updateState(call) {
    const state = this.#stateOf(call);
    const params = { name: call.other.name };
    setText(this.#state, `connection.${state}`, params);
    this.#state.dataset.state = state;
    if (state === 'good' || state === 'connecting')
      this.#banner.hide();
    else
      this.#banner.show(`connection.${state}.text`, params, state === 'left' ? 'leave' : 'offline');
    this.#banner.element.dataset.state = state;
    if (this.#said !== null && this.#said !== state)
      this.#app.say(`connection.${state}.text`, params);
    this.#said = state;
  }

  #stateOf(call) {
    if (call.state === 'ending')
      return 'ending';
    if (call.otherLeft)
      return 'left';
    if (call.state === 'connecting')
      return call.reconnecting || call.generation > 1 ? 'reconnecting' : 'connecting';
    if (call.reconnecting)
      return 'reconnecting';
    return this.#app.online ? 'good' : 'offline';
  }

  #updateRemote(call) {
    const params = { name: call.other.name };
    const seen = call.remote.video && !call.otherLeft && this.#stream !== null;
    show(this.#noPicture, !seen);
    setText(this.#noPicture.querySelector('p'), this.#noPictureKey(call), params);
    show(this.#noPicture.querySelector('p'), !call.otherLeft);
    show(this.#video, seen);
    this.#showChip(this.#chips.muted, !call.remote.audio && !call.otherLeft, 'call.muted', params);
    this.#showChip(this.#chips.silent, call.silent && call.remote.audio, 'call.silent', params);
    show(this.#fit, seen && this.#said === 'good');
  }

  #noPictureKey(call) {
    if (!call.remote.video)
      return 'call.camera_off';
    return call.state === 'connecting' ? 'connection.connecting.text' : 'call.no_picture';
  }

  #showChip(chip, visible, key, params) {
    if (visible && chip.hidden)
      this.#app.say(key, params);
    setText(chip.querySelector('span'), key, params);
    show(chip, visible);
  }

  #updateBadge() {
    const unread = this.#app.chat?.unread ?? 0;
    this.#badge.textContent = unread > 9 ? '9+' : String(unread);
    show(this.#badge, unread > 0);
    if (unread > 0)
      setLabel(this.#chatButton, 'call.chat.unread', { count: unread });
    else
      setLabel(this.#chatButton, 'call.chat');
  }

  #toggleFit() {
    this.#video.classList.toggle('whole');
    this.#labelFit();
  }

  #labelFit() {
    const whole = this.#video.classList.contains('whole');
    setIcon(this.#fit, whole ? 'fill' : 'fit');
    setLabel(this.#fit, whole ? 'call.fill' : 'call.fit');
  }
}

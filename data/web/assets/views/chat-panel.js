/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { LENGTH_MOST } from '../chat.js';
import { button, el, icon, setText, show } from '../dom.js';
import { clockTime } from './parts.js';

const NEAR_END_PX = 80;

/** A panel beside (or, on a phone, over) the call that Escape closes. */
export function makePanel(kind, title, close, ...content) {
  const shut = el('button', { type: 'button', class: 'control shut', label: 'panel.close', on: { click: close } },
    el('span', { class: 'disc' }, icon('close')));
  const heading = el('h2', { text: title, id: `${kind}-title` });
  const panel = el('aside', { class: `panel ${kind}`, hidden: true, 'aria-labelledby': `${kind}-title` },
    el('div', { class: 'panel-head' }, heading, shut), ...content);
  panel.addEventListener('keydown', (event) => event.key === 'Escape' && close());
  return panel;
}

/** Messages and the field to write one. */
export class ChatPanel {
  #app;
  #list;
  #empty;
  #field;
  #shown = new Map();

  constructor(app, close) {
    this.#app = app;
    this.#list = el('ol', { class: 'messages', tabindex: '0', label: 'chat.list' });
    this.#empty = el('p', { class: 'quiet', text: ['chat.empty', { name: app.appointment.doctor.name }] });
    this.#field = el('textarea', {
      rows: '1', maxlength: String(LENGTH_MOST), placeholder: 'chat.write', label: 'chat.write', autocomplete: 'off',
      on: { keydown: (event) => this.#onKey(event) },
    });
    const send = el('button', { type: 'submit', class: 'control send', label: 'chat.send' }, el('span', { class: 'disc' }, icon('send')));
    const form = el('form', { class: 'writing', on: { submit: (event) => this.#send(event) } }, this.#field, send);
    this.element = makePanel('chat', 'chat.title', close, this.#empty, this.#list, form);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  open() {
    show(this.element, true);
    this.#app.chat.setOpen(true);
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#field.focus();
  }

  close() {
    show(this.element, false);
    this.#app.chat.setOpen(false);
  }

  update() {
    const messages = this.#app.chat?.messages ?? [];
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < NEAR_END_PX;
    const items = messages.map((message) => this.#item(message));
    if (items.length !== this.#list.children.length || items.some((item, index) => item !== this.#list.children[index]))
      this.#list.replaceChildren(...items);
    show(this.#empty, messages.length === 0);
    if (atEnd)
      this.#list.scrollTop = this.#list.scrollHeight;
  }

  /* One element per message, kept while the message exists. */
  #item(message) {
    const key = message.id ?? message.tempId;
    if (!this.#shown.has(key))
      this.#shown.set(key, this.#makeItem(message));
    const item = this.#shown.get(key);
    this.#updateItem(item, message);
    return item.element;
  }

  #makeItem(message) {
    const mine = this.#app.chat.isMine(message);
    const state = el('span', { class: 'state' });
    const again = button('link', 'chat.retry', () => this.#app.chat.retry(message), 'again');
    const from = mine ? 'chat.you' : ['chat.from', { name: this.#app.appointment.doctor.name }];
    const element = el('li', { class: mine ? 'message own' : 'message' },
      el('span', { class: 'unseen', text: from }),
      el('p', { plain: message.content }),
      el('p', { class: 'meta' }, el('time', { text: ['chat.time', { time: clockTime(message.at) }] }), state, again));
    return { element, state, again, mine };
  }

  #updateItem({ element, state, again, mine }, message) {
    element.dataset.status = message.status;
    show(state, mine);
    setText(state, `chat.${message.status}`);
    show(again, message.status === 'waiting' || message.status === 'refused');
  }

  #onKey(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing)
      this.#send(event);
  }

  #send(event) {
    event.preventDefault();
    if (this.#app.chat.send(this.#field.value))
      this.#field.value = '';
    else if (this.#field.value.trim() !== '')
      this.#app.say('chat.full');
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#field.focus();
  }
}

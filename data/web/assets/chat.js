/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { uuid } from './uuid.js';

export const LENGTH_MOST = 4000;
const OUTBOX_MOST = 50;

function parseMessage(value) {
  if (!value?.id || typeof value.content !== 'string')
    return null;
  return {
    id: String(value.id),
    seq: Number(value.seq) || 0,
    senderId: String(value.senderId),
    content: value.content,
    at: Date.parse(value.createdAt) || 0,
    status: value.status ?? 'sent',
    tempId: value.tempId ?? null,
  };
}

/**
 * The messages of one conversation: what the server has, by sequence, then what is still on its way.
 * Sending is tried again with the same tempId when the connection is back, so nothing is sent twice.
 * Emits "change", and "arrived" (message) for a new one from the other side.
 */
export class Chat extends Emitter {
  #services;
  #me;
  #appointment;
  #known = new Map();
  #outbox = [];

  constructor(services, appointment, me) {
    super();
    this.#services = services;
    this.#appointment = appointment;
    this.#me = me;
    this.unread = 0;
    this.open = false;
  }

  /** Everything to show, oldest first. */
  get messages() {
    return [...this.#known.values()].sort((one, other) => one.seq - other.seq).concat(this.#outbox);
  }

  isMine(message) {
    return message.senderId === this.#me.id;
  }

  /** Called whenever the connection is (back) up: joins, fills gaps, and sends what waited. */
  async refresh() {
    this.#services.socket.send('join_group', { groupId: this.#appointment.conversationId });
    const answer = await this.#services.api.messages(this.#appointment.id).catch(() => null);
    for (const value of answer?.messages ?? [])
      this.#learn(value, false);
    this.#acknowledge();
    this.emit('change');
    for (const message of this.#outbox.filter((other) => other.status !== 'refused'))
      this.#deliver(message);
  }

  /** False when too much is waiting already. */
  send(text) {
    const content = text.trim().slice(0, LENGTH_MOST);
    if (content === '' || this.#outbox.length >= OUTBOX_MOST)
      return false;
    const message = {
      tempId: uuid(),
      senderId: this.#me.id,
      content,
      at: this.#services.clock.now(),
      status: 'sending',
    };
    this.#outbox.push(message);
    this.emit('change');
    this.#deliver(message);
    return true;
  }

  retry(message) {
    if (message.status === 'sending')
      return;
    message.status = 'sending';
    this.emit('change');
    this.#deliver(message);
  }

  setOpen(open) {
    this.open = open;
    this.#acknowledge();
    this.emit('change');
  }

  handle(name, content) {
    if (name === 'new_message' && content.groupId === this.#appointment.conversationId)
      this.#receive(content);
    else if (name === 'message_delivered')
      this.#advance(content.messageId, 'delivered');
    else if (name === 'message_read')
      this.#advance(content.messageId, 'read');
  }

  #receive(value) {
    const message = this.#learn(value, true);
    if (!message)
      return;
    this.#acknowledge();
    this.emit('change');
    if (!this.isMine(message))
      this.emit('arrived', message);
  }

  /** The message when it is new. */
  #learn(value, live) {
    const message = parseMessage(value);
    if (!message)
      return null;
    this.#outbox = this.#outbox.filter((other) => other.tempId !== message.tempId);
    if (this.#known.has(message.id))
      return null;
    this.#known.set(message.id, message);
    const unread = message.status !== 'read' && !this.isMine(message);
    if (unread && (live || !this.open))
      this.unread += 1;
    return message;
  }

  /* Tells the sender that messages arrived, or were read when the patient has them in view; once each. */
  #acknowledge() {
    const event = this.open ? 'message_read' : 'message_delivered';
    const fresh = [...this.#known.values()].filter((message) =>
      !this.isMine(message) && message.told !== 'message_read' && message.told !== event);
    if (this.open)
      this.unread = 0;
    if (fresh.length === 0)
      return;
    const messageIds = fresh.map((message) => message.id);
    const groupId = this.#appointment.conversationId;
    this.#services.socket.send(event, this.open ? { messageIds, groupId } : { messageIds });
    for (const message of fresh)
      message.told = event;
  }

  #advance(id, status) {
    const message = this.#known.get(id);
    if (!message || message.status === 'read')
      return;
    message.status = status;
    this.emit('change');
  }

  async #deliver(message) {
    const { tempId, content } = message;
    try {
      const answer = await this.#post({ tempId, content, type: 'text' });
      this.#learn({ ...answer.message, tempId }, false);
    } catch (error) {
      message.status = error.passing ? 'waiting' : 'refused';
    }
    this.emit('change');
  }

  /* The socket is the quick way; without it, or when it does not answer, REST takes the same tempId. */
  async #post(message) {
    const groupId = this.#appointment.conversationId;
    try {
      return await this.#services.socket.request('send_message', { ...message, groupId });
    } catch (error) {
      if (!error.passing || error.code === 'rate_limited')
        throw error;
      return this.#services.api.sendMessage(this.#appointment.id, message);
    }
  }
}

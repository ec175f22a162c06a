/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../../data/web/assets/chat.js';
import { ApiError } from '../../../data/web/assets/errors.js';
import { settle } from './fakes.js';

let asked;
let told;
let posted;
let stored;
let socketAnswer;
let chat;

const message = (seq, changes = {}) => ({
  id: `m${seq}`, groupId: 'g', seq, senderId: 'd', content: `text ${seq}`, type: 'text', createdAt: '2026-03-02T14:00:00.000Z', status: 'sent', ...changes,
});

beforeEach(() => {
  asked = [];
  told = [];
  posted = [];
  stored = [];
  socketAnswer = (content) => ({ ok: true, message: message(100 + asked.length, { senderId: 'p', content: content.content }) });
  const socket = {
    send: (name, content) => told.push({ name, content }),
    request: async (name, content) => {
      asked.push(content);
      return socketAnswer(content);
    },
  };
  const api = {
    messages: async () => ({ messages: stored }),
    sendMessage: async (id, content) => {
      posted.push(content);
      return { message: message(500, { senderId: 'p', content: content.content }) };
    },
  };
  chat = new Chat({ socket, api, clock: { now: () => 0 } }, { id: 'a', conversationId: 'g' }, { id: 'p' });
});

const texts = () => chat.messages.map(({ content, status }) => [content, status]);

test('a message goes out once and takes its place', async () => {
  assert.ok(chat.send('  hello '));
  assert.deepEqual(texts(), [['hello', 'sending']]);
  await settle();
  assert.deepEqual(texts(), [['hello', 'sent']]);
  assert.equal(asked.length, 1);
});

test('nothing is sent for nothing', () => {
  assert.equal(chat.send('   '), false);
});

test('without an answer of the socket REST takes the same tempId', async () => {
  socketAnswer = () => {
    throw new ApiError('timed_out');
  };
  chat.send('hello');
  await settle();
  assert.equal(posted.length, 1);
  assert.equal(posted[0].tempId, asked[0].tempId);
  assert.deepEqual(texts(), [['hello', 'sent']]);
});

test('what could not be sent waits, and goes out when the connection is back', async () => {
  socketAnswer = () => {
    throw new ApiError('rate_limited');
  };
  chat.send('hello');
  await settle();
  assert.deepEqual(texts(), [['hello', 'waiting']]);
  const before = asked[0].tempId;
  socketAnswer = () => ({ ok: true, message: message(7, { senderId: 'p', content: 'hello' }) });
  await chat.refresh();
  await settle();
  assert.equal(asked.at(-1).tempId, before);
  assert.deepEqual(texts(), [['hello', 'sent']]);
});

test('a refused message is shown as that, and can be sent again by hand', async () => {
  socketAnswer = () => {
    throw new ApiError('too_large');
  };
  chat.send('hello');
  await settle();
  assert.deepEqual(texts(), [['hello', 'refused']]);
  socketAnswer = () => ({ ok: true, message: message(7, { senderId: 'p', content: 'hello' }) });
  chat.retry(chat.messages[0]);
  await settle();
  assert.deepEqual(texts(), [['hello', 'sent']]);
});

test('fifty may wait, the next is not taken', () => {
  socketAnswer = () => new Promise(() => {});
  for (let number = 0; number < 50; number++)
    assert.ok(chat.send(`text ${number}`));
  assert.equal(chat.send('one more'), false);
  assert.equal(chat.messages.length, 50);
});

test('messages are ordered by sequence, and doubles dropped', async () => {
  stored = [message(2), message(1)];
  await chat.refresh();
  chat.handle('new_message', message(3));
  chat.handle('new_message', message(3));
  chat.handle('new_message', message(9, { groupId: 'other' }));
  chat.handle('new_message', { groupId: 'g', nonsense: true });
  assert.deepEqual(chat.messages.map(({ seq }) => seq), [1, 2, 3]);
  assert.equal(chat.unread, 3);
});

test('delivered is told at once, read when they are in view, each once', async () => {
  stored = [message(1)];
  await chat.refresh();
  await chat.refresh();
  chat.setOpen(true);
  assert.equal(chat.unread, 0);
  chat.handle('new_message', message(2));
  assert.equal(chat.unread, 0);
  const acknowledged = told.filter(({ name }) => name !== 'join_group').map(({ name, content }) => [name, content.messageIds]);
  assert.deepEqual(acknowledged, [['message_delivered', ['m1']], ['message_read', ['m1']], ['message_read', ['m2']]]);
});

test('a read message does not become unread again', async () => {
  chat.send('hello');
  await settle();
  const { id } = chat.messages[0];
  chat.handle('message_read', { messageId: id });
  chat.handle('message_delivered', { messageId: id });
  assert.deepEqual(texts(), [['hello', 'read']]);
});

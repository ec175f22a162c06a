// SPDX-License-Identifier: LGPL-2.1-or-later
// The chat of the real calld, as front ends with socket.io-client see it: every event, and REST beside it.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { equal, need, ok, once, run, test, until } from './harness.mjs';

const { io } = await need('socket.io-client');
const secret = 'a secret that is long enough for HS256 and this test';
const directory = mkdtempSync(join(tmpdir(), 'calld-chat-'));
const database = join(directory, 'clinic.db');
const people = {};
const sockets = new Set();
let calld;

function token(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

async function start(port = 0) {
  const child = spawn(process.env.CALLD_BINARY, ['--print-port', '--no-dbus', '--host=127.0.0.1', `--port=${port}`,
    `--state-directory=${directory}`, `--database-url=sqlite://${database}`, '--rate-limit-per-minute=100000'],
  { stdio: ['ignore', 'pipe', process.env.CALLD_LOG ? 'inherit' : 'ignore'], cwd: directory, env: { ...process.env, JWT_SECRET: secret } });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const found = line.match(/listening on (http:\S+)/);
    if (found) {
      calld = { child, exited, url: found[1], port: Number(found[1].split(':').pop()) };
      return;
    }
  }
  throw new Error('calld did not start');
}

// Users come from the clinic's system; here they are written beside calld.
function addPeople(roles) {
  const rows = Object.entries(roles).map(([name, role]) => {
    people[name] = { id: randomUUID(), name, role };
    return [people[name].id, name, role];
  });
  execFileSync('/usr/bin/python3', ['-c', `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
for row in json.loads(sys.argv[2]):
    db.execute("INSERT INTO users (id, name, role, time_zone, active, licence_expires_at, created_at) "
               "VALUES (?, ?, ?, 'UTC', 1, 0, 1)", row)
db.commit()`, database, JSON.stringify(rows)]);
}

const tokenOf = (who) => token({ sub: who.id, role: who.role, name: who.name });

async function rest(who, method, path, body) {
  const answer = await fetch(calld.url + path, { method, body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${tokenOf(who)}`, 'content-type': 'application/json' } });
  return { status: answer.status, ...(await answer.json()) };
}

async function connect(who) {
  const socket = io(calld.url, { auth: { token: tokenOf(who) }, transports: ['websocket'], forceNew: true,
    reconnectionDelay: 50, reconnectionDelayMax: 100 });
  socket.heard = [];
  socket.onAny((event, content) => socket.heard.push([event, content]));
  sockets.add(socket);
  const [greeting] = await once(socket, 'connected');
  equal(greeting.userId, who.id, 'connected');
  ok(greeting.message && greeting.timestamp, 'the greeting');
  return socket;
}

const ask = (socket, event, content) => socket.timeout(15000).emitWithAck(event, content);
const heard = (socket, event) => socket.heard.filter(([name]) => name === event).map(([, content]) => content);

async function hear(socket, event, matches = () => true) {
  let found;
  await until(() => (found = heard(socket, event).find(matches)), `${event} in ${JSON.stringify(socket.heard).slice(0, 600)}`);
  return found;
}

async function group(...names) {
  const made = await rest(people.ana, 'POST', '/api/chat/groups', { type: 'group', name: 'Ward 3',
    memberIds: names.map((name) => people[name].id) });
  equal(made.status, 201, 'a group');
  return made.group;
}

function close() {
  for (const socket of sockets) socket.close();
  sockets.clear();
}

await start();
addPeople({ ana: 'doctor', bia: 'doctor', caio: 'patient', eva: 'patient', duda: 'doctor' });

test('groups are listed, made once, and show their members', async () => {
  const body = { type: 'group', name: 'Night shift', memberIds: [people.bia.id], tempId: 'g1' };
  const one = await rest(people.ana, 'POST', '/api/chat/groups', body);
  const again = await rest(people.ana, 'POST', '/api/chat/groups', body);
  equal(one.status, 201);
  equal(again.group.id, one.group.id, 'the same tempId');
  equal(one.group.role, 'admin');
  equal(one.group.members.map((each) => [each.userName, each.role]).sort(), [['ana', 'admin'], ['bia', 'member']]);
  const listed = await rest(people.bia, 'GET', '/api/chat/groups');
  equal(listed.groups.map((each) => [each.name, each.role, each.unread]), [['Night shift', 'member', 0]]);
  equal((await rest(people.duda, 'GET', `/api/chat/groups/${one.group.id}`)).error.code, 'not_participant');
  equal((await rest(people.caio, 'POST', '/api/chat/groups', body)).error.code, 'forbidden');
});

test('two people have one conversation', async () => {
  const one = await rest(people.ana, 'POST', '/api/chat/groups', { type: 'direct', memberIds: [people.caio.id] });
  const other = await rest(people.caio, 'POST', '/api/chat/groups', { type: 'direct', memberIds: [people.ana.id] });
  equal(one.status, 201);
  equal(one.group.id, other.group.id);
  equal([one.group.name, other.group.name], ['caio', 'ana']);
  equal((await rest(people.caio, 'POST', '/api/chat/groups', { type: 'direct', memberIds: [people.eva.id] })).error.code, 'forbidden');
});

test('a message reaches the members who never asked, and the other devices of its sender', async () => {
  const { id } = await group('bia');
  const [phone, desk, bia, duda] = [await connect(people.ana), await connect(people.ana), await connect(people.bia), await connect(people.duda)];
  await ask(bia, 'get_online_users', { groupId: id });
  const answer = await ask(phone, 'send_message', { groupId: id, content: 'Olá 👋', type: 'text', tempId: 't1' });
  ok(answer.ok, JSON.stringify(answer));
  const sent = await hear(phone, 'message_sent');
  equal([sent.tempId, sent.success, sent.message.seq], ['t1', true, 1]);
  const got = await hear(bia, 'new_message');
  equal([got.id, got.groupId, got.senderId, got.senderName, got.content, got.type, got.status],
    [sent.message.id, id, people.ana.id, 'ana', 'Olá 👋', 'text', 'sent']);
  equal((await hear(desk, 'new_message')).id, got.id, 'the other device');
  const again = await ask(phone, 'send_message', { groupId: id, content: 'Olá 👋', type: 'text', tempId: 't1' });
  equal(again.message.id, got.id, 'the same tempId');
  await ask(bia, 'message_delivered', { messageIds: [got.id] });
  const delivered = await hear(phone, 'message_delivered');
  equal(Object.keys(delivered).sort(), ['groupId', 'messageId', 'timestamp']);
  await ask(bia, 'message_read', { messageIds: [got.id], groupId: id });
  equal(await hear(phone, 'message_read'), { messageId: got.id, readBy: people.bia.id, groupId: id });
  equal([heard(phone, 'new_message').length, heard(bia, 'new_message').length, heard(duda, 'new_message').length], [0, 1, 0]);
  close();
});

test('every type, and replies within the conversation only', async () => {
  const here = await group('bia');
  const there = await group('bia');
  const ana = await connect(people.ana);
  for (const type of ['text', 'image', 'file', 'audio', 'video'])
    equal((await ask(ana, 'send_message', { groupId: here.id, content: 'x', type })).message.type, type);
  const first = (await ask(ana, 'send_message', { groupId: here.id, content: 'a question' })).message;
  const reply = (await ask(ana, 'send_message', { groupId: here.id, content: 'an answer', replyToId: first.id })).message;
  equal([reply.replyToId, reply.replyTo.content, reply.replyTo.senderName], [first.id, 'a question', 'ana']);
  const wrong = await ask(ana, 'send_message', { groupId: there.id, content: 'x', replyToId: first.id, tempId: 'w' });
  equal(wrong.error.code, 'not_found');
  const error = await hear(ana, 'message_error');
  equal([error.tempId, error.code], ['w', 'not_found']);
  ok(error.error && error.timestamp, 'a sentence and a time');
  close();
});

test('edit, delete and recall, and who may', async () => {
  const { id } = await group('bia');
  const [ana, bia] = [await connect(people.ana), await connect(people.bia)];
  const say = async (socket, content) => (await ask(socket, 'send_message', { groupId: id, content })).message;
  const mine = await say(bia, 'first');
  equal((await ask(ana, 'edit_message', { messageId: mine.id, content: 'x' })).error.code, 'forbidden');
  equal((await ask(bia, 'edit_message', { messageId: mine.id, content: 'second' })).message.content, 'second');
  const edited = await hear(ana, 'message_edited');
  equal([edited.messageId, edited.content, edited.groupId, edited.revision], [mine.id, 'second', id, 1]);
  ok(edited.editedAt, 'when');
  equal((await ask(ana, 'recall_message', { messageId: mine.id })).error.code, 'forbidden');
  equal((await ask(bia, 'recall_message', { messageId: mine.id })).ok, true);
  const recalled = await hear(ana, 'message_recalled');
  equal([recalled.messageId, recalled.recalledBy, recalled.groupId], [mine.id, people.bia.id, id]);
  equal((await ask(bia, 'edit_message', { messageId: mine.id, content: 'third' })).error.code, 'wrong_state');
  equal((await hear(bia, 'message_error', (each) => each.messageId === mine.id)).code, 'wrong_state');
  const other = await say(bia, 'out of order');
  equal((await ask(bia, 'delete_message', { messageId: (await say(ana, 'mine')).id })).error.code, 'forbidden');
  equal((await ask(ana, 'delete_message', { messageId: other.id })).message.content, '');
  const deleted = await hear(bia, 'message_deleted');
  equal([deleted.messageId, deleted.deletedBy], [other.id, people.ana.id]);
  ok(deleted.deletedAt, 'when');
  const listed = await rest(people.ana, 'GET', `/api/chat/groups/${id}/messages`);
  equal(listed.messages.map((each) => each.content), ['', '', 'mine'], 'what is left');
  close();
});

test('history by cursor', async () => {
  const { id } = await group('bia');
  for (let i = 1; i <= 7; i++)
    equal((await rest(people.ana, 'POST', `/api/chat/groups/${id}/messages`, { content: `m${i}`, tempId: `h${i}` })).status, 201);
  const seqs = async (query) => (await rest(people.bia, 'GET', `/api/chat/groups/${id}/messages?${query}`)).messages.map((each) => each.seq);
  equal(await seqs('limit=3'), [5, 6, 7]);
  equal(await seqs('before=5&limit=3'), [2, 3, 4]);
  equal(await seqs('after=2&limit=2'), [3, 4]);
  equal((await rest(people.bia, 'GET', '/api/chat/groups')).groups.find((each) => each.id === id).unread, 7);
});

test('who was away gets exactly what was missed, once', async () => {
  const { id } = await group('bia');
  const ana = await connect(people.ana);
  const say = async (content) => (await ask(ana, 'send_message', { groupId: id, content })).message;
  const [one, two] = [await say('one'), await say('two')];
  const bia = await connect(people.bia);
  let known = await ask(bia, 'resume', { groupId: id, seq: 0 });
  equal([known.messages.length, known.seq, known.more], [2, 2, false]);
  bia.disconnect();
  await say('three');
  await ask(ana, 'edit_message', { messageId: one.id, content: 'ONE' });
  await ask(ana, 'delete_message', { messageId: two.id });
  const four = await say('four');
  await ask(ana, 'edit_message', { messageId: four.id, content: 'FOUR' });
  const seen = [];
  const path = () => `/api/chat/groups/${id}/changes?seq=${known.seq}&revision=${known.revision}&limit=1`;
  for (let turn = 0; turn === 0 || known.more; turn++) {
    known = await rest(people.bia, 'GET', path());
    seen.push(...known.messages.map((each) => each.content));
  }
  equal(seen, ['ONE', '', 'three', 'FOUR']);
  equal((await rest(people.bia, 'GET', path())).messages.length, 0, 'nothing twice');
  const bySeq = await rest(people.bia, 'GET', `/api/chat/groups/${id}/changes?seq=2`);
  equal(bySeq.messages.map((each) => each.content), ['ONE', '', 'three', 'FOUR'], 'with the last sequence only');
  close();
});

test('members come, go, and get roles', async () => {
  const { id } = await group('bia');
  const [ana, bia, duda] = [await connect(people.ana), await connect(people.bia), await connect(people.duda)];
  const members = `/api/chat/groups/${id}/members`;
  equal((await rest(people.bia, 'POST', members, { userIds: [people.duda.id] })).error.code, 'forbidden');
  equal((await rest(people.ana, 'POST', members, { userIds: [people.duda.id] })).status, 200);
  equal(await hear(bia, 'user_joined_group'), { userId: people.duda.id, userName: 'duda', groupId: id });
  equal((await hear(duda, 'group_updated')).group.id, id);
  await ask(ana, 'send_message', { groupId: id, content: 'welcome' });
  await hear(duda, 'new_message');
  equal((await rest(people.ana, 'PUT', `${members}/${people.bia.id}`, { role: 'moderator' })).status, 200);
  await hear(bia, 'group_updated', (each) => each.group.members.some((one) => one.role === 'moderator'));
  equal((await rest(people.bia, 'DELETE', `${members}/${people.ana.id}`)).error.code, 'forbidden', 'an admin');
  equal((await rest(people.bia, 'DELETE', `${members}/${people.duda.id}`)).status, 200);
  equal(await hear(duda, 'user_left_group'), { userId: people.duda.id, userName: 'duda', groupId: id });
  equal((await ask(duda, 'send_message', { groupId: id, content: 'x', tempId: 'late' })).error.code, 'not_participant');
  equal((await hear(duda, 'message_error')).tempId, 'late');
  await ask(ana, 'send_message', { groupId: id, content: 'among us' });
  await hear(bia, 'new_message', (each) => each.content === 'among us');
  equal(heard(duda, 'new_message').length, 1, 'who left hears nothing');
  equal((await rest(people.ana, 'DELETE', `${members}/${people.ana.id}`)).error.code, 'conflict', 'the last admin');
  equal((await rest(people.ana, 'PUT', `/api/chat/groups/${id}`, { name: 'Ward 4' })).group.name, 'Ward 4');
  close();
});

test('join_group and leave_group: members, and anybody where the group is open', async () => {
  const closed = await group('bia');
  const open = (await rest(people.ana, 'POST', '/api/chat/groups', { name: 'Everybody', open: true })).group;
  const [ana, bia] = [await connect(people.ana), await connect(people.bia)];
  equal((await ask(bia, 'join_group', { groupId: closed.id })).ok, true);
  equal((await ask(bia, 'leave_group', { groupId: closed.id })).ok, true);
  equal((await rest(people.bia, 'GET', `/api/chat/groups/${closed.id}`)).status, 200, 'a screen was closed, no more');
  equal((await ask(bia, 'join_group', { groupId: open.id })).group.id, open.id);
  equal(await hear(ana, 'user_joined_group'), { userId: people.bia.id, userName: 'bia', groupId: open.id });
  await ask(ana, 'send_message', { groupId: open.id, content: 'hi' });
  await hear(bia, 'new_message');
  equal((await ask(bia, 'leave_group', { groupId: open.id })).ok, true);
  await hear(ana, 'user_left_group');
  const duda = await connect(people.duda);
  equal((await ask(duda, 'join_group', { groupId: closed.id })).error.code, 'not_participant');
  close();
});

test('the sender can ask who is behind', async () => {
  const { id } = await group('bia', 'duda');
  const sent = (await rest(people.ana, 'POST', `/api/chat/groups/${id}/messages`, { content: 'read this' })).message;
  equal((await rest(people.bia, 'POST', '/api/chat/read', { messageIds: [sent.id] })).status, 200);
  const all = await rest(people.ana, 'GET', `/api/chat/groups/${id}/receipts`);
  equal(all.receipts.map((each) => [each.userName, each.readSeq ?? 0]).sort(), [['bia', 1], ['duda', 0]]);
  const behind = await rest(people.ana, 'GET', `/api/chat/groups/${id}/receipts?behind=${sent.seq}`);
  equal(behind.receipts.map((each) => each.userName), ['duda']);
  equal((await rest(people.ana, 'GET', `/api/chat/groups/${id}/messages`)).messages[0].status, 'sent');
  await rest(people.duda, 'POST', '/api/chat/delivered', { messageIds: [sent.id] });
  equal((await rest(people.ana, 'GET', `/api/chat/groups/${id}/messages`)).messages[0].status, 'delivered');
});

test('what is malformed is refused both ways', async () => {
  const { id } = await group('bia');
  const ana = await connect(people.ana);
  for (const [content, code] of [[' ', 'invalid'], ['x'.repeat(10001), 'too_large']]) {
    equal((await ask(ana, 'send_message', { groupId: id, content, tempId: code })).error.code, code);
    equal((await hear(ana, 'message_error', (each) => each.tempId === code)).code, code);
  }
  equal((await ask(ana, 'send_message', { groupId: randomUUID(), content: 'x', tempId: 'nowhere' })).error.code, 'not_found');
  equal((await ask(ana, 'send_message', { groupId: 'x', content: 'x' })).error.code, 'invalid');
  equal((await ask(ana, 'edit_message', { messageId: randomUUID(), content: 'x' })).error.code, 'not_found');
  close();
});

test('kill -9: nothing acknowledged is lost, nothing said again is doubled', async () => {
  const { id } = await group('bia');
  const ana = await connect(people.ana);
  const acknowledged = new Set();
  const wanted = 400;
  const deliver = async (i) => {
    for (;;) {
      const answer = await ana.timeout(2000).emitWithAck('send_message', { groupId: id, content: `${i}`, tempId: `k${i}` }).catch(() => null);
      if (answer?.ok) return acknowledged.add(`${i}`);
      if (answer && answer.error.code !== 'unavailable') throw new Error(JSON.stringify(answer));
    }
  };
  const all = Array.from({ length: wanted }, (_, i) => deliver(i));
  await until(() => acknowledged.size > 20, 'some are stored');
  calld.child.kill('SIGKILL');
  await calld.exited;
  await start(calld.port);
  await Promise.all(all);
  const stored = [];
  for (let known = { seq: 0, revision: 0, more: true }; known.more;) {
    known = await rest(people.bia, 'GET', `/api/chat/groups/${id}/changes?seq=${known.seq}&revision=${known.revision}`);
    stored.push(...known.messages);
  }
  const unique = new Map(stored.map((each) => [each.id, each]));
  equal(stored.length, unique.size, 'none comes twice');
  equal(unique.size, wanted, 'each once');
  equal(new Set([...unique.values()].map((each) => each.content)).size, wanted, 'all of them');
  equal(Math.max(...[...unique.values()].map((each) => each.seq)), wanted, 'without a gap');
  close();
}, 60000);

test('calld ends well', async () => {
  calld.child.kill('SIGTERM');
  equal(await calld.exited, 0);
  rmSync(directory, { recursive: true });
});

await run();

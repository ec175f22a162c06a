// SPDX-License-Identifier: LGPL-2.1-or-later
// Presence, typing, limits, the end of a token and webhooks: socket.io-client against the real calld.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { equal, need, ok, once, run, test, until } from './harness.mjs';

const { io } = await need('socket.io-client');
const SECRET = 'f3a91c77d2b84e06a5c1906e8d47b2f0';
const folder = mkdtempSync(path.join(tmpdir(), 'libcall-clients-'));
const sockets = new Set();
let calld, url;

async function start() {
  calld = spawn(process.env.CALLD, ['--demo', '--print-port', '--no-dbus', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env, STATE_DIRECTORY: folder, DATABASE_URL: `sqlite://${folder}/calld.db`, HOST: '127.0.0.1',
      JWT_SECRET: SECRET, PRESENCE_GRACE_SECONDS: '1', WEBHOOK_ALLOW_PRIVATE: 'true', LOG_LEVEL: 'error',
    },
  });
  for await (const line of createInterface({ input: calld.stdout }))
    if (line.startsWith('calld: listening on ')) {
      url = line.slice('calld: listening on '.length);
      break;
    }
}

async function end(signal) {
  for (const socket of sockets)
    socket.disconnect();
  sockets.clear();
  calld.kill(signal);
  await once(calld, 'exit');
}

function sign(user, seconds = 3600) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: user.id, role: user.role, name: user.name ?? '', exp: Math.floor(Date.now() / 1000) + seconds };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

const admin = { id: '11111111-1111-4111-8111-111111111111', role: 'admin' };

async function ask(user, method, where, body) {
  const response = await fetch(url + where, {
    method, headers: { Authorization: `Bearer ${sign(user)}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
}

async function connect(user, seconds) {
  const socket = io(url, { transports: ['websocket'], auth: { token: sign(user, seconds) }, forceNew: true });
  sockets.add(socket);
  await once(socket, 'connected');
  return socket;
}

await start();
const { appointments } = await ask(admin, 'GET', '/api/appointments');
const { doctor, patient, conversationId: groupId } = appointments[0];

test('typing reaches the other side and ends with the message', async () => {
  const one = await connect(doctor);
  const other = await connect(patient);
  one.on('user_typing', () => ok(false, 'an echo'));
  let heard = once(other, 'user_typing');
  equal(await one.emitWithAck('typing_start', { groupId }), { ok: true });
  equal((await heard)[0], { userId: doctor.id, userName: doctor.name, groupId });
  heard = once(other, 'user_stopped_typing');
  one.emit('typing_stop', { groupId });
  equal((await heard)[0], { userId: doctor.id, groupId });
  await one.emitWithAck('typing_start', { groupId });
  heard = once(other, 'user_stopped_typing');
  one.emit('send_message', { groupId, content: 'Bom dia', tempId: 'a' });
  await heard;
  await one.emitWithAck('typing_start', { groupId });
  heard = once(other, 'user_stopped_typing');
  one.disconnect();
  await heard;
  other.disconnect();
});

test('a status is told to contacts, and who is there to whoever asks', async () => {
  const other = await connect(patient);
  const states = [];
  other.on('contact_status_changed', ({ userId, status }) => userId === doctor.id && states.push(status));
  const one = await connect(doctor);
  await until(() => states.at(-1) === 'online', 'online');
  equal(await one.emitWithAck('update_status', { status: 'busy' }), { ok: true });
  await until(() => states.at(-1) === 'busy', 'busy');
  const refused = await one.emitWithAck('update_status', { status: 'asleep' });
  equal([refused.ok, refused.error.code, refused.error.field], [false, 'invalid', 'status']);

  const event = once(other, 'online_users');
  const { users } = await other.emitWithAck('get_online_users', { groupId });
  equal(users.map(({ userId, status }) => [userId, status]).sort(),
    [[doctor.id, 'busy'], [patient.id, 'online']].sort());
  equal((await event)[0], { groupId, users });
  equal((await ask(patient, 'GET', `/api/chat/groups/${groupId}/online`)).users, users);
  const stranger = await ask(admin, 'GET', `/api/chat/groups/${groupId}/online`);
  equal(stranger.status, 403);

  one.emit('update_status', { status: 'online' });
  one.disconnect();
  await until(() => states.at(-1) === 'offline', 'offline after the grace');
  other.disconnect();
});

test('too many events are refused with a time to wait, for all of a user', async () => {
  const one = await connect(doctor);
  const other = await connect(doctor);
  const answers = await Promise.all(Array.from({ length: 140 }, (_, i) =>
    (i % 2 ? one : other).emitWithAck('typing_stop', { groupId })));
  const refused = answers.filter(({ ok: done }) => !done);
  ok(refused.length >= 30, `only ${refused.length} refused`);
  equal(refused[0].error.code, 'rate_limited');
  ok(refused[0].error.retryAfter >= 1, 'no retryAfter');
  const error = once(one, 'message_error');
  one.emit('send_message', { groupId, content: 'x', tempId: 'limited' });
  const [{ tempId, code, retryAfter }] = await error;
  equal([tempId, code], ['limited', 'rate_limited']);
  ok(retryAfter >= 1, 'no retryAfter');
  one.disconnect();
  other.disconnect();
});

test('a token that ends takes its connection along', async () => {
  const socket = await connect(patient, 2);
  const gone = once(socket, 'disconnect');
  ok((await once(socket, 'token_expired'))[0].timestamp, 'no timestamp');
  equal((await gone)[0], 'transport close');
  const [error] = await once(socket, 'connect_error');
  equal(error.message, 'unauthorized');
  socket.disconnect();
});

test('a webhook is signed, and a crash loses nothing', async () => {
  const got = [];
  let status = 503;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hook = await ask(admin, 'POST', '/api/admin/webhooks',
    { url: `http://127.0.0.1:${server.address().port}/`, events: ['new_message'] });
  equal(hook.status, 201);
  const sent = await ask(patient, 'POST', `/api/chat/groups/${groupId}/messages`, { content: 'Olá', tempId: 'hook' });
  equal(sent.status, 201);
  await until(() => got.length > 0, 'the first attempt');
  await end('SIGKILL');
  status = 204;
  await start();
  await until(() => got.length > 1, 'the attempt of the next calld');
  const { headers, body } = got.at(-1);
  const [time, signature] = headers['x-libcall-signature'].split(',').map((part) => part.split('=')[1]);
  equal(signature, createHmac('sha256', hook.secret).update(`${time}.${body}`).digest('hex'));
  equal(headers['x-libcall-delivery'], got[0].headers['x-libcall-delivery']);
  equal(JSON.parse(body).data.id, sent.message.id);
  const { webhooks } = await ask(admin, 'GET', '/api/admin/webhooks');
  equal(webhooks.map(({ id, secret }) => [id, secret]), [[hook.id, undefined]]);
  equal((await ask(doctor, 'GET', '/api/admin/webhooks')).status, 403);
  equal((await ask(admin, 'DELETE', `/api/admin/webhooks/${hook.id}`)).status, 200);
  server.close();
  server.closeAllConnections();
}, 60000);

test('a bot signs in with its token and posts', async () => {
  const { group } = await ask(doctor, 'POST', '/api/chat/groups', { type: 'group', name: 'Plantão', userIds: [] });
  const bot = await ask(admin, 'POST', '/api/admin/bots', { name: 'Triage', groupIds: [group.id] });
  equal(bot.status, 201);
  const socket = io(url, { transports: ['websocket'], auth: { token: bot.token }, forceNew: true });
  sockets.add(socket);
  await once(socket, 'connected');
  const human = await connect(doctor);
  const heard = once(human, 'new_message');
  const ack = await socket.emitWithAck('send_message', { groupId: group.id, content: 'Pronto', tempId: 'bot' });
  ok(ack.ok, JSON.stringify(ack));
  equal((await heard)[0].senderId, bot.id);
  const refused = await socket.emitWithAck('send_message', { groupId, content: 'x', tempId: 'no' });
  equal(refused.ok, false);
  human.disconnect();
  socket.disconnect();
});

test('devices to wake are noted', async () => {
  const body = { endpoint: 'https://push.example/1', keys: { p256dh: 'k', auth: 'a' } };
  const one = await ask(patient, 'POST', '/api/push/subscriptions', body);
  equal(one.status, 201);
  const bad = await ask(patient, 'POST', '/api/push/subscriptions', { endpoint: 'http://push.example/1' });
  equal([bad.status, bad.error.field], [400, 'endpoint']);
  equal((await ask(patient, 'DELETE', `/api/push/subscriptions/${one.id}`)).status, 200);
});

process.on('exit', () => {
  calld.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
await run();
await end('SIGTERM');

// SPDX-License-Identifier: LGPL-2.1-or-later
// The Pusher gateway: on the wire, with pusher-js, with Laravel Echo, and with a back end's library.
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { equal, need, ok, once, run, startServer, test, until } from './harness.mjs';

const { WebSocket } = await need('ws');
await need('pusher-js');
const require = createRequire(import.meta.url);
const PusherClient = require('pusher-js');
const PusherServer = require('pusher');
const { default: Echo } = await import('laravel-echo');
const server = await startServer('pusher');
const wsBase = server.url.replace('http', 'ws');
const settings = { appId: 'app-id', key: 'app-key', secret: 'app-secret', host: '127.0.0.1', port: String(server.port), useTLS: false };
const backEnd = new PusherServer(settings);

const hmac = (text) => createHmac('sha256', 'app-secret').update(text).digest('hex');
const sign = (...parts) => `app-key:${hmac(parts.join(':'))}`;

/** A raw connection that has been welcomed, or refused. */
function raw(path = '/app/app-key?protocol=7&client=js&version=8.4.0&flash=false', options = {}) {
  const ws = new WebSocket(`${wsBase}${path}`, options);
  const got = [];
  ws.on('error', () => {});
  ws.on('message', (data) => got.push(JSON.parse(data.toString())));
  ws.got = got;
  ws.next = async () => {
    await until(() => got.length > 0, 'a message');
    return got.shift();
  };
  ws.say = (event, data, channel) => ws.send(JSON.stringify({ event, data, channel }));
  ws.closed = new Promise((resolve) => ws.on('close', (code) => resolve(code)));
  return ws;
}

async function welcomed() {
  const ws = raw();
  const hello = await ws.next();
  ws.id = JSON.parse(hello.data).socket_id;
  ws.enter = (channel, channelData) => {
    const parts = channelData ? [ws.id, channel, channelData] : [ws.id, channel];
    ws.say('pusher:subscribe', { channel, auth: sign(...parts), channel_data: channelData });
  };
  return ws;
}

/** Answers once everything said before has been dealt with: a ping comes back in order. */
async function quiet(ws) {
  ws.say('pusher:ping', {});
  equal(await ws.next(), { event: 'pusher:pong', data: {} }, 'nothing but the pong');
}

const refused = async (path, options) => {
  const ws = raw(path, options);
  const first = await ws.next();
  equal(first.event, 'pusher:error', path);
  const code = await ws.closed;
  equal(first.data.code, code, 'the code of the event and of the close frame');
  return code;
};

test('the welcome', async () => {
  const ws = raw();
  const hello = await ws.next();
  equal([hello.event, typeof hello.data], ['pusher:connection_established', 'string'], 'event');
  const { socket_id: id, ...rest } = JSON.parse(hello.data);
  equal(rest, { activity_timeout: 30 }, 'data');
  ok(/^\d+\.\d+$/.test(id), id);
  ws.close();
});

test('refusals come after the upgrade, with their code', async () => {
  equal(await refused('/app/other?protocol=7'), 4001, 'unknown key');
  equal(await refused('/app/?protocol=7'), 4005, 'no key');
  equal(await refused('/app/app-key/more?protocol=7'), 4005, 'path');
  equal(await refused('/app/app-key?protocol=seven'), 4006, 'no number');
  equal(await refused('/app/app-key?protocol=99'), 4007, 'version 99');
  equal(await refused('/app/app-key'), 4008, 'no version');
});

test('nonsense is answered, and harms nobody', async () => {
  const ws = await welcomed();
  for (const text of ['nonsense', '{}', '[]', '{"event":1}', '{"event":"pusher:subscribe"}', '{"event":"client-x"}']) {
    ws.send(text);
    const { event, data } = await ws.next();
    equal([event, data.code], ['pusher:error', 4200], text);
  }
  ws.send(Buffer.from('{"event":"pusher:ping"}'));
  equal((await ws.next()).data.code, 4200, 'binary');
  ws.say('pusher:unheard_of', {});
  ws.say('pusher:unsubscribe', { channel: 'never-entered' });
  await quiet(ws);
  ws.close();
});

test('public channels; data as object or as string; twice is once', async () => {
  const ws = await welcomed();
  const success = { event: 'pusher_internal:subscription_succeeded', channel: 'news', data: '{}' };
  ws.say('pusher:subscribe', { channel: 'news', auth: '' });
  equal(await ws.next(), success, 'object');
  ws.say('pusher:subscribe', JSON.stringify({ channel: 'news' }));
  equal(await ws.next(), success, 'string, again');
  const { body } = await get('/channels/news', { info: 'subscription_count' });
  equal(body, { occupied: true, subscription_count: 1 }, 'counted once');
  ws.say('pusher:unsubscribe', { channel: 'news' });
  await quiet(ws);
  equal((await get('/channels/news')).body, { occupied: false }, 'left');
  for (const channel of ['bad name', 'x'.repeat(201), '', 'a/b', '#']) {
    ws.say('pusher:subscribe', { channel });
    const { event, data } = await ws.next();
    equal([event, data.status], ['pusher:subscription_error', 400], channel);
  }
  ws.close();
});

test('private channels need a right signature', async () => {
  const ws = await welcomed();
  const wrong = [undefined, '', 'app-key:', `app-key:${'0'.repeat(64)}`, sign(ws.id, 'private-b'),
    sign('1.1', 'private-a'), sign(ws.id, 'private-a').toUpperCase(), sign(ws.id, 'private-a').replace('app-key', 'other')];
  for (const auth of wrong) {
    ws.say('pusher:subscribe', { channel: 'private-a', auth });
    const { event, channel, data } = await ws.next();
    equal([event, channel, data.type, data.status], ['pusher:subscription_error', 'private-a', 'AuthError', 401], auth);
  }
  for (const channel of ['private-a', 'private-encrypted-a']) {
    ws.enter(channel);
    equal((await ws.next()).event, 'pusher_internal:subscription_succeeded', channel);
  }
  ws.close();
});

test('presence: users, not connections', async () => {
  const [a, b, b2] = await Promise.all([welcomed(), welcomed(), welcomed()]);
  const channel = 'presence-room';
  const first = '{"user_id":10,"user_info":{"name":"Mr. Channels"}}';
  a.enter(channel, first);
  equal(JSON.parse((await a.next()).data),
    { presence: { count: 1, ids: ['10'], hash: { 10: { name: 'Mr. Channels' } } } }, 'alone');
  const second = '{"user_id":"u2"}';
  b.enter(channel, second);
  equal(JSON.parse((await b.next()).data).presence,
    { count: 2, ids: ['10', 'u2'], hash: { 10: { name: 'Mr. Channels' }, u2: null } }, 'the newcomer counts itself');
  const added = await a.next();
  equal([added.event, added.channel, JSON.parse(added.data)],
    ['pusher_internal:member_added', channel, { user_id: 'u2', user_info: null }], 'added');
  b2.enter(channel, second);
  equal(JSON.parse((await b2.next()).data).presence.count, 2, 'the same user again');
  await quiet(a);
  b.close();
  await b.closed;
  await quiet(a);
  equal((await get(`/channels/${channel}/users`)).body, { users: [{ id: '10' }, { id: 'u2' }] }, 'users');
  b2.say('pusher:unsubscribe', { channel });
  const removed = await a.next();
  equal([removed.event, JSON.parse(removed.data)], ['pusher_internal:member_removed', { user_id: 'u2' }], 'removed');
  for (const data of ['{}', 'x', '{"user_id":""}', '{"user_id":null}', `{"user_id":"${'u'.repeat(129)}"}`,
    `{"user_id":"u","user_info":"${'i'.repeat(2049)}"}`]) {
    b2.enter(channel, data);
    equal((await b2.next()).event, 'pusher:subscription_error', data.slice(0, 30));
  }
  a.close();
  b2.close();
});

test('a presence channel has a hundred members at most', async () => {
  const all = await Promise.all(Array.from({ length: 101 }, welcomed));
  for (const [i, ws] of all.entries()) {
    ws.enter('presence-full', JSON.stringify({ user_id: `u${i}` }));
    const { event, data } = await ws.next();
    if (i < 100) equal(event, 'pusher_internal:subscription_succeeded', i);
    else equal([event, data.type], ['pusher:subscription_error', 'LimitReached'], i);
  }
  for (const ws of all) ws.close();
});

test('client events go to the others, in their type, with the user we know', async () => {
  const [a, b, outside] = await Promise.all([welcomed(), welcomed(), welcomed()]);
  a.enter('private-chat');
  b.enter('private-chat');
  await a.next();
  await b.next();
  a.say('client-typing', { name: 'A' }, 'private-chat');
  equal(await b.next(), { event: 'client-typing', channel: 'private-chat', data: { name: 'A' } }, 'object');
  a.say('client-typing', '{"name":"A"}', 'private-chat');
  equal((await b.next()).data, '{"name":"A"}', 'string');
  await quiet(a);
  a.enter('presence-chat', '{"user_id":"a"}');
  await a.next();
  b.enter('presence-chat', '{"user_id":"b"}');
  await b.next();
  await a.next();
  b.send(JSON.stringify({ event: 'client-x', channel: 'presence-chat', data: null, user_id: 'forged' }));
  equal(await a.next(), { event: 'client-x', channel: 'presence-chat', data: null, user_id: 'b' }, 'user_id');
  outside.say('pusher:subscribe', { channel: 'open' });
  await outside.next();
  outside.enter('private-encrypted-x');
  await outside.next();
  for (const channel of ['open', 'private-chat', 'private-encrypted-x']) {
    outside.say('client-x', {}, channel);
    const { event, data } = await outside.next();
    equal([event, data.code], ['pusher:error', 4301], channel);
  }
  a.say('client-x', 'x'.repeat(10001), 'private-chat');
  equal((await a.next()).data.code, 4301, 'too large');
  for (let i = 0; i < 30; i++) a.say('client-x', i, 'private-chat');
  equal((await a.next()).data.code, 4301, 'too many');
  for (const ws of [a, b, outside]) ws.close();
});

test('signing in', async () => {
  const ws = await welcomed();
  const userData = '{"id":"12345"}';
  ws.say('pusher:subscribe', { channel: '#server-to-user-12345' });
  equal((await ws.next()).event, 'pusher:subscription_error', 'not yet');
  ws.say('pusher:signin', { auth: sign(`${ws.id}::user::${userData}`), user_data: userData });
  const { event, data } = await ws.next();
  equal([event, typeof data, JSON.parse(data).user_data], ['pusher:signin_success', 'string', userData], 'signed in');
  ws.say('pusher:subscribe', { channel: '#server-to-user-12345' });
  equal((await ws.next()).event, 'pusher_internal:subscription_succeeded', 'own channel');
  ws.say('pusher:subscribe', { channel: '#server-to-user-1' });
  equal((await ws.next()).event, 'pusher:subscription_error', 'channel of another');
  await backEnd.sendToUser('12345', 'hello', { a: 1 });
  equal(await ws.next(), { event: 'hello', channel: '#server-to-user-12345', data: '{"a":1}' }, 'to the user');
  await backEnd.terminateUserConnections('12345');
  equal((await ws.next()).data.code, 4009, 'terminated');
  equal(await ws.closed, 4009, 'closed');
  const other = await welcomed();
  other.say('pusher:signin', { auth: sign(`${other.id}::user::{}`), user_data: '{}' });
  equal((await other.next()).data.code, 4009, 'no id');
  equal(await other.closed, 4009, 'closed');
});

test('cache channels remember their last event', async () => {
  const ws = await welcomed();
  ws.say('pusher:subscribe', { channel: 'cache-x' });
  await ws.next();
  equal(await ws.next(), { event: 'pusher:cache_miss', channel: 'cache-x' }, 'nothing yet');
  await backEnd.trigger('cache-x', 'first', { n: 1 });
  await backEnd.trigger('cache-x', 'second', { n: 2 });
  const other = await welcomed();
  other.say('pusher:subscribe', { channel: 'cache-x' });
  await other.next();
  equal(await other.next(), { event: 'second', channel: 'cache-x', data: '{"n":2}' }, 'the last one');
  for (const each of [ws, other]) each.close();
});

test('silence is asked, and then ended', async () => {
  const impatient = await startServer('pusher', '--ping-interval', '200', '--ping-timeout', '300');
  const ws = new WebSocket(`${impatient.url.replace('http', 'ws')}/app/app-key?protocol=7`);
  const got = [];
  let answers = 3;
  ws.on('message', (data) => {
    const message = JSON.parse(data.toString());
    got.push(message.event);
    if (message.event === 'pusher:ping' && answers-- > 0) ws.send('{"event":"pusher:pong","data":{}}');
  });
  const [code] = await once(ws, 'close');
  equal(code, 4201, 'code');
  equal(got, ['pusher:connection_established', ...Array(4).fill('pusher:ping'), 'pusher:error'], 'events');
  await impatient.stop();
});

/* --- the HTTP interface ------------------------------------------------------------------------ */

async function get(path, params = {}) {
  const response = await backEnd.get({ path, params });
  return { status: response.status, body: await response.json() };
}

const status = async (promise) => promise.then((r) => r.status, (e) => e.status);

test('events by HTTP', async () => {
  const [a, b] = await Promise.all([welcomed(), welcomed()]);
  for (const ws of [a, b]) {
    ws.say('pusher:subscribe', { channel: 'news' });
    await ws.next();
  }
  const answer = await backEnd.trigger(['news', 'other'], 'App\\Events\\X', { text: 'ü\u2028"' }, { socket_id: a.id, info: 'subscription_count' });
  equal(await answer.json(), { channels: { news: { subscription_count: 2 }, other: { subscription_count: 0 } } }, 'info');
  equal(await b.next(), { event: 'App\\Events\\X', channel: 'news', data: '{"text":"ü\u2028\\""}' }, 'event');
  await quiet(a);
  await backEnd.triggerBatch([{ channel: 'news', name: 'one', data: 'plain' }, { channel: 'news', name: 'two', data: {} }]);
  equal([(await a.next()).data, (await a.next()).event], ['plain', 'two'], 'batch');
  equal(await status(backEnd.triggerBatch([{ channel: 'news', name: 'x', data: '' }, { channel: 'bad name', name: 'x', data: '' }])), 400, 'bad batch');
  await b.next();
  await b.next();
  await quiet(b);
  equal(await status(backEnd.trigger('news', 'x', 'd'.repeat(10001))), 413, 'too large');
  equal((await get('/channels', { filter_by_prefix: 'ne' })).body, { channels: { news: {} } }, 'channels');
  equal(await status(backEnd.get({ path: '/channels/news/users' })), 400, 'users of no presence channel');
  equal(await status(backEnd.get({ path: '/nothing' })), 404, 'unknown path');
  equal((await get('/connections')).status, 200, 'connections');
  a.close();
  b.close();
});

test('requests need a right and recent signature', async () => {
  const body = '{"name":"x","channels":["c"],"data":"d"}';
  const post = async (path, query) =>
    (await fetch(`${server.url}${path}?${query}`, { method: 'POST', body })).status;
  const signed = (secret, stamp) => {
    const good = PusherServer.prototype.createSignedQueryString.call(
      new PusherServer({ ...settings, secret }), { method: 'POST', path: '/apps/app-id/events', body, params: {} });
    if (!stamp) return good;
    const query = good.replace(/auth_timestamp=\d+/, `auth_timestamp=${stamp}`).replace(/&auth_signature=.*/, '');
    const text = `POST\n/apps/app-id/events\n${query}`;
    return `${query}&auth_signature=${createHmac('sha256', secret).update(text).digest('hex')}`;
  };
  const now = Math.floor(Date.now() / 1000);
  equal(await post('/apps/app-id/events', signed('app-secret')), 200, 'right');
  equal(await post('/apps/app-id/events', signed('app-secret', now - 500)), 200, 'a little old');
  equal(await post('/apps/app-id/events', signed('app-secret', now - 700)), 401, 'too old');
  equal(await post('/apps/app-id/events', signed('app-secret', now + 700)), 401, 'from the future');
  equal(await post('/apps/app-id/events', signed('wrong')), 401, 'wrong secret');
  equal(await post('/apps/app-id/events', ''), 401, 'none');
  equal(await post('/apps/other/events', signed('app-secret')), 404, 'other application');
});

/* --- real clients -------------------------------------------------------------------------------- */

globalThis.WebSocket ??= WebSocket;

const connection = { wsHost: '127.0.0.1', wsPort: server.port, forceTLS: false, enabledTransports: ['ws'], disableStats: true, cluster: 'x' };
const authorize = (info) => async ({ socketId, channelName }, done) =>
  done(null, info
    ? backEnd.authorizeChannel(socketId, channelName, info)
    : backEnd.authorizeChannel(socketId, channelName));

test('pusher-js: channels of all kinds', async () => {
  const open = (id) =>
    new PusherClient('app-key', {
      ...connection,
      channelAuthorization: { customHandler: (params, done) => authorize(params.channelName.startsWith('presence-') ? { user_id: id, user_info: { name: id } } : null)(params, done) },
      userAuthentication: { customHandler: ({ socketId }, done) => done(null, backEnd.authenticateUser(socketId, { id })) },
    });
  const [a, b] = [open('a'), open('b')];
  await once2(a.connection, 'connected');
  const bound = (channel, event) => new Promise((resolve) => channel.bind(event, (...args) => { channel.unbind(event); resolve(args); }));
  const done = (channel) => bound(channel, 'pusher:subscription_succeeded');
  const mine = a.subscribe('presence-x');
  await done(mine);
  const added = bound(mine, 'pusher:member_added');
  const theirs = b.subscribe('presence-x');
  await done(theirs);
  equal((await added)[0], { id: 'b', info: { name: 'b' } }, 'member_added');
  equal([theirs.members.count, theirs.members.me.id], [2, 'b'], 'members');
  const typed = bound(mine, 'client-typing');
  theirs.trigger('client-typing', { n: 1 });
  const [data, meta] = await typed;
  equal([data, meta.user_id], [{ n: 1 }, 'b'], 'client event');
  const news = a.subscribe('news');
  await done(news);
  const heard = bound(news, 'thing');
  await backEnd.trigger('news', 'thing', { a: ['ü'] });
  equal((await heard)[0], { a: ['ü'] }, 'event');
  b.signin();
  const told = new Promise((resolve) => b.user.bind('private-word', resolve));
  await b.user.signinDonePromise;
  await until(() => b.user.serverToUserChannel?.subscribed, 'the channel of the user');
  await backEnd.sendToUser('b', 'private-word', { x: 1 });
  equal(await told, { x: 1 }, 'to the user');
  const removed = bound(mine, 'pusher:member_removed');
  b.disconnect();
  equal((await removed)[0].id, 'b', 'member_removed');
  const cache = a.subscribe('private-cache-x');
  await bound(cache, 'pusher:cache_miss');
  a.disconnect();
});

const once2 = (emitter, event) => new Promise((resolve) => emitter.bind(event, resolve));

test('pusher-js: a refused application is not tried again, a restart is', async () => {
  const refusedClient = new PusherClient('other-key', connection);
  const states = [];
  refusedClient.connection.bind('state_change', ({ current }) => states.push(current));
  await until(() => states.includes('disconnected') || states.includes('failed'), 'giving up');
  refusedClient.disconnect();
  const first = await startServer('pusher');
  const client = new PusherClient('app-key', { ...connection, wsPort: first.port });
  await once2(client.connection, 'connected');
  const channel = client.subscribe('news');
  await until(() => channel.subscribed, 'subscribed');
  const before = client.connection.socket_id;
  await first.stop();
  const second = await startServer('pusher', '--port', String(first.port));
  await until(() => client.connection.state === 'connected' && client.connection.socket_id !== before && channel.subscribed, 'back again');
  client.disconnect();
  await second.stop();
}, 40000);

test('Laravel Echo: private and presence channels, whisper', async () => {
  const open = (id) =>
    new Echo({
      broadcaster: 'reverb', key: 'app-key', Pusher: PusherClient, ...connection,
      authorizer: (channel) => ({
        authorize: (socketId, done) =>
          authorize(channel.name.startsWith('presence-') ? { user_id: id, user_info: { id } } : null)({ socketId, channelName: channel.name }, done),
      }),
    });
  const [a, b] = [open('a'), open('b')];
  const here = new Promise((resolve) => a.join('room').here(resolve));
  equal(await here, [{ id: 'a' }], 'here');
  const joining = new Promise((resolve) => a.join('room').joining(resolve));
  const whispered = new Promise((resolve) => a.join('room').listenForWhisper('typing', resolve));
  const other = b.join('room');
  await new Promise((resolve) => other.here(resolve));
  equal(await joining, { id: 'b' }, 'joining');
  other.whisper('typing', { name: 'b' });
  equal(await whispered, { name: 'b' }, 'whisper');
  const privateChannel = a.private('orders.1');
  const listened = new Promise((resolve) => privateChannel.listen('OrderShipped', resolve));
  await new Promise((resolve) => privateChannel.subscribed(resolve));
  await backEnd.trigger('private-orders.1', 'App\\Events\\OrderShipped', { id: 7 });
  equal(await listened, { id: 7 }, 'event');
  a.disconnect();
  b.disconnect();
});

test('the server stops cleanly', () => server.stop());

await run();

// SPDX-License-Identifier: LGPL-2.1-or-later
// socket.io-client 4.8 against the gateway, over each transport.
import { equal, need, ok, once, run, startServer, test, until } from './harness.mjs';

const { io } = await need('socket.io-client');
const quiet = ['--ping-interval', '25000', '--ping-timeout', '20000'];
const transports = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };
const server = await startServer('socketio', ...quiet);

function open(kind, nsp = '/', options = {}) {
  return io(server.url + nsp, { transports: transports[kind] ?? kind, forceNew: true, ...options });
}

async function connected(socket) {
  if (!socket.connected) await once(socket, 'connect');
  return socket;
}

const odd = ['ü\u2028\u{1f600}', null, 0, -1.5, true, { deep: [[], {}, 'x\u001ey'] }, 'a'.repeat(70000)];

for (const kind of Object.keys(transports)) {
  test(`${kind}: connect, auth, echo`, async () => {
    const socket = open(kind, '/', { auth: { token: '123', list: [1] } });
    const [auth] = await once(socket, 'auth');
    equal(auth, { token: '123', list: [1] }, 'auth');
    socket.emit('message', ...odd);
    equal(await once(socket, 'message-back'), odd, 'echo');
    socket.disconnect();
  });

  test(`${kind}: acks both ways`, async () => {
    const socket = await connected(open(kind));
    equal(await new Promise((done) => socket.emit('message-with-ack', 1, 'b', (...a) => done(a))), [1, 'b'], 'ack');
    socket.on('server-asks', (value, done) => done(value * 2));
    equal(await socket.timeout(5000).emitWithAck('ask-me', 21), 42, 'server ack');
    socket.off('server-asks').on('server-asks', (bytes, done) => done({ bytes: Buffer.concat([bytes, bytes]) }));
    const { bytes } = await socket.timeout(5000).emitWithAck('ask-me', Buffer.from([1, 2]));
    equal([...bytes], [1, 2, 1, 2], 'binary server ack');
    socket.disconnect();
  });

  test(`${kind}: binary both ways`, async () => {
    const socket = await connected(open(kind));
    const bytes = Buffer.from([0, 1, 2, 30, 255]);
    const large = Buffer.alloc(200000, 7);
    socket.emit('message', bytes, { inside: large });
    const [first, second] = await once(socket, 'message-back');
    ok(bytes.equals(Buffer.from(first)), 'first attachment');
    ok(large.equals(Buffer.from(second.inside)), 'second attachment');
    const [back] = await new Promise((done) => socket.emit('message-with-ack', bytes, (...a) => done(a)));
    ok(bytes.equals(Buffer.from(back)), 'binary ack');
    socket.disconnect();
  });

  test(`${kind}: namespaces`, async () => {
    const socket = open(kind);
    await once(socket, 'connect');
    const custom = socket.io.socket('/custom', { auth: { a: 'b' } });
    equal(await once(custom, 'auth'), [{ a: 'b' }], 'auth of /custom');
    custom.emit('message', 'hi');
    equal(await once(custom, 'message-back'), ['hi'], 'echo of /custom');
    const unknown = socket.io.socket('/unknown');
    const [error] = await once(unknown, 'connect_error');
    equal(error.message, 'Invalid namespace', 'unknown namespace');
    const refused = socket.io.socket('/refuse');
    const [refusal] = await once(refused, 'connect_error');
    equal([refusal.message, refusal.data], ['not authorized', { code: 42 }], 'refusal');
    custom.disconnect();
    socket.emit('message', 'still here');
    equal(await once(socket, 'message-back'), ['still here'], 'the other namespace lives');
    socket.disconnect();
  });

  test(`${kind}: a closed transport makes the client come back, a closed namespace does not`, async () => {
    const socket = await connected(open(kind, '/', { reconnectionDelay: 10 }));
    const before = socket.id;
    socket.emit('kick-transport');
    equal((await once(socket, 'disconnect'))[0], 'transport close', 'reason');
    await once(socket, 'connect');
    ok(socket.id !== before, 'a new id');
    socket.emit('kick-namespace');
    equal((await once(socket, 'disconnect'))[0], 'io server disconnect', 'reason');
    ok(!socket.active, 'it does not come back');
    socket.disconnect();
  });

  test(`${kind}: rooms`, async () => {
    const sockets = await Promise.all([1, 2, 3, 4].map(() => connected(open(kind))));
    for (const socket of sockets.slice(0, 3)) equal(await socket.emitWithAck('join', `room of ${kind}`), 'ok', 'join');
    sockets[3].on('room-event', () => ok(false, 'one outside the room heard it'));
    const heard = sockets.slice(0, 3).map((socket) => once(socket, 'room-event'));
    sockets[0].emit('room-emit', `room of ${kind}`, 'a', 1);
    for (const args of await Promise.all(heard)) equal(args, ['a', 1], 'room event');
    const told = once(sockets[1], 'msg');
    sockets[2].emit('msg', { room: `room of ${kind}`, text: 'b' });
    equal(await told, [{ room: `room of ${kind}`, text: 'b' }], 'msg');
    for (const socket of sockets) socket.disconnect();
  });

  test(`${kind}: a thousand events in order, none lost or doubled`, async () => {
    const socket = await connected(open(kind));
    const got = [];
    socket.on('message-back', (n) => got.push(n));
    for (let i = 0; i < 1000; i++) {
      socket.emit('message', i);
      if (i % 100 === 50) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => got.length >= 1000, 'a thousand answers');
    equal(got, Array.from({ length: 1000 }, (_, i) => i), 'order');
    socket.disconnect();
  });
}

test('events sent before and during the upgrade arrive once and in order', async () => {
  for (let round = 0; round < 20; round++) {
    const socket = open('upgrade');
    const got = [];
    let upgraded = false;
    let sent = 0;
    socket.on('message-back', (n) => got.push(n));
    socket.io.engine.on('upgrade', () => (upgraded = true));
    await once(socket, 'connect');
    while (!upgraded) {
      socket.emit('message', sent++);
      await new Promise((resolve) => setTimeout(resolve, round % 4));
    }
    for (let i = 0; i < 50; i++) socket.emit('message', sent++);
    await until(() => got.length >= sent, 'all echoes');
    equal(got, Array.from({ length: sent }, (_, i) => i), `round ${round}`);
    equal(socket.io.engine.transport.name, 'websocket', 'transport');
    socket.disconnect();
  }
});

test('many clients upgrade at once, with hundreds of messages both ways', async () => {
  const room = 'of the storm';
  const caster = await connected(open('websocket'));
  const all = await Promise.all(Array.from({ length: 25 }, async () => {
    const socket = open('upgrade');
    const state = { socket, echoes: [], heard: [], sent: 0, upgraded: false };
    socket.on('message-back', (n) => state.echoes.push(n));
    socket.on('room-event', (n) => state.heard.push(n));
    socket.on('connect', () => {
      socket.io.engine.on('upgrade', () => (state.upgraded = true));
      socket.emit('join', room, () => (state.joined = true));
    });
    await until(() => state.joined, 'joined');
    return state;
  }));
  let cast = 0;
  while (cast < 300 || all.some((each) => !each.upgraded)) {
    for (let i = 0; i < 5; i++) caster.emit('room-emit', room, cast++);
    for (const each of all) each.socket.emit('message', each.sent++);
    await new Promise((resolve) => setImmediate(resolve));
    // What is sent is bounded by what comes back, or a slow machine would see slow readers.
    await until(() => all.every((each) => each.heard.length > cast - 50 - each.heard[0] && each.echoes.length > each.sent - 50), 'the clients to keep up');
  }
  await until(() => all.every((each) => each.echoes.length >= each.sent && each.heard.at(-1) === cast - 1), 'everything');
  for (const { socket, echoes, heard, sent } of all) {
    equal(echoes, Array.from({ length: sent }, (_, i) => i), 'echoes');
    equal(heard, Array.from({ length: heard.length }, (_, i) => cast - heard.length + i), 'what the room heard');
    equal(socket.io.engine.transport.name, 'websocket', 'transport');
    socket.disconnect();
  }
  caster.disconnect();
});

test('forced base64', async () => {
  for (const kind of Object.keys(transports)) {
    const socket = await connected(open(kind, '/', { forceBase64: true }));
    const bytes = Buffer.from([1, 2, 3]);
    socket.emit('message', bytes);
    const [back] = await once(socket, 'message-back');
    ok(bytes.equals(Buffer.from(back)), kind);
    socket.disconnect();
  }
});

test('heartbeats keep a connection, over each transport', async () => {
  const fast = await startServer('socketio', '--ping-interval', '60', '--ping-timeout', '400');
  for (const kind of ['websocket', 'polling']) {
    const socket = io(fast.url, { transports: [kind], forceNew: true });
    await once(socket, 'connect');
    let pings = 0;
    socket.io.on('ping', () => pings++);
    socket.on('disconnect', (reason) => ok(!reason || reason === 'io client disconnect', reason));
    await until(() => pings >= 10, 'ten pings');
    ok(socket.connected, 'connected');
    socket.disconnect();
  }
  await fast.stop();
});

test('a server that goes away and comes back', async () => {
  const first = await startServer('socketio', ...quiet);
  const socket = io(first.url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 40 });
  await once(socket, 'connect');
  await first.stop();
  if (socket.connected) await once(socket, 'disconnect');
  socket.emit('message', 'while away');
  const second = await startServer('socketio', '--port', String(first.port), ...quiet);
  equal(await once(socket, 'message-back'), ['while away'], 'what was buffered');
  socket.disconnect();
  await second.stop();
});

test('a hundred megabytes may be one message, and ten attachments one event', async () => {
  const wide = await startServer('socketio', ...quiet, '--max-payload', '100000000');
  for (const kind of ['websocket', 'polling']) {
    const socket = await connected(io(wide.url, { transports: transports[kind], forceNew: true, reconnection: false }));
    const parts = Array.from({ length: 10 }, (_, i) => Buffer.alloc(400000, i));
    socket.emit('message', ...parts);
    const back = await once(socket, 'message-back');
    ok(back.length === 10 && back.every((part, i) => parts[i].equals(Buffer.from(part))), 'attachments');
    const text = 'x'.repeat(3000000);
    for (let i = 0; i < 3; i++) socket.emit('message', i, text);
    for (let i = 0; i < 3; i++) {
      const [n, same] = await once(socket, 'message-back');
      ok(n === i && same === text, `text ${i}`);
    }
    socket.disconnect();
  }
  await wide.stop();
}, 60000);

test('more than ten attachments close the connection', async () => {
  const socket = await connected(open('websocket', '/', { reconnection: false }));
  socket.emit('message', ...Array.from({ length: 11 }, () => Buffer.from('x')));
  equal((await once(socket, 'disconnect'))[0], 'transport close', 'reason');
});

test('names of events: numbers, and those that are taken', async () => {
  const socket = await connected(open('websocket', '/', { reconnection: false }));
  socket.emit(17, 'a number');
  socket.emit('message', 'still here');
  equal(await once(socket, 'message-back'), ['still here'], 'echo');
  socket.io.engine.write('2["disconnecting"]');
  equal((await once(socket, 'disconnect'))[0], 'transport close', 'reserved');
});

test('an answer to no question, or a second one, is nothing', async () => {
  const socket = await connected(open('websocket'));
  const told = [];
  socket.io.engine.on('packet', ({ type, data }) => type === 'message' && told.push(data));
  socket.io.engine.write('3999["nobody asked"]');
  socket.on('server-asks', (value, done) => {
    done(value);
    done(value);
  });
  equal(await socket.emitWithAck('ask-me', 1), 1, 'the answer');
  socket.emit('message', 'last');
  await once(socket, 'message-back');
  equal(told.filter((data) => String(data).startsWith('3')).length, 1, 'acknowledgements');
  socket.disconnect();
});

test('too large a message closes the connection, and harms nobody else', async () => {
  const other = await connected(open('websocket'));
  const socket = await connected(open('websocket', '/', { reconnection: false }));
  socket.emit('message', 'x'.repeat(1100000));
  equal((await once(socket, 'disconnect'))[0], 'transport close', 'reason');
  other.emit('message', 'fine');
  equal(await once(other, 'message-back'), ['fine'], 'the other one');
  other.disconnect();
});

for (const kind of Object.keys(transports)) {
  test(`${kind}: a client that was away goes on where it was`, async () => {
    const keeper = await startServer('socketio', ...quiet, '--recovery');
    const options = { transports: transports[kind], forceNew: true, reconnectionDelay: 10 };
    const [socket, other] = [io(keeper.url, options), io(keeper.url, options)];
    const got = [];
    socket.on('room-event', (n, offset) => got.push([n, typeof offset]));
    await Promise.all([connected(socket), connected(other)]);
    equal(await socket.emitWithAck('join', 'room'), 'ok', 'join');
    other.emit('room-emit', 'room', 0);
    await until(() => got.length === 1, 'an event');
    const { id, recovered } = socket;
    ok(!recovered, 'new at first');
    const lost = once(socket, 'disconnect');
    socket.io.engine.close();
    await lost;
    // What its rooms hear now reaches it later, even if it is not back yet.
    for (let i = 1; i <= 20; i++) other.emit('room-emit', 'room', i);
    await once(socket, 'connect');
    equal([socket.recovered, socket.id], [true, id], 'recovered');
    await until(() => got.length === 21, 'all events');
    other.emit('room-emit', 'room', 21);
    await until(() => got.length === 22, 'the room');
    equal(got, Array.from({ length: 22 }, (_, i) => [i, 'string']), 'once each, in order');
    // One that says good-bye starts anew.
    socket.disconnect();
    socket.connect();
    await once(socket, 'connect');
    equal([socket.recovered, socket.id !== id], [false, true], 'anew');
    socket.disconnect();
    other.disconnect();
    await keeper.stop();
  });
}

test('compressed messages, with the ws library', async () => {
  const socket = io(server.url, { transports: ['websocket'], forceNew: true, perMessageDeflate: { threshold: 0 } });
  await once(socket, 'connect');
  equal(socket.io.engine.transport.ws.extensions, 'permessage-deflate', 'extension');
  const large = { list: Array.from({ length: 3000 }, (_, i) => ({ i, text: 'compress me' })) };
  for (const value of [large, 'short', Buffer.alloc(100000, 1), '\u{1f600}'.repeat(5000)]) {
    socket.emit('message', value);
    const [back] = await once(socket, 'message-back');
    if (Buffer.isBuffer(value)) ok(value.equals(back), 'binary');
    else equal(back, value, 'echo');
  }
  socket.emit('message', 'x'.repeat(1100000));
  equal((await once(socket, 'disconnect'))[0], 'transport close', 'too large, unpacked');
  socket.disconnect();
});

test('the server stops cleanly', () => server.stop());

await run();

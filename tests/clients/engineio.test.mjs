// SPDX-License-Identifier: LGPL-2.1-or-later
// Engine.IO on the wire: what the public suite asks, and what its client never does.
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { equal, need, ok, run, startServer, test, until } from './harness.mjs';

const { WebSocket } = await need('ws');
const PING_INTERVAL = 300;
const PING_TIMEOUT = 200;
const server = await startServer('engineio', '--upgrade-timeout', '400');
const base = `${server.url}/engine.io/`;
const wsBase = base.replace('http', 'ws');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function shakeHands() {
  const response = await fetch(`${base}?EIO=4&transport=polling`);
  equal(response.status, 200, 'handshake');
  return JSON.parse((await response.text()).slice(1)).sid;
}

const poll = (sid) => fetch(`${base}?EIO=4&transport=polling&sid=${sid}`);
const post = (sid, body, headers = {}) =>
  fetch(`${base}?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body, headers });

/** Sends a poll, or another request, and returns once the server has it: `answer` comes later. */
async function begin(sid, { method = 'GET', headers = {}, body = '' } = {}) {
  const path = `/engine.io/?EIO=4&transport=polling${sid ? `&sid=${sid}` : ''}`;
  const request = http.request({ port: server.port, path, method, headers, agent: false });
  const answer = new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', async (response) => {
      const parts = await (async () => { const all = []; for await (const part of response) all.push(part); return all; })();
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) });
    });
  });
  answer.catch(() => {});
  const sent = new Promise((resolve) => request.on('finish', resolve));
  if (body) request.write(body);
  if (method === 'GET' || body.length >= Number(headers['content-length'] ?? 0)) request.end();
  else request.flushHeaders();
  if (request.writableEnded) await sent;
  else await new Promise((resolve) => request.on('socket', (tcp) => tcp.on('connect', () => tcp.write('', resolve))));
  // The loopback has it; whoever asks next is served after it.
  await shakeHands();
  return { answer, destroy: () => request.destroy() };
}

function socket(query) {
  const ws = new WebSocket(`${wsBase}?${query}`);
  const waiting = [];
  const got = [];
  ws.binaryType = 'nodebuffer';
  ws.on('error', () => {});
  ws.on('message', (data, binary) => {
    const value = binary ? data : data.toString();
    if (waiting.length) waiting.shift()(value);
    else got.push(value);
  });
  ws.next = () => (got.length ? Promise.resolve(got.shift()) : new Promise((resolve) => waiting.push(resolve)));
  ws.opened = new Promise((resolve) => ws.on('open', resolve));
  ws.closed = new Promise((resolve) => ws.on('close', (code) => resolve(code)));
  return ws;
}

async function refusal(path, options = {}) {
  const response = await fetch(path, options);
  return [response.status, (await response.json()).code];
}

test('handshake over polling', async () => {
  const response = await fetch(`${base}?EIO=4&transport=polling`, { headers: { origin: 'http://elsewhere' } });
  const text = await response.text();
  equal(response.headers.get('content-type'), 'text/plain; charset=UTF-8', 'type');
  equal(response.headers.get('cache-control'), 'no-store', 'caching');
  equal(response.headers.get('access-control-allow-origin'), '*', 'CORS');
  equal(text[0], '0', 'packet type');
  const { sid, ...rest } = JSON.parse(text.slice(1));
  equal(rest, { upgrades: ['websocket'], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 }, 'content');
  ok(/^[\w-]{20}$/.test(sid), sid);
});

test('handshake over WebSocket', async () => {
  const ws = socket('EIO=4&transport=websocket');
  const open = await ws.next();
  const { sid, ...rest } = JSON.parse(open.slice(1));
  equal(rest, { upgrades: [], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 }, 'content');
  ws.close();
});

test('messages over compressed WebSockets', async () => {
  const ws = socket('EIO=4&transport=websocket');
  await ws.next();
  equal(ws.extensions, 'permessage-deflate', 'negotiated');
  const text = '4' + 'compress me ü '.repeat(1000);
  for (let i = 0; i < 3; i++) {
    ws.send(text, { compress: true });
    equal(await ws.next(), text, 'text');
    ws.send(Buffer.alloc(5000, 7), { compress: i !== 1 });
    ok(Buffer.alloc(5000, 7).equals(await ws.next()), 'binary');
  }
  ws.send(`4${'x'.repeat(1000001)}`, { compress: true });
  equal(await ws.closed, 1009, 'a message that is too large once it is unpacked');
});

test('errors of HTTP', async () => {
  const sid = await shakeHands();
  equal(await refusal(`${base}?EIO=4`), [400, 0], 'no transport');
  equal(await refusal(`${base}?EIO=4&transport=abc`), [400, 0], 'unknown transport');
  equal(await refusal(`${base}?EIO=4&transport=polling&sid=nobody`), [400, 1], 'unknown sid');
  equal(await refusal(`${base}?EIO=4&transport=polling`, { method: 'POST', body: '4x' }), [400, 2], 'POST handshake');
  equal(await refusal(`${base}?EIO=4&transport=polling`, { method: 'PUT', body: '4x' }), [400, 2], 'PUT handshake');
  equal(await refusal(`${base}?EIO=4&transport=websocket`), [400, 3], 'no upgrade header');
  equal(await refusal(`${base}?EIO=4&transport=websocket&sid=${sid}`), [400, 3], 'sid without upgrade');
  equal(await refusal(`${base}?EIO=3&transport=polling`), [400, 5], 'version 3');
  equal(await refusal(`${base}?transport=polling`), [400, 5], 'no version');
});

test('refused upgrades', async () => {
  for (const query of ['EIO=4&transport=websocket&sid=nobody', 'EIO=3&transport=websocket', 'EIO=4&transport=polling']) {
    const ws = new WebSocket(`${wsBase}?${query}`);
    const status = await new Promise((resolve) => {
      ws.on('unexpected-response', (_, response) => resolve(response.statusCode));
      ws.on('error', () => {});
    });
    equal(status, 400, query);
  }
});

test('preflight', async () => {
  const response = await fetch(base, {
    method: 'OPTIONS',
    headers: { origin: 'http://a', 'access-control-request-headers': 'x-one,x-two' },
  });
  equal(response.status, 204, 'status');
  equal(response.headers.get('access-control-allow-headers'), 'x-one,x-two', 'headers');
  ok(response.headers.get('access-control-allow-methods').includes('POST'), 'methods');
});

test('echo over polling, several packets, binary', async () => {
  const sid = await shakeHands();
  const answer = await post(sid, '4one\x1e4zwei ü\x1ebAQIDBA==');
  equal([answer.status, await answer.text()], [200, 'ok'], 'post');
  equal(await (await poll(sid)).text(), '4one\x1e4zwei ü\x1ebAQIDBA==', 'poll');
});

test('echo over WebSocket', async () => {
  const ws = socket('EIO=4&transport=websocket');
  await ws.next();
  ws.send('4hello');
  equal(await ws.next(), '4hello', 'text');
  ws.send(Buffer.from([1, 2, 3]));
  ok(Buffer.from([1, 2, 3]).equals(await ws.next()), 'binary');
  ws.close();
});

test('b64=1 gets binary as text', async () => {
  const ws = socket('EIO=4&transport=websocket&b64=1');
  await ws.next();
  ws.send(Buffer.from([1, 2, 3, 4]));
  equal(await ws.next(), 'bAQIDBA==', 'base64');
  ws.close();
});

test('invalid packets end the session', async () => {
  for (const body of ['abc', '', '4x\x1e', '2', '5', '0{}']) {
    const sid = await shakeHands();
    const response = await post(sid, body).catch(() => ({ status: 400 }));
    equal(response.status, 400, JSON.stringify(body));
    equal((await poll(sid)).status, 400, 'and it is gone');
  }
  const sid = await shakeHands();
  equal((await post(sid, Buffer.from('4x'), { 'content-type': 'application/octet-stream' })).status, 400, 'octets');
  equal((await poll(sid)).status, 400, 'and it is gone');
  for (const frame of ['abc', '', '2', '9']) {
    const ws = socket('EIO=4&transport=websocket');
    await ws.next();
    ws.send(frame);
    equal(await ws.closed, 1005, JSON.stringify(frame));
  }
});

test('two polls at once end the session', async () => {
  const sid = await shakeHands();
  const first = await begin(sid);
  equal((await poll(sid)).status, 400, 'second');
  equal((await first.answer).body.toString(), '1', 'first');
  equal(await refusal(`${base}?EIO=4&transport=polling&sid=${sid}`), [400, 1], 'gone');
});

test('two POSTs at once end the session', async () => {
  const sid = await shakeHands();
  const first = await begin(sid, { method: 'POST', headers: { 'content-length': '100' }, body: '4x' });
  equal((await post(sid, '4y')).status, 400, 'second');
  equal((await first.answer).status, 400, 'first');
  equal(await refusal(`${base}?EIO=4&transport=polling&sid=${sid}`), [400, 1], 'gone');
});

test('a slow POST is ended, and so is its session', async () => {
  const slow = await startServer('engineio', '--head-timeout', '200', '--ping-interval', '60000');
  const opened = await (await fetch(`${slow.url}/engine.io/?EIO=4&transport=polling`)).text();
  const { sid } = JSON.parse(opened.slice(1));
  const status = await new Promise((resolve) => {
    const drip = http.request({ port: slow.port, path: `/engine.io/?EIO=4&transport=polling&sid=${sid}`, method: 'POST', headers: { 'content-length': '1000' } });
    const timer = setInterval(() => drip.write('4'), 50);
    drip.on('response', (response) => { clearInterval(timer); resolve(response.statusCode); response.resume(); });
    drip.on('error', () => { clearInterval(timer); resolve(408); });
    drip.write('4');
  });
  equal(status, 408, 'status');
  equal((await fetch(`${slow.url}/engine.io/?EIO=4&transport=polling&sid=${sid}`)).status, 400, 'the session');
  await slow.stop();
});

test('other methods, and paths with and without a slash', async () => {
  const sid = await shakeHands();
  for (const method of ['PUT', 'DELETE', 'PATCH'])
    equal((await fetch(`${base}?EIO=4&transport=polling&sid=${sid}`, { method })).status, 400, method);
  equal((await fetch(`${server.url}/engine.io?EIO=4&transport=polling`)).status, 200, 'no slash');
  equal((await fetch(`${base}?t=abc&j=0&EIO=4&transport=polling&x=y`)).status, 200, 'other members');
});

test('errors carry the headers of CORS too', async () => {
  const sid = await shakeHands();
  const headers = { origin: 'http://elsewhere' };
  const large = '4' + 'x'.repeat(1000001);
  const answers = [
    await fetch(`${base}?EIO=4&transport=polling&sid=nobody`, { headers }),
    await fetch(`${base}?EIO=3&transport=polling`, { headers }),
    await fetch(`${base}?EIO=4`, { headers }),
    await post(sid, 'abc', headers),
  ];
  const tooLarge = await begin(await shakeHands(), { method: 'POST', headers: { ...headers, 'content-length': String(large.length) }, body: 'x' });
  for (const answer of answers) equal(answer.headers.get('access-control-allow-origin'), '*', answer.status);
  equal((await tooLarge.answer).headers['access-control-allow-origin'], '*', '413');
  equal((await fetch(`${base}?EIO=4&transport=polling`, { headers: { origin: 'http://a\u00e9' } })).status, 400, 'no origin at all');
});

test('long answers are compressed for those who accept it', async () => {
  const text = '4' + 'compress me '.repeat(1000);
  for (const [accepted, coding] of [['gzip, deflate', 'gzip'], ['gzip;q=0', undefined], ['br', undefined], [undefined, undefined]]) {
    const sid = await shakeHands();
    await post(sid, text);
    const { answer } = await begin(sid, { headers: accepted ? { 'accept-encoding': accepted } : {} });
    const { headers, body } = await answer;
    equal(headers['content-encoding'], coding, accepted);
    equal((coding ? gunzipSync(body) : body).toString(), text, 'text');
    ok(!coding || body.length < 1000, `${body.length} bytes`);
  }
  const sid = await shakeHands();
  await post(sid, '4short');
  const { answer } = await begin(sid, { headers: { 'accept-encoding': 'gzip' } });
  equal((await answer).headers['content-encoding'], undefined, 'short');
});

test('a body over the limit is refused, the session lives', async () => {
  const sid = await shakeHands();
  const response = await post(sid, '4' + 'x'.repeat(1000001)).catch(() => ({ status: 413, text: () => '' }));
  equal([response.status, await response.text()], [413, ''], 'too large');
  equal((await post(sid, '4fine')).status, 200, 'it lives');
  equal(await (await poll(sid)).text(), '4fine', 'echo');
});

test('close from the client', async () => {
  const sid = await shakeHands();
  const pending = await begin(sid);
  const answer = await post(sid, '1');
  equal(await answer.text(), 'ok', 'post');
  equal((await pending.answer).body.toString(), '6', 'poll');
  equal((await poll(sid)).status, 400, 'gone');
  const ws = socket('EIO=4&transport=websocket');
  await ws.next();
  ws.send('1');
  equal(await ws.closed, 1005, 'WebSocket');
});

test('heartbeat over polling', async () => {
  const sid = await shakeHands();
  for (let i = 0; i < 3; i++) {
    equal(await (await poll(sid)).text(), '2', 'ping');
    equal((await post(sid, '3')).status, 200, 'pong');
  }
});

test('heartbeat over WebSocket', async () => {
  const ws = socket('EIO=4&transport=websocket');
  await ws.next();
  let before = Date.now();
  for (let i = 0; i < 3; i++) {
    equal(await ws.next(), '2', 'ping');
    const passed = Date.now() - before;
    ok(passed >= PING_INTERVAL - 20, `ping after ${passed} ms`);
    ws.send('3');
    before = Date.now();
  }
  ws.close();
});

test('ping timeout', async () => {
  // Exactly as long as the protocol says, and not a millisecond of grace: what the suite does.
  const sid = await shakeHands();
  await sleep(PING_INTERVAL + PING_TIMEOUT);
  equal((await poll(sid)).status, 400, 'polling');
  const ws = socket('EIO=4&transport=websocket');
  await ws.next();
  equal(await ws.closed, 1005, 'WebSocket');
});

test('a poll whose connection goes away ends the session', async () => {
  const sid = await shakeHands();
  const pending = await begin(sid);
  pending.destroy();
  await until(async () => (await post(sid, '4x')).status === 400, 'session gone');
});

test('upgrade', async () => {
  const sid = await shakeHands();
  const pending = poll(sid);
  const ws = socket(`EIO=4&transport=websocket&sid=${sid}`);
  await ws.opened;
  ws.send('2probe');
  equal(await ws.next(), '3probe', 'probe');
  equal(await (await pending).text(), '6', 'the poll is let go');
  ws.send('5');
  ws.send('4hello');
  equal(await ws.next(), '4hello', 'echo');
  equal(await refusal(`${base}?EIO=4&transport=polling&sid=${sid}`), [400, 3], 'polling is over');
  const second = socket(`EIO=4&transport=websocket&sid=${sid}`);
  await second.opened;
  await second.closed;
  ws.send('4still');
  equal(await ws.next(), '4still', 'the first one lives');
  ws.close();
});

test('while probing, messages go over polling; what is queued crosses with the switch', async () => {
  const sid = await shakeHands();
  const ws = socket(`EIO=4&transport=websocket&sid=${sid}`);
  await ws.opened;
  ws.send('2probe');
  equal(await ws.next(), '3probe', 'probe');
  await post(sid, '4a');
  equal(await (await poll(sid)).text(), '4a', 'polled');
  await post(sid, '4b\x1e4c');
  ws.send('5');
  equal([await ws.next(), await ws.next()], ['4b', '4c'], 'crossed');
  ws.close();
});

test('a probe that says something else, or nothing more, is closed; polling goes on', async () => {
  const sid = await shakeHands();
  const first = socket(`EIO=4&transport=websocket&sid=${sid}`);
  await first.opened;
  first.send('4nonsense');
  await first.closed;
  const second = socket(`EIO=4&transport=websocket&sid=${sid}`);
  await second.opened;
  second.send('5');
  await second.closed;
  const third = socket(`EIO=4&transport=websocket&sid=${sid}`);
  await third.opened;
  third.send('2probe');
  await post(sid, '3'); // a pong too many does no harm
  await third.closed;
});

test('large and small messages mixed, over polling', async () => {
  const sid = await shakeHands();
  const large = 'L'.repeat(900000);
  await post(sid, `4${large}`);
  const small = post(sid, '4small'); // waits for room in our own queue: it is answered once we poll
  let text = '';
  while (!text.endsWith('4small')) text += (text ? '\x1e' : '') + (await (await poll(sid)).text());
  equal((await small).status, 200, 'post');
  equal(text.replaceAll('2\x1e', '').length, large.length + 8, 'length');
});

test('sessions are bounded, although long polls need no connection between', async () => {
  const small = await startServer('engineio', '--max-connections', '5', '--ping-interval', '60000');
  const ask = async () => (await fetch(`${small.url}/engine.io/?EIO=4&transport=polling`)).status;
  for (let i = 0; i < 5; i++) equal(await ask(), 200, `session ${i}`);
  equal(await ask(), 503, 'one too many');
  await small.stop();
});

test('the server stops cleanly with sessions of every kind open', async () => {
  const sid = await shakeHands();
  const pending = poll(sid).catch(() => {});
  const ws = socket('EIO=4&transport=websocket');
  await ws.next();
  await shakeHands();
  await server.stop();
  await Promise.all([pending, ws.closed]);
});

await run();

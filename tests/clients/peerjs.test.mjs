// SPDX-License-Identifier: LGPL-2.1-or-later
// The PeerJS relay: on the wire, and with the real library in Chromium.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { equal, need, ok, run, startServer, test, until } from './harness.mjs';

const { WebSocket } = await need('ws');
const require = createRequire(import.meta.url);
const server = await startServer('peerjs', '--expire-timeout', '300', '--cleanup', '50', '--alive-timeout', '700', '--discovery');
const wsBase = server.url.replace('http', 'ws');

function peer(id, token = `token of ${id}`, { path = '/peerjs', key = 'peerjs' } = {}) {
  const query = new URLSearchParams({ key, id, token, version: '1.5.5' });
  const ws = new WebSocket(`${wsBase}${path}?${query}`);
  const got = [];
  ws.on('error', () => {});
  ws.on('message', (data) => got.push(JSON.parse(data.toString())));
  ws.got = got;
  ws.next = async () => {
    await until(() => got.length > 0, `a message for ${id}`);
    return got.shift();
  };
  ws.say = (message) => ws.send(JSON.stringify(message));
  ws.closed = new Promise((resolve) => ws.on('close', (code) => resolve(code)));
  return ws;
}

async function opened(...args) {
  const ws = peer(...args);
  equal(await ws.next(), { type: 'OPEN' }, 'open');
  return ws;
}

test('ids over HTTP', async () => {
  const ids = new Set();
  for (const path of ['/peerjs/id', '/peerjs/peerjs/id', '/peerjs/id?ts=1&version=1.5.5']) {
    const response = await fetch(server.url + path, { headers: { origin: 'http://elsewhere' } });
    equal(response.headers.get('access-control-allow-origin'), 'http://elsewhere', 'CORS');
    ok(response.headers.get('content-type').startsWith('text/html'), 'type');
    ids.add(await response.text());
  }
  equal(ids.size, 3, 'all different');
  for (const id of ids) ok(/^[0-9a-f-]{36}$/.test(id), id);
  ok((await (await fetch(`${server.url}/peerjs`)).json()).name, 'name');
  equal((await fetch(`${server.url}/peerjs/nothing`)).status, 404, 'unknown');
});

test('refusals can be read', async () => {
  const cases = [
    [peer('a', ''), 'ERROR', 'No id, token, or key supplied to websocket server'],
    [peer('', 't'), 'ERROR', 'No id, token, or key supplied to websocket server'],
    [peer('a', 't', { key: 'other' }), 'ERROR', 'Invalid key provided'],
  ];
  for (const [ws, type, msg] of cases) {
    equal(await ws.next(), { type, payload: { msg } }, msg);
    await ws.closed;
  }
});

test('an id belongs to its token; the same client may take over', async () => {
  const first = await opened('A', 't1');
  const thief = peer('A', 't2');
  equal(await thief.next(), { type: 'ID-TAKEN', payload: { msg: 'ID is taken' } }, 'taken');
  await thief.closed;
  const again = await opened('A', 't1');
  await first.closed;
  const other = await opened('B');
  other.say({ type: 'OFFER', dst: 'A', payload: 1 });
  equal(await again.next(), { type: 'OFFER', src: 'B', dst: 'A', payload: 1 }, 'to the new connection');
  again.close();
  other.close();
});

test('relays exactly type, src, dst and payload', async () => {
  const a = await opened('A', 'x', { path: '/peerjs/peerjs' });
  const b = await opened('B');
  const payload = { sdp: { type: 'offer', sdp: 'v=0\r\nü' }, n: null, big: 12345678901, f: 0.25, list: [[], {}] };
  a.say({ type: 'OFFER', src: 'somebody else', dst: 'B', payload, extra: 1 });
  equal(await b.next(), { type: 'OFFER', src: 'A', dst: 'B', payload }, 'offer');
  b.say({ type: 'LEAVE', dst: 'A' });
  equal(await a.next(), { type: 'LEAVE', src: 'B', dst: 'A' }, 'leave without payload');
  a.send('this is not JSON');
  a.send('[1]');
  a.send(Buffer.from([1, 2]));
  a.say({ type: 'UNHEARD-OF', dst: 'B' });
  a.say({ type: 'CANDIDATE', dst: 'B', payload: 2 });
  equal((await b.next()).type, 'CANDIDATE', 'garbage harms nobody');
  a.close();
  b.close();
});

test('messages wait for a peer that comes, and expire for one that does not', async () => {
  const a = await opened('A');
  a.say({ type: 'OFFER', dst: 'late', payload: 1 });
  a.say({ type: 'CANDIDATE', dst: 'late', payload: 2 });
  a.say({ type: 'LEAVE', dst: 'late' });
  const late = await opened('late');
  equal((await late.next()).payload, 1, 'first');
  equal((await late.next()).payload, 2, 'second');
  late.close();
  a.say({ type: 'OFFER', dst: 'never', payload: 1 });
  a.say({ type: 'CANDIDATE', dst: 'never', payload: 2 });
  equal(await a.next(), { type: 'EXPIRE', src: 'never', dst: 'A' }, 'expired');
  equal(a.got.length, 0, 'one for each pair');
  a.close();
});

test('too many waiting messages expire at once', async () => {
  const a = await opened('A');
  for (let i = 0; i < 129; i++) a.say({ type: 'CANDIDATE', dst: 'nobody', payload: i });
  equal((await a.next()).type, 'EXPIRE', 'the one too many');
  a.close();
});

test('only HEARTBEAT keeps a peer alive', async () => {
  const silent = await opened('silent');
  const alive = await opened('alive');
  const beat = setInterval(() => alive.say({ type: 'HEARTBEAT' }), 100);
  const talk = setInterval(() => silent.readyState === 1 && silent.say({ type: 'CANDIDATE', dst: 'alive', payload: 0 }), 100);
  await silent.closed;
  equal(alive.readyState, 1, 'the other one lives');
  equal(await (await fetch(`${server.url}/peerjs/peers`)).json(), ['alive'], 'peers');
  clearInterval(beat);
  clearInterval(talk);
  alive.say({ type: 'LEAVE' });
  await alive.closed;
  equal(await (await fetch(`${server.url}/peerjs/peers`)).json(), [], 'gone');
});

test('a flood is cut off, a message too long too', async () => {
  const flood = await opened('flood');
  const target = await opened('target');
  for (let i = 0; i < 2000; i++) flood.say({ type: 'CANDIDATE', dst: 'target', payload: i });
  equal(await flood.closed, 1008, 'flood');
  const long = await opened('long');
  long.say({ type: 'OFFER', dst: 'target', payload: 'x'.repeat(200000) });
  equal(await long.closed, 1009, 'too long');
  target.close();
});

const chromium = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const playwright = chromium ? await import('playwright-core').catch(() => null) : null;

if (playwright) {
  test('peerjs in Chromium: data both ways, an unknown peer, one connection for all requests', async () => {
    const browser = await playwright.chromium.launch({
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-gpu', '--disable-features=WebRtcHideLocalIpsWithMdns'],
    });
    const library = require.resolve('peerjs').replace(/bundler\.[a-z]+$/, 'peerjs.min.js');
    const alive = await startServer('peerjs', '--expire-timeout', '300', '--cleanup', '50');
    const pages = await Promise.all([1, 2].map(() => browser.newPage()));
    for (const page of pages) {
      await page.goto(`${alive.url}/`);
      await page.addScriptTag({ path: library });
      await page.evaluate((port) => {
        globalThis.open = (id) =>
          new Promise((resolve, reject) => {
            const options = { host: '127.0.0.1', port, path: '/peerjs', config: { iceServers: [] } };
            const made = id ? new Peer(id, options) : new Peer(options);
            made.on('open', () => resolve(made));
            made.on('error', reject);
          });
      }, alive.port);
    }
    const id = await pages[0].evaluate(async () => {
      globalThis.me = await open();
      me.on('connection', (connection) => connection.on('data', (data) => connection.send(`echo ${data}`)));
      return me.id;
    });
    const echo = await pages[1].evaluate(async (other) => {
      globalThis.me = await open('second-one');
      const connection = me.connect(other);
      return new Promise((resolve, reject) => {
        connection.on('open', () => connection.send('hello'));
        connection.on('data', resolve);
        connection.on('error', reject);
      });
    }, id);
    equal(echo, 'echo hello', 'data channel');
    const error = await pages[1].evaluate(
      () => new Promise((resolve) => { me.on('error', (e) => resolve(e.type)); me.connect('nobody-here'); }),
    );
    equal(error, 'peer-unavailable', 'unknown peer');
    // In turn for libsoup and for the reactor, as a browser mixes them.
    const answers = await pages[0].evaluate(async () => {
      let good = 0;
      for (let i = 0; i < 100; i++) {
        good += (await fetch('/', { cache: 'no-store' })).ok;
        good += (await (await fetch('/peerjs/id', { cache: 'no-store' })).text()).length === 36;
        good += (await fetch('/x', { method: 'POST', body: 'b'.repeat(i * 500) })).ok;
      }
      return good;
    });
    equal(answers, 300, 'answers');
    await browser.close();
    await alive.stop();
  }, 60000);
}

test('the server stops cleanly', () => server.stop());

await run();

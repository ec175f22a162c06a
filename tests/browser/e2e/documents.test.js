/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, launch, openPatient } from '../lib/browser.js';
import { startClinic } from '../lib/clinic.js';
import { check } from '../lib/json-schema.js';

/* The documents of the API against what calld really answers, and the page that shows them. */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const NOBODY = '00000000-0000-4000-8000-000000000000';

let clinic;
let browser;
let openapi;
let asyncapi;
let visit;
let patientToken;

before(async () => {
  [clinic, browser] = await Promise.all([startClinic({ RATE_LIMIT_PER_MINUTE: '1000' }), launch()]);
  openapi = await clinic.get('/api/openapi.json');
  asyncapi = await clinic.get('/api/asyncapi.json');
  visit = await clinic.appointment();
  ({ token: patientToken } = await clinic.post('/api/auth/join', { link: visit.link.split('#')[1] }));
});

after(async () => {
  await browser?.close();
  await clinic?.stop();
});

function operations() {
  return Object.entries(openapi.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
}

function find(method, path) {
  const operation = openapi.paths[path]?.[method];
  assert.ok(operation, `${method} ${path} is in no document`);
  return operation;
}

/* Asks, and holds the answer against the document: its status is listed, its body fits. */
async function ask(method, path, { id = visit.id, query = '', body, token = clinic.token } = {}) {
  const operation = find(method, path);
  const response = await fetch(clinic.url + path.replace('{id}', id) + query, {
    method: method.toUpperCase(),
    headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  const documented = operation.responses[response.status];
  assert.ok(documented, `${method} ${path}: ${response.status} is not listed`);
  const { schema } = documented.content['application/json'];
  assert.deepEqual(check(openapi, schema, answer), [], `${method} ${path} ${response.status}`);
  if (answer.error)
    assert.ok(documented.description.split(', ').includes(answer.error.code), `${method} ${path}: ${answer.error.code} is not listed`);
  return { status: response.status, answer };
}

test('the documents are whole', () => {
  assert.equal(openapi.openapi, '3.1.0');
  assert.equal(asyncapi.asyncapi, '3.0.0');
  const ids = operations().map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { path, method, operation } of operations()) {
    assert.ok(operation.summary && operation.tags.length === 1, `${method} ${path}`);
    assert.deepEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name), path);
  }
  for (const document of [openapi, asyncapi])
    for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g))
      assert.ok(reference.slice(2).split('/').reduce((place, key) => place?.[key], document), reference);
});

test('every address that is documented is served', async () => {
  for (const { path, method } of operations()) {
    const response = await fetch(clinic.url + path.replace('{path}', 'no-such-part').replaceAll(/\{\w+\}/g, NOBODY), { method: method.toUpperCase() });
    const body = await response.text();
    assert.notEqual(response.status, 405, `${method} ${path}`);
    assert.ok(response.status !== 404 || !body.includes('no such address'), `${method} ${path}`);
  }
});

test('every documented address that is closed wants a token', async () => {
  for (const { path, method, operation } of operations()) {
    if (operation.security.length === 0)
      continue;
    const response = await fetch(clinic.url + path.replaceAll(/\{\w+\}/g, NOBODY), { method: method.toUpperCase() });
    assert.equal(response.status, 401, `${method} ${path}`);
  }
});

test('answers are what the document says', async () => {
  await ask('get', '/health');
  await ask('get', '/health/ready');
  await ask('get', '/api/me');
  await ask('get', '/api/ice-servers');
  await ask('get', '/api/appointments', { query: '?status=scheduled,completed&from=2020-01-01T00:00:00.000Z' });
  await ask('get', '/api/appointments/{id}');
  await ask('post', '/api/appointments/{id}/link', { body: {} });
  await ask('post', '/api/appointments/{id}/messages', { body: { content: 'Olá', tempId: 'one' } });
  await ask('get', '/api/appointments/{id}/messages', { query: '?limit=1' });
  const { answer } = await ask('post', '/api/appointments/{id}/call/request', { body: { peerId: 'doctor-peer' } });
  await ask('get', '/api/appointments/{id}');
  await ask('post', '/api/appointments/{id}/call/accept', { body: { callId: answer.callId, peerId: 'patient-peer' }, token: patientToken });
  await ask('post', '/api/appointments/{id}/call/started', { body: { callId: answer.callId } });
  await ask('post', '/api/appointments/{id}/call/rejoin', { body: { callId: answer.callId, peerId: 'doctor-peer-2', generation: 1 } });
  await ask('get', '/api/appointments/{id}/audit');
  await ask('post', '/api/appointments/{id}/call/end', { body: { callId: answer.callId } });
  await ask('get', '/api/appointments/{id}');
});

test('refusals are what the document says', async () => {
  const statuses = [
    await ask('get', '/api/me', { token: null }),
    await ask('get', '/api/stats'),
    await ask('post', '/api/auth/login', { body: { email: 'nobody@example.org', password: 'wrong' } }),
    await ask('post', '/api/auth/login', { body: { email: 5 } }),
    await ask('get', '/api/appointments', { query: '?from=yesterday' }),
    await ask('get', '/api/appointments', { query: '?status=sleeping' }),
    await ask('get', '/api/appointments/{id}', { id: NOBODY }),
    await ask('get', '/api/appointments/{id}', { id: 'x' }),
    await ask('get', '/api/appointments/{id}/messages', { query: '?limit=501' }),
    await ask('post', '/api/appointments', { body: { patientId: NOBODY } }),
    await ask('post', '/api/appointments/{id}/call/request', { body: { peerId: 'a b c' }, id: NOBODY }),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [401, 403, 401, 400, 400, 400, 404, 400, 400, 400, 404]);
});

/* Runs in the page: speaks Socket.IO by hand and returns all that came. */
function converse({ url, token, requests, until }) {
  return new Promise((done, fail) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const heard = { events: [], acks: [] };
    const timer = setTimeout(() => fail(new Error(JSON.stringify(heard))), 10_000);
    let next = 0;
    let messageId = '';
    const ask = () => {
      if (next < requests.length)
        socket.send(`42${next}${JSON.stringify(requests[next++]).replaceAll('$message', messageId)}`);
    };
    socket.onmessage = ({ data }) => {
      if (data.startsWith('0'))
        socket.send(`40${JSON.stringify({ token })}`);
      else if (data.startsWith('40'))
        ask();
      else if (data === '2')
        socket.send('3');
      else if (data.startsWith('43')) {
        const [, id, content] = /^43(\d+)(.*)$/s.exec(data);
        const [ack] = JSON.parse(content);
        heard.acks.push([requests[id][0], ack]);
        messageId = ack.message?.id ?? messageId;
        ask();
      } else if (data.startsWith('42'))
        heard.events.push(JSON.parse(data.slice(2)));
      if (heard.acks.length === requests.length && until.every((name) => heard.events.some(([event]) => event === name))) {
        clearTimeout(timer);
        socket.close();
        done(heard);
      }
    };
  });
}

test('events are what the document says', async () => {
  const { context, page } = await openPatient(browser, { url: clinic.url });
  const fresh = await clinic.appointment();
  const { appointment } = await clinic.get(`/api/appointments/${fresh.id}`);
  await page.goto(`${clinic.url}/swagger`);
  const heard = await page.evaluate(converse, {
    url: clinic.url,
    token: clinic.token,
    requests: [
      ['subscribe', { channel: `appointments.${fresh.id}` }],
      ['subscribe', { channel: 'nothing' }],
      ['enter_waiting_room', { appointmentId: fresh.id }],
      ['join_group', { groupId: appointment.conversationId }],
      ['send_message', { groupId: appointment.conversationId, content: 'Olá', tempId: 'two' }],
      ['edit_message', { messageId: '$message', content: 'Olá!' }],
      ['resume', { groupId: appointment.conversationId, seq: 0 }],
      ['typing_start', { groupId: appointment.conversationId }],
      ['typing_stop', { groupId: appointment.conversationId }],
      ['update_status', { status: 'busy' }],
      ['get_online_users', { groupId: appointment.conversationId }],
      ['message_read', { groupId: appointment.conversationId, messageIds: ['$message'] }],
      ['recall_message', { messageId: '$message' }],
      ['send_message', { groupId: NOBODY, content: 'Olá', tempId: 'three' }],
      ['leave_waiting_room', { appointmentId: fresh.id }],
    ],
    until: ['connected', 'AppointmentWaiting', 'message_sent', 'message_error'],
  });
  for (const [event, content] of heard.events) {
    const message = asyncapi.components.messages[`server.${event}`];
    assert.ok(message, `${event} is in no document`);
    assert.deepEqual(check(asyncapi, message.payload, content, event), []);
  }
  for (const [event, content] of heard.acks)
    assert.deepEqual(check(asyncapi, asyncapi.components.messages[`ack.${event}`].payload, content, event), []);
  const refused = heard.acks.map(([event, { ok }], i) => (ok ? null : `${i} ${event}`)).filter(Boolean);
  assert.deepEqual(refused, ['1 subscribe', '13 send_message']);
  await context.close();
});

test('the checker finds what is wrong', () => {
  const root = { a: { type: 'object', properties: { id: { type: 'string', format: 'uuid' }, n: { type: 'integer', minimum: 0 } }, required: ['id'] } };
  const schema = { $ref: '#/a' };
  assert.deepEqual(check(root, schema, { id: NOBODY, n: 1 }), []);
  assert.equal(check(root, schema, {}).length, 1);
  assert.equal(check(root, schema, { id: 'x', n: -1, more: 1 }).length, 3);
  assert.equal(check(root, { allOf: [schema, { type: 'object', properties: { m: { type: 'boolean' } } }] }, { id: NOBODY, m: 1, x: 1 }).length, 2);
});

async function checkPage(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], what);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${what} is ${over} px too wide`);
}

test('the page shows both documents', async () => {
  for (const [viewport, locale, colorScheme, title] of [[DESKTOP, 'en-US', 'light', 'Events'], [PHONE, 'pt-BR', 'dark', 'Eventos']]) {
    const { context, page, faults } = await openPatient(browser, { url: clinic.url, locale, viewport, colorScheme });
    await page.goto(`${clinic.url}/swagger`);
    await page.waitForSelector('.entry');
    assert.equal(await page.locator('.entry').count(), operations().length);
    await page.click('#post-api-appointments > summary');
    await checkPage(page, `HTTP in ${locale}`);
    await page.click('[data-show="events"]');
    assert.equal(await page.textContent('h1'), title);
    assert.equal(await page.locator('.entry').count(), Object.keys(asyncapi.operations).length);
    await page.click('#client-send-message > summary');
    await checkPage(page, `events in ${locale}`);
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('the page is searched and tried', async () => {
  const { context, page, faults } = await openPatient(browser, { url: clinic.url });
  await page.goto(`${clinic.url}/swagger`);
  await page.fill('#search', 'audit');
  assert.equal(await page.locator('.entry').count(), 1);
  await page.fill('#search', 'no such thing at all');
  assert.match(await page.textContent('#count'), /Nothing fits/);
  await page.fill('#search', '');
  await page.fill('#token', clinic.token);
  await page.click('#get-api-me > summary');
  await page.click('#get-api-me .attempt > summary');
  await page.click('#get-api-me .send');
  await page.waitForSelector('#get-api-me pre:not([hidden])');
  assert.match(await page.textContent('#get-api-me .attempt p'), /^200 in/);
  assert.equal(JSON.parse(await page.textContent('#get-api-me pre')).user.id, clinic.doctorId);
  assert.deepEqual(faults, []);
  await context.close();
});

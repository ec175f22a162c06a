/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { goToWaitingRoom, launch, openPatient, view } from '../lib/browser.js';
import { startClinic } from '../lib/clinic.js';

let clinic;
let browser;

before(async () => {
  [clinic, browser] = await Promise.all([startClinic(), launch()]);
});

after(async () => {
  await browser?.close();
  await clinic?.stop();
});

async function visit(link, options) {
  const patient = await openPatient(browser, { url: clinic.url, ...options });
  await patient.page.goto(link);
  return patient;
}

for (const [locale, hello, title] of [['en-GB', 'Hello, ', 'Video consultation'], ['pt-BR', 'Olá, ', 'Consulta por vídeo']]) {
  test(`the link opens a greeting with name, clinician and local time (${locale})`, async () => {
    const appointment = await clinic.appointment({ startsIn: 300 });
    const { context, page, faults } = await visit(appointment.link, { locale });
    await view(page, 'welcome');
    assert.ok((await page.textContent('h1')).startsWith(hello + clinic.patientName));
    assert.ok((await page.textContent('.ticket')).includes(clinic.doctorName));
    const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'America/Sao_Paulo' }).format(appointment.at);
    assert.ok((await page.textContent('.when')).includes(time), time);
    assert.ok((await page.title()).endsWith(title));
    assert.equal(await page.getAttribute('html', 'lang'), locale.slice(0, 2) === 'pt' ? 'pt-BR' : 'en');
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('the language can be switched, and is remembered', async () => {
  const { link } = await clinic.appointment();
  const { context, page } = await visit(link, { locale: 'en-US' });
  await view(page, 'welcome');
  await page.click('[data-language="pt-BR"]');
  assert.ok((await page.textContent('h1')).startsWith('Olá'));
  assert.equal(await page.getAttribute('html', 'lang'), 'pt-BR');
  assert.equal(await page.getAttribute('[data-language="pt-BR"]', 'aria-pressed'), 'true');
  await page.reload();
  await view(page, 'welcome');
  assert.ok((await page.textContent('h1')).startsWith('Olá'));
  await context.close();
});

test('the secret leaves the address bar, survives a refresh, and is in no storage that outlives the tab', async () => {
  const { link } = await clinic.appointment();
  const secret = link.split('#')[1];
  const { context, page } = await visit(link);
  await view(page, 'welcome');
  assert.equal(new URL(page.url()).hash, '');
  await page.reload();
  await view(page, 'welcome');
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!kept.includes(secret) && !kept.includes('token'), kept);
  await context.close();
});

test('a link that is not one, and none at all, are explained', async () => {
  await clinic.appointment();
  const { context, page } = await visit(`${clinic.url}/join#nonsense`);
  await view(page, 'problem');
  assert.equal(await page.textContent('h1'), 'This link does not work');
  await context.close();
  const second = await visit(`${clinic.url}/join`);
  await view(second.page, 'problem');
  assert.equal(await second.page.textContent('h1'), 'Please open the link you were sent');
  await second.context.close();
});

test('an expired link says until when it worked', async () => {
  await clinic.appointment();
  const body = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) - 60 })).toString('base64url');
  const { context, page } = await visit(`${clinic.url}/join#x.${body}.y`);
  await view(page, 'problem');
  assert.equal(await page.textContent('h1'), 'This link has expired');
  assert.match(await page.textContent('.card p'), /until (today|yesterday), \d/);
  await context.close();
});

test('a server that is away is a sentence and a button', async () => {
  const { link } = await clinic.appointment();
  const { context, page } = await visit(`${clinic.url}/join`);
  await view(page, 'problem');
  await context.route('**/api/auth/join', (route) => route.abort());
  await page.goto(link);
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'The clinic cannot be reached');
  await context.unroute('**/api/auth/join');
  await page.click('.primary');
  await view(page, 'welcome');
  await context.close();
});

test('a refresh in the waiting room stays in the waiting room', async () => {
  const { link } = await clinic.appointment();
  const { context, page, faults } = await openPatient(browser, { url: clinic.url });
  await goToWaitingRoom(page, link);
  await page.reload();
  await view(page, 'waiting');
  assert.deepEqual(faults, []);
  await context.close();
});

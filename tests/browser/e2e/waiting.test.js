/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { goToWaitingRoom, launch, openClinician, openPatient, view } from '../lib/browser.js';
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

async function waitingPatient(appointment) {
  const patient = await openPatient(browser, { url: clinic.url });
  await goToWaitingRoom(patient.page, appointment.link);
  return patient;
}

const heading = (page, text) => page.waitForFunction((wanted) => document.querySelector('h1')?.textContent === wanted, text);

test('the clinician comes and goes', async () => {
  const appointment = await clinic.appointment({ startsIn: 300 });
  const { context, page, faults } = await waitingPatient(appointment);
  await page.waitForSelector('.presence[data-state="away"]');
  const clinician = await openClinician(browser, clinic, appointment);
  await clinician.does('enter');
  await page.waitForSelector('.presence[data-state="here"]');
  assert.match(await page.textContent('#status'), /is here/);
  await clinician.does('exit');
  await page.waitForSelector('.presence[data-state="away"]');
  assert.deepEqual(faults, []);
  await Promise.all([context.close(), clinician.context.close()]);
});

test('before the window opens there is a countdown, and the clinician does not see the patient', async () => {
  const appointment = await clinic.appointment({ startsIn: clinic.leadSeconds + 4 });
  const { context, page } = await waitingPatient(appointment);
  const clinician = await openClinician(browser, clinic, appointment);
  assert.match(await page.textContent('.countdown'), /opens in|starts in/);
  await page.waitForFunction(() => document.querySelector('.countdown').textContent.includes('Your appointment starts in'));
  await clinician.page.waitForFunction(() =>
    window.clinician.seen.some(({ name, content }) => name === 'AppointmentWaiting' && content.role === 'patient' && content.waiting));
  await Promise.all([context.close(), clinician.context.close()]);
});

test('cancelling reaches the waiting room within a second', async () => {
  const appointment = await clinic.appointment();
  const { context, page } = await waitingPatient(appointment);
  const from = Date.now();
  await clinic.cancel(appointment.id);
  await heading(page, 'This appointment was cancelled');
  assert.ok(Date.now() - from < 1000, `${Date.now() - from} ms`);
  await context.close();
});

test('a move reaches the waiting room with the new time', async () => {
  const appointment = await clinic.appointment();
  const { context, page } = await waitingPatient(appointment);
  const from = Date.now();
  await clinic.reschedule(appointment.id, 26 * 3600);
  await heading(page, 'This appointment was moved');
  assert.ok(Date.now() - from < 1000, `${Date.now() - from} ms`);
  await page.waitForFunction(() => /The new time is tomorrow/.test(document.querySelector('.card').textContent) ||
    /The new time is \w+, /.test(document.querySelector('.card').textContent));
  await context.close();
});

test('a lost connection is said, and mended without a click', async () => {
  const appointment = await clinic.appointment();
  const { context, page } = await waitingPatient(appointment);
  await clinic.stopServer();
  await page.waitForFunction(() => document.querySelector('.callout.warning:not([hidden])')?.textContent.includes('interrupted'));
  await clinic.startServer();
  await page.waitForSelector('.callout.warning', { state: 'hidden' });
  const clinician = await openClinician(browser, clinic, appointment);
  await clinician.does('enter');
  await page.waitForSelector('.presence[data-state="here"]');
  await Promise.all([context.close(), clinician.context.close()]);
});

test('leaving the waiting room, and coming back', async () => {
  const appointment = await clinic.appointment();
  const { context, page } = await waitingPatient(appointment);
  const clinician = await openClinician(browser, clinic, appointment);
  await page.click('.links .button >> nth=1');
  await view(page, 'goodbye');
  await clinician.page.waitForFunction(() =>
    window.clinician.seen.some(({ name, content }) => name === 'AppointmentWaiting' && content.role === 'patient' && !content.waiting));
  await page.click('.primary');
  await view(page, 'waiting');
  await clinician.page.waitForFunction(() =>
    window.clinician.seen.at(-1).name === 'AppointmentWaiting' && window.clinician.seen.at(-1).content.waiting);
  await Promise.all([context.close(), clinician.context.close()]);
});

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { goToWaitingRoom, launch, openPatient, picturesMove, view } from '../lib/browser.js';
import { startClinic } from '../lib/clinic.js';
import { LibcallPeer } from '../lib/peer.js';

let clinic;
let browser;

before(async () => {
  [clinic, browser] = await Promise.all([startClinic(), launch()]);
});

after(async () => {
  await browser?.close();
  await clinic?.stop();
});

async function meet(...options) {
  return meetOn(clinic, ...options);
}

async function meetOn(clinic, ...options) {
  const appointment = await clinic.appointment();
  const patient = await openPatient(browser, { url: clinic.url });
  await goToWaitingRoom(patient.page, appointment.link);
  const peer = new LibcallPeer(clinic, appointment, ...options);
  const close = async () => {
    const { appointment: now } = await clinic.get(`/api/appointments/${appointment.id}`);
    if (now.call)
      await clinic.post(`/api/appointments/${appointment.id}/call/end`, { callId: now.call.callId, reason: 'hang_up' });
    await Promise.all([peer.stop(), patient.context.close()]);
  };
  return { appointment, patient, page: patient.page, peer, close };
}

const connection = (page, state) => page.waitForSelector(`.connection[data-state="${state}"]`);
const ringing = (page) => page.waitForSelector('body[data-view="ringing"]', { timeout: 30000 });

for (const codec of ['vp8', 'h264']) {
  test(`libcall calls the page (${codec})`, async () => {
    const { patient, page, peer, close } = await meet('--call', '--codec', codec);
    await ringing(page);
    await page.click('.accept');
    await picturesMove(page);
    await peer.pictures();
    await connection(page, 'good');
    await peer.wait('level', ({ dbfs }) => dbfs > -60);
    await page.click('.control.mic');
    await peer.wait('remote_media', ({ audio }) => !audio);
    await page.click('.control.camera');
    await peer.wait('remote_media', ({ video }) => !video);
    await page.click('.control.camera');
    await peer.pictures();
    assert.deepEqual(patient.faults, []);
    await close();
    assert.deepEqual(peer.events.filter(({ event }) => event === 'error' || event === 'reconnecting'), []);
  });

  test(`the page calls libcall (${codec})`, async () => {
    const { page, peer, close } = await meet('--codec', codec);
    await peer.wait('waiting');
    await page.click('.actions .button:visible');
    await view(page, 'call');
    await picturesMove(page);
    await peer.pictures();
    await connection(page, 'good');
    await close();
  });
}

test('a refresh in a call with libcall comes back into it', async () => {
  const { page, peer, close } = await meet('--call');
  await ringing(page);
  await page.click('.accept');
  await picturesMove(page);
  await peer.pictures();
  await page.reload();
  await view(page, 'call');
  await picturesMove(page);
  await peer.wait('level', ({ generation, frames }) => generation >= 2 && frames > 15);
  await connection(page, 'good');
  await close();
});

test('leaving a call with libcall and coming back', async () => {
  const { page, peer, close } = await meet('--call');
  await ringing(page);
  await page.click('.accept');
  await picturesMove(page);
  await page.click('.control.leave');
  await view(page, 'goodbye');
  await page.click('.again .primary');
  await view(page, 'call');
  await picturesMove(page);
  await peer.wait('level', ({ generation, frames }) => generation >= 2 && frames > 15);
  await close();
});

test('libcall freezes and thaws: the page says so and both go on', async () => {
  const { page, peer, close } = await meet('--call');
  await ringing(page);
  await page.click('.accept');
  await picturesMove(page);
  peer.freeze();
  await connection(page, 'reconnecting');
  peer.thaw();
  await connection(page, 'good');
  await picturesMove(page);
  await peer.pictures();
  await close();
});

test('libcall dies: the page says that it waits, and the visit can be left', async () => {
  const { page, peer, close } = await meet('--call');
  await ringing(page);
  await page.click('.accept');
  await picturesMove(page);
  peer.kill();
  await page.waitForSelector('.connection[data-state="left"]', { timeout: 30000 });
  await page.click('.control.leave');
  await view(page, 'goodbye');
  await close();
});

test('a development server has the page answer without asking', async () => {
  const development = await startClinic({ CALL_ENV: 'development', AUTO_ACCEPT: 'true' });
  const { page, peer, close } = await meetOn(development, '--call');
  await picturesMove(page);
  await peer.pictures();
  await close();
  await development.stop();
});

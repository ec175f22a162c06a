/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clinicianSees, finish, goToWaitingRoom, launch, openClinician, openPatient, picturesMove, view } from '../lib/browser.js';
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

async function meet(options) {
  const appointment = await clinic.appointment();
  const patient = await openPatient(browser, { url: clinic.url, ...options });
  const clinician = await openClinician(browser, clinic, appointment);
  await goToWaitingRoom(patient.page, appointment.link);
  const close = () => finish(patient, clinician);
  return { appointment, patient, clinician, page: patient.page, close };
}

async function inCall(options) {
  const all = await meet(options);
  await all.clinician.does('call');
  await view(all.page, 'ringing');
  await all.page.click('.accept');
  await view(all.page, 'call');
  await picturesMove(all.page);
  await clinicianSees(all.clinician, 'frames', (frames) => frames > 10);
  return all;
}

const connection = (page, state) => page.waitForSelector(`.connection[data-state="${state}"]`);

test('the clinician calls, the patient answers, both see each other; the clinician ends the visit', async () => {
  const { patient, page, clinician, close } = await inCall();
  await connection(page, 'good');
  await page.waitForFunction(() => /^0:0[1-9]$/.test(document.querySelector('.timer').textContent));
  assert.equal((await clinician.does('state')).state, 'in_call');
  await clinician.does('end');
  await view(page, 'goodbye');
  assert.equal(await page.textContent('h1'), 'Your consultation is complete');
  assert.equal(await page.locator('.again').isVisible(), false);
  assert.deepEqual(patient.faults, []);
  await close();
});

test('the patient declines, and can be called again', async () => {
  const { page, clinician, close } = await meet();
  await clinician.does('call');
  await view(page, 'ringing');
  await page.click('.refuse');
  await view(page, 'waiting');
  await clinicianSees(clinician, 'state', ({ state }) => state === 'ended');
  await clinician.does('call');
  await view(page, 'ringing');
  await clinician.does('cancel');
  await view(page, 'waiting');
  assert.match(await page.textContent('.callout.info'), /has stopped calling/);
  await close();
});

test('the patient calls; the clinician answers', async () => {
  const { page, clinician, close } = await meet();
  await page.click('.actions .button:visible');
  await view(page, 'calling');
  await clinicianSees(clinician, 'state', ({ state }) => state === 'ringing_in');
  await clinician.does('answer');
  await view(page, 'call');
  await picturesMove(page);
  await clinicianSees(clinician, 'frames', (frames) => frames > 10);
  await close();
});

test('the patient calls and gives up', async () => {
  const { page, clinician, close } = await meet();
  await page.click('.actions .button:visible');
  await view(page, 'calling');
  await clinicianSees(clinician, 'state', ({ state }) => state === 'ringing_in');
  await page.click('.refuse');
  await view(page, 'waiting');
  await clinicianSees(clinician, 'state', ({ state }) => state === 'ended');
  await close();
});

test('messages go both ways, unread ones are counted, and read ones are told', async () => {
  const { page, clinician, close } = await inCall();
  await clinician.does('say', 'Good morning');
  await page.waitForSelector('.count:visible');
  assert.equal(await page.getAttribute('.control.chat', 'aria-label'), 'Chat, 1 unread message');
  await page.click('.control.chat');
  await page.waitForSelector('.message:has-text("Good morning")');
  await page.waitForSelector('.count', { state: 'hidden' });
  await clinicianSees(clinician, 'messages', (all) => all.some(({ mine, status }) => mine && status === 'read'));
  await page.keyboard.type('It hurts <b>here</b>');
  await page.keyboard.press('Enter');
  await clinicianSees(clinician, 'messages', (all) => all.some(({ mine, content }) => !mine && content === 'It hurts <b>here</b>'));
  await page.waitForSelector('.message.own[data-status="delivered"], .message.own[data-status="sent"]');
  assert.equal(await page.locator('.message.own').count(), 1);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.panel.chat', { state: 'hidden' });
  await close();
});

test('muting and camera off are told to the other side, and the other side is shown', async () => {
  const { page, clinician, close } = await inCall();
  await page.click('.control.mic');
  await clinicianSees(clinician, 'state', ({ remote }) => !remote.audio && remote.video);
  await page.click('.control.camera');
  await clinicianSees(clinician, 'state', ({ remote }) => !remote.audio && !remote.video);
  await page.click('.control.camera');
  await clinicianSees(clinician, 'state', ({ remote }) => remote.video);
  await clinician.does('media', false, false);
  await page.waitForSelector('.chip:visible');
  assert.match(await page.textContent('.stage-avatar'), /has turned the camera off/);
  await clinician.does('media', true, true);
  await page.waitForSelector('video.remote:visible');
  await connection(page, 'good');
  await close();
});

test('a refresh in the call comes back into it', async () => {
  const { page, clinician, close } = await inCall();
  await page.reload();
  await view(page, 'call');
  await picturesMove(page);
  await connection(page, 'good');
  await clinicianSees(clinician, 'state', ({ state, generation }) => state === 'in_call' && generation >= 2);
  await clinicianSees(clinician, 'frames', (frames) => frames > 10);
  await close();
});

test('when media dies the page says so, and comes back by itself', async () => {
  const { page, clinician, close } = await inCall();
  await clinician.does('cutMedia');
  await connection(page, 'reconnecting');
  assert.match(await page.textContent('.banner'), /Please stay on this page/);
  await connection(page, 'good');
  await clinicianSees(clinician, 'state', ({ generation }) => generation >= 2);
  await close();
});

test('the server restarts in the call: pictures go on, and signalling comes back', async () => {
  const { page, clinician, close } = await inCall();
  await clinic.killServer();
  await connection(page, 'offline');
  const shown = () => page.evaluate(() => document.querySelector('video.remote').getVideoPlaybackQuality().totalVideoFrames);
  const before = await shown();
  await page.waitForFunction((count) => document.querySelector('video.remote').getVideoPlaybackQuality().totalVideoFrames > count + 15, before);
  await clinic.startServer();
  await connection(page, 'good');
  await page.click('.control.leave');
  await view(page, 'goodbye');
  await clinicianSees(clinician, 'state', ({ otherLeft, state }) => otherLeft || state === 'ended');
  await close();
});

test('leaving is not ending: the visit can be joined again', async () => {
  const { page, clinician, close } = await inCall();
  await page.click('.control.leave');
  await view(page, 'goodbye');
  assert.equal(await page.textContent('h1'), 'You left the call');
  await clinicianSees(clinician, 'state', ({ otherLeft }) => otherLeft);
  await page.click('.again .primary');
  await view(page, 'call');
  await picturesMove(page);
  await clinicianSees(clinician, 'state', ({ otherLeft }) => !otherLeft);
  await clinician.does('leave');
  await connection(page, 'left');
  await page.click('.control.leave');
  await view(page, 'goodbye');
  await close();
});

test('the visit is ended after the patient has left: the page says so', async () => {
  const { page, clinician, close } = await inCall();
  await page.click('.control.leave');
  await view(page, 'goodbye');
  await clinician.does('end');
  await page.waitForFunction(() => document.querySelector('h1').textContent === 'Your consultation is complete');
  assert.equal(await page.locator('.again').isVisible(), false);
  await close();
});

test('the link on a second device takes the call over, and the first lets go', async () => {
  const { appointment, page, clinician, close } = await inCall();
  const phone = await openPatient(browser, { url: clinic.url });
  await goToWaitingRoom(phone.page, appointment.link);
  await phone.page.click('.actions .primary:visible');
  await view(phone.page, 'call');
  await picturesMove(phone.page);
  await view(page, 'goodbye');
  assert.equal(await page.textContent('h1'), 'The call goes on elsewhere');
  await connection(phone.page, 'good');
  assert.equal((await clinician.does('state')).state, 'in_call');
  await phone.context.close();
  await close();
});

test('a microphone that goes away in the call is said, and comes back with a click', async () => {
  const { page, clinician, close } = await inCall();
  await page.evaluate(() => {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await original(wanted);
      window.opened = stream.getAudioTracks()[0];
      return stream;
    };
  });
  await page.click('.control.settings');
  await page.locator('.panel.settings select').nth(1).selectOption({ index: 1 });
  await page.waitForFunction(() => window.opened);
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    window.opened.stop();
    window.opened.dispatchEvent(new Event('ended'));
  });
  await page.waitForFunction(() => document.querySelector('.banners').textContent.includes('microphone was disconnected'));
  await clinicianSees(clinician, 'state', ({ remote }) => !remote.audio);
  await page.click('.control.mic');
  await page.waitForSelector('.banners .callout', { state: 'hidden' });
  await clinicianSees(clinician, 'state', ({ remote }) => remote.audio);
  await connection(page, 'good');
  await close();
});

test('the tab is closed: the clinician learns it', async () => {
  const { page, clinician, close } = await inCall();
  await page.close({ runBeforeUnload: false });
  await clinicianSees(clinician, 'state', ({ otherLeft, state }) => otherLeft || state === 'ended', 30000);
  await close();
});

test('a patient without devices is seen as that, and still gets picture and sound', async () => {
  const { page, clinician, close } = await meet();
  await page.click('.control.camera');
  await page.click('.control.mic');
  await clinician.does('call');
  await view(page, 'ringing');
  await page.click('.accept');
  await picturesMove(page);
  await clinicianSees(clinician, 'state', ({ remote }) => !remote.audio && !remote.video);
  await clinicianSees(clinician, 'frames', (frames) => frames > 10);
  await page.click('.control.camera');
  await clinicianSees(clinician, 'state', ({ remote }) => remote.video);
  await close();
});

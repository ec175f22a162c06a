/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPatient, view } from '../lib/browser.js';
import { startClinic } from '../lib/clinic.js';

let clinic;
let browser;
let bare;

before(async () => {
  [clinic, browser, bare] = await Promise.all([startClinic(), launch(), launch({ bare: true })]);
});

after(async () => {
  await Promise.all([browser?.close(), bare?.close()]);
  await clinic?.stop();
});

/* Makes the browser refuse one kind of device with a named error, as it does for real reasons. */
function refuse([kind, name]) {
  const media = navigator.mediaDevices;
  const original = media.getUserMedia.bind(media);
  media.getUserMedia = (wanted) => wanted[kind] ? Promise.reject(new DOMException('', name)) : original(wanted);
}

async function check(which, script = null, options = {}) {
  const { link } = await clinic.appointment();
  const patient = await openPatient(which, { url: clinic.url, ...options });
  if (script)
    await patient.page.addInitScript(refuse, script);
  await patient.page.goto(link);
  await view(patient.page, 'welcome');
  await patient.page.click('.card .primary');
  await view(patient.page, 'devices');
  await patient.page.waitForSelector('.actions .primary:enabled');
  return patient;
}

const faults = (page) => page.locator('.row .callout:visible p').allTextContents();
const next = (page) => page.textContent('.actions .primary');

test('camera, microphone and meter work', async () => {
  const { context, page } = await check(browser);
  await page.waitForFunction(() => document.querySelectorAll('.row .state[data-state="ready"]').length === 2);
  await page.waitForFunction(() => document.querySelector('.preview video').videoWidth > 0);
  await page.waitForFunction(() => Number(document.querySelector('.bar').style.getPropertyValue('--level')) > 0.2);
  assert.deepEqual(await faults(page), []);
  assert.equal(await next(page), 'Enter the waiting room');
  await context.close();
});

test('chosen devices are remembered', async () => {
  const { context, page } = await check(browser);
  const select = page.locator('.row select').nth(1);
  await page.waitForFunction(() => document.querySelectorAll('.row select')[1].options.length > 1);
  const id = await select.locator('option').last().getAttribute('value');
  await select.selectOption(id);
  await page.reload();
  await view(page, 'devices');
  await page.waitForFunction((wanted) => document.querySelectorAll('.row select')[1]?.value === wanted, id);
  await context.close();
});

test('nothing is allowed: both are explained, and one can go on', async () => {
  const { context, page } = await check(browser, ['audio', 'NotAllowedError']);
  assert.match((await faults(page)).join(), /microphone is not allowed.*allow the microphone, then try again/);
  assert.equal(await next(page), 'Continue without microphone');
  await context.close();
});

test('the camera is denied by the browser', async () => {
  const { context, page } = await check(bare, ['video', 'NotAllowedError'], { allowed: [] });
  assert.match((await faults(page)).join(), /camera is not allowed/);
  assert.equal(await next(page), 'Continue without camera and microphone');
  await page.click('.actions .primary');
  await view(page, 'waiting');
  await context.close();
});

test('a machine without devices', async () => {
  const { context, page } = await check(bare);
  const said = await faults(page);
  assert.match(said[0], /No camera was found/);
  assert.match(said[1], /No microphone was found/);
  await page.click('.actions .primary');
  await view(page, 'waiting');
  await context.close();
});

test('a camera that another program uses, and that is free on the second try', async () => {
  const { context, page } = await check(browser, ['video', 'NotReadableError']);
  assert.match((await faults(page)).join(), /Another program is using the camera/);
  assert.equal(await next(page), 'Continue without camera');
  await page.evaluate(() => {
    delete navigator.mediaDevices.getUserMedia;
  });
  await page.click('.row .callout .button:visible');
  await page.waitForFunction(() => document.querySelectorAll('.row .state[data-state="ready"]').length === 2);
  assert.equal(await next(page), 'Enter the waiting room');
  await context.close();
});

test('an address without security has no devices, and says so', async () => {
  const { link } = await clinic.appointment();
  const { context, page } = await openPatient(browser, { url: clinic.url });
  await page.addInitScript(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }));
  await page.goto(link);
  await view(page, 'welcome');
  await page.click('.card .primary');
  await page.waitForSelector('.row .state[data-state="insecure"]');
  assert.match((await faults(page)).join(), /This address is not secure/);
  await page.click('.actions .primary');
  await view(page, 'waiting');
  await context.close();
});

test('camera off releases the camera', async () => {
  const { context, page } = await check(browser);
  await page.click('.actions .primary');
  await view(page, 'waiting');
  await page.evaluate(() => {
    window.before = document.querySelector('.self-view video').srcObject.getVideoTracks()[0];
  });
  await page.click('.control.camera');
  await page.waitForFunction(() => window.before.readyState === 'ended');
  await page.waitForSelector('.self-view .no-picture:visible');
  await page.click('.control.camera');
  await page.waitForFunction(() => document.querySelector('.self-view video').videoWidth > 0);
  await context.close();
});

test('checking again opens what was turned off', async () => {
  const { context, page } = await check(browser);
  await page.click('.actions .primary');
  await view(page, 'waiting');
  await page.click('.control.camera');
  await page.click('.control.mic');
  await page.waitForFunction(() => document.querySelectorAll('.control.is-off').length === 2);
  await page.click('.links .button >> nth=0');
  await view(page, 'devices');
  await page.waitForFunction(() => document.querySelector('.preview video').videoWidth > 0);
  await page.waitForFunction(() => Number(document.querySelector('.bar').style.getPropertyValue('--level')) > 0.2);
  await context.close();
});

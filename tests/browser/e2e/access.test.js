/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, clinicianSees, finish, goToWaitingRoom, launch, openClinician, openPatient, picturesMove, view } from '../lib/browser.js';
import { startClinic } from '../lib/clinic.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let clinic;
let browser;

before(async () => {
  [clinic, browser] = await Promise.all([startClinic(), launch()]);
});

after(async () => {
  await browser?.close();
  await clinic?.stop();
});

async function audit(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('; ')}`);
  assert.deepEqual(found, [], what);
}

/* 44 px is the aim; only links inside a sentence may be smaller, and there are none. */
async function checkTargets(page, what) {
  const small = await page.evaluate(() => [...document.querySelectorAll('button, select, textarea, a')]
    .filter((node) => node.checkVisibility())
    .map((node) => ({ text: node.getAttribute('aria-label') ?? node.textContent, box: node.getBoundingClientRect() }))
    .filter(({ box }) => box.width < 44 || box.height < 44)
    .map(({ text, box }) => `${text} ${box.width}×${box.height}`));
  assert.deepEqual(small, [], what);
}

async function checkFits(page, what) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${what} is ${over} px too wide`);
}

async function checkAll(page, what) {
  await audit(page, what);
  await checkTargets(page, what);
  await checkFits(page, what);
}

const SETTINGS = [
  { locale: 'en-US', colorScheme: 'light', viewport: PHONE },
  { locale: 'pt-BR', colorScheme: 'dark', viewport: PHONE },
  { locale: 'pt-BR', colorScheme: 'light', viewport: DESKTOP },
  { locale: 'en-US', colorScheme: 'dark', viewport: DESKTOP },
];

for (const settings of SETTINGS) {
  const name = `${settings.locale}, ${settings.colorScheme}, ${settings.viewport.width} px`;

  test(`every view is accessible (${name})`, async () => {
    const appointment = await clinic.appointment();
    const patient = await openPatient(browser, { url: clinic.url, reducedMotion: 'reduce', ...settings });
    const { page } = patient;
    const clinician = await openClinician(browser, clinic, appointment);
    await page.goto(appointment.link);
    await view(page, 'welcome');
    await checkAll(page, 'welcome');
    await page.click('.card .primary');
    await page.waitForSelector('[data-state="ready"]');
    await checkAll(page, 'devices');
    await page.click('.actions .primary:enabled');
    await view(page, 'waiting');
    await checkAll(page, 'waiting');
    await page.click('.actions .button:visible');
    await view(page, 'calling');
    await checkAll(page, 'calling');
    await page.click('.refuse');
    await view(page, 'waiting');
    await clinician.does('call');
    await view(page, 'ringing');
    await checkAll(page, 'ringing');
    await page.click('.accept');
    await picturesMove(page);
    await checkAll(page, 'call');
    await page.click('.control.chat');
    await page.keyboard.type('Hello');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.message.own');
    await checkAll(page, 'chat');
    await page.click('.control.settings');
    await checkAll(page, 'settings');
    await page.keyboard.press('Escape');
    await clinician.does('media', false, false);
    await page.waitForSelector('.chip:visible');
    await checkAll(page, 'camera off');
    await clinician.does('end');
    await view(page, 'goodbye');
    await checkAll(page, 'goodbye');
    assert.deepEqual(patient.faults, []);
    await finish(patient, clinician);
  });
}

test('notices and dead ends are accessible', async () => {
  const appointment = await clinic.appointment();
  const { context, page } = await openPatient(browser, { url: clinic.url, viewport: PHONE });
  await page.goto(`${clinic.url}/join#nonsense`);
  await view(page, 'problem');
  await checkAll(page, 'problem');
  await context.close();
  const second = await openPatient(browser, { url: clinic.url, viewport: PHONE });
  await goToWaitingRoom(second.page, appointment.link);
  await clinic.cancel(appointment.id);
  await view(second.page, 'closed');
  await checkAll(second.page, 'closed');
  await second.context.close();
});

async function tabTo(page, selector) {
  for (let presses = 0; presses < 40; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector))
      return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} is not reached with Tab`);
}

async function press(page, selector) {
  await tabTo(page, selector);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', `${selector} shows the focus`);
  await page.keyboard.press('Enter');
}

test('the whole visit with the keyboard alone', async () => {
  const appointment = await clinic.appointment();
  const patient = await openPatient(browser, { url: clinic.url });
  const { page } = patient;
  const clinician = await openClinician(browser, clinic, appointment);
  await page.goto(appointment.link);
  await view(page, 'welcome');
  await press(page, '.card .primary');
  await page.waitForSelector('.actions .primary:enabled');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await press(page, '.actions .primary');
  await view(page, 'waiting');
  await clinician.does('call');
  await view(page, 'ringing');
  assert.ok(await page.evaluate(() => document.activeElement.matches('.accept')));
  assert.match(await page.textContent('#alert'), /is calling/);
  await page.keyboard.press('Enter');
  await view(page, 'call');
  await picturesMove(page);
  await press(page, '.control.mic');
  await clinicianSees(clinician, 'state', ({ remote }) => !remote.audio);
  await press(page, '.control.chat');
  await page.keyboard.type('Only keys');
  await page.keyboard.press('Enter');
  await clinicianSees(clinician, 'messages', (all) => all.some(({ content }) => content === 'Only keys'));
  await page.keyboard.press('Escape');
  assert.ok(await page.evaluate(() => document.activeElement.matches('.control.chat')));
  await press(page, '.control.leave');
  await view(page, 'goodbye');
  await press(page, '.again .primary');
  await view(page, 'call');
  await finish(patient, clinician);
});

test('text at 200 % fits a desktop window, and nothing is cut off sideways', async () => {
  const appointment = await clinic.appointment();
  const { context, page } = await openPatient(browser, { url: clinic.url, locale: 'pt-BR', viewport: { width: 640, height: 800 } });
  await page.addInitScript(() => document.addEventListener('DOMContentLoaded', () => {
    document.documentElement.style.fontSize = '200%';
  }));
  await page.goto(appointment.link);
  await view(page, 'welcome');
  await checkFits(page, 'welcome');
  await page.click('.card .primary');
  await page.waitForSelector('.actions .primary:enabled');
  await checkFits(page, 'devices');
  await page.click('.actions .primary');
  await view(page, 'waiting');
  await checkFits(page, 'waiting');
  await context.close();
});

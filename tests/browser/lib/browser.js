/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const FAKE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
export const PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1280, height: 800 };
export const ZONE = 'America/Sao_Paulo';
export const STEP_MS = 15000;

/** Chromium with a fake camera and microphone, or `bare` with none. */
export function launch({ bare = false } = {}) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...ARGS, ...(bare ? [] : FAKE)] });
}

/** A patient's own tab. Whatever the page logs as an error or asks of strangers is collected in `faults`. */
export async function openPatient(browser, { url, locale = 'en-US', allowed = ['camera', 'microphone'], ...more } = {}) {
  const context = await browser.newContext({ locale, viewport: DESKTOP, timezoneId: ZONE, permissions: allowed, ...more });
  context.setDefaultTimeout(STEP_MS);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.stack));
  page.on('console', (message) => message.type() === 'error' && isFault(message) && faults.push(message.text()));
  page.on('request', (request) => request.url().startsWith(url) || request.url().startsWith('data:') || faults.push(`asked ${request.url()}`));
  return { context, page, faults };
}

/* The browser itself reports refused requests as errors; those are what some tests are about. */
function isFault(message) {
  return !/Failed to load resource|WebSocket connection to/.test(message.text());
}

export function view(page, name) {
  return page.waitForSelector(`body[data-view="${name}"]`);
}

/** Opens the link and goes on to the waiting room. */
export async function goToWaitingRoom(page, link) {
  await page.goto(link);
  await view(page, 'welcome');
  await page.click('.card .primary');
  await view(page, 'devices');
  await page.waitForSelector('[data-state="ready"]');
  await page.click('.actions .primary:enabled');
  await view(page, 'waiting');
}

/**
 * The clinician's side, in a browser context of its own: the patient page without a link, which does
 * nothing, and the script beside it. (A page made up whole would not be allowed to connect to this machine.)
 */
export async function openClinician(browser, clinic, appointment) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  context.setDefaultTimeout(STEP_MS);
  const body = readFileSync(new URL('clinician.js', import.meta.url));
  await context.route(`${clinic.url}/test/clinician.js`, (route) => route.fulfill({ body, contentType: 'text/javascript' }));
  const page = await context.newPage();
  await page.goto(`${clinic.url}/join`);
  await page.evaluate(() => import('/test/clinician.js'));
  await page.evaluate(([token, id]) => window.clinician.start(token, id), [clinic.token, appointment.id]);
  const side = (name, ...values) => page.evaluate(([verb, list]) => window.clinician[verb](...list), [name, values]);
  return { context, page, does: side };
}

/** Ends what goes on, so that clinician and patient are free for the next test, and closes both tabs. */
export async function finish(patient, clinician) {
  await clinician.does('end').catch(() => {});
  await Promise.all([patient.context.close(), clinician.context.close()]);
}

/** Waits until `check` (run in the page) is true of the clinician's `what()`. */
export function clinicianSees(clinician, what, check, timeout = STEP_MS) {
  const source = `async () => (${check})(await window.clinician.${what}())`;
  return clinician.page.waitForFunction(`(${source})()`, undefined, { timeout, polling: 100 });
}

/** Counts the pictures the patient's remote video has shown, by its own clock. */
export async function picturesMove(page) {
  await page.waitForFunction(() => {
    const video = document.querySelector('video.remote');
    return video && video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 10;
  });
}

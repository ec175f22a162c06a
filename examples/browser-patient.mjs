// SPDX-License-Identifier: LGPL-2.1-or-later
// The patient of the demo: a real browser on the real page, used through what a person sees. Prints
// what happens as one line of JSON each, like call-peer.
//
//   node browser-patient.mjs JOIN-LINK PROFILE-FOLDER
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, 'tests/browser/package.json'));
const { chromium } = require('playwright-core');

const [link, profile] = process.argv.slice(2);
const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (event, more = {}) => process.stdout.write(`${JSON.stringify({ t: now(), event, ...more })}\n`);

// Runs in the page before its scripts: remembers the peer connections, so that their figures can be read.
function watchPeerConnections() {
  const Original = window.RTCPeerConnection;
  window.peerConnections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.peerConnections.push(this);
    }
  };
}

// What the newest peer connection receives; runs in the page.
async function readStats() {
  const connection = window.peerConnections.at(-1);
  const stats = { frames: 0, dbfs: -120, connected: connection?.connectionState === 'connected' };
  for (const report of connection ? (await connection.getStats()).values() : []) {
    if (report.type !== 'inbound-rtp')
      continue;
    if (report.kind === 'video')
      stats.frames = report.framesDecoded ?? 0;
    else if (report.audioLevel > 0)
      stats.dbfs = Math.max(-120, 20 * Math.log10(report.audioLevel));
  }
  return stats;
}

// Socket.IO events as they come and go: the page's own record of what it was told.
function followEvents(page) {
  const known = {
    AppointmentCallRequested: ({ callId }) => tell('ringing_in', { call: callId }),
    AppointmentCallMedia: ({ audio, video }) => tell('remote_media', { audio, video }),
    new_message: ({ id }) => tell('message_received', { id }),
    message_sent: ({ message }) => tell('message_sent', { id: message.id }),
    AppointmentCallEnded: ({ reason }) => tell('ended', { reason }),
  };
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const match = /^42(?:\d*)(\[.*\])$/s.exec(payload);
    const [name, content] = match ? JSON.parse(match[1]) : [];
    known[name]?.(content);
  }));
}

async function enter(page) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Check camera and microphone' }).click();
  await page.getByRole('button', { name: 'Enter the waiting room' }).click();
  await page.getByRole('heading', { name: 'Waiting room' }).waitFor();
  tell('waiting');
}

async function answerAndChat(page) {
  await page.getByRole('button', { name: 'Answer' }).click();
  tell('accepted');
  await page.getByRole('button', { name: 'Chat, 1 unread message' }).click();
  await page.getByText('Can you hear me?').waitFor();
  await page.getByRole('textbox', { name: 'Write a message' }).fill('Yes, I can hear you.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

async function measure(page, ended) {
  const told = {};
  const once = (event, when) => {
    if (when && !told[event])
      tell(event, {});
    told[event] ||= when;
  };
  let last = { frames: 0 };
  while (!ended.yes) {
    const stats = await page.evaluate(readStats);
    once('connected', stats.connected && stats.frames > 0);
    once('first_frame', stats.frames > 0);
    tell('level', stats);
    last = stats.frames >= last.frames ? stats : last;
    await page.waitForTimeout(50);
  }
  tell('report', { frames: last.frames });
}

const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  locale: 'en-GB',
  permissions: ['camera', 'microphone'],
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--use-fake-device-for-media-stream=fps=30', '--use-fake-ui-for-media-stream',
    '--allow-loopback-in-peer-connection'],
});
try {
  const page = browser.pages()[0] ?? await browser.newPage();
  const ended = { yes: false };
  await page.addInitScript(watchPeerConnections);
  followEvents(page);
  await enter(page);
  const chat = answerAndChat(page);
  const goodbye = page.getByRole('heading', { name: 'Your consultation is complete' }).waitFor({ timeout: 0 })
    .then(() => { ended.yes = true; });
  await page.waitForFunction(() => window.peerConnections.length > 0, undefined, { timeout: 60_000 });
  await Promise.all([chat, goodbye, measure(page, ended)]);
} catch (error) {
  tell('error', { message: error.message });
  process.exitCode = 1;
} finally {
  await browser.close();
}

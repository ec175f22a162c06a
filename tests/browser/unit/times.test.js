/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockText, formatDay, formatMoment, formatTime, splitCountdown, zoneName } from '../../../data/web/assets/times.js';
import { Clock } from '../../../data/web/assets/clock.js';

const SAO_PAULO = 'America/Sao_Paulo';
const at = (text) => Date.parse(text);
/* Intl puts narrow spaces before AM and PM, which ones depends on the version. */
const plain = (text) => text.replace(/\s/g, ' ');

test('clock texts', () => {
  assert.equal(clockText(0), '0:00');
  assert.equal(clockText(-5), '0:00');
  assert.equal(clockText(65.9), '1:05');
  assert.equal(clockText(3665), '1:01:05');
});

test('countdown parts', () => {
  assert.deepEqual(splitCountdown(-1), { unit: 'minutes', first: 0, second: 0 });
  assert.deepEqual(splitCountdown(1), { unit: 'minutes', first: 0, second: 1 });
  assert.deepEqual(splitCountdown(59999), { unit: 'minutes', first: 1, second: 0 });
  assert.deepEqual(splitCountdown(3600000), { unit: 'hours', first: 1, second: 0 });
  assert.deepEqual(splitCountdown(5 * 3600000 + 59 * 60000), { unit: 'hours', first: 5, second: 59 });
  assert.deepEqual(splitCountdown(26 * 3600000), { unit: 'days', first: 1, second: 2 });
});

test('times of day in the given zone', () => {
  assert.equal(formatTime(at('2026-03-02T14:00:00Z'), 'pt-BR', SAO_PAULO), '11:00');
  assert.equal(plain(formatTime(at('2026-03-02T14:00:00Z'), 'en', SAO_PAULO)), '11:00 AM');
});

test('days are those of the zone, not of UTC', () => {
  const now = at('2026-03-02T23:30:00-03:00');
  assert.equal(formatDay(at('2026-03-02T23:50:00-03:00'), now, 'en', SAO_PAULO), 'today');
  assert.equal(formatDay(at('2026-03-03T00:10:00-03:00'), now, 'en', SAO_PAULO), 'tomorrow');
  assert.equal(formatDay(at('2026-03-03T00:10:00-03:00'), now, 'pt-BR', SAO_PAULO), 'amanhã');
  assert.equal(formatDay(at('2026-03-05T12:00:00-03:00'), now, 'pt-BR', SAO_PAULO), 'quinta-feira, 5 de março');
  assert.equal(formatDay(at('2027-03-05T12:00:00-03:00'), now, 'en', SAO_PAULO), 'Friday, March 5, 2027');
});

test('the clocks going forward does not lose a day', () => {
  const now = at('2026-03-08T06:30:00Z');
  assert.equal(formatDay(at('2026-03-09T04:30:00Z'), now, 'en', 'America/New_York'), 'tomorrow');
  assert.equal(plain(formatMoment(at('2026-03-08T07:30:00Z'), now, 'en', 'America/New_York')), 'today, 3:30 AM');
});

test('zone names', () => {
  assert.match(zoneName(at('2026-03-02T14:00:00Z'), 'pt-BR', SAO_PAULO), /Brasília/);
});

test('the clock believes the server when the difference is real', () => {
  const clock = new Clock();
  clock.adjust(new Date(Date.now() + 3600000).toUTCString());
  assert.ok(Math.abs(clock.now() - Date.now() - 3600000) < 2000);
  clock.adjust(new Date(Date.now() - 500).toUTCString());
  assert.ok(Math.abs(clock.now() - Date.now()) < 50);
  clock.adjust(null);
  clock.adjust('nonsense');
  assert.ok(Math.abs(clock.now() - Date.now()) < 50);
});

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES, chooseLanguage, chooseRegion, fill, lookUp } from '../../../data/web/assets/i18n.js';
import { farewellKey, noticeKey } from '../../../data/web/assets/reasons.js';

const assets = new URL('../../../data/web/assets/', import.meta.url);
const english = LANGUAGES.en;
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

function sources() {
  const names = readdirSync(assets, { recursive: true }).filter((name) => name.endsWith('.js') && !name.includes('texts-'));
  return names.map((name) => readFileSync(new URL(name, assets), 'utf8')).join('\n');
}

test('both languages have the same keys', () => {
  assert.deepEqual(Object.keys(LANGUAGES['pt-BR']), Object.keys(english));
});

test('both languages fill the same places, and none is empty by accident', () => {
  for (const [key, text] of Object.entries(english)) {
    assert.deepEqual(places(LANGUAGES['pt-BR'][key]), places(text), key);
    assert.equal(LANGUAGES['pt-BR'][key] === '', text === '', key);
  }
});

test('sentences really are translated', () => {
  const same = Object.keys(english).filter((key) => /[a-z]{4} [a-z]{3}/.test(english[key].replace(/{\w+}/g, '')) && english[key] === LANGUAGES['pt-BR'][key]);
  assert.deepEqual(same, []);
});

test('every key that the code names exists', () => {
  const named = [...sources().matchAll(/'([a-z]+(?:\.[a-z_]+)+)'/g)].map(([, key]) => key);
  const known = (key) => key in english || `${key}_one` in english;
  const missing = named.filter((key) => !known(key) && !key.startsWith('call.language') && !/^call\.(devices|link|progress)$/.test(key));
  assert.ok(named.length > 60);
  assert.deepEqual(missing, []);
});

test('every key is used', () => {
  const code = sources();
  const prefixes = [...code.matchAll(/`([a-z]+\.(?:[a-z]+\.)?)\$\{/g)].map(([, prefix]) => prefix);
  const used = (key) => code.includes(`'${key.replace(/_(one|other)$/, '')}'`) || code.includes(`'${key}'`) ||
    prefixes.some((prefix) => key.startsWith(prefix));
  assert.deepEqual(Object.keys(english).filter((key) => !used(key)), []);
});

test('reasons always lead to a text', () => {
  const reasons = ['hang_up', 'left', 'cancelled', 'declined', 'no_answer', 'busy', 'no_media', 'window_closed', 'appointment_cancelled',
    'operator', 'failed', 'gone', 'elsewhere', 'left_by_me', 'left_waiting', 'declined_by_me', 'cancelled_by_me', 'network',
    'timed_out', 'unavailable', 'too_early', 'something new', null, undefined];
  for (const reason of reasons) {
    assert.ok(noticeKey(reason) in english, String(reason));
    for (const complete of [true, false])
      assert.ok(`goodbye.${farewellKey(reason, complete)}.title` in english, String(reason));
  }
  assert.equal(farewellKey('hang_up', true), 'done');
  assert.equal(farewellKey('left', false), 'left');
});

test('choosing a language', () => {
  assert.equal(chooseLanguage(null, ['fr', 'pt-PT', 'en']), 'pt-BR');
  assert.equal(chooseLanguage(null, ['en-GB', 'pt-BR']), 'en');
  assert.equal(chooseLanguage(null, ['de']), 'en');
  assert.equal(chooseLanguage('pt-BR', ['en']), 'pt-BR');
  assert.equal(chooseLanguage('xx', ['pt']), 'pt-BR');
  assert.equal(chooseLanguage('toString', []), 'en');
  assert.equal(chooseRegion('en', ['pt-BR', 'en-GB', 'en-US']), 'en-GB');
  assert.equal(chooseRegion('pt-BR', ['en-GB']), 'pt-BR');
});

test('filling places', () => {
  assert.equal(fill('a {x} b {y}', { x: 1, y: (language) => language }, 'en'), 'a 1 b en');
  assert.equal(fill('{missing}', {}, 'en'), '');
  assert.equal(lookUp('en', 'call.chat.unread', { count: 1 }), 'Chat, 1 unread message');
  assert.equal(lookUp('en', 'call.chat.unread', { count: 2 }), 'Chat, 2 unread messages');
  assert.equal(lookUp('pt-BR', 'countdown.days', { count: 3 }), '3 dias');
  assert.equal(fill('at {time}', { time: (region) => region }, 'en-GB'), 'at en-GB');
});

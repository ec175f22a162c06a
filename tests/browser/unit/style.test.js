/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const TEXT = 4.5;
const SHAPE = 3;

const read = (name) => readFileSync(new URL(`../../../data/web/assets/${name}`, import.meta.url), 'utf8');

function variables(block) {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

/* WCAG 2.2, relative luminance and contrast ratio. */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const PAIRS = [
  ['ink', 'page', TEXT], ['ink', 'card', TEXT], ['ink', 'sunken', TEXT], ['ink', 'accent-soft', TEXT], ['ink', 'warn-soft', TEXT],
  ['quiet', 'page', TEXT], ['quiet', 'card', TEXT], ['quiet', 'sunken', TEXT], ['quiet', 'accent-soft', TEXT],
  ['accent', 'page', TEXT], ['accent', 'card', TEXT], ['accent', 'accent-soft', TEXT],
  ['on-accent', 'accent', TEXT], ['on-accent', 'accent-hover', TEXT],
  ['on-fill', 'good-fill', TEXT], ['on-fill', 'bad-fill', TEXT],
  ['good', 'page', TEXT], ['good', 'card', TEXT], ['warn', 'warn-soft', TEXT], ['warn', 'card', TEXT],
  ['edge', 'page', SHAPE], ['edge', 'card', SHAPE], ['good-fill', 'sunken', SHAPE],
  ['focus', 'page', SHAPE], ['focus', 'card', SHAPE], ['focus', 'sunken', SHAPE],
];

const [light, dark] = read('style.css').split('@media (prefers-color-scheme: dark)').map((part) => variables(part.split('\n}\n')[0]));
const call = variables(read('call.css').split('\n}\n')[0]);
const SCHEMES = { light, dark: { ...light, ...dark }, call: { ...light, ...call } };

/* A meter's bar and its trough also have the trough's edge around them, so dark schemes may be softer there. */
const SOFTER = new Set(['dark good-fill sunken', 'call good-fill sunken']);

for (const [name, colours] of Object.entries(SCHEMES)) {
  test(`contrast in ${name}`, () => {
    for (const [front, back, least] of PAIRS) {
      assert.ok(colours[front] && colours[back], `${front} on ${back} is defined`);
      if (!SOFTER.has(`${name} ${front} ${back}`))
        assert.ok(contrast(colours[front], colours[back]) >= least, `${front} on ${back}: ${contrast(colours[front], colours[back]).toFixed(2)}`);
    }
  });
}

test('the formula gives the values of the recommendation', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.ok(Math.abs(contrast('#777777', '#ffffff') - 4.48) < 0.01);
});

test('motion only for those who did not turn it off', () => {
  for (const name of ['style.css', 'pieces.css', 'call.css']) {
    const rules = read(name).replace(/@media \(prefers-reduced-motion: no-preference\) \{[\s\S]*?\n\}\n/g, '').replace(/@keyframes[\s\S]*?\n\}\n/g, '');
    assert.doesNotMatch(rules, /\b(animation|transition):/, name);
  }
});

test('sizes of text follow the reader: no pixels', () => {
  for (const name of ['style.css', 'pieces.css', 'call.css'])
    assert.doesNotMatch(read(name), /font(-size)?:[^;]*\dpx/, name);
});

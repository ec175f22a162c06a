/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { edges, step } from '../../../data/web/assets/call-machine.js';

const STATES = ['idle', 'ringing_out', 'ringing_in', 'connecting', 'in_call', 'ending', 'ended', 'error'];
const EVENTS = [...new Set(edges.map((edge) => edge.event))];
const NOT_FOR_PATIENTS = ['hang_up', 'other_rang'];

/* Rows of the C table: { S (IDLE), E (REQUEST), S (RINGING_OUT), F (SEND_REQUEST) | F (START_RINGING) }, */
function tableOfLibcall() {
  const path = new URL('../../../libcall/rules/call-session-machine.c', import.meta.url);
  const row = /\{\s*S \((\w+)\),\s*E \((\w+)\),\s*S \((\w+)\),\s*([^}]+?)\s*\}/g;
  return [...readFileSync(path, 'utf8').matchAll(row)].map(([, state, event, next, effects]) => ({
    state: state.toLowerCase(),
    event: event.toLowerCase(),
    next: next.toLowerCase(),
    effects: [...effects.matchAll(/F \((\w+)\)/g)].map(([, name]) => name.toLowerCase()).filter((name) => name !== 'none'),
  }));
}

const text = ({ state, event, next, effects }) => `${state} ${event} ${next} ${[...effects].sort()}`;

test('the page and libcall have the same table', () => {
  const theirs = tableOfLibcall().filter((edge) => !NOT_FOR_PATIENTS.includes(edge.event));
  assert.ok(theirs.length > 30);
  assert.deepEqual(edges.map(text).sort(), theirs.map(text).sort());
});

test('every pair of state and event is either an edge or refused', () => {
  for (const state of STATES) {
    for (const event of EVENTS) {
      const rows = edges.filter((edge) => edge.state === state && edge.event === event);
      assert.ok(rows.length <= 1, `${state} ${event} is there twice`);
      assert.equal(step(state, event), rows[0] ?? null);
    }
  }
  assert.equal(step('nowhere', 'request'), null);
});

test('nothing leads out of the last states', () => {
  assert.equal(edges.filter(({ state }) => state === 'ended' || state === 'error').length, 0);
});

test('whatever rings stops ringing, whatever has media stops it', () => {
  for (const { state, next, effects } of edges) {
    if (state.startsWith('ringing') && state !== next)
      assert.ok(effects.includes('stop_ringing'));
    if (['connecting', 'in_call'].includes(state) && ['ending', 'ended', 'error'].includes(next))
      assert.ok(effects.includes('stop_media'));
  }
});

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { Script } from 'node:vm';

const web = new URL('../../../data/web/', import.meta.url);
const names = readdirSync(new URL('assets/', web), { recursive: true })
  .map((name) => `assets/${name.replaceAll('\\', '/')}`)
  .filter((name) => statSync(new URL(name, web)).isFile());
const scripts = names.filter((name) => name.endsWith('.js'));
const read = (name) => readFileSync(new URL(name, web), 'utf8');

test('every script is correct', () => {
  for (const name of scripts) {
    const body = read(name).replace(/^import .*$/gm, '').replace(/^export /gm, '');
    assert.ok(new Script(`'use strict';${body}`, { filename: name }));
  }
});

test('every part is in the resource, and nothing else', () => {
  const listed = [...read('calld-web.gresource.xml').matchAll(/<file>(.+?)<\/file>/g)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), ['join.html', ...names].sort());
});

test('every import is used and exists', () => {
  for (const name of scripts) {
    const text = read(name);
    for (const [statement, list, from] of text.matchAll(/^import \{([^}]+)\} from '([^']+)';$/gm)) {
      const rest = text.replace(statement, '');
      const target = readFileSync(new URL(from, new URL(name, web)), 'utf8');
      for (const word of list.split(',').map((part) => part.trim()).filter(Boolean)) {
        const local = word.split(' as ').at(-1);
        assert.match(rest, new RegExp(`\\b${local}\\b`), `${name} does not use ${local}`);
        assert.match(target, new RegExp(`export (const|class|function) ${word.split(' as ')[0]}\\b`), `${from} has no ${word}`);
      }
    }
  }
});

test('every export is used by another part or by a test', () => {
  const tests = readdirSync(new URL('.', import.meta.url)).map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'));
  for (const name of scripts) {
    const others = [...scripts.filter((other) => other !== name).map(read), ...tests].join('\n');
    for (const [, word] of read(name).matchAll(/^export (?:const|class|function) (\w+)/gm))
      assert.match(others, new RegExp(`\\b${word}\\b`), `${name}: ${word}`);
  }
});

test('every private member is used', () => {
  for (const name of scripts) {
    const text = read(name);
    for (const member of new Set([...text.matchAll(/#([a-zA-Z]\w*)/g)].map(([, word]) => word))) {
      if (!text.includes(`#${member}`) || !/^\s+(?:async |get |set )?#/m.test(text))
        continue;
      const times = text.split(new RegExp(`#${member}\\b`)).length - 1;
      if (new RegExp(`^\\s+(?:async |get |set )?#${member}\\b`, 'm').test(text))
        assert.ok(times > 1, `${name}: #${member}`);
    }
  }
});

test('every icon that is named exists, and every icon is named', () => {
  const known = [...read('assets/icons.svg').matchAll(/<symbol id="([\w-]+)"/g)].map(([, id]) => id);
  const code = scripts.map(read).join('\n');
  for (const [, id] of code.matchAll(/icon\('([\w-]+)'\)/g))
    assert.ok(known.includes(id), id);
  for (const id of known)
    assert.ok(code.includes(`'${id}'`) || id.endsWith('-off'), id);
});

test('the page asks nobody else, and runs nothing inline', () => {
  const page = read('join.html');
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)/);
  assert.doesNotMatch(page, /\son\w+=|\sstyle=/);
  for (const name of ['join.html', ...names])
    assert.doesNotMatch(read(name).replaceAll('http://www.w3.org/', ''), /https?:\/\/[a-z]/, name);
});

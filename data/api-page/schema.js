/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { element } from './parts.js';
import { text } from './texts.js';

/* JSON Schema, as calld writes it, for people. */

const DEPTH_MAX = 4;

/** What a reference within `root` points to; anything else is itself. */
export function resolve(root, schema) {
  if (!schema?.$ref)
    return schema ?? {};
  return schema.$ref.slice(2).split('/').reduce((place, key) => place?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], root) ?? {};
}

/** The members of an object and of everything it is made of. */
export function membersOf(root, schema) {
  const whole = resolve(root, schema);
  const parts = [whole, ...(whole.allOf ?? []).map((part) => resolve(root, part))];
  const needed = new Set(parts.flatMap((part) => part.required ?? []));
  return parts.flatMap((part) => Object.entries(part.properties ?? {}))
    .map(([name, member]) => ({ name, member, needed: needed.has(name) }));
}

function nameOf(schema) {
  return schema.$ref?.split('/').at(-1);
}

export function typeOf(root, schema) {
  const name = nameOf(schema);
  if (name)
    return name;
  if (schema.enum)
    return `${text('one_of')} ${schema.enum.join(', ')}`;
  if (schema.type === 'array')
    return text('list_of', { of: typeOf(root, schema.items ?? {}) });
  if (schema.const !== undefined)
    return String(schema.const);
  const limit = schema.maxLength ?? schema.maximum;
  const base = schema.format ?? schema.type ?? text('any');
  return limit ? `${base}, ${text('up_to', { n: limit })}` : base;
}

function inner(root, member) {
  const item = member.type === 'array' ? member.items ?? {} : member;
  const whole = resolve(root, item);
  return whole.properties || whole.allOf ? item : null;
}

function row(root, { name, member, needed }, depth, seen) {
  const below = inner(root, member);
  const label = nameOf(below ?? {}) ?? name;
  const cells = element('tr', {}, [
    element('th', { scope: 'row' }, [
      element('code', {}, [name]), ' ', element('span', { class: needed ? 'needed' : 'quiet small' }, [text(needed ? 'needed' : 'optional')]),
    ]),
    element('td', { class: 'type' }, [typeOf(root, member)]),
    element('td', {}, [member.description ?? '']),
  ]);
  if (!below || depth >= DEPTH_MAX || seen.includes(label))
    return [cells];
  return [cells, element('tr', { class: 'nested' }, [
    element('td', { colspan: 3 }, [element('details', {}, [
      element('summary', {}, [label]), table(root, below, label, depth + 1, [...seen, label]),
    ])]),
  ])];
}

/** A table of the members of `schema`. */
export function table(root, schema, caption, depth = 0, seen = []) {
  const members = membersOf(root, schema);
  if (members.length === 0)
    return element('p', { class: 'quiet' }, [text('empty')]);
  return element('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption }, [element('table', {}, [
    element('caption', { class: 'unseen' }, [caption]),
    element('thead', {}, [element('tr', {}, ['member', 'type', 'meaning'].map((key) => element('th', { scope: 'col' }, [text(key)])))]),
    element('tbody', {}, members.flatMap((member) => row(root, member, depth, seen))),
  ])]);
}

function sampleString(schema) {
  return { uuid: '00000000-0000-7000-8000-000000000000', 'date-time': '2026-03-02T14:00:00.000Z' }[schema.format] ?? '';
}

/** Something that looks like what `schema` wants, to begin with. */
export function sample(root, schema, depth = 0) {
  const whole = resolve(root, schema);
  if (whole.enum)
    return whole.enum[0];
  if (whole.type === 'array')
    return [];
  if (whole.type === 'integer')
    return whole.minimum ?? 0;
  if (whole.type === 'boolean')
    return true;
  if (whole.type === 'string')
    return sampleString(whole);
  if (depth > DEPTH_MAX)
    return {};
  return Object.fromEntries(membersOf(root, whole).filter(({ needed }) => needed)
    .map(({ name, member }) => [name, sample(root, member, depth + 1)]));
}

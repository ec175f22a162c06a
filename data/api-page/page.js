/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { element, toAnchor } from './parts.js';
import { resolve, table } from './schema.js';
import { chooseLanguage, currentLanguage, keepLanguage, startLanguage, text } from './texts.js';
import { tryForm } from './try.js';

/* Both documents of the API on one page: a chapter for each tag, an entry for each operation. */

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head'];
const FILES = { http: '/api/openapi.json', events: '/api/asyncapi.json' };

const documents = {};
let shown = 'http';

const byId = (id) => document.getElementById(id);
const getToken = () => byId('token').value.trim();

/* --- HTTP ------------------------------------------------------------------------------------- */

function parameterTable(root, operation) {
  const schema = {
    properties: Object.fromEntries(operation.parameters.map((parameter) => [parameter.name, { ...parameter.schema, description: parameter.description }])),
    required: operation.parameters.filter(({ required }) => required).map(({ name }) => name),
  };
  return table(root, schema, text('parameters'));
}

function answerRows(root, responses) {
  return Object.entries(responses).map(([status, response]) => element('li', {}, [
    element('code', { class: Number(status) < 400 ? 'status good' : 'status' }, [status]), ' ', response.description ?? '',
  ]));
}

function successTable(root, responses) {
  const [status] = Object.keys(responses);
  const schema = responses[status].content?.['application/json']?.schema;
  return schema ? [element('h3', {}, [`${text('answer')} ${status}`]), table(root, schema, text('answer'))] : [];
}

function showOperation(root, entry) {
  const { operation } = entry;
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const parts = operation.description ? [element('p', {}, [operation.description])] : [];
  if (operation.parameters.length > 0)
    parts.push(element('h3', {}, [text('parameters')]), parameterTable(root, operation));
  if (body)
    parts.push(element('h3', {}, [text('body')]), table(root, body, text('body')));
  parts.push(...successTable(root, operation.responses));
  parts.push(element('h3', {}, [text('answers')]), element('ul', { class: 'answers' }, answerRows(root, operation.responses)));
  parts.push(tryForm(root, { ...entry, getToken }));
  return parts;
}

function httpEntries(root) {
  return Object.entries(root.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({
    id: item[method].operationId,
    chapter: item[method].tags[0],
    method,
    path,
    operation: item[method],
    title: path,
    badge: method.toUpperCase(),
    summary: item[method].summary,
    /* Some need no sign-in, but are for somebody all the same: a description says for whom. */
    open: item[method].security.length === 0 && !item[method].description,
    show: showOperation,
  })));
}

/* --- events ----------------------------------------------------------------------------------- */

function showEvent(root, { message, ack }) {
  const parts = [element('h3', {}, [text('payload')]), table(root, message.payload, text('payload'))];
  const more = ack?.payload.oneOf[0].allOf[1];
  if (more && Object.keys(more.properties).length > 0)
    parts.push(element('h3', {}, [text('ack')]), table(root, more, text('ack')));
  return parts;
}

function eventEntries(root) {
  return Object.entries(root.operations).map(([key, operation]) => {
    const message = resolve(root, { $ref: `#/components/messages/${key}` });
    const receives = operation.action === 'receive';
    return {
      id: key,
      chapter: text(receives ? 'from_clients' : 'from_server'),
      badge: receives ? '→' : '←',
      title: message.name,
      summary: operation.summary,
      message,
      ack: receives ? root.components.messages[`ack.${message.name}`] : null,
      show: showEvent,
    };
  });
}

/* --- the page --------------------------------------------------------------------------------- */

function entryCard(root, entry) {
  const inside = element('div', { class: 'inside' });
  const card = element('details', {
    class: 'entry',
    id: toAnchor(entry.id),
    ontoggle: () => {
      if (card.open && inside.childElementCount === 0)
        inside.append(...entry.show(root, entry));
    },
  }, [
    element('summary', {}, [
      element('span', { class: `badge ${entry.method ?? 'event'}` }, [entry.badge]), ' ',
      element('code', {}, [entry.title]), ' ', element('span', { class: 'summary' }, [entry.summary]),
      ...(entry.open ? [element('span', { class: 'open' }, [text('open')])] : []),
    ]),
    inside,
  ]);
  return card;
}

function fits(entry, words) {
  const haystack = `${entry.badge} ${entry.title} ${entry.summary} ${entry.chapter}`.toLowerCase();
  return words.every((word) => haystack.includes(word));
}

function showChapters(groups) {
  byId('chapters').replaceChildren(element('ul', {}, [...groups].map(([name, entries]) => element('li', {}, [
    element('a', { href: `#chapter-${toAnchor(name)}` }, [name, element('span', { class: 'quiet' }, [` ${entries.length}`])]),
  ]))));
}

function chapter(root, name, entries) {
  const id = `chapter-${toAnchor(name)}`;
  return element('section', { 'aria-labelledby': id }, [element('h2', { id }, [name]), ...entries.map((entry) => entryCard(root, entry))]);
}

function showIntro() {
  byId('title').textContent = text(shown);
  byId('intro').replaceChildren(`${text(`intro_${shown}`)} `, element('a', { href: FILES[shown] }, [FILES[shown]]));
}

function showList() {
  const root = documents[shown];
  showIntro();
  if (!root) {
    byId('count').textContent = text('broken');
    return;
  }
  const all = shown === 'http' ? httpEntries(root) : eventEntries(root);
  const words = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((entry) => fits(entry, words));
  const groups = new Map();
  for (const entry of found)
    groups.set(entry.chapter, [...groups.get(entry.chapter) ?? [], entry]);
  byId('version').textContent = root.info.version;
  byId('count').textContent = found.length > 0 ? text('count', { n: found.length, all: all.length }) : text('nothing');
  byId('list').replaceChildren(...[...groups].map(([name, entries]) => chapter(root, name, entries)));
  showChapters(groups);
}

function press(group, key, value) {
  for (const button of byId(group).querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button.dataset[key] === value));
}

function showTexts() {
  for (const node of document.querySelectorAll('[data-text]'))
    node.textContent = text(node.dataset.text);
  for (const node of document.querySelectorAll('[data-label]'))
    node.setAttribute('aria-label', text(node.dataset.label));
  press('languages', 'language', currentLanguage());
  press('tabs', 'show', shown);
  showList();
}

/* A link may name an entry, which is opened. */
function goToAnchor() {
  const target = location.hash.length > 1 ? byId(location.hash.slice(1)) : null;
  if (target?.tagName === 'DETAILS')
    target.open = true;
  target?.scrollIntoView();
}

function listen() {
  byId('search').addEventListener('input', showList);
  byId('tabs').addEventListener('click', ({ target }) => {
    shown = target.dataset.show ?? shown;
    showTexts();
  });
  byId('languages').addEventListener('click', ({ target }) => {
    if (!target.dataset.language)
      return;
    chooseLanguage(target.dataset.language);
    keepLanguage();
    showTexts();
  });
  addEventListener('hashchange', goToAnchor);
}

async function load(key) {
  const response = await fetch(FILES[key]);
  if (!response.ok)
    throw new Error(String(response.status));
  documents[key] = await response.json();
}

startLanguage();
listen();
await Promise.allSettled(Object.keys(FILES).map(load));
showTexts();
goToAnchor();

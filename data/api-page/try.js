/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { element } from './parts.js';
import { sample } from './schema.js';
import { text } from './texts.js';

/* Sends a request from the page to the server it came from. */

const SHOWN_MAX = 100_000;

function fillPath(path, values) {
  return path.replace(/\{(\w+)\}/g, (_, name) => (name === 'path' ? values[name] ?? '' : encodeURIComponent(values[name] ?? '')));
}

function toQuery(parameters, values) {
  const query = new URLSearchParams();
  for (const { name } of parameters.filter(({ in: place }) => place === 'query'))
    if (values[name])
      query.set(name, values[name]);
  return query.size > 0 ? `?${query}` : '';
}

async function readable(response) {
  const body = await response.text();
  const type = response.headers.get('Content-Type') ?? '';
  const shown = type.includes('json') && body !== '' ? JSON.stringify(JSON.parse(body), null, 2) : body;
  return shown.slice(0, SHOWN_MAX);
}

async function send(method, address, body, token) {
  const headers = {};
  if (token)
    headers.Authorization = `Bearer ${token}`;
  if (body !== undefined)
    headers['Content-Type'] = 'application/json';
  const began = performance.now();
  const response = await fetch(address, { method, headers, body, cache: 'no-store' });
  return { shown: await readable(response), status: response.status, ms: Math.round(performance.now() - began) };
}

function fields(id, parameters) {
  return parameters.map((parameter) => element('label', { class: 'field' }, [
    element('span', {}, [parameter.name]),
    element('input', { name: parameter.name, required: parameter.required, autocomplete: 'off', spellcheck: 'false', id: `${id}-${parameter.name}` }),
  ]));
}

function bodyField(root, operation) {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (!schema)
    return null;
  const area = element('textarea', { name: 'request-body', rows: 6, spellcheck: 'false', autocomplete: 'off' });
  area.value = JSON.stringify(sample(root, schema), null, 2);
  return element('label', { class: 'field' }, [element('span', {}, [text('body')]), area]);
}

function readBody(form) {
  const area = form.elements['request-body'];
  if (!area)
    return undefined;
  try {
    return JSON.stringify(JSON.parse(area.value));
  } catch (error) {
    throw new Error(text('bad_json', { error: error.message }), { cause: error });
  }
}

async function submit(form, outcome, { method, path, operation, getToken }) {
  const values = Object.fromEntries([...form.elements].filter((field) => field.name).map((field) => [field.name, field.value]));
  outcome.line.textContent = text('sending');
  outcome.shown.hidden = true;
  try {
    const body = readBody(form);
    const address = fillPath(path, values) + toQuery(operation.parameters, values);
    const answer = await send(method.toUpperCase(), address, body, getToken());
    outcome.line.textContent = text('took', answer);
    outcome.shown.textContent = answer.shown;
    outcome.shown.hidden = answer.shown === '';
  } catch (error) {
    outcome.line.textContent = error.cause ? error.message : text('unreachable', { error: error.message });
  }
}

/** A form that tries `operation`. */
export function tryForm(root, request) {
  const { id, operation } = request;
  const body = bodyField(root, operation);
  const outcome = {
    line: element('p', { role: 'status' }),
    shown: element('pre', { hidden: true, tabindex: 0, 'aria-label': text('answer') }),
  };
  const form = element('form', {
    class: 'try',
    onsubmit: (event) => {
      event.preventDefault();
      submit(form, outcome, request);
    },
  }, [...fields(id, operation.parameters), ...(body ? [body] : []), element('button', { type: 'submit', class: 'send' }, [text('send')])]);
  return element('details', { class: 'attempt' }, [element('summary', {}, [text('attempt')]), form, outcome.line, outcome.shown]);
}

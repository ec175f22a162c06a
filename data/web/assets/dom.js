/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { i18n } from './i18n.js';

const SVG = 'http://www.w3.org/2000/svg';
const bindings = new WeakMap();

function bind(node, place, key, params) {
  const places = bindings.get(node) ?? {};
  const old = places[place];
  places[place] = { key, params };
  bindings.set(node, places);
  node.dataset.i18n = '';
  const text = i18n.text(key, params);
  if (old && read(node, place) === text)
    return;
  write(node, place, text);
}

function read(node, place) {
  return place === 'text' ? node.textContent : node.getAttribute(place);
}

function write(node, place, text) {
  if (place === 'text')
    node.textContent = text;
  else
    node.setAttribute(place, text);
}

/** Shows a text of the catalogue in `node`; it follows the language. Unchanged text is not written again. */
export function setText(node, key, params) {
  bind(node, 'text', key, params);
}

/** The same for the accessible name. */
export function setLabel(node, key, params) {
  bind(node, 'aria-label', key, params);
}

/** Writes every bound text below `root` again, after the language changed. */
export function translate(root) {
  for (const node of root.querySelectorAll('[data-i18n]')) {
    for (const [place, { key, params }] of Object.entries(bindings.get(node) ?? {}))
      write(node, place, i18n.text(key, params));
  }
}

function asPair(value) {
  return Array.isArray(value) ? value : [value];
}

const SPECIAL = {
  text: (node, value) => setText(node, ...asPair(value)),
  label: (node, value) => setLabel(node, ...asPair(value)),
  placeholder: (node, value) => bind(node, 'placeholder', ...asPair(value)),
  on: (node, value) => {
    for (const [event, listener] of Object.entries(value))
      node.addEventListener(event, listener);
  },
  plain: (node, value) => {
    node.textContent = value;
  },
};

/**
 * Makes an element. Besides attributes (false and null leave one out) it takes `text`, `label` and
 * `placeholder` (a catalogue key or [key, params]), `plain` (text that is not translated) and `on`.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in SPECIAL)
      SPECIAL[name](node, value);
    else if (value !== false && value !== null && value !== undefined)
      node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** A picture of the sprite; decoration only, the name is said by the element around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `/assets/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function setIcon(node, name) {
  node.querySelector('use').setAttribute('href', `/assets/icons.svg#${name}`);
}

/** A button with an optional picture. */
export function button(kind, text, action, iconName = null) {
  return el('button', { type: 'button', class: `button ${kind}`, on: { click: action } },
    iconName && icon(iconName), el('span', { text }));
}

export function show(node, visible) {
  node.hidden = !visible;
}

/** "Ana Lima" → "AL", for the round picture of somebody without a picture. */
export function initials(name) {
  const words = name.replace(/^(dra?|prof)\.?\s+/i, '').split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join('');
}

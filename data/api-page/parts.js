/* SPDX-License-Identifier: LGPL-2.1-or-later */

/** An element with attributes and children; `on…` attributes are listeners. Text is never markup. */
export function element(name, attributes = {}, children = []) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function')
      node.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined && value !== null)
      node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

/** A word that a link can name. */
export function toAnchor(word) {
  return word.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

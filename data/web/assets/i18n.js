/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { texts as english } from './texts-en.js';
import { texts as portuguese } from './texts-pt-br.js';

export const LANGUAGES = Object.freeze({ en: english, 'pt-BR': portuguese });
const STORED = 'call.language';

/** The stored choice if there is one, else the first of the browser's languages that we speak, else English. */
export function chooseLanguage(stored, wanted) {
  if (stored !== null && Object.hasOwn(LANGUAGES, stored))
    return stored;
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'pt')
      return 'pt-BR';
    if (base === 'en')
      return 'en';
  }
  return 'en';
}

/** Fills {name} places; a function among the parameters is asked for its value in `language`. */
export function fill(template, params, language) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    return String((typeof value === 'function' ? value(language) : value) ?? '');
  });
}

/** A text by its key; with a `count`, the plural form `key_one` or `key_other`. */
export function lookUp(language, key, params = {}) {
  const texts = LANGUAGES[language];
  if (typeof params.count !== 'number')
    return fill(texts[key] ?? key, params, language);
  const form = new Intl.PluralRules(language).select(params.count) === 'one' ? 'one' : 'other';
  return fill(texts[`${key}_${form}`] ?? key, params, language);
}

class I18n extends Emitter {
  language = 'en';
  #storage = null;

  start(storage, wanted) {
    this.#storage = storage;
    this.#use(chooseLanguage(storage.get(STORED), wanted));
  }

  choose(language) {
    this.#storage.set(STORED, language);
    this.#use(language);
    this.emit('change');
  }

  text(key, params) {
    return lookUp(this.language, key, params);
  }

  #use(language) {
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();

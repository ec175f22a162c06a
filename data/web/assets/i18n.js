/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Emitter } from './emitter.js';
import { texts as english } from './texts-en.js';
import { texts as portuguese } from './texts-pt-br.js';

export const LANGUAGES = Object.freeze({ en: english, 'pt-BR': portuguese });
const STORED = 'call.language';

const baseOf = (tag) => tag.toLowerCase().split('-')[0];

/** The stored choice if there is one, else the first of the browser's languages that we speak, else English. */
export function chooseLanguage(stored, wanted) {
  if (stored !== null && Object.hasOwn(LANGUAGES, stored))
    return stored;
  for (const tag of wanted) {
    if (baseOf(tag) === 'pt')
      return 'pt-BR';
    if (baseOf(tag) === 'en')
      return 'en';
  }
  return 'en';
}

/** Whose dates and times: the first of the browser's tags of this language, such as en-GB for en. */
export function chooseRegion(language, wanted) {
  return wanted.find((tag) => baseOf(tag) === baseOf(language)) ?? language;
}

/** Fills {name} places; a function among the parameters is asked for its value in `region`. */
export function fill(template, params, region) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    return String((typeof value === 'function' ? value(region) : value) ?? '');
  });
}

/** A text by its key; with a `count`, the plural form `key_one` or `key_other`. */
export function lookUp(language, key, params = {}, region = language) {
  const texts = LANGUAGES[language];
  if (typeof params.count !== 'number')
    return fill(texts[key] ?? key, params, region);
  const form = new Intl.PluralRules(language).select(params.count) === 'one' ? 'one' : 'other';
  return fill(texts[`${key}_${form}`] ?? key, params, region);
}

class I18n extends Emitter {
  language = 'en';
  #region = 'en';
  #wanted = [];
  #storage = null;

  start(storage, wanted) {
    this.#storage = storage;
    this.#wanted = wanted;
    this.#use(chooseLanguage(storage.get(STORED), wanted));
  }

  choose(language) {
    this.#storage.set(STORED, language);
    this.#use(language);
    this.emit('change');
  }

  text(key, params) {
    return lookUp(this.language, key, params, this.#region);
  }

  #use(language) {
    this.language = language;
    this.#region = chooseRegion(language, this.#wanted);
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();

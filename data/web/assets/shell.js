/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { CallView } from './views/call.js';
import { CallingView } from './views/calling.js';
import { ClosedView } from './views/closed.js';
import { DevicesView } from './views/devices.js';
import { GoodbyeView } from './views/goodbye.js';
import { LoadingView } from './views/loading.js';
import { ProblemView } from './views/problem.js';
import { RingingView } from './views/ringing.js';
import { WaitingView } from './views/waiting.js';
import { WelcomeView } from './views/welcome.js';
import { LANGUAGES, i18n } from './i18n.js';
import { el, setLabel, setText, translate } from './dom.js';

const VIEWS = Object.freeze({
  loading: LoadingView,
  problem: ProblemView,
  welcome: WelcomeView,
  devices: DevicesView,
  waiting: WaitingView,
  ringing: RingingView,
  calling: CallingView,
  call: CallView,
  goodbye: GoodbyeView,
  closed: ClosedView,
});

const NAMES = { en: ['English', 'EN'], 'pt-BR': ['Português', 'PT'] };

/** The frame of the page: heading, language switch, and the view that is due. */
export class Shell {
  #document;
  #main;
  #languages;
  #name = null;
  #view = null;

  constructor(document) {
    this.#document = document;
    this.#main = document.getElementById('view');
    this.#languages = document.getElementById('languages');
    setText(document.getElementById('brand'), 'app.name');
    setLabel(this.#languages, 'app.languages');
    this.#addLanguages();
    i18n.on('change', () => this.#translate());
  }

  render(app) {
    if (app.view !== this.#name)
      this.#swap(app);
    this.#view.update();
    this.#setTitle();
  }

  #addLanguages() {
    for (const language of Object.keys(LANGUAGES)) {
      const [name, short] = NAMES[language];
      const choose = el('button', { type: 'button', lang: language, on: { click: () => i18n.choose(language) } },
        el('span', { class: 'short', plain: `${short} ` }), el('span', { class: 'long', plain: name }));
      choose.dataset.language = language;
      this.#languages.append(choose);
    }
    this.#markLanguage();
  }

  #markLanguage() {
    for (const choose of this.#languages.children)
      choose.setAttribute('aria-pressed', String(choose.dataset.language === i18n.language));
  }

  #translate() {
    this.#markLanguage();
    translate(this.#document);
    this.#view.update();
    this.#setTitle();
  }

  /* The heading takes the focus, so that a screen reader reads where one is and Tab goes on from there. */
  #swap(app) {
    const first = this.#name === null;
    this.#name = app.view;
    this.#view?.dispose();
    this.#view = new VIEWS[this.#name](app);
    this.#document.body.dataset.view = this.#name;
    this.#main.replaceChildren(this.#view.element);
    if (first)
      return;
    scrollTo(0, 0);
    if (this.#view.focus)
      this.#view.focus.focus();
    else
      this.#main.querySelector('h1').focus({ preventScroll: true });
  }

  #setTitle() {
    const title = `${i18n.text(...this.#view.title)} · ${i18n.text('app.name')}`;
    if (this.#document.title !== title)
      this.#document.title = title;
  }
}

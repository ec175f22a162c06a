/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { el } from '../dom.js';

/** While the server is asked what the link opens. */
export class LoadingView {
  title = ['loading.title'];

  constructor() {
    this.element = el('section', { class: 'card centred' },
      el('div', { class: 'spinner', 'aria-hidden': 'true' }),
      el('h1', { text: 'loading.title', tabindex: '-1' }));
  }

  update() {}

  dispose() {}
}

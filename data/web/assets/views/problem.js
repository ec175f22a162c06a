/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { button, el, icon } from '../dom.js';
import { moment } from './parts.js';

const KNOWN = ['no_link', 'network', 'timed_out', 'unauthorized', 'rate_limited', 'too_late'];

function textKey({ code, until }, now) {
  if (code === 'unauthorized' && until !== null && until < now)
    return 'expired';
  if (code === 'unavailable')
    return 'network';
  return KNOWN.includes(code) ? code : 'other';
}

/** The link leads nowhere, or the server cannot be reached. */
export class ProblemView {
  constructor(app) {
    const { until, passing } = app.problem;
    const key = textKey(app.problem, app.now);
    this.title = [`problem.${key}.title`];
    this.element = el('section', { class: 'card centred' },
      el('div', { class: 'badge warning' }, icon('warning')),
      el('h1', { text: `problem.${key}.title`, tabindex: '-1' }),
      el('p', { text: [`problem.${key}.text`, { moment: moment(app, until) }] }),
      passing && el('div', { class: 'actions' }, button('primary', 'problem.again', () => app.enter(), 'again')));
  }

  update() {}

  dispose() {}
}

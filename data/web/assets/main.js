/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { Announcer } from './announcer.js';
import { App } from './app.js';
import { Shell } from './shell.js';
import { i18n } from './i18n.js';
import { remembered } from './storage.js';

i18n.start(remembered, navigator.languages ?? [navigator.language]);
const announcer = new Announcer(document.getElementById('status'), document.getElementById('alert'));
const shell = new Shell(document);
const app = new App(() => shell.render(app), announcer);
app.start();

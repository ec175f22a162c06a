/* SPDX-License-Identifier: LGPL-2.1-or-later */

const LINK = 'call.link';
const PROGRESS = 'call.progress';

/**
 * The link's secret part: from the address if it is there (it is taken out of the address bar and kept
 * for this tab only), else the one this tab came with; null without any. A new link forgets the progress.
 */
export function takeLink(location, history, storage) {
  const fresh = location.hash.slice(1);
  if (fresh === '')
    return storage.get(LINK);
  if (fresh !== storage.get(LINK))
    storage.remove(PROGRESS);
  storage.set(LINK, fresh);
  history.replaceState(null, '', location.pathname);
  return fresh;
}

/** How far this tab had come, so that a refresh goes on there. */
export function readProgress(storage) {
  const none = { begun: false, checked: false, callId: null, token: null, appointmentId: null };
  try {
    return { ...none, ...JSON.parse(storage.get(PROGRESS) ?? '{}') };
  } catch {
    return none;
  }
}

export function writeProgress(storage, progress) {
  storage.set(PROGRESS, JSON.stringify(progress));
}

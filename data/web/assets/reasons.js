/* SPDX-License-Identifier: LGPL-2.1-or-later */

const NOTICES = [
  'declined', 'cancelled', 'no_answer', 'busy', 'elsewhere', 'declined_by_me', 'network',
  'too_early', 'not_eligible', 'rate_limited',
];
const FAREWELLS = [
  'left_by_me', 'left_waiting', 'hang_up', 'left', 'no_media', 'window_closed', 'appointment_cancelled', 'operator', 'gone', 'elsewhere',
];

/** The text for a call that ended before anybody spoke: back in the waiting room. */
export function noticeKey(reason) {
  if (reason === 'timed_out' || reason === 'unavailable')
    return 'notice.network';
  return `notice.${NOTICES.includes(reason) ? reason : 'failed'}`;
}

/** Which goodbye is due: `done` when the visit is complete, whoever hung up. */
export function farewellKey(reason, complete) {
  if (complete && reason !== 'appointment_cancelled')
    return 'done';
  return FAREWELLS.includes(reason) ? reason : 'failed';
}

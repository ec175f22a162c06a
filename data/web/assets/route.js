/* SPDX-License-Identifier: LGPL-2.1-or-later */
import { phaseOf } from './appointment.js';

const CALL_VIEWS = Object.freeze({
  ringing_in: 'ringing',
  ringing_out: 'calling',
  connecting: 'call',
  in_call: 'call',
  ending: 'call',
});

/** Which view the patient has to see. A call goes before everything but a link that does not work. */
export function chooseView({ problem, appointment, call, farewell, begun, checked }, now) {
  if (problem)
    return 'problem';
  if (!appointment)
    return 'loading';
  if (call && call.state in CALL_VIEWS)
    return CALL_VIEWS[call.state];
  if (farewell)
    return 'goodbye';
  const phase = phaseOf(appointment, now);
  if (phase !== 'early' && phase !== 'open')
    return 'closed';
  if (!begun)
    return 'welcome';
  return checked ? 'waiting' : 'devices';
}

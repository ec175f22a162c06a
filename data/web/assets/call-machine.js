/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The legal steps of a call as one client sees it: state, event, next state, and what has to be done.
 * It is the table of libcall/rules/call-session-machine.c without the two events a patient's page does
 * not have: ending the visit, and a call of somebody else. Whatever is not listed changes nothing.
 */
const EDGES = Object.freeze([
  ['idle', 'request', 'ringing_out', 'send_request', 'start_ringing'],
  ['idle', 'rang', 'ringing_in', 'start_ringing'],
  ['idle', 'rejoin', 'connecting', 'send_rejoin'],

  ['ringing_out', 'request_ok', 'ringing_out'],
  ['ringing_out', 'request_failed', 'error', 'stop_ringing'],
  ['ringing_out', 'busy', 'ended', 'stop_ringing'],
  ['ringing_out', 'peer_accepted', 'connecting', 'stop_ringing', 'start_generation'],
  ['ringing_out', 'crossed', 'connecting', 'stop_ringing', 'send_accept'],
  ['ringing_out', 'cancel', 'ended', 'stop_ringing', 'send_cancel'],
  ['ringing_out', 'cancelled', 'ended', 'stop_ringing'],
  ['ringing_out', 'ring_timeout', 'ended', 'stop_ringing', 'send_cancel'],
  ['ringing_out', 'call_ended', 'ended', 'stop_ringing'],
  ['ringing_out', 'failed', 'error', 'stop_ringing', 'send_cancel'],

  ['ringing_in', 'accept', 'connecting', 'stop_ringing', 'send_accept'],
  ['ringing_in', 'decline', 'ended', 'stop_ringing', 'send_cancel'],
  ['ringing_in', 'answered_elsewhere', 'ended', 'stop_ringing'],
  ['ringing_in', 'cancelled', 'ended', 'stop_ringing'],
  ['ringing_in', 'ring_timeout', 'ended', 'stop_ringing'],
  ['ringing_in', 'call_ended', 'ended', 'stop_ringing'],
  ['ringing_in', 'failed', 'error', 'stop_ringing'],

  ['connecting', 'accept_ok', 'connecting', 'start_generation'],
  ['connecting', 'accept_failed', 'error', 'stop_media'],
  ['connecting', 'answered_elsewhere', 'ended', 'stop_media'],
  ['connecting', 'rejoin_ok', 'connecting', 'start_generation'],
  ['connecting', 'rejoin_failed', 'error', 'stop_media'],
  ['connecting', 'peer_rejoined', 'connecting', 'start_generation'],
  ['connecting', 'peer_left', 'connecting', 'set_reconnecting'],
  ['connecting', 'media_flowing', 'in_call', 'send_started', 'clear_reconnecting'],
  ['connecting', 'media_stalled', 'connecting', 'set_reconnecting'],
  ['connecting', 'media_lost', 'connecting', 'send_rejoin', 'set_reconnecting'],
  ['connecting', 'leave', 'ending', 'send_leave', 'stop_media'],
  ['connecting', 'cancelled', 'ended', 'stop_media'],
  ['connecting', 'call_ended', 'ended', 'stop_media'],
  ['connecting', 'failed', 'error', 'send_leave', 'stop_media'],

  ['in_call', 'media_flowing', 'in_call', 'clear_reconnecting'],
  ['in_call', 'media_stalled', 'in_call', 'set_reconnecting'],
  ['in_call', 'media_lost', 'in_call', 'send_rejoin', 'set_reconnecting'],
  ['in_call', 'peer_rejoined', 'in_call', 'start_generation', 'set_reconnecting'],
  ['in_call', 'rejoin_ok', 'in_call', 'start_generation', 'set_reconnecting'],
  ['in_call', 'rejoin_failed', 'error', 'stop_media'],
  ['in_call', 'answered_elsewhere', 'ended', 'stop_media'],
  ['in_call', 'peer_left', 'in_call', 'set_reconnecting'],
  ['in_call', 'leave', 'ending', 'send_leave', 'stop_media'],
  ['in_call', 'call_ended', 'ended', 'stop_media'],
  ['in_call', 'failed', 'error', 'send_leave', 'stop_media'],

  ['ending', 'end_done', 'ended'],
  ['ending', 'call_ended', 'ended'],
]);

export const edges = EDGES.map(([state, event, next, ...effects]) => Object.freeze({ state, event, next, effects }));

/** {next, effects} of a legal step, or null. */
export function step(state, event) {
  return edges.find((edge) => edge.state === state && edge.event === event) ?? null;
}

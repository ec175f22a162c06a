/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-record.h"

G_BEGIN_DECLS

/**
 * CalldCallEvent:
 * @CALLD_CALL_EVENT_ACCEPT: the callee answers
 * @CALLD_CALL_EVENT_CANCEL: the caller gives up, or the callee declines, while it rings
 * @CALLD_CALL_EVENT_STARTED: media flows at one side
 * @CALLD_CALL_EVENT_REJOIN: a side comes back with a new peer connection
 * @CALLD_CALL_EVENT_LEAVE: a side goes, the other one is still in
 * @CALLD_CALL_EVENT_LAST_LEFT: the last side goes
 * @CALLD_CALL_EVENT_END: a side ends the consultation
 * @CALLD_CALL_EVENT_NO_ANSWER: it has rung long enough
 * @CALLD_CALL_EVENT_CLOSE: the server ends it: no media, window over, appointment cancelled …
 *
 * What may happen to a call on the server.
 */
typedef enum {
  CALLD_CALL_EVENT_ACCEPT,
  CALLD_CALL_EVENT_CANCEL,
  CALLD_CALL_EVENT_STARTED,
  CALLD_CALL_EVENT_REJOIN,
  CALLD_CALL_EVENT_LEAVE,
  CALLD_CALL_EVENT_LAST_LEFT,
  CALLD_CALL_EVENT_END,
  CALLD_CALL_EVENT_NO_ANSWER,
  CALLD_CALL_EVENT_CLOSE,
} CalldCallEvent;

#define CALLD_CALL_N_EVENTS (CALLD_CALL_EVENT_CLOSE + 1)
#define CALLD_CALL_N_STATES (CALLD_CALL_ENDED + 1)

gboolean calld_call_machine_step (CalldCallState state, CalldCallEvent event, CalldCallState *next);

G_END_DECLS

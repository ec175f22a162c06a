/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-error.h"

G_BEGIN_DECLS

/* The call's state machine as one client sees it: a table of legal edges. Pure, any thread. */

typedef enum {
  /* what the user does */
  CALL_SESSION_EVENT_REQUEST, /* call the other side */
  CALL_SESSION_EVENT_ACCEPT,
  CALL_SESSION_EVENT_DECLINE,
  CALL_SESSION_EVENT_CANCEL,  /* give up while it rings */
  CALL_SESSION_EVENT_REJOIN,  /* come back to a call that goes on */
  CALL_SESSION_EVENT_LEAVE,   /* go, the visit goes on */
  CALL_SESSION_EVENT_HANG_UP, /* end the visit */
  /* what HTTP answers */
  CALL_SESSION_EVENT_REQUEST_OK,
  CALL_SESSION_EVENT_REQUEST_FAILED,
  CALL_SESSION_EVENT_BUSY, /* the request was refused: another call is active */
  CALL_SESSION_EVENT_ACCEPT_OK,
  CALL_SESSION_EVENT_ACCEPT_FAILED,
  CALL_SESSION_EVENT_REJOIN_OK,
  CALL_SESSION_EVENT_REJOIN_FAILED,
  CALL_SESSION_EVENT_END_DONE, /* leave or end was confirmed, or is given up */
  /* what the server tells */
  CALL_SESSION_EVENT_RANG,       /* the other side calls */
  CALL_SESSION_EVENT_OTHER_RANG, /* somebody calls while this call is on */
  CALL_SESSION_EVENT_CROSSED,    /* the other side called at the same moment, and came first */
  CALL_SESSION_EVENT_PEER_ACCEPTED,
  CALL_SESSION_EVENT_ANSWERED_ELSEWHERE, /* another device of this user accepted */
  CALL_SESSION_EVENT_CANCELLED,          /* cancelled, declined or not answered */
  CALL_SESSION_EVENT_PEER_REJOINED,      /* a new generation begins */
  CALL_SESSION_EVENT_PEER_LEFT,
  CALL_SESSION_EVENT_CALL_ENDED,
  /* what media tells */
  CALL_SESSION_EVENT_MEDIA_FLOWING,
  CALL_SESSION_EVENT_MEDIA_STALLED,
  CALL_SESSION_EVENT_MEDIA_LOST,
  /* and the clock, and what nobody can mend */
  CALL_SESSION_EVENT_RING_TIMEOUT,
  CALL_SESSION_EVENT_FAILED,
} CallSessionEvent;

#define CALL_SESSION_N_STATES (CALL_STATE_ERROR + 1)
#define CALL_SESSION_N_EVENTS (CALL_SESSION_EVENT_FAILED + 1)

typedef enum {
  CALL_SESSION_EFFECT_NONE = 0,
  CALL_SESSION_EFFECT_SEND_REQUEST = 1 << 0,
  CALL_SESSION_EFFECT_SEND_ACCEPT = 1 << 1,
  CALL_SESSION_EFFECT_SEND_CANCEL = 1 << 2,
  CALL_SESSION_EFFECT_SEND_STARTED = 1 << 3,
  CALL_SESSION_EFFECT_SEND_REJOIN = 1 << 4,
  CALL_SESSION_EFFECT_SEND_LEAVE = 1 << 5,
  CALL_SESSION_EFFECT_SEND_END = 1 << 6,
  CALL_SESSION_EFFECT_REFUSE_OTHER = 1 << 7,  /* answer the other call with busy */
  CALL_SESSION_EFFECT_START_RINGING = 1 << 8, /* starts the timer that ends it */
  CALL_SESSION_EFFECT_STOP_RINGING = 1 << 9,
  CALL_SESSION_EFFECT_START_GENERATION = 1 << 10, /* (re)build the peer connection */
  CALL_SESSION_EFFECT_STOP_MEDIA = 1 << 11,
  CALL_SESSION_EFFECT_SET_RECONNECTING = 1 << 12,
  CALL_SESSION_EFFECT_CLEAR_RECONNECTING = 1 << 13,
} CallSessionEffects;

#define CALL_SESSION_N_EFFECTS 14

typedef struct {
  CallState state;
  CallSessionEvent event;
  CallState next;
  guint effects; /* CallSessionEffects */
} CallSessionEdge;

gboolean call_session_machine_step (CallState state,
                                    CallSessionEvent event,
                                    CallState *next,
                                    guint *effects,
                                    GError **error);

const CallSessionEdge *call_session_machine_edges (gsize *n_edges);
const char *call_session_event_name (CallSessionEvent event);
const char *call_session_effect_name (CallSessionEffects effect);

G_END_DECLS

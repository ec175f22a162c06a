/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-session.h"

#include "call-session-machine.h"

G_BEGIN_DECLS

/* For call-session.c and call-session-feed.c only. */

struct _CallSession {
  GObject parent_instance;

  char *call_id; /* unset until the server has given it one */
  char *appointment_id;
  CallState state;
  gboolean reconnecting;
  gboolean peer_present;
  gboolean outgoing;
  gboolean auto_accept;
  CallParticipant *peer;
  guint generation;
  GDateTime *requested_at;
  GDateTime *started_at;
  GDateTime *connected_at;
  CallEndReason end_reason;
  GError *error;
  gboolean local_audio;
  gboolean local_video;
  gboolean remote_audio;
  gboolean remote_video;
};

enum {
  CALL_SESSION_PROP_0,
  CALL_SESSION_PROP_CALL_ID,
  CALL_SESSION_PROP_APPOINTMENT_ID,
  CALL_SESSION_PROP_STATE,
  CALL_SESSION_PROP_RECONNECTING,
  CALL_SESSION_PROP_PEER_PRESENT,
  CALL_SESSION_PROP_OUTGOING,
  CALL_SESSION_PROP_PEER,
  CALL_SESSION_PROP_GENERATION,
  CALL_SESSION_PROP_REQUESTED_AT,
  CALL_SESSION_PROP_STARTED_AT,
  CALL_SESSION_PROP_CONNECTED_AT,
  CALL_SESSION_PROP_END_REASON,
  CALL_SESSION_PROP_ERROR,
  CALL_SESSION_PROP_LOCAL_AUDIO,
  CALL_SESSION_PROP_LOCAL_VIDEO,
  CALL_SESSION_PROP_REMOTE_AUDIO,
  CALL_SESSION_PROP_REMOTE_VIDEO,
  CALL_SESSION_N_PROPS
};

extern GParamSpec *call_session_props[CALL_SESSION_N_PROPS];
extern guint call_session_ended_signal;

/* What surrounds a call says what happened; only the machine says what that does to its state.
 * Main context only. */

CallSession *
call_session_new (const char *appointment_id, CallParticipant *peer, gboolean outgoing);
gboolean
call_session_feed (CallSession *self, CallSessionEvent event, guint *effects, GError **error);
gboolean call_session_feed_end (CallSession *self,
                                CallSessionEvent event,
                                CallEndReason reason,
                                const GError *cause,
                                guint *effects,
                                GError **error);

void call_session_set_call_id (CallSession *self, const char *call_id);
void call_session_set_outgoing (CallSession *self, gboolean outgoing);
void call_session_set_auto_accept (CallSession *self, gboolean auto_accept);
void call_session_set_generation (CallSession *self, guint generation);
void call_session_set_requested_at (CallSession *self, GDateTime *requested_at);
void call_session_set_started_at (CallSession *self, GDateTime *started_at);
void call_session_set_connected_at (CallSession *self, GDateTime *connected_at);
void call_session_set_peer_present (CallSession *self, gboolean present);
void call_session_set_local_media (CallSession *self, gboolean audio, gboolean video);
void call_session_set_remote_media (CallSession *self, gboolean audio, gboolean video);

G_END_DECLS

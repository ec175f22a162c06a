/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-client-private.h"
#include "call-peer-signalling.h"
#include "call-session-private.h"

G_BEGIN_DECLS

/* How long it rings here. An unanswered call of ours is given up; one to us is over anyway when the
 * server says so, and this is only for when it cannot. */
#define CALL_RING_OUT_MS 30000
#define CALL_RING_IN_MS 45000
#define CALL_ALIVE_MS 10000
/* How many notices wait for the answer that tells our call's id. Over it the newest are dropped. */
#define CALL_MAX_HELD_NOTICES 16

/* The one call that is going on, and what hangs on it. Counted, since answers outlive it. */
struct _CallClientCall {
  CallClient *client; /* %NULL once the call is not the client's any more */
  CallSession *session;
  CallPeerSignalling *signalling;
  GCancellable *cancellable; /* of what is pointless once the call is over */
  GTask *task;               /* what the user waits for: request, accept or rejoin */
  GQueue held;               /* CallNotice, until our call has its id */

  CallTimer *ring_timer;
  CallTimer *alive_timer;
  gboolean media_seen; /* since the last sign of life */
  gboolean rejoining;
  gboolean leaving; /* ended by leaving, not by hanging up */
  gboolean taken;   /* the server has confirmed our part in it */

  gint64 ice_until_ms; /* how long the ICE servers we have are fresh */
  gboolean ice_loading;
  guint next_generation;  /* what is to start */
  guint known_generation; /* of a call one comes back to */
};

CallClientCall *call_client_call_new (CallClient *client, CallSession *session);
CallClientCall *call_client_call_ref (CallClientCall *call);
void call_client_call_unref (CallClientCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallClientCall, call_client_call_unref)

/* call-client-calls.c */
gboolean call_client_call_feed (CallClientCall *call,
                                CallSessionEvent event,
                                CallEndReason reason,
                                const GError *cause,
                                GError **error);

/* call-client-call.c */
void call_client_call_post (CallClientCall *call,
                            const char *action,
                            gpointer record,
                            const CallSchema *answer,
                            gint64 patience_ms,
                            gboolean only_while_on,
                            GAsyncReadyCallback callback);
void call_client_call_send_request (CallClientCall *call);
void call_client_call_send_accept (CallClientCall *call);
void call_client_call_send_cancel (CallClientCall *call);
void call_client_call_send_started (CallClientCall *call);
void call_client_call_send_rejoin (CallClientCall *call);
void call_client_call_send_end (CallClientCall *call, gboolean leave);
void call_client_call_start_ringing (CallClientCall *call);
void call_client_call_stop_ringing (CallClientCall *call);
void call_client_call_start_generation (CallClientCall *call);
void call_client_call_stop_media (CallClientCall *call);
void call_client_call_send_media (CallClientCall *call);
void call_client_call_send_alive (CallClientCall *call);
void call_client_call_load_ice (CallClientCall *call);
void call_client_refuse_other (CallClient *self, const char *appointment_id, const char *call_id);

/* call-client-calls.c */
CallClientCall *call_client_begin_call (CallClient *self,
                                        const char *appointment_id,
                                        CallParticipant *peer,
                                        gboolean outgoing);
void call_client_call_complete (CallClientCall *call, const GError *error);
void call_client_call_replay (CallClientCall *call);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-client.h"

#include "call-appointment-list.h"
#include "call-backoff.h"
#include "call-body.h"
#include "call-clock.h"
#include "call-delivery.h"
#include "call-http.h"
#include "call-outbox.h"
#include "call-transport.h"

G_BEGIN_DECLS

typedef struct _CallClientCall CallClientCall;

/* Shared by the files call-client*.c, each of which is one part of what a client does:
 *   call-client.c               the object
 *   call-client-sign-in.c       signing in and out
 *   call-client-link.c          the connection, and catching up after it was lost
 *   call-client-appointments.c  appointments over REST
 *   call-client-waiting.c       the waiting room, and what is subscribed to
 *   call-client-chat.c          messages
 *   call-client-actions.c       the one call: what the user does
 *   call-client-calls.c         the one call: what the server tells, and what the machine wants
 *   call-client-call.c          the one call: what is sent and timed for it
 *   call-client-notices.c       what the server tells */
struct _CallClient {
  GObject parent_instance;

  char *endpoint;
  char *token;
  CallUser *user;
  GCancellable *cancellable; /* of all that belongs to this sign-in */
  CallClock *clock;
  CallHttp *http;
  CallDelivery *delivery;

  CallTransport *transport;
  CallConnectionState connection_state;
  GError *last_error;
  gboolean wanted;         /* to be online */
  gboolean was_online;     /* since it is wanted */
  GPtrArray *online_tasks; /* GTask of go_online_async() */
  GCancellable *attempt;   /* of the attempt to connect that is under way */
  CallBackoff backoff;
  CallTimer *retry_timer;

  CallAppointmentList *appointments;
  gboolean loaded; /* the list has been asked for, with these bounds: ask again after a loss */
  GDateTime *from;
  GDateTime *to;
  GHashTable *channels;      /* subscribed to on this connection */
  GHashTable *waiting_rooms; /* ids of the appointments whose waiting room we are in */

  GHashTable *conversations; /* id to Thread */
  CallOutbox *outbox;
  CallTimer *outbox_timer;

  CallClientCall *call; /* the one that is going on */
  guint call_serial;    /* grows with everything that happens to calls */
};

enum { CALL_CLIENT_INCOMING, CALL_CLIENT_ENDED, CALL_CLIENT_MESSAGE, CALL_CLIENT_WAITING };

/* call-client.c */
typedef void (*CallClientAnswer) (CallClient *self, GTask *task, gpointer record);
void call_client_set_clock (CallClient *self, CallClock *clock);
void call_client_set_transport (CallClient *self, CallTransport *transport);
void call_client_rest (CallClient *self,
                       GTask *task,
                       const char *method,
                       const char *path,
                       gpointer record,
                       const CallSchema *answer,
                       CallClientAnswer done);
void call_client_emit (CallClient *self, guint signal, gpointer object);
void call_client_emit_waiting (CallClient *self,
                               CallAppointment *appointment,
                               CallParticipant *participant,
                               gboolean waiting);
void call_client_notify_active_session (CallClient *self);
void call_client_set_connection_state (CallClient *self, CallConnectionState state);
void call_client_set_last_error (CallClient *self, const GError *error);
void call_client_set_identity (CallClient *self, const char *token, CallUser *user);
const char *call_client_get_user_id (CallClient *self);

/* call-client-link.c */
void call_client_watch_transport (CallClient *self);
void call_client_reconnect_after (CallClient *self, guint delay_ms);
gboolean call_client_is_open (CallClient *self);

/* call-client-appointments.c */
char *call_client_appointment_path (const char *appointment_id, const char *rest);
void call_client_refresh_appointment (CallClient *self, const char *appointment_id);

/* call-client-waiting.c */
void call_client_subscribe_wanted (CallClient *self);
void call_client_resync_waiting (CallClient *self);

/* call-client-chat.c */
void call_client_resync_chat (CallClient *self);
void call_client_flush_outbox (CallClient *self);
void call_client_fail_outbox (CallClient *self);
void call_client_handle_chat (CallClient *self, const CallNotice *notice);
void call_client_clear_chat (CallClient *self);

/* call-client-calls.c */
void call_client_ring (CallClient *self, const CallNotice *notice);
void call_client_handle_call (CallClient *self, const CallNotice *notice);
void call_client_resync_call (CallClient *self, CallAppointment *appointment);
void call_client_call_back_online (CallClient *self);
void call_client_drop_call (CallClient *self);
const char *call_client_call_appointment (CallClient *self);

/* call-client-notices.c */
void call_client_handle_notice (CallClient *self, const CallNotice *notice);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-client"

#include "config.h"

#include "call-client-call.h"

#include "call-error.h"

/* How long it is worth telling the server something of the call, from the moment it happens. */
#define PATIENCE_ACCEPT_MS 15000
#define PATIENCE_CANCEL_MS 30000
#define PATIENCE_STARTED_MS 600000
#define PATIENCE_REJOIN_MS 600000
#define PATIENCE_END_MS 60000
#define ICE_DEFAULT_TTL_S 600

static CallCallBody *
new_body (CallClientCall *call, const CallSchema *schema)
{
  CallCallBody *body = call_record_new (schema);

  body->call_id = g_strdup (call_session_get_call_id (call->session));
  body->peer_id = g_strdup (call_peer_signalling_get_peer_id (call->signalling));
  body->generation = MAX (call_session_get_generation (call->session), call->known_generation);
  return body;
}

/*
 * call_client_call_post:
 * @action: the last part of the path
 * @record: (transfer full): the body
 * @only_while_on: whether it is pointless once the call is over
 * @callback: gets a reference to @call as its data, to be released
 */
void
call_client_call_post (CallClientCall *call,
                       const char *action,
                       gpointer record,
                       const CallSchema *answer,
                       gint64 patience_ms,
                       gboolean only_while_on,
                       GAsyncReadyCallback callback)
{
  g_autofree char *rest = g_strconcat ("/call/", action, NULL);
  g_autofree char *path = call_client_appointment_path (
      call_session_get_appointment_id (call->session), rest);

  call_delivery_post_async (call->client->delivery, path, record, answer, patience_ms,
                            only_while_on ? call->cancellable : call->client->cancellable, callback,
                            call_client_call_ref (call));
}

static gpointer
post_finish (GObject *source, GAsyncResult *result, CallErrorBody **refusal, GError **error)
{
  return call_delivery_post_finish (CALL_DELIVERY (source), result, refusal, error);
}

/* --- request ---------------------------------------------------------------------------------- */

/* By the delivery alone, since it may be the last there is of the call. */
static void
post_cancel (CallDelivery *delivery,
             const char *appointment_id,
             const char *call_id,
             const char *reason,
             GCancellable *cancellable)
{
  g_autofree char *path = call_client_appointment_path (appointment_id, "/call/cancel");
  CallCallBody *body = call_record_new (&call_call_cancel_body);

  body->call_id = g_strdup (call_id);
  body->reason = g_strdup (reason);
  call_delivery_post_async (delivery, path, body, &call_empty_answer, PATIENCE_CANCEL_MS,
                            cancellable, NULL, NULL);
}

static void
on_requested (CallClientCall *call, CallRequestAnswer *answer)
{
  call_session_set_call_id (call->session, answer->call_id);
  call_peer_signalling_set_call_id (call->signalling, answer->call_id);
  call->next_generation = MAX (answer->generation, 1);
  call->taken = TRUE;
  if (call_client_call_feed (call, CALL_SESSION_EVENT_REQUEST_OK, CALL_END_NONE, NULL, NULL)) {
    call_client_call_complete (call, NULL);
    call_client_call_replay (call);
  }
}

static void
requested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  g_autoptr (GError) error = NULL;
  CallRequestAnswer *answer = post_finish (source, result, NULL, &error);

  /* Given up before the server had told its id: it is known only now, so cancelling comes now. */
  if (answer != NULL && call_session_get_state (call->session) != CALL_STATE_RINGING_OUT)
    post_cancel (CALL_DELIVERY (source), call_session_get_appointment_id (call->session),
                 answer->call_id, NULL, NULL);
  else if (answer != NULL)
    on_requested (call, answer);
  else if (g_error_matches (error, CALL_ERROR, CALL_ERROR_BUSY))
    call_client_call_feed (call, CALL_SESSION_EVENT_BUSY, CALL_END_BUSY, error, NULL);
  else
    call_client_call_feed (call, CALL_SESSION_EVENT_REQUEST_FAILED, CALL_END_FAILED, error, NULL);
  g_clear_pointer (&answer, call_record_unref);
}

/* Not repeated: the server may have taken it although its answer was lost, and would then call this
 * user busy. */
void
call_client_call_send_request (CallClientCall *call)
{
  CallCallBody *body = new_body (call, &call_call_request_body);

  call_client_call_post (call, "request", body, &call_request_answer, 0, FALSE, requested_cb);
}

/* --- accept ----------------------------------------------------------------------------------- */

static void
on_accepted (CallClientCall *call, CallAcceptAnswer *answer)
{
  call_peer_signalling_set_remote (call->signalling, answer->peer_id);
  call->next_generation = MAX (answer->generation, 1);
  call->taken = TRUE;
  if (call_client_call_feed (call, CALL_SESSION_EVENT_ACCEPT_OK, CALL_END_NONE, NULL, NULL))
    call_client_call_complete (call, NULL);
}

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  g_autoptr (GError) error = NULL;
  CallAcceptAnswer *answer = post_finish (source, result, NULL, &error);

  if (answer != NULL)
    on_accepted (call, answer);
  else if (g_error_matches (error, CALL_ERROR, CALL_ERROR_CONFLICT))
    call_client_call_feed (call, CALL_SESSION_EVENT_ANSWERED_ELSEWHERE, CALL_END_LEFT, error, NULL);
  else
    call_client_call_feed (call, CALL_SESSION_EVENT_ACCEPT_FAILED, CALL_END_FAILED, error, NULL);
  g_clear_pointer (&answer, call_record_unref);
}

void
call_client_call_send_accept (CallClientCall *call)
{
  CallCallBody *body = new_body (call, &call_call_accept_body);

  call_client_call_post (call, "accept", body, &call_accept_answer, PATIENCE_ACCEPT_MS, TRUE,
                         accepted_cb);
}

/* --- cancel ----------------------------------------------------------------------------------- */

void
call_client_call_send_cancel (CallClientCall *call)
{
  if (call_session_get_call_id (call->session) != NULL)
    post_cancel (call->client->delivery, call_session_get_appointment_id (call->session),
                 call_session_get_call_id (call->session), NULL, call->client->cancellable);
}

void
call_client_refuse_other (CallClient *self, const char *appointment_id, const char *call_id)
{
  post_cancel (self->delivery, appointment_id, call_id, "busy", self->cancellable);
}

/* --- started ---------------------------------------------------------------------------------- */

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  CallStartedAnswer *answer = post_finish (source, result, NULL, NULL);
  g_autoptr (GDateTime) at = NULL;

  if (answer != NULL)
    at = g_date_time_new_from_unix_utc (answer->started_at_ms / 1000);
  if (at != NULL)
    call_session_set_started_at (call->session, at);
  g_clear_pointer (&answer, call_record_unref);
}

void
call_client_call_send_started (CallClientCall *call)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (
      call_clock_now_ms (call->client->clock) / 1000);

  call_session_set_connected_at (call->session, now);
  call_client_call_post (call, "started", new_body (call, &call_call_started_body),
                         &call_started_answer, PATIENCE_STARTED_MS, TRUE, started_cb);
}

/* --- rejoin ----------------------------------------------------------------------------------- */

static void
on_rejoined (CallClientCall *call, CallRejoinAnswer *answer)
{
  CallParticipant *peer = call_session_get_peer (call->session);
  const char *peer_id = NULL;

  if (peer != NULL && answer->peers != NULL)
    peer_id = g_hash_table_lookup (answer->peers, call_participant_get_user_id (peer));
  if (peer_id != NULL)
    call_peer_signalling_set_remote (call->signalling, peer_id);
  call_session_set_outgoing (call->session, answer->offer);
  call->taken = TRUE;
  /* The other side was first, and its notice has begun this generation already. */
  if (answer->generation <= call_session_get_generation (call->session))
    return;
  call->next_generation = answer->generation;
  if (call_client_call_feed (call, CALL_SESSION_EVENT_REJOIN_OK, CALL_END_NONE, NULL, NULL))
    call_client_call_complete (call, NULL);
}

static void
rejoined_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  g_autoptr (GError) error = NULL;
  CallRejoinAnswer *answer = post_finish (source, result, NULL, &error);

  call->rejoining = FALSE;
  if (answer != NULL)
    on_rejoined (call, answer);
  else
    call_client_call_feed (call, CALL_SESSION_EVENT_REJOIN_FAILED, CALL_END_NO_MEDIA, error, NULL);
  g_clear_pointer (&answer, call_record_unref);
}

void
call_client_call_send_rejoin (CallClientCall *call)
{
  if (call->rejoining)
    return;
  call->rejoining = TRUE;
  call_client_call_post (call, "rejoin", new_body (call, &call_call_rejoin_body),
                         &call_rejoin_answer, PATIENCE_REJOIN_MS, TRUE, rejoined_cb);
}

/* --- leave and end ---------------------------------------------------------------------------- */

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  g_autoptr (GError) error = NULL;
  gpointer answer = post_finish (source, result, NULL, &error);

  /* A refusal means that it is over already; with no answer at all the server will find out. */
  g_clear_pointer (&answer, call_record_unref);
  call_client_call_feed (call, CALL_SESSION_EVENT_END_DONE,
                         call->leaving ? CALL_END_LEFT : CALL_END_HANG_UP, NULL, NULL);
}

void
call_client_call_send_end (CallClientCall *call, gboolean leave)
{
  CallCallBody *body = new_body (call, leave ? &call_call_leave_body : &call_call_end_body);

  call->leaving = leave;
  if (!leave)
    body->reason = g_strdup (call_enum_to_nick (CALL_TYPE_END_REASON, CALL_END_HANG_UP));
  call_client_call_post (call, leave ? "leave" : "end", body,
                         leave ? &call_empty_answer : &call_end_answer, PATIENCE_END_MS, FALSE,
                         ended_cb);
}

/* --- ringing ---------------------------------------------------------------------------------- */

static void
on_ring_timeout (gpointer user_data)
{
  CallClientCall *call = user_data;

  call->ring_timer = NULL;
  call_client_call_feed (call, CALL_SESSION_EVENT_RING_TIMEOUT, CALL_END_NO_ANSWER, NULL, NULL);
}

void
call_client_call_start_ringing (CallClientCall *call)
{
  gint64 delay_ms = call_session_get_outgoing (call->session) ? CALL_RING_OUT_MS : CALL_RING_IN_MS;

  call_client_call_stop_ringing (call);
  call->ring_timer = call_clock_add_timer (call->client->clock, delay_ms, on_ring_timeout, call);
}

void
call_client_call_stop_ringing (CallClientCall *call)
{
  call_clock_clear_timer (call->client->clock, &call->ring_timer);
}

/* --- media ------------------------------------------------------------------------------------ */

static CallRequest *
new_call_request (CallClientCall *call, CallRequestKind kind)
{
  CallRequest *request = call_request_new (kind);

  request->appointment_id = g_strdup (call_session_get_appointment_id (call->session));
  request->call_id = g_strdup (call_session_get_call_id (call->session));
  return request;
}

static void
alive_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  g_autoptr (GError) error = NULL;
  CallAck *ack = call_transport_request_finish (CALL_TRANSPORT (source), result, &error);

  if (call->client == NULL || call_session_is_over (call->session)) {
    g_clear_pointer (&ack, call_transport_ack_free);
    return;
  }
  if (ack == NULL && !call_http_error_is_transient (error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    call_client_refresh_appointment (call->client, call_session_get_appointment_id (call->session));
  else if (ack != NULL && ack->generation > call_session_get_generation (call->session))
    call_client_call_send_rejoin (call); /* we have missed a notice */
  g_clear_pointer (&ack, call_transport_ack_free);
}

/* Tells the server that the call lives, once it has begun to. */
void
call_client_call_send_alive (CallClientCall *call)
{
  g_autoptr (CallRequest) request = NULL;

  if (call->alive_timer == NULL || !call_client_is_open (call->client))
    return;
  request = new_call_request (call, CALL_REQUEST_CALL_ALIVE);
  request->media = call->media_seen;
  call->media_seen = FALSE;
  call_transport_request_async (call->client->transport, request, call->cancellable, alive_cb,
                                call_client_call_ref (call));
}

static void
on_alive_timer (gpointer user_data)
{
  CallClientCall *call = user_data;

  call->alive_timer = call_clock_add_timer (call->client->clock, CALL_ALIVE_MS, on_alive_timer,
                                            call);
  call_client_call_send_alive (call);
}

static void
start_now (CallClientCall *call)
{
  guint generation = call->next_generation;

  if (generation <= call_session_get_generation (call->session))
    return;
  call_session_set_generation (call->session, generation);
  call_session_set_peer_present (call->session, TRUE);
  if (call->alive_timer == NULL)
    call->alive_timer = call_clock_add_timer (call->client->clock, CALL_ALIVE_MS, on_alive_timer,
                                              call);
  call_client_call_send_media (call);
  call_peer_signalling_start (call->signalling, generation,
                              call_session_get_outgoing (call->session));
}

static gboolean
wants_start (CallClientCall *call)
{
  CallState state = call_session_get_state (call->session);

  return call->client != NULL && call->taken &&
         (state == CALL_STATE_CONNECTING || state == CALL_STATE_IN_CALL);
}

static void
ice_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallClientCall) call = user_data;
  CallIceAnswer *answer = call_http_send_finish (CALL_HTTP (source), result, NULL, NULL);
  guint ttl_s = 0;

  call->ice_loading = FALSE;
  if (answer != NULL && call->client != NULL) {
    ttl_s = answer->ttl_seconds > 0 ? answer->ttl_seconds : ICE_DEFAULT_TTL_S;
    call_peer_signalling_set_ice_servers (call->signalling, answer->ice_servers);
    /* Half of it, so that a connection that is built with them has as much time left. */
    call->ice_until_ms = call_clock_now_ms (call->client->clock) + ttl_s * 500;
  }
  g_clear_pointer (&answer, call_record_unref);
  /* Without an answer it goes on with what there is: two machines in one network need no server. */
  if (wants_start (call))
    start_now (call);
}

void
call_client_call_load_ice (CallClientCall *call)
{
  if (call->ice_loading)
    return;
  call->ice_loading = TRUE;
  call_http_send_async (call->client->http, "GET", "api/ice-servers", NULL, &call_ice_answer,
                        call->cancellable, ice_cb, call_client_call_ref (call));
}

void
call_client_call_start_generation (CallClientCall *call)
{
  if (call_clock_now_ms (call->client->clock) < call->ice_until_ms)
    start_now (call);
  else
    call_client_call_load_ice (call);
}

void
call_client_call_stop_media (CallClientCall *call)
{
  call_clock_clear_timer (call->client->clock, &call->alive_timer);
  call_peer_signalling_finish (call->signalling);
}

void
call_client_call_send_media (CallClientCall *call)
{
  g_autoptr (CallRequest) request = NULL;

  if (!call_client_is_open (call->client) || call_session_get_call_id (call->session) == NULL)
    return;
  request = new_call_request (call, CALL_REQUEST_CALL_MEDIA);
  request->audio = call_session_get_local_audio (call->session);
  request->video = call_session_get_local_video (call->session);
  call_transport_send (call->client->transport, request);
}

/* --- what the engine tells -------------------------------------------------------------------- */

static void
on_flowing (CallPeerSignalling *signalling, guint generation, CallClientCall *call)
{
  call->media_seen = TRUE;
  call_client_call_feed (call, CALL_SESSION_EVENT_MEDIA_FLOWING, CALL_END_NONE, NULL, NULL);
}

static void
on_stalled (CallPeerSignalling *signalling, guint generation, CallClientCall *call)
{
  call_client_call_feed (call, CALL_SESSION_EVENT_MEDIA_STALLED, CALL_END_NONE, NULL, NULL);
}

static void
on_lost (CallPeerSignalling *signalling, guint generation, const char *why, CallClientCall *call)
{
  if (call->client != NULL)
    call_client_report_call_error (call->client, call->session, "media", why);
  call_client_call_feed (call, CALL_SESSION_EVENT_MEDIA_LOST, CALL_END_NONE, NULL, NULL);
}

static void
on_alive (CallPeerSignalling *signalling, gboolean media, CallClientCall *call)
{
  call->media_seen |= media;
}

/* --- the struct ------------------------------------------------------------------------------- */

CallClientCall *
call_client_call_new (CallClient *client, CallSession *session)
{
  CallClientCall *call = g_rc_box_new0 (CallClientCall);

  call->client = client;
  call->session = g_object_ref (session);
  call->cancellable = g_cancellable_new ();
  call->signalling = call_peer_signalling_new (client->http, client->clock,
                                               call_session_get_appointment_id (session));
  g_queue_init (&call->held);
  g_signal_connect (call->signalling, "flowing", G_CALLBACK (on_flowing), call);
  g_signal_connect (call->signalling, "stalled", G_CALLBACK (on_stalled), call);
  g_signal_connect (call->signalling, "lost", G_CALLBACK (on_lost), call);
  g_signal_connect (call->signalling, "alive", G_CALLBACK (on_alive), call);
  call_peer_signalling_connect (call->signalling);
  return call;
}

CallClientCall *
call_client_call_ref (CallClientCall *call)
{
  return g_rc_box_acquire (call);
}

static void
call_client_call_free (CallClientCall *call)
{
  g_signal_handlers_disconnect_by_data (call->signalling, call);
  g_queue_clear_full (&call->held, (GDestroyNotify) call_notice_unref);
  g_clear_object (&call->signalling);
  g_clear_object (&call->session);
  g_clear_object (&call->cancellable);
  g_clear_object (&call->task);
}

void
call_client_call_unref (CallClientCall *call)
{
  g_rc_box_release_full (call, (GDestroyNotify) call_client_call_free);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-handler"

#include "config.h"

#include "calld-handler-private.h"

#include "calld-admission.h"
#include "calld-log.h"
#include "calld-metrics.h"
#include "calld-problem.h"

#include "call-body.h"
#include "call-notice.h"
#include "call-request.h"

/* Hands every request of a gateway on to the one function that carries it out, and its answer back.
 * Nothing is decided here. */

static void calld_handler_iface_init (CalldGatewayHandlerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CalldHandler,
                               calld_handler,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALLD_TYPE_GATEWAY_HANDLER,
                                                      calld_handler_iface_init))

static void
errand_free (CalldErrand *errand)
{
  g_object_unref (errand->self);
  calld_identity_unref (errand->who);
  call_request_unref (errand->request);
  g_free (errand);
}

/**
 * calld_errand_ok:
 * @errand: (transfer full): an errand that is done
 * @member: (nullable): the name of what the answer says besides "ok"
 * @json: (nullable): its value
 */
void
calld_errand_ok (CalldErrand *errand, const char *member, const char *json)
{
  calld_reply_ok (errand->reply, member, json);
  errand_free (errand);
}

/**
 * calld_errand_ack:
 * @errand: (transfer full): an errand that is done
 * @ack: the answer
 */
void
calld_errand_ack (CalldErrand *errand, const CallAck *ack)
{
  calld_reply_ack (errand->reply, ack);
  errand_free (errand);
}

/**
 * calld_errand_fail:
 * @errand: (transfer full): an errand that is refused
 * @error: why
 */
void
calld_errand_fail (CalldErrand *errand, const GError *error)
{
  g_autoptr (GError) flat = calld_problem_flatten (error);

  calld_reply_error (errand->reply, flat);
  errand_free (errand);
}

/* --- rooms ------------------------------------------------------------------------------------ */

static void
join_topic (CalldErrand *errand, char *topic)
{
  if (errand->self->gateway != NULL)
    calld_gateway_join (errand->self->gateway, errand->connection_id, topic);
  g_free (topic);
  calld_errand_ok (errand, NULL, NULL);
}

static void
leave_topic (CalldErrand *errand, char *topic)
{
  if (topic != NULL && errand->self->gateway != NULL)
    calld_gateway_leave (errand->self->gateway, errand->connection_id, topic);
  g_free (topic);
  calld_errand_ok (errand, NULL, NULL);
}

static void
on_appointment_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldAppointmentRecord) record = calld_appointments_open_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (record != NULL)
    join_topic (errand, calld_topic_appointment (record->id));
  else
    calld_errand_fail (errand, error);
}

static void
join_user (CalldErrand *errand, const char *user_id)
{
  CalldSubject subject = { .user_id = user_id };
  g_autoptr (GError) error = NULL;

  if (calld_auth_can (errand->who, CALLD_ACTION_SUBSCRIBE_USER, &subject, &error))
    join_topic (errand, calld_topic_user (user_id));
  else
    calld_errand_fail (errand, error);
}

static void
handle_subscribe (CalldErrand *errand)
{
  const char *id = NULL;
  g_autoptr (GError) error = NULL;

  switch (call_channel_parse (errand->request->channel, &id)) {
  case CALL_CHANNEL_APPOINTMENT:
    calld_appointments_open_async (errand->self->parts.appointments, errand->who,
                                   CALLD_ACTION_SUBSCRIBE_APPOINTMENT, id, NULL,
                                   on_appointment_opened, errand);
    return;
  case CALL_CHANNEL_USER:
    join_user (errand, id);
    return;
  case CALL_CHANNEL_CONVERSATION:
    errand->request->group_id = g_strdup (id);
    calld_handler_join_group (errand);
    return;
  case CALL_CHANNEL_UNKNOWN:
  default:
    error = g_error_new_literal (CALL_ERROR, CALL_ERROR_INVALID, "There is no such channel");
    calld_errand_fail (errand, error);
  }
}

static void
handle_unsubscribe (CalldErrand *errand)
{
  const char *id = NULL;

  switch (call_channel_parse (errand->request->channel, &id)) {
  case CALL_CHANNEL_APPOINTMENT:
    leave_topic (errand, calld_topic_appointment (id));
    return;
  case CALL_CHANNEL_CONVERSATION:
    leave_topic (errand, calld_topic_conversation (id));
    return;
  case CALL_CHANNEL_USER: /* nobody can be deaf to what is for oneself */
  case CALL_CHANNEL_UNKNOWN:
  default:
    leave_topic (errand, NULL);
  }
}

/* --- the waiting room ------------------------------------------------------------------------- */

static void
on_entered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) appointment = calld_appointments_change_finish (
      CALLD_APPOINTMENTS (source), result, &error);
  g_autofree char *json = NULL;

  if (appointment == NULL) {
    calld_errand_fail (errand, error);
    return;
  }
  json = call_dto_to_json (&call_dto_appointment, appointment);
  calld_errand_ok (errand, "appointment", json);
}

static void
handle_enter_waiting_room (CalldErrand *errand)
{
  calld_appointments_enter_waiting_room_async (errand->self->parts.appointments, errand->who,
                                               errand->request->appointment_id,
                                               errand->connection_id, NULL, on_entered, errand);
}

static void
handle_leave_waiting_room (CalldErrand *errand)
{
  calld_appointments_leave_waiting_room (errand->self->parts.appointments, errand->who,
                                         errand->request->appointment_id);
  calld_errand_ok (errand, NULL, NULL);
}

/* --- calls ------------------------------------------------------------------------------------ */

static void
on_call_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;
  gpointer answer = calld_calls_perform_finish (CALLD_CALLS (source), result, &error);
  g_autofree char *generation = NULL;

  if (answer == NULL) {
    calld_errand_fail (errand, error);
    return;
  }
  if (errand->request->kind == CALL_REQUEST_CALL_ALIVE)
    generation = g_strdup_printf ("%u", ((CallAcceptAnswer *) answer)->generation);
  call_record_unref (answer);
  calld_errand_ok (errand, generation != NULL ? "generation" : NULL, generation);
}

static void
perform (CalldErrand *errand, CalldCallAction action)
{
  const CallRequest *request = errand->request;
  CalldCallOrder order = {
    .action = action,
    .appointment_id = request->appointment_id,
    .call_id = request->call_id,
    .audio = request->audio,
    .video = request->video,
    .media = request->media,
    .stage = request->stage,
    .code = request->code,
  };

  calld_calls_perform_async (errand->self->parts.calls, errand->who, &order, errand->connection_id,
                             NULL, on_call_done, errand);
}

static void
handle_call_media (CalldErrand *errand)
{
  perform (errand, CALLD_CALL_MEDIA);
}

static void
handle_call_alive (CalldErrand *errand)
{
  perform (errand, CALLD_CALL_ALIVE);
}

static void
handle_call_error (CalldErrand *errand)
{
  perform (errand, CALLD_CALL_ERROR);
}

/* --- chat ------------------------------------------------------------------------------------- */

/**
 * calld_errand_tell:
 * @errand: an errand
 * @notice: (transfer full): only for the connection that asked; gets the time of now
 */
void
calld_errand_tell (CalldErrand *errand, CallNotice *notice)
{
  notice->at_ms = calld_clock_now_ms (errand->self->parts.clock);
  if (errand->self->gateway != NULL)
    calld_gateway_emit (errand->self->gateway, errand->connection_id, notice);
  call_notice_unref (notice);
}

/* --- the gateway's questions ------------------------------------------------------------------ */

typedef void (*Handle) (CalldErrand *errand);

static const Handle handles[CALL_REQUEST_N_KINDS] = {
  [CALL_REQUEST_SUBSCRIBE] = handle_subscribe,
  [CALL_REQUEST_UNSUBSCRIBE] = handle_unsubscribe,
  [CALL_REQUEST_ENTER_WAITING_ROOM] = handle_enter_waiting_room,
  [CALL_REQUEST_LEAVE_WAITING_ROOM] = handle_leave_waiting_room,
  [CALL_REQUEST_CALL_MEDIA] = handle_call_media,
  [CALL_REQUEST_CALL_ALIVE] = handle_call_alive,
  [CALL_REQUEST_CALL_ERROR] = handle_call_error,
  [CALL_REQUEST_JOIN_GROUP] = calld_handler_join_group,
  [CALL_REQUEST_LEAVE_GROUP] = calld_handler_leave_group,
  [CALL_REQUEST_SEND_MESSAGE] = calld_handler_send_message,
  [CALL_REQUEST_MESSAGE_DELIVERED] = calld_handler_message_delivered,
  [CALL_REQUEST_MESSAGE_READ] = calld_handler_message_read,
  [CALL_REQUEST_EDIT_MESSAGE] = calld_handler_edit_message,
  [CALL_REQUEST_DELETE_MESSAGE] = calld_handler_delete_message,
  [CALL_REQUEST_RECALL_MESSAGE] = calld_handler_recall_message,
  [CALL_REQUEST_RESUME] = calld_handler_resume,
  [CALL_REQUEST_UPLOAD_FILE] = calld_handler_upload_file,
  [CALL_REQUEST_TYPING_START] = calld_handler_typing_start,
  [CALL_REQUEST_TYPING_STOP] = calld_handler_typing_stop,
  [CALL_REQUEST_UPDATE_STATUS] = calld_handler_update_status,
  [CALL_REQUEST_GET_ONLINE_USERS] = calld_handler_get_online_users,
};

static void
refuse_unserved (CalldErrand *errand)
{
  g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                                                  "This server does not serve that event.");

  calld_errand_fail (errand, error);
}

/* What a program does by itself says nothing about whether somebody is there. */
static void
note_activity (CalldErrand *errand)
{
  const CallRequestKind kind = errand->request->kind;

  if (kind != CALL_REQUEST_CALL_ALIVE && kind != CALL_REQUEST_MESSAGE_DELIVERED)
    calld_roster_touch (errand->self->parts.roster, errand->who->user_id);
}

static void
calld_handler_handle (CalldGatewayHandler *handler,
                      const CalldConnection *connection,
                      CallRequest *request,
                      CalldReply *reply)
{
  CalldHandler *self = CALLD_HANDLER (handler);
  CalldErrand *errand = g_new0 (CalldErrand, 1);
  g_autoptr (GError) error = NULL;

  errand->self = g_object_ref (self);
  errand->connection_id = connection->id;
  errand->who = calld_identity_ref (connection->identity);
  errand->request = request;
  errand->reply = reply;
  if (calld_throttle_take (self->parts.throttle, errand->who->user_id, NULL, &error)) {
    note_activity (errand);
    if (handles[request->kind] != NULL)
      handles[request->kind](errand);
    else
      refuse_unserved (errand);
    return;
  }
  calld_metrics_add (CALLD_COUNT_EVENTS_LIMITED, 1);
  calld_log_warning ("events_limited", .user_id = errand->who->user_id,
                     .connection_id = errand->connection_id);
  if (call_request_kind_is_message (request->kind))
    calld_errand_tell_message_error (errand, error);
  /* As it is: it says when to try again. */
  calld_reply_error (errand->reply, error);
  errand_free (errand);
}

static void
on_admitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldReply *reply = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldIdentity) identity = calld_admission_finish (result, &error);

  if (identity != NULL)
    calld_reply_accept (reply, identity);
  else
    calld_reply_error (reply, error);
}

static void
calld_handler_authenticate (CalldGatewayHandler *handler,
                            const char *token,
                            const char *remote_address,
                            CalldReply *reply)
{
  CalldHandler *self = CALLD_HANDLER (handler);

  if (self->parts.connects != NULL) {
    g_autofree char *key = calld_throttle_address_key (remote_address);
    g_autoptr (GError) error = NULL;

    if (!calld_throttle_take (self->parts.connects, key, NULL, &error)) {
      calld_log_warning ("connects_limited");
      calld_reply_error (reply, error);
      return;
    }
  }
  calld_admission_async (self->parts.auth, self->parts.store, token, NULL, on_admitted, reply);
}

/* The transport ends, not the namespace: a client that can get a new token comes back by itself. */
static void
on_token_expired (guint64 connection_id, gpointer user_data)
{
  CalldHandler *self = user_data;
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_TOKEN_EXPIRED);

  calld_log_info ("token_expired", .connection_id = connection_id);
  notice->at_ms = calld_clock_now_ms (self->parts.clock);
  if (self->gateway == NULL)
    return;
  calld_gateway_emit (self->gateway, connection_id, notice);
  calld_gateway_close (self->gateway, connection_id);
}

static void
calld_handler_opened (CalldGatewayHandler *handler, const CalldConnection *connection)
{
  CalldHandler *self = CALLD_HANDLER (handler);

  calld_log_info ("connected", .user_id = connection->identity->user_id,
                  .connection_id = connection->id);
  calld_presence_connected (self->parts.presence, connection->id, connection->identity->user_id);
  calld_roster_connected (self->parts.roster, connection->identity->user_id);
  calld_handler_enter_rooms (self, connection);
  calld_curfew_add (self->curfew, connection->id, connection->identity->expires_at);
}

static void
calld_handler_closed (CalldGatewayHandler *handler, const CalldConnection *connection)
{
  CalldHandler *self = CALLD_HANDLER (handler);

  calld_log_info ("disconnected", .user_id = connection->identity->user_id,
                  .connection_id = connection->id);
  calld_curfew_remove (self->curfew, connection->id);
  calld_company_disconnected (self->parts.company, connection->identity->user_id, connection->id);
  calld_roster_disconnected (self->parts.roster, connection->identity->user_id);
  calld_presence_disconnected (self->parts.presence, connection->id);
}

static void
calld_handler_iface_init (CalldGatewayHandlerInterface *iface)
{
  iface->authenticate = calld_handler_authenticate;
  iface->opened = calld_handler_opened;
  iface->closed = calld_handler_closed;
  iface->handle = calld_handler_handle;
}

static void
calld_handler_finalize (GObject *object)
{
  CalldHandler *self = CALLD_HANDLER (object);

  g_clear_pointer (&self->curfew, calld_curfew_free);
  G_OBJECT_CLASS (calld_handler_parent_class)->finalize (object);
}

static void
calld_handler_class_init (CalldHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_handler_finalize;
}

static void
calld_handler_init (CalldHandler *self)
{
}

/**
 * calld_handler_new:
 * @parts: what requests are handed on to
 *
 * Returns: (transfer full): a handler for gateways
 */
CalldHandler *
calld_handler_new (const CalldHandlerParts *parts)
{
  CalldHandler *self = g_object_new (CALLD_TYPE_HANDLER, NULL);

  self->parts = *parts;
  self->curfew = calld_curfew_new (parts->clock, on_token_expired, self);
  return self;
}

/**
 * calld_handler_set_gateway:
 * @self: the handler
 * @gateway: (nullable): whose rooms are joined; %NULL before it is gone
 */
void
calld_handler_set_gateway (CalldHandler *self, CalldGateway *gateway)
{
  self->gateway = gateway;
  calld_chat_set_moved (self->parts.chat, gateway != NULL ? calld_handler_move : NULL, self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-client"

#include "config.h"

#include "call-client.h"

#include "call-client-private.h"
#include "call-transport-socketio.h"

/**
 * CallClient:
 *
 * One user at one server.
 *
 * Sign in, then go online: from then on [property@Call.Client:appointments], the calls and the
 * conversations are kept up to date, through lost connections too. All of it happens on the
 * thread-default main context in which the client was made; nothing blocks.
 *
 * There is one call at a time, [property@Call.Client:active-session]. Somebody who calls meanwhile
 * is told that the user is busy.
 *
 * Whatever takes time has an `_async` and a `_finish` function. Errors are of [error@Call.Error],
 * or %G_IO_ERROR_CANCELLED.
 */

enum {
  PROP_0,
  PROP_ENDPOINT,
  PROP_USER,
  PROP_TOKEN,
  PROP_CONNECTION_STATE,
  PROP_APPOINTMENTS,
  PROP_ACTIVE_SESSION,
  PROP_LAST_ERROR,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint signals[CALL_CLIENT_WAITING + 1];

G_DEFINE_FINAL_TYPE (CallClient, call_client, G_TYPE_OBJECT)

static void
call_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallClient *self = CALL_CLIENT (object);

  switch (id) {
  case PROP_ENDPOINT:
    self->endpoint = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallClient *self = CALL_CLIENT (object);

  switch (id) {
  case PROP_ENDPOINT:
    g_value_set_string (value, self->endpoint);
    break;
  case PROP_USER:
    g_value_set_object (value, self->user);
    break;
  case PROP_TOKEN:
    g_value_set_string (value, self->token);
    break;
  case PROP_CONNECTION_STATE:
    g_value_set_enum (value, self->connection_state);
    break;
  case PROP_APPOINTMENTS:
    g_value_set_object (value, self->appointments);
    break;
  case PROP_ACTIVE_SESSION:
    g_value_set_object (value, call_client_get_active_session (self));
    break;
  case PROP_LAST_ERROR:
    g_value_set_boxed (value, self->last_error);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_client_constructed (GObject *object)
{
  CallClient *self = CALL_CLIENT (object);

  G_OBJECT_CLASS (call_client_parent_class)->constructed (object);

  self->http = call_http_new (self->endpoint != NULL ? self->endpoint : "");
  self->clock = call_clock_new ();
  self->delivery = call_delivery_new (self->http, self->clock);
  self->transport = call_transport_socketio_new (self->http, self->clock);
  call_client_watch_transport (self);
}

static void
call_client_dispose (GObject *object)
{
  CallClient *self = CALL_CLIENT (object);

  if (self->transport != NULL) {
    g_signal_handlers_disconnect_by_data (self->transport, self);
    call_client_sign_out (self);
  }
  g_clear_object (&self->transport);
  g_clear_object (&self->delivery);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (call_client_parent_class)->dispose (object);
}

static void
call_client_finalize (GObject *object)
{
  CallClient *self = CALL_CLIENT (object);

  g_clear_pointer (&self->endpoint, g_free);
  g_clear_error (&self->last_error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->appointments);
  g_clear_object (&self->outbox);
  g_clear_pointer (&self->online_tasks, g_ptr_array_unref);
  g_clear_pointer (&self->channels, g_hash_table_unref);
  g_clear_pointer (&self->waiting_rooms, g_hash_table_unref);
  g_clear_pointer (&self->conversations, g_hash_table_unref);

  G_OBJECT_CLASS (call_client_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * CallClient:endpoint:
   *
   * The server, an http or https URL.
   */
  props[PROP_ENDPOINT] = g_param_spec_string ("endpoint", NULL, NULL, NULL,
                                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                  G_PARAM_STATIC_STRINGS);
  /**
   * CallClient:user:
   *
   * Who is signed in.
   */
  props[PROP_USER] = g_param_spec_object ("user", NULL, NULL, CALL_TYPE_USER, readable);
  /**
   * CallClient:token:
   *
   * What the server gave at sign-in, to sign in with again. A secret: keep it where secrets are
   * kept.
   */
  props[PROP_TOKEN] = g_param_spec_string ("token", NULL, NULL, NULL, readable);
  /**
   * CallClient:connection-state:
   *
   * Whether the client is connected. %CALL_CONNECTION_ONLINE means that all it shows is up to date.
   */
  props[PROP_CONNECTION_STATE] = g_param_spec_enum ("connection-state", NULL, NULL,
                                                    CALL_TYPE_CONNECTION_STATE,
                                                    CALL_CONNECTION_OFFLINE, readable);
  /**
   * CallClient:appointments:
   *
   * The user's appointments by time, a list of [class@Call.Appointment]. It and they are live.
   */
  props[PROP_APPOINTMENTS] = g_param_spec_object ("appointments", NULL, NULL, G_TYPE_LIST_MODEL,
                                                  readable);
  /**
   * CallClient:active-session:
   *
   * The call that is going on, from its first ring until it is over.
   */
  props[PROP_ACTIVE_SESSION] = g_param_spec_object ("active-session", NULL, NULL, CALL_TYPE_SESSION,
                                                    readable);
  /**
   * CallClient:last-error:
   *
   * Why the connection is not there, unset while it is. With %CALL_ERROR_UNAUTHORIZED the client
   * has given up: the user has to sign in again.
   */
  props[PROP_LAST_ERROR] = g_param_spec_boxed ("last-error", NULL, NULL, G_TYPE_ERROR, readable);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_client_class_init (CallClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = call_client_set_property;
  object_class->get_property = call_client_get_property;
  object_class->constructed = call_client_constructed;
  object_class->dispose = call_client_dispose;
  object_class->finalize = call_client_finalize;
  install_properties (object_class);

  /**
   * CallClient::incoming-call:
   * @self: the client
   * @session: the call, in state %CALL_STATE_RINGING_IN
   *
   * Somebody calls. Answer with [method@Call.Client.accept_call_async] or
   * [method@Call.Client.decline_call].
   */
  signals[CALL_CLIENT_INCOMING] = g_signal_new ("incoming-call", CALL_TYPE_CLIENT,
                                                G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                                1, CALL_TYPE_SESSION);
  /**
   * CallClient::call-ended:
   * @self: the client
   * @session: the call, which is over
   *
   * The call is over, [property@Call.Client:active-session] is unset.
   */
  signals[CALL_CLIENT_ENDED] = g_signal_new ("call-ended", CALL_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0,
                                             NULL, NULL, NULL, G_TYPE_NONE, 1, CALL_TYPE_SESSION);
  /**
   * CallClient::message-received:
   * @self: the client
   * @message: the message, which is in its conversation already
   *
   * Somebody else has written.
   */
  signals[CALL_CLIENT_MESSAGE] = g_signal_new ("message-received", CALL_TYPE_CLIENT,
                                               G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                               1, CALL_TYPE_MESSAGE);
  /**
   * CallClient::waiting-changed:
   * @self: the client
   * @appointment: the appointment, whose waiting list is up to date
   * @participant: who entered or left
   * @waiting: whether that one waits now
   *
   * Somebody has entered or left a waiting room.
   */
  signals[CALL_CLIENT_WAITING] = g_signal_new (
      "waiting-changed", CALL_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
      CALL_TYPE_APPOINTMENT, CALL_TYPE_PARTICIPANT, G_TYPE_BOOLEAN);
}

static void
call_client_init (CallClient *self)
{
  self->cancellable = g_cancellable_new ();
  self->appointments = call_appointment_list_new ();
  self->outbox = call_outbox_new ();
  self->online_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->waiting_rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->backoff = (CallBackoff) CALL_BACKOFF_DEFAULT;
  call_client_clear_chat (self);
}

/* Only before signing in. */
void
call_client_set_clock (CallClient *self, CallClock *clock)
{
  g_set_object (&self->clock, clock);
  g_clear_object (&self->delivery);
  self->delivery = call_delivery_new (self->http, clock);
  call_client_set_transport (self, call_transport_socketio_new (self->http, clock));
}

/* @transport: (transfer full); only before going online */
void
call_client_set_transport (CallClient *self, CallTransport *transport)
{
  g_signal_handlers_disconnect_by_data (self->transport, self);
  g_clear_object (&self->transport);
  self->transport = transport;
  call_client_watch_transport (self);
}

void
call_client_emit (CallClient *self, guint signal, gpointer object)
{
  g_signal_emit (self, signals[signal], 0, object);
}

void
call_client_emit_waiting (CallClient *self,
                          CallAppointment *appointment,
                          CallParticipant *participant,
                          gboolean waiting)
{
  g_signal_emit (self, signals[CALL_CLIENT_WAITING], 0, appointment, participant, waiting);
}

void
call_client_notify_active_session (CallClient *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVE_SESSION]);
}

void
call_client_set_connection_state (CallClient *self, CallConnectionState state)
{
  if (self->connection_state == state)
    return;
  self->connection_state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONNECTION_STATE]);
}

void
call_client_set_last_error (CallClient *self, const GError *error)
{
  if (self->last_error == NULL && error == NULL)
    return;
  g_clear_error (&self->last_error);
  self->last_error = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_ERROR]);
}

/* Returns: (nullable) */
const char *
call_client_get_user_id (CallClient *self)
{
  return self->user != NULL ? call_user_get_id (self->user) : NULL;
}

/* --- REST ------------------------------------------------------------------------------------- */

typedef struct {
  GTask *task;
  gpointer record;
  CallClientAnswer done;
} Rest;

static void
rest_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Rest *rest = user_data;
  g_autoptr (GTask) task = rest->task;
  CallClient *self = g_task_get_source_object (task);
  GError *error = NULL;
  gpointer record = call_http_send_finish (CALL_HTTP (source), result, NULL, &error);

  if (record != NULL)
    rest->done (self, task, record);
  else
    g_task_return_error (task, error);
  g_clear_pointer (&record, call_record_unref);
  g_clear_pointer (&rest->record, call_record_unref);
  g_free (rest);
}

/*
 * call_client_rest:
 * @task: (transfer full): what the request is for; its source is @self
 * @record: (transfer full) (nullable): the body of a POST
 * @done: completes @task with the answer
 *
 * Sends a request on behalf of @task. A failure completes it.
 */
void
call_client_rest (CallClient *self,
                  GTask *task,
                  const char *method,
                  const char *path,
                  gpointer record,
                  const CallSchema *answer,
                  CallClientAnswer done)
{
  Rest *rest = g_new0 (Rest, 1);

  rest->task = task;
  rest->record = record;
  rest->done = done;
  call_http_send_async (self->http, method, path, record, answer, g_task_get_cancellable (task),
                        rest_cb, rest);
}

void
call_client_set_identity (CallClient *self, const char *token, CallUser *user)
{
  if (g_strcmp0 (self->token, token) != 0) {
    g_free (self->token);
    self->token = g_strdup (token);
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TOKEN]);
  }
  call_http_set_token (self->http, token);
  if (g_set_object (&self->user, user))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_USER]);
}

/* --- getters ---------------------------------------------------------------------------------- */

/**
 * call_client_new:
 * @endpoint: the server, an http or https URL
 *
 * Makes a client. Nothing is sent yet.
 *
 * Returns: (transfer full): a new client
 */
CallClient *
call_client_new (const char *endpoint)
{
  g_return_val_if_fail (endpoint != NULL, NULL);

  return g_object_new (CALL_TYPE_CLIENT, "endpoint", endpoint, NULL);
}

/**
 * call_client_get_endpoint:
 * @self: a client
 *
 * Gets the server.
 *
 * Returns: (transfer none): its URL
 */
const char *
call_client_get_endpoint (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);

  return self->endpoint;
}

/**
 * call_client_get_user:
 * @self: a client
 *
 * Gets who is signed in.
 *
 * Returns: (transfer none) (nullable): the user, or %NULL if nobody is
 */
CallUser *
call_client_get_user (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);

  return self->user;
}

/**
 * call_client_get_token:
 * @self: a client
 *
 * Gets the token, a secret.
 *
 * Returns: (transfer none) (nullable): the token, or %NULL if nobody is signed in
 */
const char *
call_client_get_token (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);

  return self->token;
}

/**
 * call_client_get_connection_state:
 * @self: a client
 *
 * Gets whether the client is connected.
 *
 * Returns: the state
 */
CallConnectionState
call_client_get_connection_state (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), CALL_CONNECTION_OFFLINE);

  return self->connection_state;
}

/**
 * call_client_get_appointments:
 * @self: a client
 *
 * Gets the user's appointments by time. The list is live.
 *
 * Returns: (transfer none): a list of [class@Call.Appointment]
 */
GListModel *
call_client_get_appointments (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);

  return G_LIST_MODEL (self->appointments);
}

/**
 * call_client_get_last_error:
 * @self: a client
 *
 * Gets why the connection is not there.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL while it is
 */
const GError *
call_client_get_last_error (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);

  return self->last_error;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-account"

#include "config.h"

#include "desk-account.h"

#include "desk-clock.h"
#include "desk-secrets.h"

/**
 * DeskAccount:
 *
 * Who is signed in where, and the client that keeps the connection. It starts with what is known:
 * the token of the last time, or a daemon on the same computer; else somebody has to sign in.
 * Loads the appointments of the day and loads them again when the day ends.
 */
struct _DeskAccount {
  GObject parent_instance;

  GSettings *settings;
  DeskAccountState state;
  CallClient *client;
  /* Cancels whatever is under way when somebody signs in anew or out. */
  GCancellable *cancellable;
  GError *error;
  gboolean loading;
  GError *load_error;
  /* Where the day that was loaded ends. */
  GDateTime *day_end;
  /* What the last start used, for another try. */
  char *endpoint;
  char *token;
  char *email;
  gboolean remember;
};

enum { PROP_0, PROP_STATE, PROP_CLIENT, PROP_LOADING, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (DeskAccount, desk_account, G_TYPE_OBJECT)

static void
set_state (DeskAccount *self, DeskAccountState state, const GError *error)
{
  g_clear_error (&self->error);
  if (error != NULL)
    self->error = g_error_copy (error);
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
set_loading (DeskAccount *self, gboolean loading, const GError *error)
{
  g_clear_error (&self->load_error);
  if (error != NULL)
    self->load_error = g_error_copy (error);
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED) ||
         g_error_matches (error, CALL_ERROR, CALL_ERROR_BAD_CREDENTIALS) ||
         g_error_matches (error, CALL_ERROR, CALL_ERROR_FORBIDDEN);
}

static void
on_connection_state (DeskAccount *self)
{
  const GError *error = call_client_get_last_error (self->client);

  if (self->state != DESK_ACCOUNT_SIGNED_IN)
    return;
  if (call_client_get_connection_state (self->client) == CALL_CONNECTION_ONLINE)
    desk_account_reload (self);
  else if (call_client_get_connection_state (self->client) == CALL_CONNECTION_OFFLINE &&
           is_refusal (error))
    set_state (self, DESK_ACCOUNT_SIGNED_OUT, error);
}

static void
drop_client (DeskAccount *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->day_end, g_date_time_unref);
  if (self->client == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->client, self);
  call_client_go_offline (self->client);
  g_clear_object (&self->client);
}

static void
make_client (DeskAccount *self, const char *endpoint)
{
  drop_client (self);
  self->cancellable = g_cancellable_new ();
  self->client = call_client_new (endpoint);
  g_signal_connect_object (self->client, "notify::connection-state",
                           G_CALLBACK (on_connection_state), self, G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLIENT]);
}

static void
on_token_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* Without a keyring the clinician signs in again the next time. */
  if (!desk_secrets_store_token_finish (result, &error))
    g_info ("the token was not stored: %s", error->message);
}

static void
on_online (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The client goes on trying; its connection-state tells how it stands. */
  if (!call_client_go_online_finish (CALL_CLIENT (source), result, &error) && !is_cancelled (error))
    g_info ("not online yet: %s", error->message);
}

static void
enter (DeskAccount *self)
{
  set_state (self, DESK_ACCOUNT_SIGNED_IN, NULL);
  desk_account_reload (self);
  call_client_go_online_async (self->client, self->cancellable, on_online, NULL);
}

static void
on_signed_in_with_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  if (call_client_sign_in_with_token_finish (CALL_CLIENT (source), result, &error))
    enter (self);
  else if (is_cancelled (error))
    return;
  else if (is_refusal (error))
    set_state (self, DESK_ACCOUNT_SIGNED_OUT, error);
  else
    set_state (self, DESK_ACCOUNT_UNREACHABLE, error);
}

/**
 * desk_account_start_with_token:
 * @self: an account
 * @endpoint: the address of a server
 * @token: a token of it
 *
 * Signs in with a token.
 */
void
desk_account_start_with_token (DeskAccount *self, const char *endpoint, const char *token)
{
  g_autofree char *kept_endpoint = g_strdup (endpoint);
  g_autofree char *kept_token = g_strdup (token);

  g_free (self->endpoint);
  g_free (self->token);
  self->endpoint = g_steal_pointer (&kept_endpoint);
  self->token = g_steal_pointer (&kept_token);
  make_client (self, self->endpoint);
  set_state (self, DESK_ACCOUNT_STARTING, NULL);
  call_client_sign_in_with_token_async (self->client, self->token, self->cancellable,
                                        on_signed_in_with_token, g_object_ref (self));
}

static void
on_local_session (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskAccount) self = user_data;
  g_autofree char *endpoint = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  if (call_local_daemon_open_session_finish (result, &endpoint, &token, &error)) {
    desk_account_start_with_token (self, endpoint, token);
    return;
  }
  if (is_cancelled (error))
    return;
  g_info ("no daemon on this computer: %s", error->message);
  set_state (self, DESK_ACCOUNT_SIGNED_OUT, NULL);
}

static void
on_token_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskAccount) self = user_data;
  g_autofree char *server = g_settings_get_string (self->settings, "server-address");
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  token = desk_secrets_lookup_token_finish (result, &error);
  if (is_cancelled (error))
    return;
  if (error != NULL)
    g_info ("the keyring cannot be read: %s", error->message);
  if (token != NULL)
    desk_account_start_with_token (self, server, token);
  else
    set_state (self, DESK_ACCOUNT_SIGNED_OUT, NULL);
}

/**
 * desk_account_start:
 * @self: an account
 *
 * Tries again what was tried last, or else what is known from the last time, or else a daemon on
 * this computer. Ends in signed-in, unreachable or signed-out.
 */
void
desk_account_start (DeskAccount *self)
{
  g_autofree char *server = g_settings_get_string (self->settings, "server-address");
  g_autofree char *email = g_settings_get_string (self->settings, "email");

  if (self->token != NULL) {
    desk_account_start_with_token (self, self->endpoint, self->token);
    return;
  }
  drop_client (self);
  self->cancellable = g_cancellable_new ();
  set_state (self, DESK_ACCOUNT_STARTING, NULL);
  if (*server != '\0' && *email != '\0')
    desk_secrets_lookup_token_async (server, email, self->cancellable, on_token_found,
                                     g_object_ref (self));
  else
    call_local_daemon_open_session_async (self->cancellable, on_local_session, g_object_ref (self));
}

static void
remember (DeskAccount *self)
{
  g_settings_set_string (self->settings, "server-address", self->endpoint);
  g_settings_set_string (self->settings, "email", self->email);
  desk_secrets_store_token_async (self->endpoint, self->email, call_client_get_token (self->client),
                                  NULL, on_token_stored, NULL);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_sign_in_finish (CALL_CLIENT (source), result, &error)) {
    if (!is_cancelled (error))
      set_state (self, DESK_ACCOUNT_SIGNED_OUT, error);
    return;
  }
  if (self->remember)
    remember (self);
  enter (self);
}

/**
 * desk_account_sign_in:
 * @self: an account
 * @endpoint: the address of a server
 * @email: who signs in
 * @password: the password; it is not kept
 * @remember_it: whether to keep address, e-mail and token for the next start
 *
 * Signs in. Ends in signed-in, or in signed-out with an error.
 */
void
desk_account_sign_in (DeskAccount *self,
                      const char *endpoint,
                      const char *email,
                      const char *password,
                      gboolean remember_it)
{
  g_clear_pointer (&self->token, g_free);
  g_free (self->endpoint);
  g_free (self->email);
  self->endpoint = g_strdup (endpoint);
  self->email = g_strdup (email);
  self->remember = remember_it;
  make_client (self, endpoint);
  set_state (self, DESK_ACCOUNT_SIGNING_IN, NULL);
  call_client_sign_in_async (self->client, email, password, self->cancellable, on_signed_in,
                             g_object_ref (self));
}

/**
 * desk_account_sign_out:
 * @self: an account
 *
 * Goes offline and forgets the token.
 */
void
desk_account_sign_out (DeskAccount *self)
{
  g_autofree char *server = g_settings_get_string (self->settings, "server-address");
  g_autofree char *email = g_settings_get_string (self->settings, "email");

  if (self->client != NULL)
    call_client_sign_out (self->client);
  drop_client (self);
  g_clear_pointer (&self->token, g_free);
  if (*server != '\0' && *email != '\0')
    desk_secrets_forget_token (server, email);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLIENT]);
  set_state (self, DESK_ACCOUNT_SIGNED_OUT, NULL);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_load_appointments_finish (CALL_CLIENT (source), result, &error) &&
      is_cancelled (error))
    return;
  set_loading (self, FALSE, error);
}

/**
 * desk_account_reload:
 * @self: an account that is signed in
 *
 * Loads the appointments of today, a day in the zone of this computer.
 */
void
desk_account_reload (DeskAccount *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  g_autoptr (GDateTime) local = g_date_time_to_local (now);
  g_autoptr (GDateTime) start = g_date_time_new_local (
      g_date_time_get_year (local), g_date_time_get_month (local),
      g_date_time_get_day_of_month (local), 0, 0, 0);
  g_autoptr (GDateTime) end = NULL;

  if (self->client == NULL || self->state != DESK_ACCOUNT_SIGNED_IN)
    return;
  /* A day on which clocks change may have no midnight. */
  if (start == NULL)
    start = g_date_time_add_hours (local, -g_date_time_get_hour (local));
  end = g_date_time_add_days (start, 1);
  g_clear_pointer (&self->day_end, g_date_time_unref);
  self->day_end = g_date_time_ref (end);
  set_loading (self, TRUE, NULL);
  call_client_load_appointments_async (self->client, start, end, self->cancellable, on_loaded,
                                       g_object_ref (self));
}

static void
on_tick (DeskAccount *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());

  if (self->day_end != NULL && g_date_time_compare (now, self->day_end) >= 0)
    desk_account_reload (self);
}

static void
desk_account_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DeskAccount *self = DESK_ACCOUNT (object);

  switch (prop_id) {
  case PROP_STATE:
    g_value_set_uint (value, self->state);
    break;
  case PROP_CLIENT:
    g_value_set_object (value, self->client);
    break;
  case PROP_LOADING:
    g_value_set_boolean (value, self->loading);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
desk_account_dispose (GObject *object)
{
  DeskAccount *self = DESK_ACCOUNT (object);

  drop_client (self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (desk_account_parent_class)->dispose (object);
}

static void
desk_account_finalize (GObject *object)
{
  DeskAccount *self = DESK_ACCOUNT (object);

  g_clear_error (&self->error);
  g_clear_error (&self->load_error);
  g_free (self->endpoint);
  g_free (self->token);
  g_free (self->email);
  G_OBJECT_CLASS (desk_account_parent_class)->finalize (object);
}

static void
desk_account_class_init (DeskAccountClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = desk_account_get_property;
  object_class->dispose = desk_account_dispose;
  object_class->finalize = desk_account_finalize;

  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, DESK_ACCOUNT_SIGNED_IN, 0,
                                              flags);
  properties[PROP_CLIENT] = g_param_spec_object ("client", NULL, NULL, CALL_TYPE_CLIENT, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
desk_account_init (DeskAccount *self)
{
  /* Nobody is asked to sign in before what is known has been tried. */
  self->state = DESK_ACCOUNT_STARTING;
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (on_tick), self,
                           G_CONNECT_SWAPPED);
}

/**
 * desk_account_new:
 * @settings: the settings of the app
 *
 * Returns: (transfer full): an account that has not been started
 */
DeskAccount *
desk_account_new (GSettings *settings)
{
  DeskAccount *self = g_object_new (DESK_TYPE_ACCOUNT, NULL);

  self->settings = g_object_ref (settings);
  return self;
}

/**
 * desk_account_get_state:
 * @self: an account
 *
 * Returns: whether somebody is signed in
 */
DeskAccountState
desk_account_get_state (DeskAccount *self)
{
  return self->state;
}

/**
 * desk_account_get_client:
 * @self: an account
 *
 * Returns: (transfer none) (nullable): the client
 */
CallClient *
desk_account_get_client (DeskAccount *self)
{
  return self->client;
}

/**
 * desk_account_get_error:
 * @self: an account
 *
 * Returns: (transfer none) (nullable): why it is signed out or cannot reach the server
 */
const GError *
desk_account_get_error (DeskAccount *self)
{
  return self->error;
}

/**
 * desk_account_get_loading:
 * @self: an account
 *
 * Returns: whether the appointments are being loaded
 */
gboolean
desk_account_get_loading (DeskAccount *self)
{
  return self->loading;
}

/**
 * desk_account_get_load_error:
 * @self: an account
 *
 * Returns: (transfer none) (nullable): why they could not be loaded
 */
const GError *
desk_account_get_load_error (DeskAccount *self)
{
  return self->load_error;
}

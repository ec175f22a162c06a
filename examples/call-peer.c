/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A participant without a screen: signs in, waits or calls, and takes part with test pictures and a
 * tone. It prints what happens as one line of JSON each, so that scripts can follow a call, and
 * shows how little glue libcall and libcall-media need.
 */
#include <call-media.h>
#include <call.h>
#include <glib-unix.h>

#include "peer-output.h"
#include "peer-script.h"

typedef struct {
  char *endpoint;
  char *email;
  char *password_file;
  char *link;
  char *appointment_id;
  char *codec;
  gboolean call;
  gboolean stay;
  gboolean relay_only;
  gint seconds;
} Options;

typedef struct {
  Options options;
  GMainLoop *loop;
  GCancellable *cancellable;
  CallClient *client;
  CallEngine *engine;
  CallSession *session;         /* (nullable) the call we are in */
  CallAppointment *appointment; /* (nullable) the one we wait or call for */
  PeerScript *script;
  guint level_timer;
  gint64 first_frame_us; /* atomic: set by a streaming thread */
  gboolean first_frame_told;
  gboolean called;
  int status;
} Peer;

static void
fail (Peer *self, const char *what, const GError *error)
{
  g_autofree char *message = g_strdup_printf ("%s: %s", what, error->message);

  peer_output ("error", "s:message", message, NULL);
  self->status = 1;
  g_main_loop_quit (self->loop);
}

/* --- the call -------------------------------------------------------------------------------- */

static void
on_remote_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Peer *self = user_data;

  /* Only the first counts; 8 bytes are written at once on every platform GStreamer runs on. */
  if (__atomic_load_n (&self->first_frame_us, __ATOMIC_ACQUIRE) == 0)
    __atomic_store_n (&self->first_frame_us, g_get_monotonic_time (), __ATOMIC_RELEASE);
}

static gboolean
on_level_due (gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (self->engine);
  gint64 first = __atomic_load_n (&self->first_frame_us, __ATOMIC_ACQUIRE);

  if (first != 0 && !self->first_frame_told) {
    self->first_frame_told = TRUE;
    peer_output_at (first, "first_frame", NULL);
  }
  peer_output ("level", "d:dbfs", stats->audio_level_in, "i:frames", (gint64) stats->frames_decoded,
               "i:generation", (gint64) stats->generation, NULL);
  return G_SOURCE_CONTINUE;
}

static void
on_session_state (CallSession *session, GParamSpec *pspec, gpointer user_data)
{
  Peer *self = user_data;
  CallState state = call_session_get_state (session);

  peer_output ("state", "s:state", call_enum_to_nick (CALL_TYPE_STATE, (int) state), "s:call",
               call_session_get_call_id (session), NULL);
  if (state != CALL_STATE_IN_CALL)
    return;
  peer_output ("connected", "s:call", call_session_get_call_id (session), NULL);
  if (call_session_get_outgoing (session) && !self->options.stay)
    peer_script_play (self->script, session);
}

static void
on_remote_media (CallSession *session, GParamSpec *pspec, gpointer user_data)
{
  peer_output ("remote_media", "b:audio", call_session_get_remote_audio (session), "b:video",
               call_session_get_remote_video (session), NULL);
}

static void
on_reconnecting (CallSession *session, GParamSpec *pspec, gpointer user_data)
{
  peer_output (call_session_get_reconnecting (session) ? "reconnecting" : "recovered", NULL);
}

static void
output_report (Peer *self)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (self->engine);

  peer_output ("report", "i:frames", (gint64) stats->frames_decoded, "i:frames_sent",
               (gint64) stats->frames_sent, "i:generation", (gint64) stats->generation, "d:rtt_ms",
               stats->rtt_ms, "s:candidate", stats->candidate_local, NULL);
}

static void
on_session_ended (CallSession *session, CallEndReason reason, gpointer user_data)
{
  Peer *self = user_data;

  peer_script_stop (self->script);
  peer_output ("ended", "s:reason", call_enum_to_nick (CALL_TYPE_END_REASON, (int) reason), NULL);
  output_report (self);
  g_main_loop_quit (self->loop);
}

/* Follows session, and lets the engine talk to its other side. */
static void
take_part (Peer *self, CallSession *session)
{
  g_set_object (&self->session, session);
  g_signal_connect (session, "notify::state", G_CALLBACK (on_session_state), self);
  g_signal_connect (session, "notify::remote-audio", G_CALLBACK (on_remote_media), self);
  g_signal_connect (session, "notify::remote-video", G_CALLBACK (on_remote_media), self);
  g_signal_connect (session, "notify::reconnecting", G_CALLBACK (on_reconnecting), self);
  g_signal_connect (session, "ended", G_CALLBACK (on_session_ended), self);
  call_engine_set_signalling (self->engine, call_client_get_signalling (self->client, session));
  self->level_timer = g_timeout_add (100, on_level_due, self);
}

static void
accept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_accept_call_finish (self->client, result, &error))
    fail (self, "Could not answer", error);
}

static void
on_incoming_call (CallClient *client, CallSession *session, gpointer user_data)
{
  Peer *self = user_data;

  if (self->options.call)
    return;
  peer_output ("ringing_in", "s:call", call_session_get_call_id (session), NULL);
  take_part (self, session);
  peer_output ("accepted", "s:call", call_session_get_call_id (session), NULL);
  call_client_accept_call_async (client, session, self->cancellable, accept_cb, self);
}

static void
request_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallSession) session = call_client_request_call_finish (self->client, result, &error);

  if (session == NULL) {
    fail (self, "Could not call", error);
    return;
  }
  peer_output ("ringing_out", "s:call", call_session_get_call_id (session), NULL);
  take_part (self, session);
}

static void
call_when_waiting (Peer *self)
{
  const char *patient;

  if (!self->options.call || self->called || self->appointment == NULL)
    return;
  patient = call_participant_get_user_id (call_appointment_get_patient (self->appointment));
  if (!call_appointment_is_waiting (self->appointment, patient))
    return;
  self->called = TRUE;
  call_client_request_call_async (self->client, self->appointment, self->cancellable, request_cb,
                                  self);
}

static void
on_waiting_changed (CallClient *client,
                    CallAppointment *appointment,
                    CallParticipant *who,
                    gboolean waiting,
                    gpointer user_data)
{
  Peer *self = user_data;

  peer_output (waiting ? "somebody_waits" : "nobody_waits", "s:user",
               call_participant_get_user_id (who), NULL);
  call_when_waiting (self);
}

/* --- chat ------------------------------------------------------------------------------------ */

static void
on_message_received (CallClient *client, CallMessage *message, gpointer user_data)
{
  Peer *self = user_data;

  peer_output ("message_received", "s:id", call_message_get_id (message), NULL);
  if (!self->options.call && !self->options.stay)
    peer_say (self->client, self->appointment, "Yes, I can hear you.");
}

/* --- entering -------------------------------------------------------------------------------- */

static void
enter_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_enter_waiting_room_finish (self->client, result, &error)) {
    fail (self, "Could not enter the waiting room", error);
    return;
  }
  peer_output ("waiting", "s:appointment", call_appointment_get_id (self->appointment), NULL);
  call_when_waiting (self);
}

static void
rejoin_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallSession) session = call_client_rejoin_call_finish (self->client, result, &error);

  if (session != NULL)
    take_part (self, session);
  else
    fail (self, "Could not come back into the call", error);
}

/* Whether a call of the appointment goes on that we were in before. */
static gboolean
is_in_call (Peer *self)
{
  CallActiveCall *active = call_appointment_get_active_call (self->appointment);
  const char *me = call_user_get_id (call_client_get_user (self->client));

  return active != NULL && call_active_call_get_state (active) != CALL_PROGRESS_RINGING
         && call_active_call_get_peer_id (active, me) != NULL;
}

/* The appointment asked for, else the first whose access window is open. */
static CallAppointment *
choose_appointment (Peer *self)
{
  GListModel *appointments = call_client_get_appointments (self->client);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  for (guint i = 0; i < g_list_model_get_n_items (appointments); i++) {
    g_autoptr (CallAppointment) candidate = g_list_model_get_item (appointments, i);
    gboolean open = call_appointment_get_status (candidate) <= CALL_APPOINTMENT_IN_PROGRESS &&
                    g_date_time_compare (call_appointment_get_opens_at (candidate), now) <= 0 &&
                    g_date_time_compare (call_appointment_get_closes_at (candidate), now) > 0;

    if (self->options.appointment_id == NULL
            ? open
            : g_str_equal (call_appointment_get_id (candidate), self->options.appointment_id))
      return g_steal_pointer (&candidate);
  }
  return NULL;
}

static void
load_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_load_appointments_finish (self->client, result, &error)) {
    fail (self, "Could not load the appointments", error);
    return;
  }
  self->appointment = choose_appointment (self);
  if (self->appointment == NULL) {
    error = g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_FOUND,
                                 "there is none that is open now; name one with --appointment");
    fail (self, "Could not choose an appointment", error);
    return;
  }
  peer_output ("signed_in", "s:appointment", call_appointment_get_id (self->appointment), NULL);
  if (is_in_call (self)) {
    self->called = TRUE;
    call_client_rejoin_call_async (self->client, self->appointment, self->cancellable, rejoin_cb,
                                   self);
  } else {
    call_client_enter_waiting_room_async (self->client, self->appointment, self->cancellable,
                                          enter_cb, self);
  }
}

static void
online_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (call_client_go_online_finish (self->client, result, &error))
    call_client_load_appointments_async (self->client, NULL, NULL, self->cancellable, load_cb,
                                         self);
  else
    fail (self, "Could not connect", error);
}

static void
sign_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (call_client_sign_in_finish (self->client, result, &error))
    call_client_go_online_async (self->client, self->cancellable, online_cb, self);
  else
    fail (self, "Could not sign in", error);
}

static gboolean
sign_in (Peer *self, GError **error)
{
  g_autofree char *password = NULL;

  if (self->options.link != NULL) {
    call_client_sign_in_with_link_async (self->client, self->options.link, self->cancellable,
                                         sign_in_cb, self);
    return TRUE;
  }
  if (!g_file_get_contents (self->options.password_file, &password, NULL, error))
    return FALSE;
  call_client_sign_in_async (self->client, self->options.email, g_strstrip (password),
                             self->cancellable, sign_in_cb, self);
  return TRUE;
}

static void
on_connection_state (CallClient *client, GParamSpec *pspec, gpointer user_data)
{
  CallConnectionState state = call_client_get_connection_state (client);

  peer_output ("connection", "s:state", call_enum_to_nick (CALL_TYPE_CONNECTION_STATE, (int) state),
               NULL);
}

/* --- starting and stopping ------------------------------------------------------------------- */

static void
on_engine_failed (CallEngine *engine, const GError *error, gpointer user_data)
{
  fail (user_data, "Media failed", error);
}

static gboolean
start_engine (Peer *self, GError **error)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  if (sink == NULL) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_MEDIA, "GStreamer's core elements are missing");
    return FALSE;
  }
  g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_remote_frame), self);
  self->engine = call_engine_new ();
  g_object_set (self->engine, "use-test-sources", TRUE, "audio-sink", "fake", "relay-only",
                self->options.relay_only, NULL);
  if (self->options.codec != NULL) {
    int codec = CALL_VIDEO_CODEC_VP8;

    if (!call_enum_from_nick (CALL_TYPE_VIDEO_CODEC, self->options.codec, &codec)) {
      g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "--codec takes vp8 or h264");
      return FALSE;
    }
    g_object_set (self->engine, "video-codec", codec, NULL);
  }
  call_engine_set_video_sink (self->engine, CALL_VIDEO_REMOTE, sink);
  g_signal_connect (self->engine, "failed", G_CALLBACK (on_engine_failed), self);
  return call_engine_start (self->engine, error);
}

static void
start_client (Peer *self)
{
  self->client = call_client_new (self->options.endpoint);
  g_signal_connect (self->client, "incoming-call", G_CALLBACK (on_incoming_call), self);
  g_signal_connect (self->client, "waiting-changed", G_CALLBACK (on_waiting_changed), self);
  g_signal_connect (self->client, "message-received", G_CALLBACK (on_message_received), self);
  g_signal_connect (self->client, "notify::connection-state", G_CALLBACK (on_connection_state),
                    self);
}

static gboolean
on_interrupted (gpointer user_data)
{
  Peer *self = user_data;

  if (self->session != NULL && !call_session_is_over (self->session))
    call_client_leave_call (self->client, self->session, NULL);
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static void
stop_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_engine_stop_finish (self->engine, result, &error))
    g_printerr ("Stopping the media: %s\n", error->message);
  g_main_loop_quit (self->loop);
}

static void
run (Peer *self)
{
  g_autoptr (GError) error = NULL;

  g_unix_signal_add (SIGTERM, on_interrupted, self);
  g_unix_signal_add (SIGINT, on_interrupted, self);
  start_client (self);
  if (start_engine (self, &error) && sign_in (self, &error)) {
    self->script = peer_script_new (self->client, self->engine, (guint) self->options.seconds);
    g_main_loop_run (self->loop);
  } else {
    fail (self, "Could not start", error);
  }
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->level_timer, g_source_remove);
  call_client_go_offline (self->client);
  if (self->engine != NULL) {
    call_engine_stop_async (self->engine, NULL, stop_cb, self);
    g_main_loop_run (self->loop);
  }
}

static void
clear (Peer *self)
{
  g_clear_pointer (&self->script, peer_script_free);
  g_clear_object (&self->session);
  g_clear_object (&self->appointment);
  g_clear_object (&self->engine);
  g_clear_object (&self->client);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_free (self->options.endpoint);
  g_free (self->options.email);
  g_free (self->options.password_file);
  g_free (self->options.link);
  g_free (self->options.appointment_id);
  g_free (self->options.codec);
}

static gboolean
check_options (Options *options, GError **error)
{
  const char *wrong = NULL;

  if ((options->link == NULL) == (options->email == NULL))
    wrong = "Give either --link, or --endpoint, --email and --password-file";
  else if (options->email != NULL && (options->endpoint == NULL || options->password_file == NULL))
    wrong = "--email needs --endpoint and --password-file";
  else if (options->seconds < 1)
    wrong = "--seconds takes 1 or more";
  if (wrong != NULL) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, wrong);
    return FALSE;
  }
  /* The part before /join# is the server's address. */
  if (options->endpoint == NULL) {
    const char *path = strstr (options->link, "/join#");

    if (path == NULL) {
      g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "--link takes a whole join link");
      return FALSE;
    }
    options->endpoint = g_strndup (options->link, (gsize) (path - options->link));
  }
  return TRUE;
}

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "endpoint", 0, 0, G_OPTION_ARG_STRING, &options->endpoint, "Server to sign in to", "URL" },
    { "email", 0, 0, G_OPTION_ARG_STRING, &options->email, "Sign in as this user", "EMAIL" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file,
      "File with the password", "FILE" },
    { "link", 0, 0, G_OPTION_ARG_STRING, &options->link, "Enter as a patient", "URL" },
    { "appointment", 0, 0, G_OPTION_ARG_STRING, &options->appointment_id,
      "Take this one, not the first that is open", "ID" },
    { "call", 0, 0, G_OPTION_ARG_NONE, &options->call,
      "Call as soon as the patient waits (else answer)", NULL },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &options->seconds, "Length of the call", "N" },
    { "stay", 0, 0, G_OPTION_ARG_NONE, &options->stay,
      "Neither chat nor mute nor hang up: stay until the other side ends", NULL },
    { "codec", 0, 0, G_OPTION_ARG_STRING, &options->codec, "vp8 or h264", "CODEC" },
    { "relay-only", 0, 0, G_OPTION_ARG_NONE, &options->relay_only, "Media through TURN only",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- take part in a consultation");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return g_option_context_parse (context, argc, argv, error) && check_options (options, error);
}

int
main (int argc, char **argv)
{
  Peer self = { .options.seconds = 8 };
  g_autoptr (GError) error = NULL;
  int status;

  if (!parse_options (&self.options, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    clear (&self);
    return 2;
  }
  self.loop = g_main_loop_new (NULL, FALSE);
  self.cancellable = g_cancellable_new ();
  run (&self);
  status = self.status;
  clear (&self);
  return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-script.h"

#include "peer-output.h"

struct _PeerScript {
  CallClient *client;
  CallEngine *engine;
  CallSession *session; /* (nullable) while it plays */
  guint seconds;
  guint n_steps_done;
  guint timer;
};

static void
on_message_status (CallMessage *message, GParamSpec *pspec, gpointer user_data)
{
  CallMessageStatus status = call_message_get_status (message);

  if (status == CALL_MESSAGE_FAILED)
    peer_output ("error", "s:message", "A message was refused", NULL);
  if (status != CALL_MESSAGE_SENT)
    return;
  peer_output ("message_sent", "s:id", call_message_get_id (message), NULL);
  g_signal_handlers_disconnect_by_func (message, on_message_status, user_data);
}

/* Sends text to the chat of appointment, and prints when the server has stored it. */
void
peer_say (CallClient *client, CallAppointment *appointment, const char *text)
{
  CallConversation *conversation = call_client_get_conversation (client, appointment);
  g_autoptr (GError) error = NULL;
  CallMessage *message = call_client_send_message (client, conversation, text, &error);

  if (message == NULL)
    peer_output ("error", "s:message", error->message, NULL);
  else
    g_signal_connect (message, "notify::status", G_CALLBACK (on_message_status), NULL);
}

static void
say (PeerScript *self)
{
  peer_say (
      self->client,
      call_client_find_appointment (self->client, call_session_get_appointment_id (self->session)),
      "Can you hear me?");
}

static void
set_muted (PeerScript *self, gboolean muted)
{
  call_engine_set_muted (self->engine, muted);
  call_client_set_media (self->client, self->session, !muted, TRUE);
  peer_output (muted ? "muted" : "unmuted", NULL);
}

static void
mute (PeerScript *self)
{
  set_muted (self, TRUE);
}

static void
unmute (PeerScript *self)
{
  set_muted (self, FALSE);
}

static void
end (PeerScript *self)
{
  g_autoptr (GError) error = NULL;

  if (!call_client_end_call (self->client, self->session, &error))
    peer_output ("error", "s:message", error->message, NULL);
}

typedef struct {
  double at; /* part of the call's length */
  void (*act) (PeerScript *self);
} Step;

static const Step steps[] = { { 0.15, say }, { 0.30, mute }, { 0.65, unmute }, { 1.0, end } };

static gboolean on_step_due (gpointer user_data);

static void
schedule_next (PeerScript *self)
{
  double from = self->n_steps_done > 0 ? steps[self->n_steps_done - 1].at : 0.0;
  double wait = (steps[self->n_steps_done].at - from) * self->seconds;

  self->timer = g_timeout_add ((guint) (wait * 1000.0), on_step_due, self);
}

static gboolean
on_step_due (gpointer user_data)
{
  PeerScript *self = user_data;

  self->timer = 0;
  steps[self->n_steps_done++].act (self);
  if (self->session != NULL && self->n_steps_done < G_N_ELEMENTS (steps))
    schedule_next (self);
  return G_SOURCE_REMOVE;
}

/* Borrows nothing: client and engine are kept. seconds: length of the call. */
PeerScript *
peer_script_new (CallClient *client, CallEngine *engine, guint seconds)
{
  PeerScript *self = g_new0 (PeerScript, 1);

  self->client = g_object_ref (client);
  self->engine = g_object_ref (engine);
  self->seconds = seconds;
  return self;
}

void
peer_script_play (PeerScript *self, CallSession *session)
{
  if (self->session != NULL)
    return;
  self->session = g_object_ref (session);
  self->n_steps_done = 0;
  schedule_next (self);
}

void
peer_script_stop (PeerScript *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->session);
}

void
peer_script_free (PeerScript *self)
{
  peer_script_stop (self);
  g_object_unref (self->client);
  g_object_unref (self->engine);
  g_free (self);
}

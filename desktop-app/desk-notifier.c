/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-notifier"

#include "config.h"

#include "desk-notifier.h"

#include "desk-clock.h"
#include "desk-schedule.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

/* A patient who waits is announced again this often, until somebody looks. */
#define REPEAT_SECONDS 60

/**
 * DeskNotifier:
 *
 * Tells the desktop what must not be missed: a call that comes in, a patient who has arrived, a
 * message. An arrival is repeated until the window has been looked at or the patient is gone.
 */
struct _DeskNotifier {
  GObject parent_instance;

  GApplication *app;
  DeskSwitchboard *switchboard;
  DeskRinger *ringer;
  CallClient *client;
  GSignalGroup *call_signals;
  /* CallAppointment → when it was announced last, as GDateTime; those nobody has seen. */
  GHashTable *unseen;
  gboolean attentive;
};

enum { SIGNAL_ARRIVED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskNotifier, desk_notifier, G_TYPE_OBJECT)

static char *
arrival_id (CallAppointment *appointment)
{
  return g_strconcat ("arrival-", call_appointment_get_id (appointment), NULL);
}

static void
send_arrival (DeskNotifier *self, CallAppointment *appointment)
{
  const char *id = call_appointment_get_id (appointment);
  CallParticipant *patient = call_appointment_get_patient (appointment);
  g_autofree char *notification_id = arrival_id (appointment);
  g_autofree char *clock = desk_time_text_clock (call_appointment_get_scheduled_at (appointment));
  /* Translators: %s is a name. */
  g_autofree char *title = g_strdup_printf (_ ("%s is in the waiting room"),
                                            call_participant_get_name (patient));
  /* Translators: %s is a time of day. */
  g_autofree char *body = g_strdup_printf (_ ("Appointment at %s"), clock);
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.show-appointment", "s", id);
  g_notification_add_button_with_target (notification, _ ("Call"), "app.call", "s", id);
  g_application_send_notification (self->app, notification_id, notification);
}

static void
announce_arrival (DeskNotifier *self, CallAppointment *appointment)
{
  desk_ringer_play (self->ringer, DESK_SOUND_ARRIVAL);
  /* Also when the window is in front: an arrival is never left out. */
  send_arrival (self, appointment);
}

static void
forget_arrival (DeskNotifier *self, CallAppointment *appointment)
{
  g_autofree char *id = arrival_id (appointment);

  g_hash_table_remove (self->unseen, appointment);
  g_application_withdraw_notification (self->app, id);
}

static void
on_waiting_changed (DeskNotifier *self,
                    CallAppointment *appointment,
                    CallParticipant *participant,
                    gboolean waiting)
{
  if (call_participant_get_role (participant) != CALL_ROLE_PATIENT)
    return;
  if (!waiting) {
    forget_arrival (self, appointment);
    return;
  }
  if (!self->attentive)
    g_hash_table_insert (self->unseen, g_object_ref (appointment),
                         desk_clock_get_now (desk_clock_get_default ()));
  announce_arrival (self, appointment);
  g_signal_emit (self, signals[SIGNAL_ARRIVED], 0, appointment);
}

static void
on_tick (DeskNotifier *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  GHashTableIter iter;
  gpointer appointment, announced;

  g_hash_table_iter_init (&iter, self->unseen);
  while (g_hash_table_iter_next (&iter, &appointment, &announced)) {
    if (desk_schedule_get_standing (appointment, now) != DESK_STANDING_WAITING) {
      g_hash_table_iter_remove (&iter);
    } else if (g_date_time_difference (now, announced) >= REPEAT_SECONDS * G_TIME_SPAN_SECOND) {
      g_hash_table_iter_replace (&iter, g_date_time_ref (now));
      announce_arrival (self, appointment);
    }
  }
}

static void
on_message_received (DeskNotifier *self, CallMessage *message)
{
  g_autoptr (GNotification) notification = NULL;

  desk_ringer_play (self->ringer, DESK_SOUND_MESSAGE);
  if (self->attentive)
    return;
  /* No text: a screen may be seen by others. */
  notification = g_notification_new (call_message_get_sender_name (message));
  g_notification_set_body (notification, _ ("New message"));
  g_application_send_notification (self->app, "message", notification);
}

static void
send_incoming (DeskNotifier *self, DeskCall *call)
{
  /* Translators: %s is a name. */
  g_autofree char *title = g_strdup_printf (_ ("%s is calling"), desk_call_get_peer_name (call));
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, _ ("Incoming video call"));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  g_notification_set_category (notification, "call.incoming");
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Decline"), "app.decline");
  g_notification_add_button (notification, _ ("Answer"), "app.answer");
  g_application_send_notification (self->app, "incoming-call", notification);
}

static void
on_call_changed (DeskNotifier *self)
{
  DeskCall *call = desk_switchboard_get_call (self->switchboard);

  g_signal_group_set_target (self->call_signals, call);
  if (call != NULL && desk_call_get_phase (call) == DESK_CALL_RINGING_IN)
    send_incoming (self, call);
  else
    g_application_withdraw_notification (self->app, "incoming-call");
  if (call != NULL && desk_call_get_appointment (call) != NULL)
    forget_arrival (self, desk_call_get_appointment (call));
}

static void
on_phase (DeskNotifier *self)
{
  DeskCall *call = desk_switchboard_get_call (self->switchboard);

  if (call == NULL || desk_call_get_phase (call) != DESK_CALL_RINGING_IN)
    g_application_withdraw_notification (self->app, "incoming-call");
}

static void
desk_notifier_dispose (GObject *object)
{
  DeskNotifier *self = DESK_NOTIFIER (object);

  desk_notifier_set_client (self, NULL);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->switchboard);
  g_clear_object (&self->ringer);
  g_clear_pointer (&self->unseen, g_hash_table_unref);
  G_OBJECT_CLASS (desk_notifier_parent_class)->dispose (object);
}

static void
desk_notifier_class_init (DeskNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = desk_notifier_dispose;

  /**
   * DeskNotifier::arrived:
   * @self: the notifier
   * @appointment: the appointment whose patient has come into the waiting room
   */
  signals[SIGNAL_ARRIVED] = g_signal_new ("arrived", DESK_TYPE_NOTIFIER, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, CALL_TYPE_APPOINTMENT);
}

static void
desk_notifier_init (DeskNotifier *self)
{
  self->unseen = g_hash_table_new_full (NULL, NULL, g_object_unref,
                                        (GDestroyNotify) g_date_time_unref);
  self->call_signals = g_signal_group_new (DESK_TYPE_CALL);
  g_signal_group_connect_object (self->call_signals, "notify::phase", G_CALLBACK (on_phase), self,
                                 G_CONNECT_SWAPPED);
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (on_tick), self,
                           G_CONNECT_SWAPPED);
}

/**
 * desk_notifier_new:
 * @app: the app, which outlives the notifier
 * @switchboard: whose calls are announced
 * @ringer: chimes
 *
 * Returns: (transfer full): a notifier
 */
DeskNotifier *
desk_notifier_new (GApplication *app, DeskSwitchboard *switchboard, DeskRinger *ringer)
{
  DeskNotifier *self = g_object_new (DESK_TYPE_NOTIFIER, NULL);

  self->app = app;
  self->switchboard = g_object_ref (switchboard);
  self->ringer = g_object_ref (ringer);
  g_signal_connect_object (switchboard, "notify::call", G_CALLBACK (on_call_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * desk_notifier_set_client:
 * @self: a notifier
 * @client: (nullable): whose news are announced
 *
 * Changes the client.
 */
void
desk_notifier_set_client (DeskNotifier *self, CallClient *client)
{
  if (self->client == client)
    return;
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_hash_table_remove_all (self->unseen);
  g_set_object (&self->client, client);
  if (client == NULL)
    return;
  g_signal_connect_object (client, "waiting-changed", G_CALLBACK (on_waiting_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "message-received", G_CALLBACK (on_message_received), self,
                           G_CONNECT_SWAPPED);
}

static gboolean
withdraw_arrival (gpointer appointment, gpointer announced, gpointer user_data)
{
  DeskNotifier *self = user_data;
  g_autofree char *id = arrival_id (appointment);

  g_application_withdraw_notification (self->app, id);
  return TRUE;
}

/**
 * desk_notifier_set_attentive:
 * @self: a notifier
 * @attentive: whether the window has the clinician's attention
 *
 * What has been seen is not announced again.
 */
void
desk_notifier_set_attentive (DeskNotifier *self, gboolean attentive)
{
  self->attentive = attentive;
  if (!attentive)
    return;
  g_hash_table_foreach_remove (self->unseen, withdraw_arrival, self);
  g_application_withdraw_notification (self->app, "message");
}

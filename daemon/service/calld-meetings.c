/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-meetings"

#include "config.h"

#include "calld-meetings.h"

#include "calld-change-meeting.h"
#include "calld-consents.h"
#include "calld-log.h"
#include "calld-store-meeting.h"

#include "call-error.h"
#include "call-livekit-token.h"

/* A meeting's name is the name of a folder; what is not sure to be one is refused. */
#define MEETING_ID_MAX 128

/**
 * CalldMeetings:
 *
 * The meetings at LiveKit: which goes on in which room, as its webhooks tell. Webhooks come late,
 * twice and in any order; the store's steps are made for that.
 */
struct _CalldMeetings {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
};

enum { SIGNAL_HEARD, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CalldMeetings, calld_meetings, G_TYPE_OBJECT)

static void
calld_meetings_finalize (GObject *object)
{
  CalldMeetings *self = CALLD_MEETINGS (object);

  calld_config_unref (self->config);
  g_object_unref (self->clock);
  g_object_unref (self->store);
  G_OBJECT_CLASS (calld_meetings_parent_class)->finalize (object);
}

static void
calld_meetings_class_init (CalldMeetingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_meetings_finalize;

  /**
   * CalldMeetings::heard:
   * @event: (type gpointer): a #CallLivekitEvent
   *
   * LiveKit told something for the first time, and it is stored.
   */
  signals[SIGNAL_HEARD] = g_signal_new ("heard", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
calld_meetings_init (CalldMeetings *self)
{
}

/**
 * calld_meetings_new:
 * @config: settings
 * @clock: the clock
 * @store: where meetings are kept
 *
 * Makes the service.
 *
 * Returns: (transfer full): the service
 */
CalldMeetings *
calld_meetings_new (CalldConfig *config, CalldClock *clock, CalldStore *store)
{
  CalldMeetings *self = g_object_new (CALLD_TYPE_MEETINGS, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  return self;
}

/* --- webhooks --------------------------------------------------------------------------------- */

/**
 * calld_meetings_note_egress:
 * @change: a change
 * @egress: what LiveKit says
 * @participant: (nullable): whose track, if we know
 * @now_ms: the time
 *
 * Adds to @change what to store about an egress.
 */
void
calld_meetings_note_egress (CalldChange *change,
                            const CallLivekitEgress *egress,
                            const char *participant,
                            gint64 now_ms)
{
  gboolean over = call_livekit_egress_is_over (egress);
  const CalldEgressRecord record = {
    .id = egress->id,
    .meeting_id = egress->room_sid != NULL ? egress->room_sid : (char *) "",
    .room_name = egress->room_name != NULL ? egress->room_name : (char *) "",
    .track_id = egress->track_id != NULL ? egress->track_id : (char *) "",
    .participant = (char *) participant,
    .over = over,
    .error = egress->error,
    .started_at = now_ms,
    .ended_at = over ? now_ms : 0,
  };

  calld_change_set_egress (change, &record);
}

static CalldChange *
build_change (const CallLivekitEvent *event, gint64 now_ms)
{
  CalldChange *change = calld_change_new ();
  gint64 at_ms = event->created_at > 0 ? event->created_at * 1000 : now_ms;
  g_autoptr (CalldMeetingRecord) meeting = NULL;

  calld_change_note_event (change, event->id, now_ms);
  if (event->kind == CALL_LIVEKIT_ROOM_STARTED) {
    meeting = calld_meeting_record_new (NULL, event->room_name, event->room_sid, at_ms);
    calld_change_start_meeting (change, meeting);
  } else if (event->kind == CALL_LIVEKIT_ROOM_FINISHED) {
    calld_change_end_meeting (change, event->room_name, event->room_sid, at_ms);
  } else if (event->egress != NULL) {
    calld_meetings_note_egress (change, event->egress, NULL, now_ms);
  }
  return change;
}

/* LiveKit says again what got no answer: that is no failure. */
static void
on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldMeetings *self = g_task_get_source_object (task);
  const CallLivekitEvent *event = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    calld_log_info ("livekit_event", .detail = event->id, .count = event->kind, .counted = "kind");
    g_signal_emit (self, signals[SIGNAL_HEARD], 0, event);
  } else if (!g_error_matches (error, CALL_ERROR, CALL_ERROR_CONFLICT)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_task_return_boolean (task, TRUE);
}

static gboolean
verify (CalldMeetings *self, const char *authorization, GBytes *body, GError **error)
{
  if (self->config->livekit_api_key == NULL) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                         "LiveKit is not set up here: LIVEKIT_API_KEY and LIVEKIT_API_SECRET are "
                         "missing");
    return FALSE;
  }
  return call_livekit_verify_webhook (self->config->livekit_api_key,
                                      self->config->livekit_api_secret, authorization, body,
                                      calld_clock_now_ms (self->clock) / 1000, error);
}

/**
 * calld_meetings_take_webhook_async:
 * @self: the service
 * @authorization: (nullable): the header that signs it
 * @body: the body as it came
 * @cancellable: (nullable): gives up waiting
 * @callback: called when it is stored
 * @user_data: for @callback
 *
 * Takes what LiveKit tells: its signature is checked before anything reads it. The same event again
 * changes nothing and is answered like the first.
 */
void
calld_meetings_take_webhook_async (CalldMeetings *self,
                                   const char *authorization,
                                   GBytes *body,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  CallLivekitEvent *event = NULL;
  gsize length;
  const char *text = g_bytes_get_data (body, &length);

  if (verify (self, authorization, body, &error))
    event = call_livekit_event_parse (text, (gssize) length, &error);
  if (event == NULL || event->kind == CALL_LIVEKIT_OTHER) {
    if (event == NULL)
      g_task_return_error (task, error);
    else
      g_task_return_boolean (task, TRUE);
    call_livekit_event_free (event);
    g_object_unref (task);
    return;
  }
  g_task_set_task_data (task, event, (GDestroyNotify) call_livekit_event_free);
  calld_store_commit_async (self->store, build_change (event, calld_clock_now_ms (self->clock)),
                            cancellable, on_committed, task);
}

/**
 * calld_meetings_take_webhook_finish:
 * @self: the service
 * @result: the result
 * @error: %CALL_ERROR_UNAUTHORIZED for a wrong signature, %CALL_ERROR_INVALID for a body nobody
 *   understands, or the store's
 *
 * Returns: %TRUE if it is stored, now or before
 */
gboolean
calld_meetings_take_webhook_finish (CalldMeetings *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- resolving -------------------------------------------------------------------------------- */

typedef struct {
  char *meeting_id;
  char *room_name;
  gboolean begun;
} Resolving;

static void
resolving_free (gpointer data)
{
  Resolving *resolving = data;

  g_free (resolving->meeting_id);
  g_free (resolving->room_name);
  g_free (resolving);
}

static void look_up (GTask *task);

static void
on_begun (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    look_up (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* LiveKit dials once: what it sends must not be lost because its webhook is still on the way. */
static void
begin (GTask *task)
{
  CalldMeetings *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);
  CalldChange *change = calld_change_new ();
  g_autoptr (CalldMeetingRecord) meeting = calld_meeting_record_new (
      resolving->meeting_id, resolving->room_name, NULL, calld_clock_now_ms (self->clock));

  resolving->begun = TRUE;
  calld_change_start_meeting (change, meeting);
  calld_store_commit_async (self->store, change, g_task_get_cancellable (task), on_begun, task);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Resolving *resolving = g_task_get_task_data (task);
  GError *error = NULL;
  CalldMeetingRecord *meeting = calld_store_get_meeting_finish (CALLD_STORE (source), result,
                                                                &error);

  if (meeting == NULL && !resolving->begun &&
      g_error_matches (error, CALL_ERROR, CALL_ERROR_NOT_FOUND)) {
    g_clear_error (&error);
    begin (task);
    return;
  }
  if (meeting != NULL)
    g_task_return_pointer (task, meeting, (GDestroyNotify) calld_meeting_record_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
look_up (GTask *task)
{
  CalldMeetings *self = g_task_get_source_object (task);
  const Resolving *resolving = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  /* Once begun by a name of its own, a room that has an active meeting already keeps that one. */
  if (resolving->meeting_id != NULL && !resolving->begun)
    calld_store_get_meeting_async (self->store, resolving->meeting_id, cancellable, on_found, task);
  else
    calld_store_get_active_meeting_async (self->store, resolving->room_name, cancellable, on_found,
                                          task);
}

static gboolean
is_meeting_id (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > MEETING_ID_MAX || *text == '.')
    return FALSE;
  for (const char *c = text; *c != '\0'; c++) {
    if (!g_ascii_isalnum (*c) && strchr ("-_.", *c) == NULL)
      return FALSE;
  }
  return TRUE;
}

/**
 * calld_meetings_resolve_async:
 * @self: the service
 * @meeting_id: (nullable): the meeting, if the sender knows it
 * @room_name: the room
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Finds the meeting that a stream belongs to: by its id, else the one that goes on in the room. A
 * meeting nobody told of begins now; LiveKit's webhook adopts it when it comes.
 */
void
calld_meetings_resolve_async (CalldMeetings *self,
                              const char *meeting_id,
                              const char *room_name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Resolving *resolving = g_new0 (Resolving, 1);

  resolving->meeting_id = g_strdup (meeting_id);
  resolving->room_name = g_strdup (room_name);
  g_task_set_task_data (task, resolving, resolving_free);
  if (meeting_id == NULL || is_meeting_id (meeting_id)) {
    look_up (task);
    return;
  }
  g_task_return_new_error (
      task, CALL_ERROR, CALL_ERROR_INVALID,
      "A meetingId has letters, digits, \"-\", \"_\" and \".\", does not begin "
      "with a dot, and has %d characters at most",
      MEETING_ID_MAX);
  g_object_unref (task);
}

/**
 * calld_meetings_resolve_finish:
 * @self: the service
 * @result: the result
 * @error: %CALL_ERROR_INVALID for a name that is none, or the store's
 *
 * Returns: (transfer full): the meeting, or %NULL with @error
 */
CalldMeetingRecord *
calld_meetings_resolve_finish (CalldMeetings *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- analysis --------------------------------------------------------------------------------- */

/* The task's data is the participant's id by now: the patient's. */
static void
on_consents (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) consents = calld_store_list_finish (CALLD_STORE (source), result, &error);

  if (consents != NULL)
    g_task_return_boolean (task, calld_consents_is_given (consents, g_task_get_task_data (task),
                                                          CALLD_CONSENT_ANALYSIS));
  else
    g_task_return_error (task, error);
}

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (CalldAppointmentRecord) appointment = calld_store_get_appointment_finish (
      CALLD_STORE (source), result, &error);

  if (appointment != NULL &&
      g_strcmp0 (g_task_get_task_data (task), appointment->patient_id) == 0) {
    calld_store_list_consents_async (CALLD_STORE (source), appointment->id,
                                     g_task_get_cancellable (task), on_consents, task);
    return;
  }
  if (appointment != NULL)
    g_task_return_boolean (task, FALSE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * calld_meetings_may_analyse_async:
 * @self: the service
 * @meeting: a meeting
 * @participant: (nullable): the identity of who speaks
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Whether a voice may be given to a service of emotion analysis. In the meeting of an appointment
 * it is the patient's only, whose identity at LiveKit is the user id, and only with the patient's
 * consent to that. A meeting that is nobody's appointment is as the settings say.
 */
void
calld_meetings_may_analyse_async (CalldMeetings *self,
                                  const CalldMeetingRecord *meeting,
                                  const char *participant,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (meeting->appointment_id != NULL && participant != NULL) {
    g_task_set_task_data (task, g_strdup (participant), g_free);
    calld_store_get_appointment_async (self->store, meeting->appointment_id, cancellable,
                                       on_appointment, task);
    return;
  }
  g_task_return_boolean (task, meeting->appointment_id == NULL);
  g_object_unref (task);
}

/**
 * calld_meetings_may_analyse_finish:
 * @self: the service
 * @result: the result
 * @error: the store's; then it may not
 *
 * Returns: %TRUE if it may
 */
gboolean
calld_meetings_may_analyse_finish (CalldMeetings *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

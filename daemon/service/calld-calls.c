/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-calls"

#include "config.h"

#include "calld-calls.h"

#include "calld-calls-private.h"
#include "calld-log.h"

/*
 * Calls that are not over: their timers, and what is remembered of them. How one is changed is in
 * calld-call-operation.c; what a change means, in calld-call-case.c.
 */

#define NOTE_EVERY_MS (CALLD_CALL_LEASE_MS / 3)

G_DEFINE_FINAL_TYPE (CalldCalls, calld_calls, G_TYPE_OBJECT)

static void
live_call_free (CalldLiveCall *live)
{
  calld_clock_clear (live->calls->clock, &live->timer);
  calld_call_record_free (live->record);
  g_free (live);
}

/* --- timers ----------------------------------------------------------------------------------- */

static void arm (CalldLiveCall *live);

static gint64
zombie_ms (CalldCalls *self)
{
  return (gint64) self->config->zombie_minutes * 60 * 1000;
}

static void
on_server_order_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gpointer answer = calld_calls_perform_finish (CALLD_CALLS (source), result, &error);

  g_clear_pointer (&answer, call_record_unref);
  /* Somebody was faster: the call is over or was answered. */
  if (error != NULL)
    calld_log_debug ("call_order_void", .detail = error->message);
}

static void
order_by_server (CalldCalls *self, const CalldCallRecord *record, const CalldCallOrder *order)
{
  CalldCallOrder full = *order;

  full.appointment_id = record->appointment_id;
  full.call_id = record->id;
  calld_calls_perform_async (self, NULL, &full, 0, NULL, on_server_order_done, NULL);
}

static void
on_timer (gpointer user_data)
{
  CalldLiveCall *live = user_data;
  CalldCalls *self = live->calls;
  gint64 now = calld_clock_now_ms (self->clock);

  live->timer = NULL;
  if (live->record->state == CALLD_CALL_RINGING)
    order_by_server (self, live->record, &(CalldCallOrder){ .action = CALLD_CALL_NO_ANSWER });
  else if (now >= live->media_at + zombie_ms (self))
    calld_calls_close (self, live->record->appointment_id, live->record->id, CALL_END_NO_MEDIA);
  else
    arm (live);
}

static void
arm (CalldLiveCall *live)
{
  CalldCalls *self = live->calls;
  gint64 ring_ms = (gint64) self->config->ring_seconds * 1000;
  gint64 at = live->record->state == CALLD_CALL_RINGING ? live->record->requested_at + ring_ms
                                                        : live->media_at + zombie_ms (self);

  calld_clock_clear (self->clock, &live->timer);
  live->timer = calld_clock_add_timer_at (self->clock, at, on_timer, live);
}

/* --- what is remembered ----------------------------------------------------------------------- */

CalldLiveCall *
calld_calls_get_live (CalldCalls *self, const char *appointment_id)
{
  return g_hash_table_lookup (self->live, appointment_id);
}

/* The living call in which the user is; one whose lease has lapsed does not count. */
CalldLiveCall *
calld_calls_find_user (CalldCalls *self, const char *user_id)
{
  GHashTableIter iter;
  CalldLiveCall *live;
  gint64 now = calld_clock_now_ms (self->clock);

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &live)) {
    CalldCallParty *party = calld_call_record_get_party (live->record, user_id);

    if (party != NULL && party->left_at == 0 && live->lease_until > now)
      return live;
  }
  return NULL;
}

static void
sync_presence (CalldCalls *self, const CalldCallRecord *record)
{
  for (int side = 0; side < 2; side++) {
    const CalldCallParty *party = &record->parties[side];
    gboolean in = record->state != CALLD_CALL_ENDED && party->joined_at != 0 && party->left_at == 0;

    if (in)
      calld_presence_enter_call (self->presence, record->appointment_id, party->user_id, 0, NULL);
    else
      calld_presence_leave_call (self->presence, record->appointment_id, party->user_id);
    if (in && record->state != CALLD_CALL_RINGING)
      calld_presence_leave_waiting_room (self->presence, record->appointment_id, party->user_id);
  }
}

static CalldLiveCall *
live_call_new (CalldCalls *self)
{
  CalldLiveCall *live = g_new0 (CalldLiveCall, 1);

  live->calls = self;
  live->media_at = calld_clock_now_ms (self->clock);
  for (int side = 0; side < 2; side++)
    live->switches[side] = (CalldCallSwitches){ .audio = TRUE, .video = TRUE };
  return live;
}

/* Takes note of a call as it was committed, which may be its end. */
void
calld_calls_remember (CalldCalls *self, const CalldCallRecord *record)
{
  CalldLiveCall *live = calld_calls_get_live (self, record->appointment_id);
  gint64 now = calld_clock_now_ms (self->clock);
  gint64 ring_ms = (gint64) self->config->ring_seconds * 1000;
  gboolean ringing = record->state == CALLD_CALL_RINGING;

  if (record->state == CALLD_CALL_ENDED) {
    calld_calls_forget (self, record->appointment_id);
    sync_presence (self, record);
    return;
  }
  if (live != NULL && !g_str_equal (live->record->id, record->id)) {
    calld_calls_forget (self, record->appointment_id);
    live = NULL;
  }
  if (live == NULL) {
    live = live_call_new (self);
    g_hash_table_insert (self->live, g_strdup (record->appointment_id), live);
  }
  /* The time without media counts from the answer, not from the request. */
  if (live->record == NULL || live->record->state != record->state)
    live->media_at = now;
  g_clear_pointer (&live->record, calld_call_record_free);
  live->record = calld_call_record_copy (record);
  live->lease_until = now + CALLD_CALL_LEASE_MS + (ringing ? ring_ms : 0);
  arm (live);
  sync_presence (self, record);
}

void
calld_calls_forget (CalldCalls *self, const char *appointment_id)
{
  g_hash_table_remove (self->live, appointment_id);
}

/* Takes a sign of life. Most change nothing that must be written: then the call is returned, and
 * the sign of life is dealt with. */
CalldLiveCall *
calld_calls_note_alive (CalldCalls *self, const CalldCallOrder *order)
{
  CalldLiveCall *live = calld_calls_get_live (self, order->appointment_id);
  gint64 now = calld_clock_now_ms (self->clock);
  CalldCallParty *party;
  int side;

  if (live == NULL || g_strcmp0 (live->record->id, order->call_id) != 0 ||
      live->record->state == CALLD_CALL_RINGING)
    return NULL;
  party = calld_call_record_get_party (live->record, order->user_id);
  if (party == NULL || party->left_at != 0)
    return NULL;

  side = (int) (party - live->record->parties);
  if (order->media)
    live->media_at = now;
  if (now < live->noted_at[side] + NOTE_EVERY_MS)
    return live;
  live->noted_at[side] = now;
  return NULL;
}

/* --- recovery --------------------------------------------------------------------------------- */

typedef struct {
  GPtrArray *records; /* taken from the end */
} Adoption;

static void
adoption_free (Adoption *adoption)
{
  g_clear_pointer (&adoption->records, g_ptr_array_unref);
  g_free (adoption);
}

static void adopt_next (GTask *task);

static void
on_lease (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldCalls *self = g_task_get_source_object (task);
  Adoption *adoption = g_task_get_task_data (task);
  CalldCallRecord *record = adoption->records->pdata[adoption->records->len - 1];
  g_autoptr (CalldLeaseRecord) lease = NULL;
  CalldLiveCall *live;

  /* No lease, or somebody else's, means that nobody answers for this call any more. */
  lease = calld_store_get_lease_finish (CALLD_STORE (source), result, NULL);
  calld_calls_remember (self, record);
  live = calld_calls_get_live (self, record->appointment_id);
  live->lease_until = lease != NULL && g_str_equal (lease->holder, record->id) ? lease->expires_at
                                                                               : 0;
  calld_log_info ("call_adopted", .appointment_id = record->appointment_id, .call_id = record->id);
  g_ptr_array_set_size (adoption->records, (int) adoption->records->len - 1);
  adopt_next (task);
}

/* Takes @task. */
static void
adopt_next (GTask *task)
{
  CalldCalls *self = g_task_get_source_object (task);
  Adoption *adoption = g_task_get_task_data (task);
  g_autofree char *name = NULL;
  CalldCallRecord *record;

  if (adoption->records->len == 0) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  record = adoption->records->pdata[adoption->records->len - 1];
  name = calld_call_lease_for_appointment (record->appointment_id);
  calld_store_get_lease_async (self->store, name, NULL, on_lease, task);
}

static void
on_active_calls (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Adoption *adoption = g_task_get_task_data (task);
  GError *error = NULL;

  adoption->records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (adoption->records != NULL) {
    adopt_next (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * calld_calls_adopt_async:
 * @self: the calls
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Takes up the calls that an earlier daemon left behind. Media went on between the peers; whoever
 * is still there comes back, what has rung too long is ended at once, and a call of which nothing
 * more is heard ends like any other without media.
 */
void
calld_calls_adopt_async (CalldCalls *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_task_data (task, g_new0 (Adoption, 1), (GDestroyNotify) adoption_free);
  calld_store_list_active_calls_async (self->store, NULL, cancellable, on_active_calls, task);
}

/**
 * calld_calls_adopt_finish:
 * @self: the calls
 * @result: the result
 * @error: what the store said
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_calls_adopt_finish (CalldCalls *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- by the server ---------------------------------------------------------------------------- */

static void
on_call_lost (CalldCalls *self, const char *appointment_id, const char *user_id)
{
  CalldLiveCall *live = calld_calls_get_live (self, appointment_id);
  CalldCallParty *party;

  if (live == NULL)
    return;
  party = calld_call_record_get_party (live->record, user_id);
  if (party != NULL)
    order_by_server (
        self, live->record,
        &(CalldCallOrder){ .action = CALLD_CALL_LEAVE, .user_id = party->user_id, .lost = TRUE });
}

/**
 * calld_calls_close:
 * @self: the calls
 * @appointment_id: of which appointment
 * @call_id: which call
 * @reason: why
 *
 * Ends a call for a reason that none of its sides has. Returns at once; it happens in its turn.
 */
void
calld_calls_close (CalldCalls *self,
                   const char *appointment_id,
                   const char *call_id,
                   CallEndReason reason)
{
  CalldCallOrder order = {
    .action = CALLD_CALL_CLOSE,
    .appointment_id = appointment_id,
    .call_id = call_id,
    .reason = reason,
  };

  calld_calls_perform_async (self, NULL, &order, 0, NULL, on_server_order_done, NULL);
}

/**
 * calld_calls_peek:
 * @self: the calls
 * @appointment_id: an appointment
 *
 * Returns: (transfer none) (nullable): its call that is not over, valid until the main context
 *   turns
 */
const CalldCallRecord *
calld_calls_peek (CalldCalls *self, const char *appointment_id)
{
  CalldLiveCall *live = calld_calls_get_live (self, appointment_id);

  return live != NULL ? live->record : NULL;
}

/**
 * calld_calls_list:
 * @self: the calls
 *
 * Returns: (transfer full) (element-type CalldCallRecord): copies of the calls that are not over
 */
GPtrArray *
calld_calls_list (CalldCalls *self)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_call_record_free);
  GHashTableIter iter;
  CalldLiveCall *live;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &live))
    g_ptr_array_add (records, calld_call_record_copy (live->record));
  return records;
}

/**
 * calld_calls_count:
 * @self: the calls
 *
 * Returns: how many calls are not over
 */
guint
calld_calls_count (CalldCalls *self)
{
  return g_hash_table_size (self->live);
}

/**
 * calld_calls_get_media_at:
 * @self: the calls
 * @appointment_id: an appointment
 *
 * Returns: when its call last had media, or began; 0 without a call
 */
gint64
calld_calls_get_media_at (CalldCalls *self, const char *appointment_id)
{
  CalldLiveCall *live = calld_calls_get_live (self, appointment_id);

  return live != NULL ? live->media_at : 0;
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_calls_dispose (GObject *object)
{
  CalldCalls *self = CALLD_CALLS (object);

  g_clear_pointer (&self->live, g_hash_table_unref);
  g_clear_object (&self->presence);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->config, calld_config_unref);

  G_OBJECT_CLASS (calld_calls_parent_class)->dispose (object);
}

static void
calld_calls_class_init (CalldCallsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_calls_dispose;

  /**
   * CalldCalls::changed:
   * @self: the calls
   * @appointment_id: of which appointment
   * @call: a #CalldCallRecord as it is now, perhaps ended; valid during the emission
   *
   * A call began, changed or ended; already committed and published.
   */
  g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_POINTER);
}

static void
calld_calls_init (CalldCalls *self)
{
  self->live = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) live_call_free);
}

/**
 * calld_calls_new:
 * @config: settings
 * @clock: the clock of ringing and of calls without media
 * @store: where calls are
 * @bus: where events go
 * @presence: who is connected; a participant it loses leaves the call
 * @turnstile: (not nullable): shared with whoever else changes appointments; outlives this
 *
 * Returns: (transfer full): the calls; none are adopted yet
 */
CalldCalls *
calld_calls_new (CalldConfig *config,
                 CalldClock *clock,
                 CalldStore *store,
                 CalldBus *bus,
                 CalldPresence *presence,
                 CalldTurnstile *turnstile)
{
  CalldCalls *self = g_object_new (CALLD_TYPE_CALLS, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->presence = g_object_ref (presence);
  self->turnstile = turnstile;
  g_signal_connect_object (presence, "call-lost", G_CALLBACK (on_call_lost), self,
                           G_CONNECT_SWAPPED);
  return self;
}

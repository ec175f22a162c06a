/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-push"

#include "config.h"

#include "calld-push.h"

#include "calld-log.h"
#include "calld-problem.h"
#include "calld-rights.h"
#include "calld-store-social.h"

#include "call-body-social.h"
#include "call-message.h"
#include "call-notice.h"

/*
 * Wakes devices of those who are not connected, through the webhooks that hear `push`. What goes
 * out says that there is something, and where; what was said stays here. Without such a webhook
 * nothing is done at all.
 */
struct _CalldPush {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldRoster *roster;
  CalldWebhooks *webhooks;
  guint subscription;
  GHashTable *pending; /* user id → Pending */
};

typedef struct {
  CalldPush *push;
  char *user_id;
  char *group_id;
  char *message_id;
  guint count;
  CalldTimer *timer;
} Pending;

typedef struct {
  CalldPush *push;
  char *sender_id;
  char *group_id;
  char *message_id;
} Question;

G_DEFINE_FINAL_TYPE (CalldPush, calld_push, G_TYPE_OBJECT)

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  calld_clock_clear (pending->push->clock, &pending->timer);
  g_free (pending->user_id);
  g_free (pending->group_id);
  g_free (pending->message_id);
  g_free (pending);
}

static void
question_free (Question *question)
{
  g_object_unref (question->push);
  g_free (question->sender_id);
  g_free (question->group_id);
  g_free (question->message_id);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

/* --- sending ---------------------------------------------------------------------------------- */

static char *
devices_to_json (GPtrArray *records)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func (call_record_unref);

  for (guint i = 0; i < records->len; i++) {
    const CalldPushRecord *record = records->pdata[i];
    CallPushDevice *device = call_record_new (&call_push_device);

    device->endpoint = g_strdup (record->endpoint);
    device->kind = g_strdup (record->kind);
    device->keys.p256dh = g_strdup (record->p256dh);
    device->keys.auth = g_strdup (record->auth);
    g_ptr_array_add (devices, device);
  }
  return call_records_to_json (devices);
}

typedef struct {
  CalldPush *push;
  CallPushData *data;
} Waking;

static void
waking_free (Waking *waking)
{
  g_object_unref (waking->push);
  call_record_unref (waking->data);
  g_free (waking);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waking, waking_free)

static void
on_devices (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Waking) waking = user_data;
  CallPushData *data = waking->data;
  g_autoptr (GPtrArray) records = calld_store_list_finish (CALLD_STORE (source), result, NULL);
  g_autofree char *json = NULL;

  if (records == NULL)
    return;
  data->subscriptions = devices_to_json (records);
  json = call_record_to_json (data);
  calld_webhooks_emit (waking->push->webhooks, "push", json);
}

static void
on_time (gpointer user_data)
{
  Pending *pending = user_data;
  CalldPush *self = pending->push;
  Waking *waking;
  CallPushData *data;
  gboolean is_back = calld_roster_is_connected (self->roster, pending->user_id);

  pending->timer = NULL;
  if (is_back) {
    g_hash_table_remove (self->pending, pending->user_id);
    return;
  }
  waking = g_new0 (Waking, 1);
  waking->push = g_object_ref (self);
  data = waking->data = call_record_new (&call_push_data);
  data->user_id = g_strdup (pending->user_id);
  data->group_id = g_strdup (pending->group_id);
  data->message_id = g_strdup (pending->message_id);
  data->count = pending->count;
  g_hash_table_remove (self->pending, data->user_id);
  calld_store_list_pushes_async (self->store, data->user_id, NULL, on_devices, waking);
}

/* --- gathering -------------------------------------------------------------------------------- */

static void
gather (CalldPush *self, const char *user_id, const Question *question)
{
  Pending *pending = g_hash_table_lookup (self->pending, user_id);

  if (pending == NULL && g_hash_table_size (self->pending) >= CALLD_PUSH_USERS_MAX) {
    calld_log_debug ("push_dropped", .user_id = user_id);
    return;
  }
  if (pending == NULL) {
    pending = g_new0 (Pending, 1);
    pending->push = self;
    pending->user_id = g_strdup (user_id);
    pending->timer = calld_clock_add_timer (self->clock, CALLD_PUSH_DELAY_MS, on_time, pending);
    g_hash_table_insert (self->pending, pending->user_id, pending);
  }
  pending->count++;
  g_free (pending->group_id);
  g_free (pending->message_id);
  pending->group_id = g_strdup (question->group_id);
  pending->message_id = g_strdup (question->message_id);
}

static void
on_members (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  CalldPush *self = question->push;
  g_autoptr (GPtrArray) members = calld_store_list_finish (CALLD_STORE (source), result, NULL);

  for (guint i = 0; members != NULL && i < members->len; i++) {
    const CalldPresenceRecord *member = members->pdata[i];

    if (!g_str_equal (member->user_id, question->sender_id) &&
        !calld_roster_is_connected (self->roster, member->user_id))
      gather (self, member->user_id, question);
  }
}

static void
on_notice (const char *const *topics,
           const CallNotice *notice,
           CalldPublishFlags flags,
           guint64 except,
           gpointer user_data)
{
  CalldPush *self = user_data;
  Question *question;

  if (notice->kind != CALL_NOTICE_NEW_MESSAGE || !calld_webhooks_is_heard (self->webhooks, "push"))
    return;
  question = g_new0 (Question, 1);
  question->push = g_object_ref (self);
  question->sender_id = g_strdup (call_message_get_sender_id (notice->message));
  question->group_id = g_strdup (call_message_get_group_id (notice->message));
  question->message_id = g_strdup (call_message_get_id (notice->message));
  calld_store_list_presences_async (self->store, question->group_id, NULL, on_members, question);
}

/* --- devices ---------------------------------------------------------------------------------- */

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
check_device (const CalldPushRecord *device, GError **error)
{
  gboolean is_web = g_str_equal (device->kind, "web");

  if (!is_web && !g_str_equal (device->kind, "desktop"))
    g_propagate_error (error, calld_problem_new_field ("kind", "It is web or desktop"));
  else if (is_web && !g_str_has_prefix (device->endpoint, "https://"))
    g_propagate_error (error, calld_problem_new_field ("endpoint", "It begins with https://"));
  else if (*device->endpoint == '\0')
    g_propagate_error (error, calld_problem_new_field ("endpoint", "It is empty"));
  else
    return TRUE;
  return FALSE;
}

/**
 * calld_push_subscribe_async:
 * @self: the push service
 * @who: who asks
 * @device: one of their devices
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Notes a device that wants to be woken. The same endpoint again takes the new keys.
 */
void
calld_push_subscribe_async (CalldPush *self,
                            CalldIdentity *who,
                            const CalldPushRecord *device,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldChange *change;
  GError *error = NULL;

  if (!calld_auth_can (who, CALLD_ACTION_SUBSCRIBE_PUSH, NULL, &error) ||
      !check_device (device, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  change = calld_change_new ();
  calld_change_add_push (change, device);
  calld_store_commit_async (self->store, change, NULL, on_changed, task);
}

/**
 * calld_push_unsubscribe_async:
 * @self: the push service
 * @who: who asks
 * @id: of one of their devices; any other is ignored
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Forgets a device.
 */
void
calld_push_unsubscribe_async (CalldPush *self,
                              CalldIdentity *who,
                              const char *id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  const CalldPushRecord device = { .id = (char *) id, .user_id = who->user_id };
  CalldChange *change = calld_change_new ();

  calld_change_remove_push (change, &device);
  calld_store_commit_async (self->store, change, NULL, on_changed, task);
}

/**
 * calld_push_change_finish:
 * @self: the push service
 * @result: the result
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_push_change_finish (CalldPush *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * calld_push_get_size:
 * @self: the push service
 *
 * Returns: for how many users something is gathered
 */
guint
calld_push_get_size (CalldPush *self)
{
  return g_hash_table_size (self->pending);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_push_dispose (GObject *object)
{
  CalldPush *self = CALLD_PUSH (object);

  if (self->subscription != 0)
    calld_bus_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_clear_pointer (&self->pending, g_hash_table_unref);
  g_clear_object (&self->webhooks);
  g_clear_object (&self->roster);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (calld_push_parent_class)->dispose (object);
}

static void
calld_push_class_init (CalldPushClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_push_dispose;
}

static void
calld_push_init (CalldPush *self)
{
  self->pending = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, pending_free);
}

/**
 * calld_push_new:
 * @clock: the clock
 * @store: knows the members and their devices
 * @bus: where messages come by
 * @roster: knows who is connected
 * @webhooks: carry it out
 *
 * Returns: (transfer full): the push service
 */
CalldPush *
calld_push_new (CalldClock *clock,
                CalldStore *store,
                CalldBus *bus,
                CalldRoster *roster,
                CalldWebhooks *webhooks)
{
  CalldPush *self = g_object_new (CALLD_TYPE_PUSH, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->roster = g_object_ref (roster);
  self->webhooks = g_object_ref (webhooks);
  self->subscription = calld_bus_subscribe (bus, on_notice, self, NULL);
  return self;
}

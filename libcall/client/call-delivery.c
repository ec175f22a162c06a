/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-delivery.h"

#include "call-backoff.h"
#include "call-error.h"

/*
 * CallDelivery:
 *
 * Posts what has to arrive even if the server is away for a while: that a call was ended, answered,
 * has media. All of it is idempotent on the server, so it is simply sent again, with backoff, until
 * it is answered, refused, or no longer worth it. There are never more of them than steps of one
 * call, so the number needs no bound of its own.
 */
struct _CallDelivery {
  GObject parent_instance;

  CallHttp *http;
  CallClock *clock;
  GPtrArray *waiting; /* Parcel, unowned: those that wait for their next attempt */
};

typedef struct {
  GTask *task; /* owns the parcel; the parcel keeps it alive while a timer or a request does not */
  char *path;
  gpointer record;
  const CallSchema *answer;
  gint64 give_up_ms;
  CallBackoff backoff;
  CallTimer *timer;
  CallErrorBody *refusal;
} Parcel;

G_DEFINE_FINAL_TYPE (CallDelivery, call_delivery, G_TYPE_OBJECT)

static void attempt (CallDelivery *self, Parcel *parcel);

static void
parcel_free (Parcel *parcel)
{
  g_free (parcel->path);
  g_clear_pointer (&parcel->record, call_record_unref);
  g_clear_pointer (&parcel->refusal, call_record_unref);
  g_free (parcel);
}

static void
call_delivery_finalize (GObject *object)
{
  CallDelivery *self = CALL_DELIVERY (object);

  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);

  G_OBJECT_CLASS (call_delivery_parent_class)->finalize (object);
}

static void
call_delivery_class_init (CallDeliveryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_delivery_finalize;
}

static void
call_delivery_init (CallDelivery *self)
{
  self->waiting = g_ptr_array_new ();
}

CallDelivery *
call_delivery_new (CallHttp *http, CallClock *clock)
{
  CallDelivery *self = g_object_new (CALL_TYPE_DELIVERY, NULL);

  self->http = g_object_ref (http);
  self->clock = g_object_ref (clock);
  return self;
}

static void
stop_waiting (CallDelivery *self, Parcel *parcel)
{
  g_ptr_array_remove (self->waiting, parcel);
  call_clock_clear_timer (self->clock, &parcel->timer);
}

static void
on_timer (gpointer user_data)
{
  Parcel *parcel = user_data;
  CallDelivery *self = g_task_get_source_object (parcel->task);

  parcel->timer = NULL;
  stop_waiting (self, parcel);
  attempt (self, parcel);
}

static void
wait_for_next (CallDelivery *self, Parcel *parcel)
{
  guint delay_ms = call_backoff_next (&parcel->backoff, g_random_double ());

  g_ptr_array_add (self->waiting, parcel);
  parcel->timer = call_clock_add_timer (self->clock, delay_ms, on_timer, parcel);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parcel *parcel = user_data;
  CallDelivery *self = g_task_get_source_object (parcel->task);
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  gpointer record;

  g_clear_pointer (&parcel->refusal, call_record_unref);
  record = call_http_send_finish (CALL_HTTP (source), result, &parcel->refusal, &error);
  if (record == NULL && call_http_error_is_transient (error) &&
      call_clock_now_ms (self->clock) < parcel->give_up_ms &&
      !g_cancellable_is_cancelled (g_task_get_cancellable (parcel->task))) {
    g_clear_error (&error);
    wait_for_next (self, parcel);
    return;
  }
  task = parcel->task;
  if (record != NULL)
    g_task_return_pointer (task, record, call_record_unref);
  else
    g_task_return_error (task, error);
}

static void
attempt (CallDelivery *self, Parcel *parcel)
{
  call_http_send_async (self->http, "POST", parcel->path, parcel->record, parcel->answer,
                        g_task_get_cancellable (parcel->task), on_answered, parcel);
}

/*
 * call_delivery_post_async:
 * @path: below the endpoint, without a leading slash
 * @record: (transfer full) (nullable): the body
 * @answer: what a good answer looks like
 * @patience_ms: how long it is worth trying
 *
 * Posts @record until it is answered. When @cancellable is cancelled while it waits for the next
 * attempt, it ends with that attempt, which call_delivery_hurry() makes come at once.
 */
void
call_delivery_post_async (CallDelivery *self,
                          const char *path,
                          gpointer record,
                          const CallSchema *answer,
                          gint64 patience_ms,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (parcel->task, call_delivery_post_async);
  g_task_set_task_data (parcel->task, parcel, (GDestroyNotify) parcel_free);
  parcel->path = g_strdup (path);
  parcel->record = record;
  parcel->answer = answer;
  parcel->backoff = (CallBackoff){ 500, 3000, 2.0, 0.5, 0 };
  parcel->give_up_ms = call_clock_now_ms (self->clock) + patience_ms;
  attempt (self, parcel);
}

gpointer
call_delivery_post_finish (CallDelivery *self,
                           GAsyncResult *result,
                           CallErrorBody **refusal,
                           GError **error)
{
  Parcel *parcel;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  parcel = g_task_get_task_data (G_TASK (result));
  if (refusal != NULL)
    *refusal = g_steal_pointer (&parcel->refusal);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The server is back, or something was cancelled: makes the next attempts now. */
void
call_delivery_hurry (CallDelivery *self)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_copy (self->waiting, NULL, NULL);

  for (guint i = 0; i < waiting->len; i++) {
    Parcel *parcel = waiting->pdata[i];

    stop_waiting (self, parcel);
    call_backoff_reset (&parcel->backoff);
    attempt (self, parcel);
  }
}

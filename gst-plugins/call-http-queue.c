/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-http-queue.h"

#include "call-http-policy.h"

#include <libsoup/soup.h>

#include <string.h>

#define ANSWER_BYTES 65536 /* of an answer are read, so that the connection can be kept */

typedef struct {
  char *meta;
  GBytes *body;
} Block;

/*
 * Posts blocks one after the other, from a thread of its own. A block goes to the spool first and
 * leaves it when the endpoint has taken it: neither a crash nor an endpoint that is down loses one.
 */
struct _GstCallHttpQueue {
  char *location;
  char *api_key;
  guint timeout_ms, retry_delay_ms;
  gsize max_memory;
  GstCallHttpEventFunc func;
  gpointer user_data;

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;

  /* Of the thread only. */
  GstCallSpool *spool;
  SoupSession *session;
  GCancellable *cancellable; /* of the request that is under way */
  GstCallSpoolRecord *record;
  GSource *timer; /* of a request, or between two */
  gboolean is_down, is_stopping;
  guint n_failed;

  GMutex mutex;
  GCond changed;
  GQueue blocks; /* on their way to the spool */
  gsize memory;
  gboolean is_interrupted;
  GstCallHttpStats stats;
};

static void send_next (GstCallHttpQueue *self);

static void
block_free (Block *block)
{
  g_free (block->meta);
  g_bytes_unref (block->body);
  g_free (block);
}

static void
tell (GstCallHttpQueue *self, GstCallHttpEvent event, guint status)
{
  if (self->func != NULL)
    self->func (event, status, self->user_data);
}

static void
stop_timer (GstCallHttpQueue *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
start_timer (GstCallHttpQueue *self, guint ms, GSourceFunc func)
{
  stop_timer (self);
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* What waits is what the spool has, and what is not there yet. */
static void
count_pending (GstCallHttpQueue *self)
{
  self->stats.pending = gst_call_spool_get_count (self->spool) + self->blocks.length;
  self->stats.pending_bytes = gst_call_spool_get_size (self->spool) + self->memory;
  self->stats.torn = gst_call_spool_get_n_torn (self->spool);
  g_cond_broadcast (&self->changed);
}

static void
count_lost (GstCallHttpQueue *self, gsize size)
{
  self->stats.lost++;
  self->stats.lost_bytes += size;
}

static Block *
peek_block (GstCallHttpQueue *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return g_queue_peek_head (&self->blocks);
}

/* A block counts as waiting until the spool has it. */
static void
drop_block (GstCallHttpQueue *self, Block *block, gboolean is_spooled)
{
  gsize size = g_bytes_get_size (block->body);

  g_mutex_lock (&self->mutex);
  g_queue_pop_head (&self->blocks);
  self->memory -= size;
  if (!is_spooled)
    count_lost (self, size);
  count_pending (self);
  g_mutex_unlock (&self->mutex);
  block_free (block);
}

static void
spool_blocks (GstCallHttpQueue *self)
{
  Block *block;

  while ((block = peek_block (self)) != NULL) {
    g_autoptr (GError) error = NULL;
    gboolean is_spooled = gst_call_spool_append (self->spool, block->meta, block->body, NULL,
                                                 &error);

    drop_block (self, block, is_spooled);
    if (!is_spooled)
      tell (self, GST_CALL_HTTP_EVENT_LOST, 0);
  }
}

/* --- one request --------------------------------------------------------------------- */

static gboolean
on_again (gpointer user_data)
{
  GstCallHttpQueue *self = user_data;

  stop_timer (self);
  send_next (self);
  return G_SOURCE_REMOVE;
}

static void
settle (GstCallHttpQueue *self, GstCallHttpOutcome outcome, guint status)
{
  gsize size = g_bytes_get_size (self->record->body);
  gboolean was_down = self->is_down;

  if (outcome == GST_CALL_HTTP_DELIVERED)
    gst_call_spool_remove (self->spool, self->record->sequence);
  else
    gst_call_spool_bury (self->spool, self->record->sequence);
  self->n_failed = 0;
  self->is_down = FALSE;
  g_mutex_lock (&self->mutex);
  self->stats.delivered += outcome == GST_CALL_HTTP_DELIVERED;
  self->stats.delivered_bytes += outcome == GST_CALL_HTTP_DELIVERED ? size : 0;
  self->stats.dead += outcome == GST_CALL_HTTP_BURY;
  count_pending (self);
  g_mutex_unlock (&self->mutex);
  if (outcome == GST_CALL_HTTP_BURY)
    tell (self, GST_CALL_HTTP_EVENT_DEAD, status);
  if (was_down)
    tell (self, GST_CALL_HTTP_EVENT_UP, status);
}

static void
try_later (GstCallHttpQueue *self, guint status, guint told_ms)
{
  guint delay;

  self->n_failed++;
  g_mutex_lock (&self->mutex);
  self->stats.failures++;
  g_mutex_unlock (&self->mutex);
  if (self->n_failed >= GST_CALL_HTTP_TRIES && !self->is_down) {
    self->is_down = TRUE;
    tell (self, GST_CALL_HTTP_EVENT_DOWN, status);
  }
  delay = gst_call_http_policy_delay_ms (self->n_failed, self->retry_delay_ms);
  start_timer (self, MAX (delay, told_ms), on_again);
}

static void
end_request (GstCallHttpQueue *self, guint status, guint told_ms)
{
  GstCallHttpOutcome outcome = gst_call_http_policy_judge (status);

  stop_timer (self);
  g_clear_object (&self->cancellable);
  g_mutex_lock (&self->mutex);
  self->stats.last_status = status;
  g_mutex_unlock (&self->mutex);
  if (self->is_stopping) {
    g_clear_pointer (&self->record, gst_call_spool_record_free);
    g_main_loop_quit (self->loop);
    return;
  }
  if (outcome == GST_CALL_HTTP_RETRY)
    try_later (self, status, told_ms);
  else
    settle (self, outcome, status);
  g_clear_pointer (&self->record, gst_call_spool_record_free);
  if (outcome != GST_CALL_HTTP_RETRY)
    send_next (self);
}

static void
on_answer_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GstCallHttpQueue *self = user_data;
  SoupMessage *message = g_object_get_data (source, "message");
  const char *after = soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                    "Retry-After");

  g_input_stream_skip_finish (G_INPUT_STREAM (source), result, NULL);
  end_request (self, soup_message_get_status (message),
               gst_call_http_policy_retry_after_ms (after));
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GstCallHttpQueue *self = user_data;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, NULL);

  if (stream == NULL) {
    end_request (self, 0, 0);
    return;
  }
  g_object_set_data_full (G_OBJECT (stream), "message", g_object_ref (message), g_object_unref);
  g_input_stream_skip_async (stream, ANSWER_BYTES, G_PRIORITY_DEFAULT, self->cancellable,
                             on_answer_read, self);
}

static gboolean
on_timeout (gpointer user_data)
{
  GstCallHttpQueue *self = user_data;

  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static SoupMessage *
make_message (GstCallHttpQueue *self)
{
  g_auto (GStrv) lines = g_strsplit (self->record->meta, "\n", -1);
  g_autofree char *url = gst_call_http_policy_make_url (self->location,
                                                        lines[0] != NULL ? lines[0] : "");
  SoupMessage *message = soup_message_new (SOUP_METHOD_POST, url);
  g_autofree char *type = NULL;
  SoupMessageHeaders *headers;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers (message);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
    g_auto (GStrv) halves = g_strsplit (lines[i], ": ", 2);

    if (g_strv_length (halves) == 2)
      soup_message_headers_replace (headers, halves[0], halves[1]);
  }
  /* Setting the body sets the type, which frees the one before. */
  type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  soup_message_set_request_body_from_bytes (message, type, self->record->body);
  return message;
}

/* The receiver tells a block that comes twice by its key, and one that is missing by its number. */
static void
identify (GstCallHttpQueue *self, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autofree char *sequence = g_strdup_printf ("%" G_GUINT64_FORMAT, self->record->sequence);
  g_autofree char *key = g_strdup_printf ("%s-%s", gst_call_spool_get_id (self->spool), sequence);
  g_autofree char *bearer = g_strdup_printf ("Bearer %s", self->api_key);

  soup_message_headers_replace (headers, "Idempotency-Key", key);
  soup_message_headers_replace (headers, "X-Sequence", sequence);
  if (self->api_key != NULL && *self->api_key != '\0')
    soup_message_headers_replace (headers, "Authorization", bearer);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
}

static void
send_next (GstCallHttpQueue *self)
{
  g_autoptr (SoupMessage) message = NULL;

  if (self->record != NULL || self->timer != NULL || self->is_stopping)
    return;
  self->record = gst_call_spool_peek (self->spool);
  g_mutex_lock (&self->mutex);
  count_pending (self);
  g_mutex_unlock (&self->mutex);
  if (self->record == NULL)
    return;
  message = make_message (self);
  if (message == NULL) {
    end_request (self, 0, 0);
    return;
  }
  identify (self, message);
  self->cancellable = g_cancellable_new ();
  start_timer (self, self->timeout_ms, on_timeout);
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, self->cancellable,
                           on_answered, self);
}

/* --- the thread ------------------------------------------------------------------------ */

static gboolean
on_pushed (gpointer user_data)
{
  GstCallHttpQueue *self = user_data;

  spool_blocks (self);
  send_next (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_replay (gpointer user_data)
{
  GstCallHttpQueue *self = user_data;

  gst_call_spool_replay (self->spool);
  send_next (self);
  return G_SOURCE_REMOVE;
}

/* What is under way is given up; its block stays in the spool. */
static gboolean
on_stop (gpointer user_data)
{
  GstCallHttpQueue *self = user_data;

  self->is_stopping = TRUE;
  stop_timer (self);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  else
    g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer user_data)
{
  GstCallHttpQueue *self = user_data;

  g_main_context_push_thread_default (self->context);
  self->session = soup_session_new ();
  send_next (self);
  g_main_loop_run (self->loop);
  spool_blocks (self);
  g_clear_object (&self->session);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* Never runs in the caller, even if the thread has not taken its context yet. */
static void
call_thread (GstCallHttpQueue *self, GSourceFunc func)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
}

/**
 * gst_call_http_queue_new:
 * @config: where to post, and how; copied
 * @spool: (transfer full): where blocks wait; what is in it goes first
 * @func: (nullable) (scope forever): told of what matters
 * @user_data: for @func
 *
 * Returns: (transfer full): a queue whose thread runs
 */
GstCallHttpQueue *
gst_call_http_queue_new (const GstCallHttpQueueConfig *config,
                         GstCallSpool *spool,
                         GstCallHttpEventFunc func,
                         gpointer user_data)
{
  GstCallHttpQueue *self = g_new0 (GstCallHttpQueue, 1);

  self->location = g_strdup (config->location);
  self->api_key = g_strdup (config->api_key);
  self->timeout_ms = config->timeout_ms;
  self->retry_delay_ms = config->retry_delay_ms;
  self->max_memory = config->max_memory;
  self->func = func;
  self->user_data = user_data;
  self->spool = spool;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->blocks);
  count_pending (self);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("call-http", run, self);
  return self;
}

/**
 * gst_call_http_queue_free:
 * @self: (transfer full): a queue
 *
 * Ends the thread at once. What did not arrive is in the spool.
 */
void
gst_call_http_queue_free (GstCallHttpQueue *self)
{
  call_thread (self, on_stop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  gst_call_spool_close (self->spool);
  g_queue_clear_full (&self->blocks, (GDestroyNotify) block_free);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self->location);
  g_free (self->api_key);
  g_free (self);
}

/**
 * gst_call_http_queue_push:
 * @self: a queue
 * @meta: of the block, as gst_call_http_policy_make_meta() writes it
 * @body: the block
 *
 * Never waits for disk or network; from any thread.
 *
 * Returns: whether there was room; otherwise the block is lost, counted and told
 */
gboolean
gst_call_http_queue_push (GstCallHttpQueue *self, const char *meta, GBytes *body)
{
  gsize size = g_bytes_get_size (body);
  gboolean fits;

  g_mutex_lock (&self->mutex);
  fits = self->memory + size <= self->max_memory;
  if (fits) {
    Block *block = g_new (Block, 1);

    *block = (Block){ g_strdup (meta), g_bytes_ref (body) };
    g_queue_push_tail (&self->blocks, block);
    self->memory += size;
    self->stats.pending++;
    self->stats.pending_bytes += size;
  } else {
    count_lost (self, size);
  }
  g_mutex_unlock (&self->mutex);
  if (fits)
    call_thread (self, on_pushed);
  else
    tell (self, GST_CALL_HTTP_EVENT_LOST, 0);
  return fits;
}

/**
 * gst_call_http_queue_wait:
 * @self: a queue
 * @timeout_us: how long at most
 *
 * Returns: whether all has arrived; %FALSE when the time is over or gst_call_http_queue_interrupt()
 * was called
 */
gboolean
gst_call_http_queue_wait (GstCallHttpQueue *self, gint64 timeout_us)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  gint64 end = g_get_monotonic_time () + timeout_us;

  while (self->stats.pending > 0 && !self->is_interrupted)
    if (!g_cond_wait_until (&self->changed, &self->mutex, end))
      break;
  return self->stats.pending == 0;
}

/**
 * gst_call_http_queue_interrupt:
 * @self: a queue
 * @interrupted: whether nobody may wait now
 */
void
gst_call_http_queue_interrupt (GstCallHttpQueue *self, gboolean interrupted)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->is_interrupted = interrupted;
  g_cond_broadcast (&self->changed);
}

/**
 * gst_call_http_queue_replay:
 * @self: a queue
 *
 * Posts the dead letters once more.
 */
void
gst_call_http_queue_replay (GstCallHttpQueue *self)
{
  call_thread (self, on_replay);
}

/**
 * gst_call_http_queue_get_stats:
 * @self: a queue
 * @stats: (out): what has become of the blocks
 */
void
gst_call_http_queue_get_stats (GstCallHttpQueue *self, GstCallHttpStats *stats)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  *stats = self->stats;
}

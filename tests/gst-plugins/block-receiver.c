/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "block-receiver.h"

#include <libsoup/soup.h>

#define DEADLINE (60 * G_USEC_PER_SEC)

/* An HTTP server in a thread of its own, which answers as planned, and then 200. */
struct _BlockReceiver {
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  guint port;

  GMutex mutex;
  GCond changed;
  GPtrArray *requests;
  GHashTable *keys; /* of what was taken */
  GQueue plan;
  gboolean is_up;
};

static void
request_free (BlockRequest *request)
{
  g_free (request->key);
  g_free (request->query);
  g_free (request->content_type);
  g_free (request->authorization);
  g_free (request->meeting);
  g_free (request->participant);
  g_free (request->track);
  g_bytes_unref (request->body);
  g_free (request);
}

static BlockRequest *
note_request (SoupServerMessage *message, guint status)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  BlockRequest *request = g_new0 (BlockRequest, 1);
  const char *sequence = soup_message_headers_get_one (headers, "X-Sequence");

#define HEADER(name) g_strdup (soup_message_headers_get_one (headers, name))
  request->key = HEADER ("Idempotency-Key");
  request->sequence = sequence != NULL ? g_ascii_strtoull (sequence, NULL, 10) : 0;
  request->query = g_strdup (g_uri_get_query (soup_server_message_get_uri (message)));
  request->content_type = HEADER ("Content-Type");
  request->authorization = HEADER ("Authorization");
  request->meeting = HEADER ("X-Meeting-Id");
  request->participant = HEADER ("X-Participant-Id");
  request->track = HEADER ("X-Track-Id");
#undef HEADER
  request->body = soup_message_body_flatten (body);
  request->status = status == BLOCK_RECEIVER_HANGS ? 0 : status;
  request->time = g_get_monotonic_time ();
  return request;
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  BlockReceiver *self = user_data;
  gpointer planned;
  guint status;
  BlockRequest *request;

  g_mutex_lock (&self->mutex);
  planned = g_queue_pop_head (&self->plan);
  status = planned != NULL ? GPOINTER_TO_UINT (planned) : 200;
  request = note_request (message, status);
  g_ptr_array_add (self->requests, request);
  if (status == 200)
    g_hash_table_add (self->keys, g_strdup (request->key));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  if (status == BLOCK_RECEIVER_HANGS) {
    soup_server_message_pause (message);
    return;
  }
  soup_server_message_set_status (message, status, NULL);
  if (status == 429)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After",
                                  "1");
}

static gpointer
run (gpointer user_data)
{
  BlockReceiver *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, "/ingest", on_request, self, NULL);
  soup_server_listen_local (self->server, self->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  g_mutex_lock (&self->mutex);
  self->port = (guint) g_uri_get_port (uris->data);
  self->is_up = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_main_loop_run (self->loop);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/**
 * block_receiver_new:
 * @port: where to listen; 0 for any
 *
 * Returns: (transfer full): a receiver that listens
 */
BlockReceiver *
block_receiver_new (guint port)
{
  BlockReceiver *self = g_new0 (BlockReceiver, 1);

  self->port = port;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->plan);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("receiver", run, self);
  g_mutex_lock (&self->mutex);
  while (!self->is_up)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return self;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

void
block_receiver_free (BlockReceiver *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->requests);
  g_hash_table_unref (self->keys);
  g_queue_clear (&self->plan);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

guint
block_receiver_get_port (BlockReceiver *self)
{
  return self->port;
}

void
block_receiver_plan (BlockReceiver *self, const guint *statuses, guint n)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < n; i++)
    g_queue_push_tail (&self->plan, GUINT_TO_POINTER (statuses[i]));
}

/**
 * block_receiver_wait:
 * @self: a receiver
 * @n_taken: until so many different blocks have been taken
 */
void
block_receiver_wait (BlockReceiver *self, guint n_taken)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  gint64 end = g_get_monotonic_time () + DEADLINE;

  while (g_hash_table_size (self->keys) < n_taken)
    if (!g_cond_wait_until (&self->changed, &self->mutex, end))
      g_error ("%u of %u blocks arrived", g_hash_table_size (self->keys), n_taken);
}

/**
 * block_receiver_get_requests:
 * @self: a receiver
 *
 * Returns: (transfer container): all that came, in order
 */
GPtrArray *
block_receiver_get_requests (BlockReceiver *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GPtrArray *requests = g_ptr_array_new ();

  for (guint i = 0; i < self->requests->len; i++)
    g_ptr_array_add (requests, self->requests->pdata[i]);
  return requests;
}

/**
 * block_receiver_get_taken:
 * @self: a receiver
 *
 * What a service keeps: each block once, by its key, in the order of arrival.
 *
 * Returns: (transfer container): requests
 */
GPtrArray *
block_receiver_get_taken (BlockReceiver *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *taken = g_ptr_array_new ();

  for (guint i = 0; i < self->requests->len; i++) {
    BlockRequest *request = self->requests->pdata[i];

    if (request->status == 200 && g_hash_table_add (seen, request->key))
      g_ptr_array_add (taken, request);
  }
  return taken;
}

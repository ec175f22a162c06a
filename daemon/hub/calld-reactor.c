/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-reactor.h"

#include "calld-front-door.h"
#include "calld-metrics.h"
#include "calld-reactor-private.h"

#include "call-error.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256
/* Mail to the reactor: above this the main context waits, since the reactor never waits for it. */
#define MAILBOX_PIECES 65536
#define MAILBOX_WEIGHT (64 * 1024 * 1024)
/* How soon accepting is tried again after the process ran out of descriptors. */
#define LISTEN_RETRY_MS 100
#define EXHAUSTED_WARNING_MS (60 * 1000)

/**
 * calld_reactor_new:
 * @options: limits
 * @tls: (nullable): the certificate, if TLS is ended here
 * @to_main: where mail to the main context goes; outlives the reactor
 * @error: return location
 *
 * Makes a reactor; its thread begins with calld_reactor_start().
 *
 * Returns: (transfer full): the reactor, %NULL on error
 */
CalldReactor *
calld_reactor_new (const CalldHubOptions *options,
                   CalldTlsContext *tls,
                   CalldMailbox *to_main,
                   GError **error)
{
  CalldReactor *self;
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  if (epoll_fd < 0) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_FAILED, "epoll: %s", g_strerror (errno));
    return NULL;
  }
  self = g_new0 (CalldReactor, 1);
  self->epoll_fd = epoll_fd;
  self->options = *options;
  self->limits = (CalldQueueLimits){ options->queue_frames, options->queue_bytes };
  self->tls = tls;
  self->to_main = to_main;
  calld_mailbox_set_quiet (to_main, TRUE);
  self->mailbox = calld_mailbox_new (MAILBOX_PIECES, MAILBOX_WEIGHT);
  self->rooms = calld_rooms_new ();
  self->routes = g_array_new (FALSE, FALSE, sizeof (CalldRoute));
  self->listeners = g_ptr_array_new_with_free_func (g_free);
  self->waiting_for_main = g_ptr_array_new ();
  self->slots = g_array_new (FALSE, TRUE, sizeof (CalldSlot));
  self->first_free = G_MAXUINT32;
  self->buffer = g_malloc (CALLD_REACTOR_BUFFER);
  self->compressor = calld_compressor_new (options->compression_threshold);
  g_mutex_init (&self->stats_lock);
  calld_wheel_init (&self->wheel, (guint64) g_get_monotonic_time () / 1000);
  return self;
}

/* Frees the dead, but those that a list still names: their turn comes in a later batch. */
static void
bury (CalldReactor *self)
{
  CalldPeer *peer = g_steal_pointer (&self->dead);

  while (peer != NULL) {
    CalldPeer *next = peer->next;

    if (peer->is_again || peer->is_dirty) {
      peer->next = self->dead;
      self->dead = peer;
    } else {
      calld_peer_free (peer);
    }
    peer = next;
  }
}

/* --- the loop --------------------------------------------------------------------------------- */

static void
update_now (CalldReactor *self)
{
  gint64 now_us = g_get_monotonic_time ();
  guint64 now_ms = (guint64) now_us / 1000;
  guint64 due_ms;

  __atomic_store_n (&self->last_turn_us, now_us, __ATOMIC_RELAXED);
  if (calld_wheel_next (&self->wheel, &due_ms))
    self->stats.loop_lag_us = now_ms > due_ms ? (guint) (now_ms - due_ms) * 1000 : 0;
  calld_wheel_advance (&self->wheel, now_ms);
}

static int
get_timeout (CalldReactor *self)
{
  guint64 now_ms = (guint64) g_get_monotonic_time () / 1000;
  guint64 due_ms;

  if (self->again != NULL || self->dirty != NULL)
    return 0;
  if (!calld_wheel_next (&self->wheel, &due_ms))
    return 1000;
  /* At least once a second, so that the health check sees the loop turn. */
  return due_ms <= now_ms ? 0 : (int) MIN (due_ms - now_ms, 1000);
}

static void
watch_listener (CalldReactor *self, CalldListener *listener)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = listener };

  listener->paused = FALSE;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, listener->fd, &event);
}

static void
on_listen_timer (CalldWheelTimer *timer)
{
  CalldReactor *self = (CalldReactor *) ((char *) timer -
                                         G_STRUCT_OFFSET (CalldReactor, listen_timer));

  for (guint i = 0; i < self->listeners->len; i++) {
    CalldListener *listener = g_ptr_array_index (self->listeners, i);

    if (listener->paused)
      watch_listener (self, listener);
  }
}

static void
on_listener_ready (CalldReactor *self, CalldListener *listener)
{
  gboolean exhausted = FALSE;

  calld_front_door_accept (self, listener->fd, &exhausted);
  if (!exhausted)
    return;
  /* No descriptor left: the listener stays readable, so look away for a moment instead of spinning.
   */
  if (self->exhausted_warned_ms == 0 ||
      self->wheel.now_ms - self->exhausted_warned_ms > EXHAUSTED_WARNING_MS) {
    g_warning ("out of file descriptors: new clients have to wait; raise RLIMIT_NOFILE");
    self->exhausted_warned_ms = self->wheel.now_ms;
  }
  for (guint i = 0; i < self->listeners->len; i++) {
    CalldListener *each = g_ptr_array_index (self->listeners, i);

    epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, each->fd, NULL);
    each->paused = TRUE;
  }
  calld_reactor_start_timer (self, &self->listen_timer, LISTEN_RETRY_MS, on_listen_timer);
}

static gboolean
is_listener (CalldReactor *self, gpointer pointer)
{
  return g_ptr_array_find (self->listeners, pointer, NULL);
}

static void
take_events (CalldReactor *self, const struct epoll_event *events, int n)
{
  for (int i = 0; i < n; i++) {
    gpointer pointer = events[i].data.ptr;

    if (pointer == self)
      calld_mailbox_dispatch (self->mailbox, self);
    else if (is_listener (self, pointer))
      on_listener_ready (self, pointer);
    else
      calld_peer_ready (pointer, events[i].events);
  }
}

/* Answers that a flush or a second look brings about go out in the same batch. */
static void
end_batch (CalldReactor *self)
{
  CalldPeer *again = g_steal_pointer (&self->again);

  while (again != NULL) {
    CalldPeer *peer = again;

    again = peer->next_again;
    peer->is_again = FALSE;
    calld_peer_look_again (peer);
  }
  while (self->dirty != NULL) {
    CalldPeer *peer = self->dirty;

    self->dirty = peer->next_dirty;
    peer->is_dirty = FALSE;
    calld_peer_flush (peer);
  }
  bury (self);
}

void
calld_reactor_close_listeners (CalldReactor *self)
{
  for (guint i = 0; i < self->listeners->len; i++) {
    CalldListener *listener = g_ptr_array_index (self->listeners, i);

    epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, listener->fd, NULL);
    close (listener->fd);
  }
  g_ptr_array_set_size (self->listeners, 0);
}

/**
 * calld_reactor_free:
 * @self: (transfer full): a reactor whose thread does not run
 *
 * Frees the reactor.
 */
void
calld_reactor_free (CalldReactor *self)
{
  calld_reactor_close_listeners (self);
  calld_mailbox_free (self->mailbox);
  while (self->peers != NULL)
    calld_peer_kill (self->peers);
  end_batch (self);
  end_batch (self);
  if (self->on_drained != NULL)
    self->on_drained->open (self->on_drained, NULL);
  for (guint i = 0; i < self->routes->len; i++) {
    CalldRoute *route = &g_array_index (self->routes, CalldRoute, i);

    if (route->free != NULL)
      route->free (route->data);
  }
  calld_rooms_free (self->rooms);
  g_array_unref (self->routes);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->waiting_for_main);
  g_array_unref (self->slots);
  g_mutex_clear (&self->stats_lock);
  close (self->epoll_fd);
  calld_compressor_free (self->compressor);
  g_free (self->buffer);
  g_free (self);
}

static void
publish_stats (CalldReactor *self)
{
  self->stats.connections = self->n_peers;
  self->stats.members = self->n_sessions;
  self->stats.rooms = calld_rooms_get_count (self->rooms);
  self->stats.frame_memory = self->frame_memory;
  g_mutex_lock (&self->stats_lock);
  self->published = self->stats;
  g_mutex_unlock (&self->stats_lock);
}

/* What was asked for with a measurement has been written by now, as far as sockets took it. */
static void
finish_measurement (CalldReactor *self)
{
  calld_metrics_observe (CALLD_SERIES_EVENT, g_get_monotonic_time () - self->measured_us);
  self->measured_us = 0;
  g_atomic_int_set (&self->is_measuring, FALSE);
}

/* One turn of the loop: waits at most @timeout_ms, and does what there is to do. */
void
calld_reactor_turn (CalldReactor *self, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (self->epoll_fd, events, EVENTS, timeout_ms);

  update_now (self);
  take_events (self, events, MAX (n, 0));
  end_batch (self);
  if (self->measured_us != 0)
    finish_measurement (self);
  calld_reactor_ring_main (self);
  publish_stats (self);
}

static gpointer
run (gpointer data)
{
  CalldReactor *self = data;

  while (!self->stopping)
    calld_reactor_turn (self, get_timeout (self));
  return NULL;
}

/**
 * calld_reactor_start:
 * @self: a reactor
 *
 * Starts the thread.
 */
void
calld_reactor_start (CalldReactor *self)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, calld_mailbox_get_fd (self->mailbox), &event);
  self->thread = g_thread_new ("calld-reactor", run, self);
}

static void
open_stop (CalldMail *mail, gpointer receiver)
{
  CalldReactor *self = receiver;

  if (self != NULL)
    self->stopping = TRUE;
  g_free (mail);
}

/**
 * calld_reactor_stop:
 * @self: a reactor
 *
 * Ends the thread and waits for it. Connections are closed when the reactor is freed.
 */
void
calld_reactor_stop (CalldReactor *self)
{
  CalldMail *mail = g_new0 (CalldMail, 1);

  if (self->thread == NULL) {
    g_free (mail);
    return;
  }
  mail->open = open_stop;
  calld_mailbox_post_always (self->mailbox, mail);
  g_thread_join (g_steal_pointer (&self->thread));
}

/**
 * calld_reactor_get_mailbox:
 * @self: a reactor
 *
 * The mailbox of the reactor's thread; its mail is opened with the reactor as receiver.
 *
 * Returns: (transfer none): the mailbox
 */
CalldMailbox *
calld_reactor_get_mailbox (CalldReactor *self)
{
  return self->mailbox;
}

/**
 * calld_reactor_get_stats:
 * @self: a reactor
 * @stats: (out caller-allocates): the counts at the end of the last batch
 *
 * Reads the counters. Any thread.
 */
void
calld_reactor_get_stats (CalldReactor *self, CalldHubStats *stats)
{
  g_mutex_lock (&self->stats_lock);
  *stats = self->published;
  g_mutex_unlock (&self->stats_lock);
  stats->mail = calld_mailbox_get_length (self->to_main);
  stats->reactor_mail = calld_mailbox_get_length (self->mailbox);
  stats->http_connections = (guint) MAX (g_atomic_int_get (&self->n_http), 0);
}

/**
 * calld_reactor_get_last_turn_us:
 * @self: a reactor
 *
 * When the loop turned last. Any thread.
 *
 * Returns: a time of g_get_monotonic_time()
 */
gint64
calld_reactor_get_last_turn_us (CalldReactor *self)
{
  return __atomic_load_n (&self->last_turn_us, __ATOMIC_RELAXED);
}

/**
 * calld_reactor_count_http:
 * @self: a reactor
 * @difference: 1 for a connection that went to libsoup, -1 for one that came back or was closed
 *
 * Counts connections that are elsewhere. Any thread.
 */
void
calld_reactor_count_http (CalldReactor *self, int difference)
{
  g_atomic_int_add (&self->n_http, difference);
}

/* --- for peers -------------------------------------------------------------------------------- */

void
calld_reactor_watch (CalldReactor *self, CalldPeer *peer, guint8 interest)
{
  struct epoll_event event = { .data.ptr = peer };
  int operation = peer->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

  if ((interest & CALLD_INTEREST_READ) != 0)
    event.events |= EPOLLIN;
  if ((interest & CALLD_INTEREST_WRITE) != 0)
    event.events |= EPOLLOUT;
  peer->interest = interest;
  peer->is_watched = TRUE;
  epoll_ctl (self->epoll_fd, operation, peer->channel.fd, &event);
}

void
calld_reactor_forget (CalldReactor *self, CalldPeer *peer)
{
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, peer->channel.fd, NULL);
  calld_wheel_stop (&self->wheel, &peer->timer);
  if (peer->is_waiting)
    g_ptr_array_remove_fast (self->waiting_for_main, peer);
  peer->is_waiting = FALSE;
  if (peer->next != NULL)
    peer->next->prev = peer->prev;
  if (peer->prev != NULL)
    peer->prev->next = peer->next;
  else
    self->peers = peer->next;
  self->n_peers--;
  self->stats.websockets -= peer->is_upgraded;
  peer->prev = NULL;
  peer->next = self->dead;
  self->dead = peer;
}

void
calld_reactor_mark_dirty (CalldReactor *self, CalldPeer *peer)
{
  if (peer->is_dirty)
    return;
  peer->is_dirty = TRUE;
  peer->next_dirty = self->dirty;
  self->dirty = peer;
}

void
calld_reactor_mark_again (CalldReactor *self, CalldPeer *peer)
{
  if (peer->is_again)
    return;
  peer->is_again = TRUE;
  peer->next_again = self->again;
  self->again = peer;
}

/* --- services of the thread ------------------------------------------------------------------- */

/**
 * calld_reactor_add_route:
 * @self: a reactor
 * @route: (transfer full): the path and what serves it
 *
 * Adds a path to the real-time side. Before the thread starts, or in it.
 */
void
calld_reactor_add_route (CalldReactor *self, const CalldRoute *route)
{
  g_array_append_val (self->routes, *route);
}

/**
 * calld_reactor_listen:
 * @self: a reactor
 * @fd: (transfer full): a non-blocking listening socket
 *
 * Accepts connections from @fd.
 */
void
calld_reactor_listen (CalldReactor *self, int fd)
{
  CalldListener *listener = g_new0 (CalldListener, 1);

  listener->fd = fd;
  g_ptr_array_add (self->listeners, listener);
  watch_listener (self, listener);
}

/**
 * calld_reactor_get_now_ms:
 * @self: a reactor
 *
 * The time of this batch.
 *
 * Returns: milliseconds of the monotonic clock
 */
guint64
calld_reactor_get_now_ms (CalldReactor *self)
{
  return self->wheel.now_ms;
}

/**
 * calld_reactor_start_timer:
 * @self: a reactor
 * @timer: a timer, moved if it is started
 * @delay_ms: from now
 * @func: what is called then
 *
 * Starts a timer of the reactor's wheel.
 */
void
calld_reactor_start_timer (CalldReactor *self,
                           CalldWheelTimer *timer,
                           guint64 delay_ms,
                           CalldWheelFunc func)
{
  calld_wheel_start (&self->wheel, timer, self->wheel.now_ms + delay_ms, func);
}

/**
 * calld_reactor_stop_timer:
 * @self: a reactor
 * @timer: a timer
 *
 * Stops a timer, if it is started.
 */
void
calld_reactor_stop_timer (CalldReactor *self, CalldWheelTimer *timer)
{
  calld_wheel_stop (&self->wheel, timer);
}

/**
 * calld_reactor_get_options:
 * @self: a reactor
 *
 * The limits of the hub.
 *
 * Returns: (transfer none): the options
 */
const CalldHubOptions *
calld_reactor_get_options (CalldReactor *self)
{
  return &self->options;
}

/**
 * calld_reactor_get_rooms:
 * @self: a reactor
 *
 * The rooms of all gateways.
 *
 * Returns: (transfer none): the rooms
 */
CalldRooms *
calld_reactor_get_rooms (CalldReactor *self)
{
  return self->rooms;
}

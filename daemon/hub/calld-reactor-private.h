/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-compressor.h"
#include "calld-reactor.h"

G_BEGIN_DECLS

#define CALLD_REACTOR_BUFFER (64 * 1024)
/* Of one peer in one batch: a fast sender must not starve the others. */
#define CALLD_REACTOR_READS 4
#define CALLD_REACTOR_IOVECS 64

/* What is to be done with a peer at the end of the batch; nothing of it may happen while frames are
 * handed out, since it changes rooms. */
enum {
  CALLD_DOOM_NONE,
  CALLD_DOOM_SLOW,
  CALLD_DOOM_ERROR,
};

enum {
  CALLD_INTEREST_READ = 1 << 0,
  CALLD_INTEREST_WRITE = 1 << 1,
};

/* One slot of the table of sessions; the generation makes old ids miss. */
typedef struct {
  CalldClient *session;
  guint32 generation;
  guint32 next_free;
} CalldSlot;

typedef struct {
  int fd;
  gboolean paused;
} CalldListener;

/* All of it belongs to the reactor's thread, but what is said to be atomic. */
struct _CalldReactor {
  CalldHubOptions options;
  CalldQueueLimits limits;
  CalldTlsContext *tls;
  CalldMailbox *mailbox;
  CalldMailbox *to_main;
  GThread *thread;
  int epoll_fd;
  gboolean stopping;
  gboolean draining;

  CalldWheel wheel;
  CalldRooms *rooms;
  GArray *routes;
  GPtrArray *listeners;
  CalldWheelTimer listen_timer;
  guint64 exhausted_warned_ms;

  CalldPeer *peers;
  CalldPeer *dirty;
  CalldPeer *again;
  CalldPeer *dead;
  GPtrArray *waiting_for_main;
  CalldWheelTimer main_timer;
  /* Mail the main context was not woken for yet. */
  gboolean main_is_urgent;
  gboolean main_is_relaxed;
  guint64 main_rung_ms;
  CalldWheelTimer ring_timer;

  GArray *slots;
  guint32 first_free;
  guint n_sessions;
  CalldWheelTimer drain_timer;
  guint drain_next;
  guint drain_step;
  guint drain_spread_ms;
  guint64 drain_end_ms;
  CalldMail *on_drained;

  gsize frame_memory;
  guint8 *buffer;
  CalldCompressor *compressor;

  /* Copied to @published at the end of each batch. */
  CalldHubStats stats;
  guint n_peers;
  GMutex stats_lock;
  CalldHubStats published;
  /* When that began which is measured, until the end of the batch; 0 for nothing. */
  gint64 measured_us;
  /* Atomic: whether a measurement is under way, from the main context to the end of a batch. */
  gint is_measuring;
  /* Atomic: connections that libsoup answers at this moment. */
  gint n_http;
  /* Atomic: g_get_monotonic_time() of the last turn of the loop. */
  gint64 last_turn_us;
};

void calld_peer_update_interest (CalldPeer *self);
gboolean calld_peer_is_reading (const CalldPeer *self);
void calld_peer_look_at_input (CalldPeer *self);
void calld_peer_account_for_input (CalldPeer *self);
void calld_peer_read (CalldPeer *self);
void calld_peer_read_rest (CalldPeer *self);
void calld_peer_notify_closed (CalldPeer *self);
void calld_reactor_turn (CalldReactor *self, int timeout_ms);
void calld_reactor_watch (CalldReactor *self, CalldPeer *peer, guint8 interest);
void calld_reactor_forget (CalldReactor *self, CalldPeer *peer);
void calld_reactor_mark_dirty (CalldReactor *self, CalldPeer *peer);
void calld_reactor_mark_again (CalldReactor *self, CalldPeer *peer);
void calld_reactor_ring_main (CalldReactor *self);
void calld_reactor_close_listeners (CalldReactor *self);
gboolean calld_reactor_account (CalldReactor *self, CalldPeer *peer, gsize bytes);

G_END_DECLS

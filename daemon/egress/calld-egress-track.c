/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-egress"

#include "config.h"

#include "calld-egress-track.h"

#include "calld-egress-pool.h"
#include "calld-log.h"

#include <string.h>

#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)
#define NS_PER_US 1000
#define UNIT_MAX 4
/* How often the counts of the sink are read. */
#define STATS_US G_USEC_PER_SEC

typedef enum {
  ITEM_DATA,
  ITEM_GAP,
  ITEM_MUTE,
  ITEM_END,
} ItemKind;

typedef struct {
  ItemKind kind;
  gboolean muted;
  guint8 *data;
  gsize length; /* of a gap: the bytes that are missing */
  gint64 at_us;
} Item;

struct _CalldEgressTrack {
  gatomicrefcount refs;
  CalldEgressPool *pool;
  CallEgressQuery query;

  /* Guards what follows up to the worker's part. */
  GMutex lock;
  GArray *inbox;
  gsize inbox_bytes;
  gboolean is_scheduled;
  gboolean is_started;
  gboolean is_ended;
  CalldEgressTrackStats stats;
  const CalldEgressSettings *settings;
  char *meeting_id;

  /* The worker's. */
  CalldEgressChain *chain;
  gboolean has_failed;
  CalldEgressFormat actual;
  GByteArray *heard;
  gint64 heard_from_us;
  guint8 carry[UNIT_MAX];
  gsize carry_length;
  guint64 units;
  guint64 first_frame_us;
  gint64 stats_read_us;
  gboolean pending_mute;
};

/* --- life ------------------------------------------------------------------------------------- */

static void
copy_query (CallEgressQuery *to, const CallEgressQuery *from)
{
  *to = *from;
  to->room_name = g_strdup (from->room_name);
  to->participant = g_strdup (from->participant);
  to->track_id = g_strdup (from->track_id);
  to->meeting_id = g_strdup (from->meeting_id);
  to->codec = g_strdup (from->codec);
  to->resume = g_strdup (from->resume);
}

/**
 * calld_egress_track_new:
 * @pool: who works on it; outlives the track
 * @query: what the sender said, copied
 *
 * Makes a track. It takes data at once, and writes it when it is started.
 *
 * Returns: (transfer full): the track
 */
CalldEgressTrack *
calld_egress_track_new (CalldEgressPool *pool, const CallEgressQuery *query)
{
  CalldEgressTrack *self = g_new0 (CalldEgressTrack, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->pool = calld_egress_pool_ref (pool);
  copy_query (&self->query, query);
  self->inbox = g_array_new (FALSE, FALSE, sizeof (Item));
  self->actual = (CalldEgressFormat){ query->sample_rate, query->channels };
  self->stats.actual = self->actual;
  return self;
}

CalldEgressTrack *
calld_egress_track_ref (CalldEgressTrack *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
calld_egress_track_unref (CalldEgressTrack *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  calld_egress_pool_give_back (self->pool, self->inbox_bytes);
  for (guint i = 0; i < self->inbox->len; i++)
    g_free (g_array_index (self->inbox, Item, i).data);
  g_array_unref (self->inbox);
  g_clear_pointer (&self->chain, calld_egress_chain_free);
  g_clear_pointer (&self->heard, g_byte_array_unref);
  call_egress_query_clear (&self->query);
  g_free (self->meeting_id);
  calld_egress_pool_unref (self->pool);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- the queue -------------------------------------------------------------------------------- */

/* With the lock. Whoever is in the pool's queue holds a reference. */
static void
schedule (CalldEgressTrack *self)
{
  if (self->is_scheduled || !self->is_started || self->inbox->len == 0)
    return;
  self->is_scheduled = TRUE;
  calld_egress_pool_add (self->pool, self);
}

static void
add_item (CalldEgressTrack *self, const Item *item)
{
  if (self->is_ended)
    return;
  g_array_append_val (self->inbox, *item);
  self->is_ended = item->kind == ITEM_END;
  schedule (self);
}

/* Gaps that follow each other are one. */
static void
add_gap (CalldEgressTrack *self, gsize bytes)
{
  Item *last = self->inbox->len > 0 ? &g_array_index (self->inbox, Item, self->inbox->len - 1)
                                    : NULL;
  Item item = { .kind = ITEM_GAP, .length = bytes };

  if (last != NULL && last->kind == ITEM_GAP)
    last->length += bytes;
  else
    add_item (self, &item);
}

/**
 * calld_egress_track_start:
 * @self: a track
 * @settings: how it is recorded; outlives the track
 * @meeting_id: its meeting
 *
 * Lets the workers have the track.
 */
void
calld_egress_track_start (CalldEgressTrack *self,
                          const CalldEgressSettings *settings,
                          const char *meeting_id)
{
  g_mutex_lock (&self->lock);
  if (!self->is_started) {
    self->settings = settings;
    self->meeting_id = g_strdup (meeting_id);
    self->is_started = TRUE;
    schedule (self);
  }
  g_mutex_unlock (&self->lock);
  calld_egress_pool_run (self->pool);
}

/**
 * calld_egress_track_push:
 * @self: a track
 * @data: (transfer full) (array length=length): bytes of samples, or a frame of video
 * @length: their number
 * @now_us: when they came, of the monotonic clock
 *
 * Adds what a sender sent; calld_egress_pool_run() has it worked on. Never waits: above the bounds
 * it is dropped, and the recording says how much is missing where.
 */
void
calld_egress_track_push (CalldEgressTrack *self, guint8 *data, gsize length, gint64 now_us)
{
  Item item = { .kind = ITEM_DATA, .data = data, .length = length, .at_us = now_us };

  g_mutex_lock (&self->lock);
  self->stats.received += length;
  if (self->is_ended || self->inbox_bytes + length > CALLD_EGRESS_TRACK_BYTES ||
      !calld_egress_pool_take (self->pool, length)) {
    self->stats.dropped += length;
    add_gap (self, length);
    g_free (data);
  } else {
    self->inbox_bytes += length;
    add_item (self, &item);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * calld_egress_track_push_mute:
 * @self: a track
 * @muted: whether it is muted from here on
 *
 * Pauses the recording, or goes on with it. Saying the same again changes nothing.
 */
void
calld_egress_track_push_mute (CalldEgressTrack *self, gboolean muted)
{
  Item item = { .kind = ITEM_MUTE, .muted = muted };

  g_mutex_lock (&self->lock);
  if (self->stats.is_muted != muted) {
    self->stats.is_muted = muted;
    add_item (self, &item);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * calld_egress_track_push_gap:
 * @self: a track
 * @bytes: how much the sender does not have any more
 *
 * Notes that something is missing.
 */
void
calld_egress_track_push_gap (CalldEgressTrack *self, guint64 bytes)
{
  g_mutex_lock (&self->lock);
  self->stats.received += bytes;
  add_gap (self, bytes);
  g_mutex_unlock (&self->lock);
}

/**
 * calld_egress_track_end:
 * @self: a track
 *
 * Says that the sender has gone: what it sent is written, and the file is closed.
 */
void
calld_egress_track_end (CalldEgressTrack *self)
{
  Item item = { .kind = ITEM_END };

  g_mutex_lock (&self->lock);
  add_item (self, &item);
  if (!self->is_started && self->inbox_bytes > 0)
    calld_log_warning ("egress_without_meeting", .count = (gint64) self->inbox_bytes,
                       .counted = "bytes");
  g_mutex_unlock (&self->lock);
}

/**
 * calld_egress_track_get_stats:
 * @self: a track
 * @stats: (out caller-allocates): what it has done
 *
 * Reads the counters. Any thread.
 */
void
calld_egress_track_get_stats (CalldEgressTrack *self, CalldEgressTrackStats *stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
}

/**
 * calld_egress_track_get_query:
 * @self: a track
 *
 * What the sender said.
 *
 * Returns: (transfer none): the query
 */
const CallEgressQuery *
calld_egress_track_get_query (CalldEgressTrack *self)
{
  return &self->query;
}

/* --- the worker's ----------------------------------------------------------------------------- */

static void
open_chain (CalldEgressTrack *self)
{
  g_autoptr (GError) error = NULL;

  if (self->chain != NULL || self->has_failed)
    return;
  self->chain = calld_egress_chain_new (self->settings, &self->query, self->meeting_id,
                                        &self->actual, &error);
  if (self->chain == NULL) {
    self->has_failed = TRUE;
    calld_log_error ("egress_failed", .detail = error->message);
  } else if (self->pending_mute) {
    calld_egress_chain_push_mute (self->chain, TRUE);
  }
}

static guint64
units_to_ns (const CalldEgressTrack *self, guint64 units)
{
  return units / self->actual.rate * NS_PER_SECOND +
         units % self->actual.rate * NS_PER_SECOND / self->actual.rate;
}

static void
push_units (CalldEgressTrack *self, guint8 *data, gsize length)
{
  guint64 units = length / calld_egress_format_get_unit (&self->actual);
  guint64 time_ns = units_to_ns (self, self->units);

  self->units += units;
  if (self->chain == NULL || length == 0) {
    g_free (data);
    return;
  }
  calld_egress_chain_push (self->chain, data, length, time_ns,
                           units_to_ns (self, self->units) - time_ns);
}

/* Frames of a WebSocket need not end where samples do: what is left over waits for the next. */
static void
push_samples (CalldEgressTrack *self, guint8 *data, gsize length)
{
  gsize unit = calld_egress_format_get_unit (&self->actual);
  gsize total = self->carry_length + length;
  gsize rest = total % unit;
  guint8 *joined;

  if (self->carry_length == 0 && rest == 0) {
    push_units (self, data, length);
    return;
  }
  joined = g_malloc (total);
  memcpy (joined, self->carry, self->carry_length);
  memcpy (joined + self->carry_length, data, length);
  g_free (data);
  memcpy (self->carry, joined + total - rest, rest);
  self->carry_length = rest;
  push_units (self, joined, total - rest);
}

/* What was heard decides what the stream really is; then it goes into the chain. */
static void
decide (CalldEgressTrack *self, gint64 duration_us)
{
  CalldEgressFormat declared = self->actual;
  GByteArray *heard = g_steal_pointer (&self->heard);
  gsize length;
  guint8 *data;

  if (heard == NULL)
    heard = g_byte_array_new ();
  self->actual = calld_egress_format_guess (&declared, heard->data, heard->len, duration_us);
  if (!calld_egress_format_equal (&declared, &self->actual)) {
    g_autofree char *detail = g_strdup_printf (
        "declared %u Hz, %u channels; sent %u Hz, %u channels; converted", declared.rate,
        declared.channels, self->actual.rate, self->actual.channels);

    calld_log_warning ("egress_format_wrong", .detail = detail);
  }
  open_chain (self);
  length = heard->len;
  data = g_byte_array_free (heard, FALSE);
  if (length > 0)
    push_samples (self, data, length);
  else
    g_free (data);
}

static void
take_samples (CalldEgressTrack *self, Item *item)
{
  if (self->chain != NULL || self->has_failed) {
    push_samples (self, g_steal_pointer (&item->data), item->length);
    return;
  }
  if (self->heard == NULL) {
    self->heard = g_byte_array_new ();
    self->heard_from_us = item->at_us;
  } else if (item->at_us - self->heard_from_us >= CALLD_EGRESS_LISTEN_US) {
    decide (self, item->at_us - self->heard_from_us);
    push_samples (self, g_steal_pointer (&item->data), item->length);
    return;
  }
  g_byte_array_append (self->heard, item->data, (guint) item->length);
  g_clear_pointer (&item->data, g_free);
  /* A sender that is faster than speech need not be listened to for long. */
  if (self->heard->len >= CALLD_EGRESS_TRACK_BYTES / 4)
    decide (self, 0);
}

static void
take_frame (CalldEgressTrack *self, Item *item)
{
  open_chain (self);
  if (self->first_frame_us == 0)
    self->first_frame_us = (guint64) item->at_us;
  self->units++;
  if (self->chain != NULL)
    calld_egress_chain_push (self->chain, g_steal_pointer (&item->data), item->length,
                             ((guint64) item->at_us - self->first_frame_us) * NS_PER_US, 0);
}

static void
take_gap (CalldEgressTrack *self, const Item *item)
{
  guint64 units = item->length / calld_egress_format_get_unit (&self->actual);

  calld_log_warning ("egress_gap", .count = (gint64) item->length, .counted = "bytes");
  if (self->query.kind != CALL_EGRESS_AUDIO)
    return;
  if (self->chain == NULL)
    decide (self, 0);
  if (self->chain != NULL)
    calld_egress_chain_push_gap (self->chain, units_to_ns (self, self->units),
                                 units_to_ns (self, units));
  self->units += units;
}

static void
take_mute (CalldEgressTrack *self, gboolean muted)
{
  /* What was heard before belongs to the time before. */
  if (self->heard != NULL)
    decide (self, 0);
  self->pending_mute = muted;
  if (self->chain != NULL)
    calld_egress_chain_push_mute (self->chain, muted);
}

static void
read_counts (CalldEgressTrack *self)
{
  CalldEgressCounts counts;
  guint64 units;

  if (self->chain == NULL)
    return;
  calld_egress_chain_get_counts (self->chain, &counts);
  units = counts.units + counts.paused + counts.lost;
  g_mutex_lock (&self->lock);
  self->stats.actual = self->actual;
  self->stats.blocks = counts.blocks;
  self->stats.lost = counts.lost;
  self->stats.stored = units * self->actual.rate / self->query.sample_rate *
                       calld_egress_format_get_unit (&self->actual);
  g_mutex_unlock (&self->lock);
}

static void
take_end (CalldEgressTrack *self)
{
  if (self->heard != NULL)
    decide (self, 0);
  if (self->chain != NULL)
    calld_egress_chain_push_end (self->chain);
  read_counts (self);
  g_clear_pointer (&self->chain, calld_egress_chain_free);
  self->has_failed = TRUE;
}

static void
take_item (CalldEgressTrack *self, Item *item)
{
  switch (item->kind) {
  case ITEM_DATA:
    if (self->query.kind == CALL_EGRESS_AUDIO)
      take_samples (self, item);
    else
      take_frame (self, item);
    break;
  case ITEM_GAP:
    take_gap (self, item);
    break;
  case ITEM_MUTE:
    take_mute (self, item->muted);
    break;
  case ITEM_END:
  default:
    take_end (self);
    break;
  }
  g_free (item->data);
}

static GArray *
take_inbox (CalldEgressTrack *self, gsize *bytes)
{
  GArray *items = NULL;

  g_mutex_lock (&self->lock);
  *bytes = self->inbox_bytes;
  self->inbox_bytes = 0;
  if (self->inbox->len > 0) {
    items = self->inbox;
    self->inbox = g_array_sized_new (FALSE, FALSE, sizeof (Item), 4);
  } else {
    self->is_scheduled = FALSE;
  }
  g_mutex_unlock (&self->lock);
  return items;
}

/* A track comes at the pace of speech, so a worker that takes all of it starves no other. */
void
calld_egress_track_work (CalldEgressTrack *self)
{
  gint64 now_us = g_get_monotonic_time ();
  GArray *items;
  gsize bytes;

  while ((items = take_inbox (self, &bytes)) != NULL) {
    for (guint i = 0; i < items->len; i++)
      take_item (self, &g_array_index (items, Item, i));
    g_array_unref (items);
    calld_egress_pool_give_back (self->pool, bytes);
    if (now_us - self->stats_read_us >= STATS_US) {
      self->stats_read_us = now_us;
      read_counts (self);
    }
  }
  calld_egress_track_unref (self);
}

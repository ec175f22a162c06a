/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-meter-private.h"

#include "call-level-private.h"

void
call_meter_init (CallMeter *self, gint64 now_us)
{
  *self = (CallMeter){ .total = { .first_frame_ms = -1,
                                  .connected_ms = -1,
                                  .rtt_ms = -1,
                                  .audio_level_in = CALL_LEVEL_SILENCE,
                                  .audio_level_out = CALL_LEVEL_SILENCE } };
  call_measurement_clear (&self->latest);
}

void
call_meter_begin (CallMeter *self, guint generation, gint64 now_us)
{
  if (self->started_us == 0)
    self->started_us = now_us;
  self->total.generation = generation;
  self->total.rtt_ms = -1;
  self->measured_us = now_us;
  self->bytes_in = 0;
  self->bytes_out = 0;
}

void
call_meter_note_connected (CallMeter *self, gint64 now_us)
{
  if (self->total.connected_ms < 0)
    self->total.connected_ms = (now_us - self->started_us) / 1000;
}

void
call_meter_note_picture (CallMeter *self, gint64 now_us)
{
  if (self->total.first_frame_ms < 0)
    self->total.first_frame_ms = (now_us - self->started_us) / 1000;
}

static void
add_flow (CallEngineStats *stats, CallFlow *flow)
{
  stats->frames_decoded += atomic_load (&flow->frames_decoded);
  stats->frames_sent += atomic_load (&flow->frames_sent);
  stats->audio_buffers_decoded += atomic_load (&flow->sounds_decoded);
  if (atomic_load (&flow->width) != 0) {
    stats->width = atomic_load (&flow->width);
    stats->height = atomic_load (&flow->height);
  }
}

/* Keeps the figures of a peer that is about to be closed. */
void
call_meter_add (CallMeter *self, CallFlow *flow)
{
  add_flow (&self->total, flow);
}

static guint64
per_second (guint64 bytes, gint64 elapsed_us)
{
  return elapsed_us > 0 ? gst_util_uint64_scale (bytes * 8, G_USEC_PER_SEC, elapsed_us) : 0;
}

void
call_meter_measure (CallMeter *self, CallPeer *peer, gint64 now_us)
{
  CallFlow *flow = call_peer_get_flow (peer);
  guint64 bytes_in = atomic_load (&flow->bytes_in);
  guint64 bytes_out = atomic_load (&flow->bytes_out);

  call_peer_measure (peer, &self->latest);
  /* Many reports carry no round trip: the last known one stays. */
  if (self->latest.rtt_ms >= 0)
    self->total.rtt_ms = self->latest.rtt_ms;
  self->total.bitrate_in = per_second (bytes_in - self->bytes_in, now_us - self->measured_us);
  self->total.bitrate_out = per_second (bytes_out - self->bytes_out, now_us - self->measured_us);
  self->bytes_in = bytes_in;
  self->bytes_out = bytes_out;
  self->measured_us = now_us;
}

void
call_meter_read (CallMeter *self, CallPeer *current, CallPeer *previous, CallEngineStats *stats)
{
  *stats = self->total;
  stats->loss_in = MAX (self->latest.loss_in, 0);
  stats->loss_out = MAX (self->latest.loss_out, 0);
  stats->candidate_local = self->latest.candidate_local;
  stats->candidate_remote = self->latest.candidate_remote;
  if (previous != NULL)
    add_flow (stats, call_peer_get_flow (previous));
  if (current != NULL)
    add_flow (stats, call_peer_get_flow (current));
}

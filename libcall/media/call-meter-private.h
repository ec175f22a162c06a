/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-engine-stats.h"
#include "call-peer-private.h"

G_BEGIN_DECLS

/* CallMeter adds up what the peers of a call have counted and measured. */
typedef struct {
  CallEngineStats total;  /* of peers that are gone; its other figures are the latest ones */
  CallMeasurement latest; /* of the current peer */
  gint64 started_us;      /* the first generation */
  gint64 measured_us;     /* when the bit rates were taken last */
  guint64 bytes_in;       /* and what the current peer had counted then */
  guint64 bytes_out;
} CallMeter;

void call_meter_init (CallMeter *self, gint64 now_us);
void call_meter_begin (CallMeter *self, guint generation, gint64 now_us);
void call_meter_note_connected (CallMeter *self, gint64 now_us);
void call_meter_note_picture (CallMeter *self, gint64 now_us);
void call_meter_add (CallMeter *self, CallFlow *flow);
void call_meter_measure (CallMeter *self, CallPeer *peer, gint64 now_us);
void
call_meter_read (CallMeter *self, CallPeer *current, CallPeer *previous, CallEngineStats *stats);

G_END_DECLS

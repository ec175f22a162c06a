/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* --- adaptation: pure functions over what was measured, once a second --- */

#define CALL_QUALITY_MIN_BITRATE 100000

/* One look at a peer; negative values are unknown. */
typedef struct {
  double rtt_ms;
  double loss_in;      /* 0.0 to 1.0 */
  double loss_out;     /* 0.0 to 1.0, as the other side reports */
  double jitter_ms;    /* of what we receive */
  double received_bps; /* what arrived of ours at the other side */
  const char *candidate_local;
  const char *candidate_remote;
} CallMeasurement;

typedef struct {
  guint bitrate;
  guint max_bitrate;
  double min_rtt_ms; /* the shortest seen: the path without queues */
} CallBitrateControl;

void call_measurement_clear (CallMeasurement *self);
void call_bitrate_control_init (CallBitrateControl *self, guint max_bitrate);
guint call_bitrate_control_step (CallBitrateControl *self, const CallMeasurement *measurement);
guint call_quality_choose_latency (const CallMeasurement *measurement, guint latency_ms);

/* --- liveness: webrtcbin 1.22 never notices that the other side is gone --- */

#define CALL_WATCHDOG_CONNECT_US (15 * G_USEC_PER_SEC)
#define CALL_WATCHDOG_STALL_US (3 * G_USEC_PER_SEC)
#define CALL_WATCHDOG_LOST_US (6 * G_USEC_PER_SEC)
#define CALL_WATCHDOG_REPEAT_US (10 * G_USEC_PER_SEC)

typedef enum {
  CALL_WATCHDOG_QUIET,     /* nothing new */
  CALL_WATCHDOG_STALLED,   /* no packet for a while: show that we are reconnecting */
  CALL_WATCHDOG_RECOVERED, /* packets come again */
  CALL_WATCHDOG_LOST,      /* the path is gone: ask for a new generation */
} CallWatchdogVerdict;

typedef struct {
  gint64 started_us;
  gint64 last_packet_us;
  gint64 lost_us; /* when LOST was said last, 0 if not since the last packet */
  guint64 packets;
  gboolean stalled;
} CallWatchdog;

void call_watchdog_init (CallWatchdog *self, gint64 now_us);
CallWatchdogVerdict
call_watchdog_step (CallWatchdog *self, gint64 now_us, guint64 packets, gboolean transport_failed);

G_END_DECLS

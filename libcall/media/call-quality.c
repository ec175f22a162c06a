/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-quality-private.h"

/* Thresholds that let a call at 1.2 Mbit/s survive a bottleneck of a third of that. */
#define LOSS_HIGH 0.08
#define LOSS_LOW 0.02
#define RTT_RISE_HIGH_MS 120.0
#define RTT_RISE_LOW_MS 60.0
#define RATE_DOWN 0.85
#define RATE_UP 1.06

#define LATENCY_MS 100
#define LATENCY_ROUGH_MS 200

void
call_measurement_clear (CallMeasurement *self)
{
  *self = (CallMeasurement){
    .rtt_ms = -1, .loss_in = -1, .loss_out = -1, .jitter_ms = -1, .received_bps = -1
  };
}

void
call_bitrate_control_init (CallBitrateControl *self, guint max_bitrate)
{
  self->max_bitrate = MAX (max_bitrate, CALL_QUALITY_MIN_BITRATE);
  self->bitrate = self->max_bitrate;
  self->min_rtt_ms = -1;
}

/* Down at once when packets are lost or queue up, up in small steps when neither happens. */
guint
call_bitrate_control_step (CallBitrateControl *self, const CallMeasurement *measurement)
{
  double rate = self->bitrate;
  double rise = 0;

  if (measurement->rtt_ms >= 0) {
    if (self->min_rtt_ms < 0 || measurement->rtt_ms < self->min_rtt_ms)
      self->min_rtt_ms = measurement->rtt_ms;
    rise = measurement->rtt_ms - self->min_rtt_ms;
  }
  if (measurement->loss_out < 0 && measurement->rtt_ms < 0)
    return self->bitrate; /* nothing is known, so nothing changes */

  if (measurement->loss_out > LOSS_HIGH || rise > RTT_RISE_HIGH_MS) {
    if (measurement->received_bps > 0)
      rate = MIN (rate, measurement->received_bps);
    rate *= RATE_DOWN;
  } else if (measurement->loss_out < LOSS_LOW && rise < RTT_RISE_LOW_MS) {
    rate *= RATE_UP;
  }
  self->bitrate = (guint) CLAMP (rate, CALL_QUALITY_MIN_BITRATE, self->max_bitrate);
  return self->bitrate;
}

/* How long the jitter buffer should wait for lost packets; it only ever grows within a generation.
 */
guint
call_quality_choose_latency (const CallMeasurement *measurement, guint latency_ms)
{
  gboolean rough = measurement->rtt_ms > 120.0 || measurement->jitter_ms > 40.0 ||
                   measurement->loss_in > LOSS_LOW;

  return MAX (latency_ms, rough ? LATENCY_ROUGH_MS : LATENCY_MS);
}

void
call_watchdog_init (CallWatchdog *self, gint64 now_us)
{
  *self = (CallWatchdog){ .started_us = now_us };
}

static CallWatchdogVerdict
say_lost (CallWatchdog *self, gint64 now_us)
{
  /* Whoever should have started a new generation may have been offline: say it again. */
  if (self->lost_us != 0 && now_us - self->lost_us < CALL_WATCHDOG_REPEAT_US)
    return CALL_WATCHDOG_QUIET;
  self->lost_us = now_us;
  return CALL_WATCHDOG_LOST;
}

static CallWatchdogVerdict
note_packets (CallWatchdog *self, gint64 now_us, guint64 packets)
{
  gboolean was_stalled = self->stalled;

  self->packets = packets;
  self->last_packet_us = now_us;
  self->lost_us = 0;
  self->stalled = FALSE;
  return was_stalled ? CALL_WATCHDOG_RECOVERED : CALL_WATCHDOG_QUIET;
}

/*
 * Judges a generation. @packets is how many have been received in all; @transport_failed is
 * the verdict that this generation is broken for good, whatever still trickles in.
 */
CallWatchdogVerdict
call_watchdog_step (CallWatchdog *self, gint64 now_us, guint64 packets, gboolean transport_failed)
{
  gint64 silence;

  if (packets != self->packets && !transport_failed)
    return note_packets (self, now_us, packets);
  if (self->packets == 0) {
    if (transport_failed || now_us - self->started_us >= CALL_WATCHDOG_CONNECT_US)
      return say_lost (self, now_us);
    return CALL_WATCHDOG_QUIET;
  }

  silence = now_us - self->last_packet_us;
  if (!self->stalled && (transport_failed || silence >= CALL_WATCHDOG_STALL_US)) {
    self->stalled = TRUE;
    return CALL_WATCHDOG_STALLED;
  }
  if (transport_failed || silence >= CALL_WATCHDOG_LOST_US)
    return say_lost (self, now_us);
  return CALL_WATCHDOG_QUIET;
}

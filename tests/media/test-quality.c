/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-quality-private.h"

/* The decisions about bit rate, waiting and liveness: tables of what was measured and what follows.
 */

#define S G_USEC_PER_SEC

static CallMeasurement
measured (double loss_out, double rtt_ms, double received_bps)
{
  CallMeasurement m;

  call_measurement_clear (&m);
  m.loss_out = loss_out;
  m.rtt_ms = rtt_ms;
  m.received_bps = received_bps;
  return m;
}

typedef struct {
  const char *what;
  double loss_out, rtt_ms, received_bps;
  guint expected; /* from 500 kbit/s, of at most 1 Mbit/s, shortest round trip 20 ms */
} RateCase;

static const RateCase rate_cases[] = {
  { "nothing known", -1, -1, -1, 500000 },
  { "all well", 0, 20, 500000, 530000 },
  { "no reports, short way", -1, 20, -1, 530000 },
  { "some loss", 0.05, 20, 480000, 500000 },
  { "just too much for more", 0.02, 20, 480000, 500000 },
  { "much loss", 0.2, 20, 400000, 340000 },
  { "much loss, nothing received known", 0.2, 20, -1, 425000 },
  { "queues", 0, 141, 500000, 425000 },
  { "small queues", 0, 90, 500000, 500000 },
  { "collapse", 0.9, 900, 20000, CALL_QUALITY_MIN_BITRATE },
};

static void
test_rate (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rate_cases); i++) {
    const RateCase *c = &rate_cases[i];
    CallMeasurement m = measured (c->loss_out, c->rtt_ms, c->received_bps);
    CallBitrateControl control;

    call_bitrate_control_init (&control, 1000000);
    g_assert_cmpuint (control.bitrate, ==, 1000000);
    control.bitrate = 500000;
    control.min_rtt_ms = 20;
    g_test_message ("%s", c->what);
    g_assert_cmpuint (call_bitrate_control_step (&control, &m), ==, c->expected);
    g_assert_cmpuint (control.bitrate, ==, c->expected);
  }
}

static void
test_rate_bounds (void)
{
  CallMeasurement good = measured (0, 20, 2000000), bad = measured (0.5, 20, 50000);
  CallBitrateControl control;

  call_bitrate_control_init (&control, 1000000);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (call_bitrate_control_step (&control, &bad), >=, CALL_QUALITY_MIN_BITRATE);
  g_assert_cmpuint (control.bitrate, ==, CALL_QUALITY_MIN_BITRATE);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (call_bitrate_control_step (&control, &good), <=, 1000000);
  g_assert_cmpuint (control.bitrate, ==, 1000000);

  call_bitrate_control_init (&control, 1); /* a silly wish */
  g_assert_cmpuint (control.bitrate, ==, CALL_QUALITY_MIN_BITRATE);
}

/* Recovering from a bottleneck takes tens of seconds, not one. */
static void
test_rate_recovers (void)
{
  CallMeasurement good = measured (0, 20, 300000), bad = measured (0.3, 20, 300000);
  CallBitrateControl control;
  guint seconds = 0;

  call_bitrate_control_init (&control, 1000000);
  call_bitrate_control_step (&control, &good);
  call_bitrate_control_step (&control, &bad);
  g_assert_cmpuint (control.bitrate, ==, 255000);
  while (control.bitrate < 1000000 && seconds++ < 100)
    call_bitrate_control_step (&control, &good);
  g_assert_cmpuint (seconds, >, 15);
  g_assert_cmpuint (seconds, <, 30);
}

static void
test_latency (void)
{
  CallMeasurement m = measured (0, 20, -1);

  g_assert_cmpuint (call_quality_choose_latency (&m, 100), ==, 100);
  m.rtt_ms = 121;
  g_assert_cmpuint (call_quality_choose_latency (&m, 100), ==, 200);
  m.rtt_ms = 20;
  g_assert_cmpuint (call_quality_choose_latency (&m, 200), ==, 200); /* never back */
  m.jitter_ms = 41;
  g_assert_cmpuint (call_quality_choose_latency (&m, 100), ==, 200);
  call_measurement_clear (&m);
  m.loss_in = 0.03; /* what is sent again takes a round trip and a picture's time */
  g_assert_cmpuint (call_quality_choose_latency (&m, 100), ==, 200);
  call_measurement_clear (&m);
  g_assert_cmpuint (call_quality_choose_latency (&m, 100), ==, 100);
}

/* --- liveness --- */

typedef struct {
  gint64 at_ms;
  guint64 packets;
  gboolean failed;
  CallWatchdogVerdict expected;
} Beat;

typedef struct {
  const char *name;
  Beat beats[12];
} Story;

#define QUIET CALL_WATCHDOG_QUIET
#define STALLED CALL_WATCHDOG_STALLED
#define RECOVERED CALL_WATCHDOG_RECOVERED
#define LOST CALL_WATCHDOG_LOST

static const Story stories[] = {
  { "never connects",
    { { 1000, 0, FALSE, QUIET },
      { 14999, 0, FALSE, QUIET },
      { 15000, 0, FALSE, LOST },
      { 15200, 0, FALSE, QUIET },
      { 25000, 0, FALSE, LOST },
      { 26000, 0, FALSE, QUIET } } },
  { "no path from the start",
    { { 7000, 0, TRUE, LOST }, { 7200, 0, TRUE, QUIET }, { 17000, 0, TRUE, LOST } } },
  { "late but well",
    { { 14000, 0, FALSE, QUIET }, { 14900, 5, FALSE, QUIET }, { 16000, 60, FALSE, QUIET } } },
  { "hiccup",
    { { 1000, 10, FALSE, QUIET }, { 3999, 10, FALSE, QUIET }, { 4100, 11, FALSE, QUIET } } },
  { "blackout of four seconds",
    { { 1000, 10, FALSE, QUIET },
      { 4000, 10, FALSE, STALLED },
      { 4200, 10, FALSE, QUIET },
      { 5000, 20, FALSE, RECOVERED },
      { 5200, 30, FALSE, QUIET } } },
  { "gone for ever",
    { { 1000, 10, FALSE, QUIET },
      { 4000, 10, FALSE, STALLED },
      { 6999, 10, FALSE, QUIET },
      { 7000, 10, FALSE, LOST },
      { 7200, 10, FALSE, QUIET },
      { 17000, 10, FALSE, LOST },
      { 17200, 10, FALSE, QUIET } } },
  { "comes back after it was called lost",
    { { 1000, 10, FALSE, QUIET },
      { 4000, 10, FALSE, STALLED },
      { 7000, 10, FALSE, LOST },
      { 8000, 11, FALSE, RECOVERED },
      { 11000, 11, FALSE, STALLED },
      { 14000, 11, FALSE, LOST } } },
  { "breaks while media trickles in",
    { { 1000, 10, FALSE, QUIET },
      { 2000, 20, TRUE, STALLED },
      { 2200, 30, TRUE, LOST },
      { 2400, 40, TRUE, QUIET } } },
};

static void
test_watchdog (gconstpointer data)
{
  const Story *story = data;
  CallWatchdog watchdog;

  call_watchdog_init (&watchdog, 50 * S);
  for (gsize i = 0; i < G_N_ELEMENTS (story->beats) && story->beats[i].at_ms != 0; i++) {
    const Beat *beat = &story->beats[i];

    g_test_message ("at %" G_GINT64_FORMAT " ms", beat->at_ms);
    g_assert_cmpint (
        call_watchdog_step (&watchdog, 50 * S + beat->at_ms * 1000, beat->packets, beat->failed),
        ==, beat->expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/quality/rate", test_rate);
  g_test_add_func ("/quality/rate/bounds", test_rate_bounds);
  g_test_add_func ("/quality/rate/recovers", test_rate_recovers);
  g_test_add_func ("/quality/latency", test_latency);
  for (gsize i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autofree char *path = g_strconcat ("/quality/watchdog/", stories[i].name, NULL);

    g_strdelimit (path, " ", '-');
    g_test_add_data_func (path, &stories[i], test_watchdog);
  }
  return g_test_run ();
}

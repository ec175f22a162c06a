/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-gain.h"
#include "call-loudness-limiter.h"
#include "call-loudness-meter.h"
#include "call-loudness-peak.h"
#include "call-loudness-samples.h"

#include <ebur128.h>
#include <math.h>
#include <string.h>

/* The parts of the normaliser: what is a voice, how loud it is, and that no peak gets through. */

#define RATE 48000
#define SECONDS 10

/* --- true peaks: signals 15 to 23 of EBU Tech 3341 ------------------------------- */

typedef struct {
  const char *name;
  double periods; /* of the sample rate in one of the tone */
  double amplitude, degrees, expected;
} PeakCase;

static const PeakCase peak_cases[] = {
  { "15", 4, 0.50, 0, -6 },    { "16", 4, 0.50, 45, -6 },  { "17", 6, 0.50, 60, -6 },
  { "18", 8, 0.50, 67.5, -6 }, { "19", 4, 1.41, 45, 3.0 },
};

static double
find_peak (const float *samples, guint n)
{
  GstCallLoudnessPeak peak;
  float peaks[GST_CALL_LOUDNESS_CHUNK], highest = 0;

  gst_call_loudness_peak_init (&peak, 1);
  for (guint at = 0; at < n; at += GST_CALL_LOUDNESS_CHUNK) {
    guint length = MIN (n - at, GST_CALL_LOUDNESS_CHUNK);

    if (gst_call_loudness_peak_push (&peak, samples + at, length, highest, peaks))
      for (guint i = 0; i < length; i++)
        highest = MAX (highest, peaks[i]);
  }
  return 20 * log10 (highest);
}

static void
assert_peak (double peak, double expected)
{
  g_assert_cmpfloat (peak, <=, expected + 0.2);
  g_assert_cmpfloat (peak, >=, expected - 0.4);
}

/* The level rises and falls within a few periods, as in the signals of the EBU: an edge has its own
 * peak. */
static double
fade (guint i, guint n)
{
  return MIN (1.0, MIN (i, n - 1 - i) / 480.0);
}

static void
test_tone_peaks (void)
{
  g_autofree float *samples = g_new (float, RATE);

  for (gsize c = 0; c < G_N_ELEMENTS (peak_cases); c++) {
    const PeakCase *p = &peak_cases[c];

    g_test_message ("signal %s", p->name);
    for (guint i = 0; i < RATE; i++)
      samples[i] = (float) (p->amplitude * fade (i, RATE) *
                            sin (2 * G_PI * (i / p->periods + p->degrees / 360)));
    assert_peak (find_peak (samples, RATE), p->expected);
  }
}

/* At four times the rate: a tone of half scale with one period of full scale, low-passed. */
static double
high_rate_sample (int i)
{
  const int middle = RATE / 2;
  double amplitude = i >= middle && i < middle + 16 ? 1.0 : 0.5;

  return amplitude * sin (2 * G_PI * i / 16);
}

static double
low_passed (int at)
{
  const int half = 64;
  double sum = 0;

  for (int k = -half; k <= half; k++) {
    double x = k / 4.0;
    double sinc = k == 0 ? 1 : sin (G_PI * x) / (G_PI * x);

    sum += high_rate_sample (at + k) * sinc * (0.5 + 0.5 * cos (G_PI * k / (half + 1))) / 4;
  }
  return sum;
}

/* Signals 20 to 23: the peak lies at the samples, or one, two or three quarters from them. */
static void
test_between_samples (void)
{
  g_autofree float *samples = g_new (float, RATE / 4);

  for (guint offset = 0; offset < 4; offset++) {
    g_test_message ("signal %u", 20 + offset);
    for (guint i = 0; i < RATE / 4; i++)
      samples[i] = (float) (fade (i, RATE / 4) * low_passed ((int) (4 * i + offset)));
    assert_peak (find_peak (samples, RATE / 4), 0);
  }
}

/* --- the limiter ------------------------------------------------------------------ */

typedef enum { TONES, NOISE, CLICKS, SQUARE, NYQUIST, N_PROGRAMMES } Programme;

static float
programme_sample (Programme programme, guint i, GRand *rand)
{
  switch (programme) {
  case TONES:
    return (float) (2 * sin (i * 0.001 * (i % RATE) / RATE) * sin (2 * G_PI * 0.23 * i));
  case NOISE:
    return (float) g_rand_double_range (rand, -2, 2);
  case CLICKS:
    return i % 997 < 3 ? (float) g_rand_double_range (rand, -8, 8) : 0;
  case SQUARE:
    return i / 37 % 2 == 0 ? 1.5f : -1.5f;
  case NYQUIST:
    return (i % 2 == 0 ? 1.f : -1.f) * (float) sin (i * 0.01);
  case N_PROGRAMMES:
  default:
    g_assert_not_reached ();
  }
}

static double
true_peak_of (const float *samples, guint n, guint channels)
{
  ebur128_state *state = ebur128_init (channels, RATE, EBUR128_MODE_TRUE_PEAK);
  double highest = 0;

  ebur128_add_frames_float (state, samples, n);
  for (guint c = 0; c < channels; c++) {
    double peak;

    ebur128_true_peak (state, c, &peak);
    highest = MAX (highest, peak);
  }
  ebur128_destroy (&state);
  return 20 * log10 (highest);
}

static void
test_limiter (void)
{
  for (guint p = 0; p < N_PROGRAMMES; p++) {
    for (guint channels = 1; channels <= 2; channels++) {
      g_autoptr (GstCallLoudnessLimiter) limiter = gst_call_loudness_limiter_new (channels, RATE);
      g_autoptr (GRand) rand = g_rand_new_with_seed (p);
      g_autofree float *samples = g_new (float, RATE *channels);

      gst_call_loudness_limiter_set_limit (limiter, -1.5);
      for (guint i = 0; i < RATE * channels; i++)
        samples[i] = programme_sample (p, i / channels, rand);
      for (guint at = 0, n; at < RATE; at += n) {
        n = g_rand_int_range (rand, 1, 700);
        n = MIN (n, RATE - at);
        gst_call_loudness_limiter_process (limiter, samples + at * channels, n);
      }
      g_test_message ("programme %u: %.2f dBTP", p, true_peak_of (samples, RATE, channels));
      g_assert_cmpfloat (true_peak_of (samples, RATE, channels), <=, -1.5 + 0.1);
    }
  }
}

/* What needs no limiting comes out bit for bit, late by the delay. */
static void
test_limiter_passes (void)
{
  g_autoptr (GstCallLoudnessLimiter) limiter = gst_call_loudness_limiter_new (1, RATE);
  guint delay = gst_call_loudness_limiter_get_delay (limiter);
  g_autofree float *in = g_new (float, RATE), *out = g_new (float, RATE);

  for (guint i = 0; i < RATE; i++)
    in[i] = out[i] = (float) (0.5 * sin (i * 0.01));
  gst_call_loudness_limiter_process (limiter, out, RATE);
  for (guint i = 0; i < RATE; i++)
    g_assert_cmpfloat (out[i], ==, i < delay ? 0 : in[i - delay]);
  g_assert_cmpfloat (gst_call_loudness_limiter_get_reduction (limiter), ==, 0);
}

/* After a peak the gain comes back, all of it. */
static void
test_limiter_releases (void)
{
  g_autoptr (GstCallLoudnessLimiter) limiter = gst_call_loudness_limiter_new (1, RATE);
  g_autofree float *samples = g_new (float, 2 * RATE);

  for (guint i = 0; i < 2 * RATE; i++)
    samples[i] = i == 1000 ? 8 : 0.1f;
  gst_call_loudness_limiter_process (limiter, samples, 1400);
  g_assert_cmpfloat (gst_call_loudness_limiter_get_reduction (limiter), <, -10);
  gst_call_loudness_limiter_process (limiter, samples + 1400, 2 * RATE - 1400);
  g_assert_cmpfloat (samples[2 * RATE - 1], ==, 0.1f);
  g_assert_cmpfloat (gst_call_loudness_limiter_get_reduction (limiter), ==, 0);
}

/* --- the gate: what becomes of sounds, as loudness of each 10 ms -------------------- */

typedef double (*Sound) (guint block);

static double
room (guint block)
{
  return -60 + (block * 7919 % 11) * 0.1;
}

static double
speaks (guint block)
{
  return block < 100 ? room (block) : block % 25 < 15 ? -30 : -45;
}

static double
speaks_in_noise (guint block)
{
  double noise = -48 + (block * 7919 % 11) * 0.1;

  return MAX (noise, block < 100 ? noise : block % 25 < 15 ? -30 : -45);
}

static double
fan_starts (guint block)
{
  return block < 300 ? room (block) : -40 + (block * 7919 % 11) * 0.1;
}

static double
claps (guint block)
{
  return block % 100 == 50 ? -5 : block % 100 == 51 ? -12 : room (block);
}

static double
switched_off (guint block)
{
  return block < 500 ? speaks (block) : -200;
}

typedef struct {
  const char *what;
  Sound sound;
  gboolean is_voice;      /* at the end */
  double gain, tolerance; /* towards -16 */
} GateCase;

static const GateCase gate_cases[] = {
  { "a room", room, FALSE, 0, 0 },
  { "a voice", speaks, TRUE, 16, 1 },
  { "a voice in noise", speaks_in_noise, TRUE, 16, 1 },
  { "claps", claps, FALSE, 0, 0 },
  { "a voice, then nothing", switched_off, FALSE, 16, 1 },
};

static double
follow (GstCallLoudnessGain *gain, Sound sound)
{
  double db = 0;

  gst_call_loudness_gain_init (gain);
  for (guint i = 0; i < 100 * SECONDS; i++) {
    double energy = gst_call_loudness_to_energy (sound (i));

    db = gst_call_loudness_gain_push (gain, &gst_call_loudness_defaults, energy);
  }
  return db;
}

static void
test_gate (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (gate_cases); i++) {
    const GateCase *c = &gate_cases[i];
    GstCallLoudnessGain gain;
    double db = follow (&gain, c->sound);

    g_test_message ("%s: %.2f dB", c->what, db);
    g_assert_cmpint (gain.hangover > 0, ==, c->is_voice);
    g_assert_cmpfloat (fabs (db - c->gain), <=, c->tolerance);
  }
}

/* A fan is taken for a voice for half a second at most; then its noise is kept down. */
static void
test_fan (void)
{
  GstCallLoudnessGain gain;
  double db = follow (&gain, fan_starts);

  g_assert_cmpint (gain.verdict, ==, GST_CALL_LOUDNESS_PAUSE);
  g_assert_cmpfloat (db, <=, -16 - gst_call_loudness_defaults.noise_distance + 40 + 1);
  g_assert_cmpfloat (gst_call_loudness_gate_get_floor (&gain.gate), >, -41);
}

/* --- samples ------------------------------------------------------------------------ */

static void
test_samples (void)
{
  static const float wild[] = { NAN, INFINITY, -INFINITY, 0.5f, 1e30f };
  static const float loud[] = { 2, -2, 1, -1, 0, 0.5f / 32768, 0.4f / 32768 };
  float samples[G_N_ELEMENTS (wild)];
  gint16 integers[G_N_ELEMENTS (loud)];

  gst_call_loudness_load_f32 (samples, wild, G_N_ELEMENTS (wild));
  g_assert_cmpfloat (samples[0], ==, 0);
  g_assert_cmpfloat (samples[1], ==, 64);
  g_assert_cmpfloat (samples[2], ==, -64);
  g_assert_cmpfloat (samples[3], ==, 0.5f);
  g_assert_cmpfloat (samples[4], ==, 64);
  gst_call_loudness_store_s16 (integers, loud, G_N_ELEMENTS (loud));
  for (gsize i = 0; i < G_N_ELEMENTS (loud); i++)
    g_assert_cmpint (integers[i], ==, ((int[]){ 32767, -32768, 32767, -32768, 0, 1, 0 })[i]);
  for (int i = -32768; i < 32768; i += 17) {
    gint16 one = (gint16) i, again;

    gst_call_loudness_load_s16 (samples, &one, 1);
    gst_call_loudness_store_s16 (&again, samples, 1);
    g_assert_cmpint (again, ==, one);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loudness-parts/tone-peaks", test_tone_peaks);
  g_test_add_func ("/loudness-parts/between-samples", test_between_samples);
  g_test_add_func ("/loudness-parts/limiter", test_limiter);
  g_test_add_func ("/loudness-parts/limiter/passes", test_limiter_passes);
  g_test_add_func ("/loudness-parts/limiter/releases", test_limiter_releases);
  g_test_add_func ("/loudness-parts/gate", test_gate);
  g_test_add_func ("/loudness-parts/fan", test_fan);
  g_test_add_func ("/loudness-parts/samples", test_samples);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "speech-signals.h"

#include <gst/check/gstharness.h>

#include <math.h>
#include <string.h>

/* What the element makes of speech, against the figures it is built for. */

#define TARGET (-16.0)
#define LIMIT (-1.5)
#define CAPS "audio/x-raw,format=F32LE,rate=48000,channels=1,layout=interleaved"

typedef struct {
  double lowest, highest; /* dB of gain, while speech is heard */
  double in_pauses;       /* the highest in pauses, from 5 s on */
} Gains;

typedef struct {
  const char *path;
  SpeechKind kind;
  double error;     /* LU */
  double converged; /* s */
  double deviation; /* LU; as much as a constant gain leaves is right as well */
} Case;

static const Case cases[] = {
  { "/normalizer/speech/quiet", SPEECH_QUIET, 0.5, 2.5, 1.5 },
  { "/normalizer/speech/normal", SPEECH_NORMAL, 0.5, 2.5, 1.5 },
  { "/normalizer/speech/hot", SPEECH_HOT, 0.5, 2.5, 1.5 },
  { "/normalizer/speech/steps", SPEECH_STEPS, 0.5, 5.0, 1.6 },
  { "/normalizer/speech/noisy", SPEECH_NOISY, 0.5, 2.5, 1.5 },
  { "/normalizer/speech/after-silence", SPEECH_AFTER_SILENCE, 0.5, 1.0, 1.5 },
  { "/normalizer/speech/claps", SPEECH_CLAPS, 0.5, 2.5, 1.5 },
  { "/normalizer/speech/loud-noise", SPEECH_LOUD_NOISE, 0.7, 2.5, 1.5 },
  { "/normalizer/speech/fan", SPEECH_FAN, 0.5, 2.5, 1.5 },
  { "/normalizer/speech/keyboard", SPEECH_KEYBOARD, 1.0, 2.5, 1.8 },
};

static GstBuffer *
make_block (const SpeechSignal *signal, guint block)
{
  gsize size = SPEECH_BLOCK * sizeof (float);
  const float *samples = &g_array_index (signal->samples, float, block *SPEECH_BLOCK);
  GstBuffer *buffer = gst_buffer_new_memdup (samples, size);

  GST_BUFFER_PTS (buffer) = block * 10 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
  return buffer;
}

static void
watch_gain (GstHarness *harness, const SpeechSignal *signal, guint block, Gains *gains)
{
  double gain;
  gboolean is_gated;

  g_object_get (harness->element, "gain", &gain, "gated", &is_gated, NULL);
  if (block >= 500 && !is_gated) {
    gains->lowest = MIN (gains->lowest, gain);
    gains->highest = MAX (gains->highest, gain);
  } else if (block >= 500) {
    gains->in_pauses = MAX (gains->in_pauses, gain);
  }
}

static void
take (GstHarness *harness, GArray *out)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (harness)) != NULL) {
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    g_array_append_vals (out, map.data, (guint) (map.size / sizeof (float)));
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
}

/* What comes out lies at the same time as what went in: neither late, nor shorter. */
static GArray *
normalize (const SpeechSignal *signal, Gains *gains)
{
  GstHarness *harness = gst_harness_new ("callnormalizer");
  GArray *out = g_array_new (FALSE, FALSE, sizeof (float));
  guint n_blocks = signal->samples->len / SPEECH_BLOCK;

  *gains = (Gains){ 99, -99, -99 };
  gst_harness_set_src_caps_str (harness, CAPS);
  for (guint i = 0; i < n_blocks; i++) {
    g_assert_cmpint (gst_harness_push (harness, make_block (signal, i)), ==, GST_FLOW_OK);
    take (harness, out);
    watch_gain (harness, signal, i, gains);
  }
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  take (harness, out);
  g_assert_cmpuint (out->len, ==, n_blocks * SPEECH_BLOCK);
  gst_harness_teardown (harness);
  return out;
}

static void
measure_constant_gain (SpeechFigures *figures, const SpeechSignal *signal)
{
  const float *samples = (const float *) signal->samples->data;
  guint n = signal->samples->len;

  speech_figures_measure (figures, signal, samples, n, speech_loudness (samples, n));
}

static void
assert_figures (const Case *c, guint cast)
{
  g_autoptr (SpeechSignal) signal = speech_signal_new (c->kind, cast);
  g_autoptr (GArray) out = NULL;
  SpeechFigures figures, constant;
  Gains gains;

  out = normalize (signal, &gains);
  measure_constant_gain (&constant, signal);
  speech_figures_measure (&figures, signal, (const float *) out->data, out->len, TARGET);
  g_test_message ("%s, cast %u: error %.2f, converged %.1f, deviation %.1f (%.1f), peak %.2f",
                  signal->name, cast, figures.error, figures.converged, figures.deviation,
                  constant.deviation, figures.true_peak);
  g_assert_cmpfloat (fabs (figures.error), <=, c->error);
  g_assert_cmpfloat (figures.true_peak, <=, LIMIT + 0.1);
  g_assert_cmpfloat (figures.converged, >=, 0);
  g_assert_cmpfloat (figures.deviation, <=, MAX (c->deviation, constant.deviation) + 0.05);
  /* The second cast opens with its loudest word, which the first second cannot know. */
  g_assert_cmpfloat (figures.converged, <=, cast == 1 ? MAX (c->converged, 2.5) : c->converged);
}

static void
test_case (gconstpointer data)
{
  for (guint cast = 0; cast < 3; cast++)
    assert_figures (data, cast);
}

/* The same speech, with and without claps, gets the same gain. */
static void
test_claps (void)
{
  g_autoptr (SpeechSignal) clapped = speech_signal_new (SPEECH_CLAPS, 0);
  g_autoptr (SpeechSignal) steady = speech_signal_new (SPEECH_NORMAL, 0);
  g_autoptr (GArray) a = NULL;
  g_autoptr (GArray) b = NULL;
  float scale = (float) pow (10, -4 / 20.0);
  Gains with, without;

  for (guint i = 0; i < steady->samples->len; i++)
    g_array_index (steady->samples, float, i) *= scale;
  a = normalize (clapped, &with);
  b = normalize (steady, &without);
  g_assert_cmpfloat (fabs (with.lowest - without.lowest), <=, 1);
  g_assert_cmpfloat (fabs (with.highest - without.highest), <=, 1);
}

/* In pauses the room does not come up. */
static void
test_pauses (void)
{
  g_autoptr (SpeechSignal) signal = speech_signal_new (SPEECH_NOISY, 0);
  g_autoptr (GArray) out = NULL;
  Gains gains;

  out = normalize (signal, &gains);
  g_assert_cmpfloat (gains.in_pauses - gains.highest, <=, 0.1);
  g_assert_cmpfloat (gains.highest - gains.lowest, <=, 4);
}

int
main (int argc, char *argv[])
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  g_test_add_func ("/normalizer/speech/claps-gain", test_claps);
  g_test_add_func ("/normalizer/speech/pauses", test_pauses);
  return g_test_run ();
}

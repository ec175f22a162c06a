/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-meter.h"
#include "ebu-signals.h"

/* The signals of EBU Tech 3341 which are tones: what the meter shows, block by block. */

typedef struct {
  GstCallLoudnessMeter *meter;
  guint channels;
  const double *gains; /* of each channel; NULL: all the same */
  float *block;
  double max_momentary, max_short_term;
} Listener;

static void
listener_init (Listener *self, guint channels, const double *gains)
{
  *self = (Listener){ .channels = channels, .gains = gains };
  self->meter = gst_call_loudness_meter_new (channels, EBU_RATE);
  self->block = g_new (float, gst_call_loudness_meter_get_block_frames (self->meter) * channels);
}

static void
listener_clear (Listener *self)
{
  gst_call_loudness_meter_free (self->meter);
  g_free (self->block);
}

static void
hear_block (Listener *self, const float *samples, guint n)
{
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < self->channels; c++)
      self->block[i * self->channels + c] = (float) (samples[i] *
                                                     (self->gains == NULL ? 1 : self->gains[c]));
  gst_call_loudness_meter_add (self->meter, self->block, n);
  gst_call_loudness_meter_end_block (self->meter);
}

/* The readings are taken as a live meter takes them: at every block, whatever the signal's offset.
 */
static void
hear (Listener *self, const EbuSignal *signal)
{
  g_autoptr (GArray) samples = ebu_signal_render (signal);
  guint n = gst_call_loudness_meter_get_block_frames (self->meter);

  self->max_momentary = self->max_short_term = GST_CALL_LOUDNESS_SILENCE;
  for (guint at = 0; at + n <= samples->len; at += n) {
    hear_block (self, &g_array_index (samples, float, at), n);
    self->max_momentary = MAX (self->max_momentary,
                               gst_call_loudness_meter_get_momentary (self->meter));
    self->max_short_term = MAX (self->max_short_term,
                                gst_call_loudness_meter_get_short_term (self->meter));
  }
}

static void
assert_near (double value, double expected, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (value, expected, tolerance);
}

static void
test_tones (gconstpointer data)
{
  guint channels = GPOINTER_TO_UINT (data);

  for (gsize i = 0; i < G_N_ELEMENTS (ebu_signals); i++) {
    const EbuSignal *signal = &ebu_signals[i];
    Listener listener;

    g_test_message ("signal %s", signal->name);
    listener_init (&listener, channels, NULL);
    hear (&listener, signal);
    if (signal->has_momentary)
      assert_near (listener.max_momentary, signal->expected, 0.1);
    if (signal->has_short_term)
      assert_near (listener.max_short_term, signal->expected, 0.1);
    if (signal->has_integrated)
      assert_near (gst_call_loudness_meter_get_integrated (listener.meter), signal->expected, 0.1);
    listener_clear (&listener);
  }
}

/* Signal 6: L R -28, C -24, Ls Rs -30 dBFS. */
static void
test_surround (void)
{
  static const EbuSignal signal = { "6", { { 0, 20 } }, 1, TRUE, TRUE, TRUE, -23 };
  double gains[5];
  Listener listener;

  for (guint i = 0; i < 5; i++)
    gains[i] = pow (10, ((double[]){ -28, -28, -24, -30, -30 })[i] / 20);
  listener_init (&listener, 5, gains);
  hear (&listener, &signal);
  assert_near (gst_call_loudness_meter_get_integrated (listener.meter), -23, 0.1);
  listener_clear (&listener);
}

/* Signals 10 and 13: twenty files each. */
static void
test_files (void)
{
  for (guint i = 0; i < 20; i++) {
    EbuSignal signal;
    Listener listener;

    listener_init (&listener, 2, NULL);
    ebu_burst (&signal, i * 0.15, -23, 3, 1);
    hear (&listener, &signal);
    assert_near (listener.max_short_term, -23, 0.1);
    listener_clear (&listener);
    listener_init (&listener, 2, NULL);
    ebu_burst (&signal, i * 0.02, -23, 0.4, 1);
    hear (&listener, &signal);
    assert_near (listener.max_momentary, -23, 0.1);
    listener_clear (&listener);
  }
}

/* Signals 11 and 14: twenty bursts in a row, each louder than the one before. */
static void
test_rows (void)
{
  Listener short_term, momentary;

  listener_init (&short_term, 2, NULL);
  listener_init (&momentary, 2, NULL);
  for (guint i = 0; i < 20; i++) {
    EbuSignal signal;

    ebu_burst (&signal, i * 0.15, -38.0 + i, 3, 3 - i * 0.15);
    hear (&short_term, &signal);
    assert_near (short_term.max_short_term, -38.0 + i, 0.1);
    ebu_burst (&signal, i * 0.02, -38.0 + i, 0.4, 0.4 - i * 0.02);
    hear (&momentary, &signal);
    assert_near (momentary.max_momentary, -38.0 + i, 0.1);
  }
  listener_clear (&short_term);
  listener_clear (&momentary);
}

static void
test_silence (void)
{
  Listener listener;

  listener_init (&listener, 1, NULL);
  g_assert_cmpfloat (gst_call_loudness_meter_get_momentary (listener.meter), ==,
                     GST_CALL_LOUDNESS_SILENCE);
  g_assert_cmpfloat (gst_call_loudness_meter_get_integrated (listener.meter), ==,
                     GST_CALL_LOUDNESS_SILENCE);
  hear (&listener, &ebu_signals[0]);
  gst_call_loudness_meter_skip (listener.meter, 20);
  assert_near (gst_call_loudness_meter_get_momentary (listener.meter), -26, 0.1);
  gst_call_loudness_meter_skip (listener.meter, 1000);
  g_assert_cmpfloat (gst_call_loudness_meter_get_short_term (listener.meter), ==,
                     GST_CALL_LOUDNESS_SILENCE);
  assert_near (gst_call_loudness_meter_get_integrated (listener.meter), -23, 0.1);
  listener_clear (&listener);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/loudness-meter/tones/mono", GUINT_TO_POINTER (1), test_tones);
  g_test_add_data_func ("/loudness-meter/tones/stereo", GUINT_TO_POINTER (2), test_tones);
  g_test_add_func ("/loudness-meter/surround", test_surround);
  g_test_add_func ("/loudness-meter/files", test_files);
  g_test_add_func ("/loudness-meter/rows", test_rows);
  g_test_add_func ("/loudness-meter/silence", test_silence);
  return g_test_run ();
}

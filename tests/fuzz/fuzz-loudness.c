/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-loudness-samples.h"
#include "call-loudness.h"

#include <math.h>
#include <string.h>

#define MOST 4096 /* frames */

/* What may be done to a normaliser, by the first byte of a record; the second says how much. */
typedef enum { PLAY, PLAY_NUMBERS, GAP, SKIP, FORMAT, CONFIG, RESET, RESTART, N_DEEDS } Deed;

typedef struct {
  const uint8_t *data;
  size_t size;
} Input;

static uint8_t
take (Input *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

/* Bytes as samples of 16 bits, or as whatever floats they are. */
static void
fill (Input *input, float *samples, guint n, Deed deed)
{
  guint8 bytes[8] = { 0 };
  gint16 integers[4];
  float floats[2];

  for (guint i = 0; i < sizeof (bytes); i++)
    bytes[i] = take (input);
  memcpy (integers, bytes, sizeof (integers));
  memcpy (floats, bytes, sizeof (floats));
  for (guint i = 0; i < n; i++)
    if (deed == PLAY)
      gst_call_loudness_load_s16 (samples + i, &integers[i % 4], 1);
    else
      gst_call_loudness_load_f32 (samples + i, &floats[i % 2], 1);
}

static void
configure (Input *input, GstCallLoudness *loudness)
{
  GstCallLoudnessConfig config = gst_call_loudness_defaults;

  config.target = -5.0 - take (input) % 46;
  config.max_gain = take (input) % 61;
  config.max_attenuation = take (input) % 61;
  config.gate_threshold = -20.0 - take (input) % 71;
  config.gate_snr = take (input) % 41;
  config.noise_distance = take (input) % 61;
  gst_call_loudness_set_config (loudness, &config);
}

static void
assert_readings (GstCallLoudness *loudness)
{
  GstCallLoudnessReadings r;

  gst_call_loudness_get_readings (loudness, &r);
  g_assert (isfinite (r.momentary) && isfinite (r.short_term) && isfinite (r.true_peak));
  g_assert (isfinite (r.level) && isfinite (r.noise_floor) && isfinite (r.gain));
  g_assert (r.gain >= -60 && r.gain <= 60 && r.reduction <= 0.001);
  g_assert (isfinite (gst_call_loudness_get_integrated (loudness)));
}

static void
play (Input *input, GstCallLoudness *loudness, guint channels, Deed deed)
{
  static float samples[2 * MOST];
  guint n = take (input) * 16 + take (input) % 16;

  if (deed == GAP) {
    memset (samples, 0, sizeof (samples));
    gst_call_loudness_process_gap (loudness, samples, n);
  } else {
    fill (input, samples, n * channels, deed);
    gst_call_loudness_process (loudness, samples, n);
  }
  for (guint i = 0; i < n * channels; i++)
    g_assert (fabsf (samples[i]) <= 1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint rates[] = { 8000, 11025, 16000, 44100, 48000, 96000 };
  g_autoptr (GstCallLoudness) loudness = gst_call_loudness_new (1, 8000);
  Input input = { data, MIN (size, 512) };
  guint channels = 1;

  while (input.size > 0) {
    Deed deed = take (&input) % N_DEEDS;

    if (deed == PLAY || deed == PLAY_NUMBERS || deed == GAP) {
      play (&input, loudness, channels, deed);
    } else if (deed == SKIP) {
      gst_call_loudness_skip (loudness, take (&input) * 4);
    } else if (deed == FORMAT) {
      channels = 1 + take (&input) % 2;
      gst_call_loudness_set_format (loudness, channels,
                                    rates[take (&input) % G_N_ELEMENTS (rates)]);
    } else if (deed == CONFIG) {
      configure (&input, loudness);
    } else if (deed == RESET) {
      gst_call_loudness_reset_delay (loudness);
    } else {
      gst_call_loudness_restart (loudness);
    }
  }
  assert_readings (loudness);
  return 0;
}

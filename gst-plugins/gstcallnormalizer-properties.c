/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstcallnormalizer-properties.h"

#include "call-loudness-meter.h"

#define DEFAULT_INTERVAL GST_SECOND

enum {
  PROP_0,
  PROP_ENABLED = GST_CALL_NORMALIZER_PROP_ENABLED,
  PROP_TARGET_LOUDNESS,
  PROP_MAX_GAIN,
  PROP_MAX_ATTENUATION,
  PROP_TRUE_PEAK_LIMIT,
  PROP_GATE_THRESHOLD,
  PROP_GATE_SNR,
  PROP_NOISE_DISTANCE,
  PROP_POST_MESSAGES,
  PROP_INTERVAL,
  PROP_MOMENTARY,
  PROP_SHORT_TERM,
  PROP_INTEGRATED,
  PROP_TRUE_PEAK,
  PROP_VOICE_LOUDNESS,
  PROP_NOISE_FLOOR,
  PROP_GAIN,
  PROP_REDUCTION,
  PROP_GATED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* A property that is a number of dB: where it is kept, and what it may be. */
typedef struct {
  guint id;
  const char *name, *nick, *blurb;
  gsize offset;
  double least, most;
} Decibels;

#define IN_CONFIG(field) G_STRUCT_OFFSET (GstCallNormalizerState, config.field)
#define IN_READINGS(field) G_STRUCT_OFFSET (GstCallNormalizerState, readings.field)

/**
 * GstCallNormalizer:target-loudness:
 *
 * How loud a voice becomes, in LUFS: -16 for a call, -23 for a programme by EBU R128.
 */
/**
 * GstCallNormalizer:max-gain:
 *
 * By how many dB a quiet voice is raised at most.
 */
/**
 * GstCallNormalizer:max-attenuation:
 *
 * By how many dB a loud voice is lowered at most; the limiter comes on top.
 */
/**
 * GstCallNormalizer:true-peak-limit:
 *
 * What no peak exceeds, between samples neither, in dBTP.
 */
/**
 * GstCallNormalizer:gate-threshold:
 *
 * What is less loud, in LUFS, is never taken for a voice.
 */
/**
 * GstCallNormalizer:gate-snr:
 *
 * By how many LU a voice exceeds the noise of the room at least.
 */
/**
 * GstCallNormalizer:noise-distance:
 *
 * By how many LU the noise of the room stays under the target, if it is not louder by itself.
 */
static const Decibels settings[] = {
  { PROP_TARGET_LOUDNESS, "target-loudness", "Target loudness", "How loud a voice becomes, in LUFS",
    IN_CONFIG (target), -50, -5 },
  { PROP_MAX_GAIN, "max-gain", "Maximum gain", "By how many dB a quiet voice is raised at most",
    IN_CONFIG (max_gain), 0, 60 },
  { PROP_MAX_ATTENUATION, "max-attenuation", "Maximum attenuation",
    "By how many dB a loud voice is lowered at most", IN_CONFIG (max_attenuation), 0, 60 },
  { PROP_TRUE_PEAK_LIMIT, "true-peak-limit", "True peak limit",
    "What no peak exceeds, between samples neither, in dBTP", IN_CONFIG (true_peak_limit), -30, 0 },
  { PROP_GATE_THRESHOLD, "gate-threshold", "Gate threshold",
    "What is less loud, in LUFS, is never taken for a voice", IN_CONFIG (gate_threshold), -90,
    -20 },
  { PROP_GATE_SNR, "gate-snr", "Gate signal to noise ratio",
    "By how many LU a voice exceeds the noise of the room at least", IN_CONFIG (gate_snr), 0, 40 },
  { PROP_NOISE_DISTANCE, "noise-distance", "Noise distance",
    "By how many LU the noise of the room stays under the target", IN_CONFIG (noise_distance), 0,
    60 },
};

/**
 * GstCallNormalizer:momentary:
 *
 * Loudness of the last 400 ms of the input, in LUFS; -120 is silence.
 */
/**
 * GstCallNormalizer:short-term:
 *
 * Loudness of the last 3 s of the input, in LUFS.
 */
/**
 * GstCallNormalizer:integrated:
 *
 * Gated loudness of the input since the last change of its format, in LUFS.
 */
/**
 * GstCallNormalizer:true-peak:
 *
 * The highest true peak of the input since the last change of its format, in dBTP.
 */
/**
 * GstCallNormalizer:voice-loudness:
 *
 * How loud the voice was lately, in LUFS, without the pauses.
 */
/**
 * GstCallNormalizer:noise-floor:
 *
 * How loud the room is when nobody speaks, in LUFS.
 */
/**
 * GstCallNormalizer:gain:
 *
 * What the normaliser adds just now, in dB.
 */
/**
 * GstCallNormalizer:reduction:
 *
 * What the limiter adds just now, in dB: 0 or less.
 */
static const Decibels measurements[] = {
  { PROP_MOMENTARY, "momentary", "Momentary loudness",
    "Loudness of the last 400 ms of the input, in LUFS", IN_READINGS (momentary), -120, 60 },
  { PROP_SHORT_TERM, "short-term", "Short-term loudness",
    "Loudness of the last 3 s of the input, in LUFS", IN_READINGS (short_term), -120, 60 },
  { PROP_INTEGRATED, "integrated", "Integrated loudness",
    "Gated loudness of all the input, in LUFS",
    G_STRUCT_OFFSET (GstCallNormalizerState, integrated), -120, 60 },
  { PROP_TRUE_PEAK, "true-peak", "True peak", "The highest true peak of the input, in dBTP",
    IN_READINGS (true_peak), -120, 60 },
  { PROP_VOICE_LOUDNESS, "voice-loudness", "Voice loudness",
    "How loud the voice was lately, in LUFS", IN_READINGS (level), -120, 60 },
  { PROP_NOISE_FLOOR, "noise-floor", "Noise floor",
    "How loud the room is when nobody speaks, in LUFS", IN_READINGS (noise_floor), -120, 60 },
  { PROP_GAIN, "gain", "Gain", "What the normaliser adds just now, in dB", IN_READINGS (gain), -120,
    60 },
  { PROP_REDUCTION, "reduction", "Reduction", "What the limiter adds just now, in dB",
    IN_READINGS (reduction), -120, 0 },
};

static const Decibels *
find_decibels (const Decibels *table, gsize n, guint id)
{
  for (gsize i = 0; i < n; i++)
    if (table[i].id == id)
      return &table[i];
  return NULL;
}

static double *
decibels_of (GstCallNormalizerState *state, const Decibels *decibels)
{
  return G_STRUCT_MEMBER_P (state, decibels->offset);
}

/**
 * gst_call_normalizer_state_set:
 * @state: what an element was told and measured
 * @id: of a property
 * @value: its new value
 *
 * Returns: whether there is such a property
 */
gboolean
gst_call_normalizer_state_set (GstCallNormalizerState *state, guint id, const GValue *value)
{
  const Decibels *setting = find_decibels (settings, G_N_ELEMENTS (settings), id);

  if (setting != NULL) {
    *decibels_of (state, setting) = g_value_get_double (value);
    state->config_changed = TRUE;
  } else if (id == PROP_ENABLED) {
    state->enabled = g_value_get_boolean (value);
  } else if (id == PROP_POST_MESSAGES) {
    state->post_messages = g_value_get_boolean (value);
  } else if (id == PROP_INTERVAL) {
    state->interval = g_value_get_uint64 (value);
  } else {
    return FALSE;
  }
  return TRUE;
}

/**
 * gst_call_normalizer_state_get:
 * @state: what an element was told and measured
 * @id: of a property
 * @value: (inout): gets its value
 *
 * Returns: whether there is such a property
 */
gboolean
gst_call_normalizer_state_get (GstCallNormalizerState *state, guint id, GValue *value)
{
  const Decibels *decibels = find_decibels (settings, G_N_ELEMENTS (settings), id);

  if (decibels == NULL)
    decibels = find_decibels (measurements, G_N_ELEMENTS (measurements), id);
  if (decibels != NULL)
    g_value_set_double (value, *decibels_of (state, decibels));
  else if (id == PROP_ENABLED)
    g_value_set_boolean (value, state->enabled);
  else if (id == PROP_POST_MESSAGES)
    g_value_set_boolean (value, state->post_messages);
  else if (id == PROP_INTERVAL)
    g_value_set_uint64 (value, state->interval);
  else if (id == PROP_GATED)
    g_value_set_boolean (value, state->readings.is_gated);
  else
    return FALSE;
  return TRUE;
}

/**
 * gst_call_normalizer_state_to_structure:
 * @state: what an element was told and measured
 *
 * Returns: (transfer full): all measurements, by the names of their properties
 */
GstStructure *
gst_call_normalizer_state_to_structure (GstCallNormalizerState *state)
{
  GstStructure *structure = gst_structure_new ("callnormalizer", "gated", G_TYPE_BOOLEAN,
                                               state->readings.is_gated, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (measurements); i++)
    gst_structure_set (structure, measurements[i].name, G_TYPE_DOUBLE,
                       *decibels_of (state, &measurements[i]), NULL);
  return structure;
}

/**
 * gst_call_normalizer_state_clear_readings:
 * @state: what an element was told and measured
 *
 * Nothing was heard.
 */
void
gst_call_normalizer_state_clear_readings (GstCallNormalizerState *state)
{
  const double silence = GST_CALL_LOUDNESS_SILENCE;

  state->readings = (GstCallLoudnessReadings){ .momentary = silence,
                                               .short_term = silence,
                                               .true_peak = silence,
                                               .level = silence,
                                               .noise_floor = silence,
                                               .is_gated = TRUE };
  state->integrated = silence;
}

/**
 * gst_call_normalizer_state_init:
 * @state: (out caller-allocates): the defaults
 */
void
gst_call_normalizer_state_init (GstCallNormalizerState *state)
{
  *state = (GstCallNormalizerState){ .enabled = TRUE,
                                     .interval = DEFAULT_INTERVAL,
                                     .config = gst_call_loudness_defaults };
  gst_call_normalizer_state_clear_readings (state);
}

static void
add_decibels (const Decibels *d, GParamFlags flags)
{
  const gsize offset = d->offset - G_STRUCT_OFFSET (GstCallNormalizerState, config);
  double initial = d->least;

  if (flags & G_PARAM_WRITABLE)
    initial = *(const double *) G_STRUCT_MEMBER_P (&gst_call_loudness_defaults, offset);
  else if (d->most == 0 || d->id == PROP_GAIN)
    initial = 0;
  properties[d->id] = g_param_spec_double (d->name, d->nick, d->blurb, d->least, d->most, initial,
                                           flags | G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/**
 * gst_call_normalizer_properties_install:
 * @klass: the class of the element
 */
void
gst_call_normalizer_properties_install (GObjectClass *klass)
{
  const GParamFlags settable = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                               GST_PARAM_MUTABLE_PLAYING;

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    add_decibels (&settings[i],
                  G_PARAM_WRITABLE | GST_PARAM_CONTROLLABLE | GST_PARAM_MUTABLE_PLAYING);
  for (gsize i = 0; i < G_N_ELEMENTS (measurements); i++)
    add_decibels (&measurements[i], 0);
  /**
   * GstCallNormalizer:enabled:
   *
   * Whether anything is done at all. When not, buffers pass as they are and at once, and nothing is
   * measured.
   */
  properties[PROP_ENABLED] = g_param_spec_boolean (
      "enabled", "Enabled", "Whether anything is done at all", TRUE, settable);
  /**
   * GstCallNormalizer:post-messages:
   *
   * Whether measurements are posted on the bus.
   */
  properties[PROP_POST_MESSAGES] = g_param_spec_boolean (
      "post-messages", "Post messages", "Whether measurements are posted on the bus", FALSE,
      settable);
  /**
   * GstCallNormalizer:interval:
   *
   * How much of the stream is between two messages, in nanoseconds.
   */
  properties[PROP_INTERVAL] = g_param_spec_uint64 (
      "interval", "Interval", "How much of the stream is between two messages, in nanoseconds",
      10 * GST_MSECOND, G_MAXUINT64, DEFAULT_INTERVAL, settable);
  /**
   * GstCallNormalizer:gated:
   *
   * Whether nobody speaks just now, and the gain is held.
   */
  properties[PROP_GATED] = g_param_spec_boolean (
      "gated", "Gated", "Whether nobody speaks just now, and the gain is held", TRUE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

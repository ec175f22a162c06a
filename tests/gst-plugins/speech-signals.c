/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "speech-signals.h"

#include <ebur128.h>
#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define VOICES 2

#define SENTENCES 12

static const char *const english[SENTENCES] = {
  "Good morning, how are you feeling today?",
  "Much better, thank you. The pain is nearly gone, and I slept well.",
  "I am glad to hear it. Do you still take the tablets twice a day?",
  "Yes, in the morning and in the evening, always after a meal.",
  "And the cough, did it come back after the weekend?",
  "Only a little, mostly at night. It does not keep me awake any more.",
  "Then we stay with the small dose for one more week.",
  "All right. Should I measure my temperature again?",
  "Once a day is enough. Please write it down, so that we can look at it together.",
  "I will. When do we see each other next?",
  "On Thursday, at the same hour, if that suits you.",
  "That is fine with me. Have a nice day, doctor.",
};

static const char *const portuguese[SENTENCES] = {
  "Bom dia, como o senhor está se sentindo hoje?",
  "Muito melhor, obrigado. A dor quase passou, e dormi bem.",
  "Que bom. O senhor ainda toma os comprimidos duas vezes por dia?",
  "Sim, de manhã e à noite, sempre depois de comer.",
  "E a tosse, voltou depois do fim de semana?",
  "Só um pouco, principalmente à noite. Já não me acorda mais.",
  "Então ficamos com a dose pequena por mais uma semana.",
  "Está bem. Devo medir a temperatura de novo?",
  "Uma vez por dia basta. Por favor, anote, para que possamos ver juntos.",
  "Vou anotar. Quando nos vemos de novo?",
  "Na quinta-feira, no mesmo horário, se for bom para o senhor.",
  "Para mim está ótimo. Tenha um bom dia, doutora.",
};

/* Who talks, and in which language. */
static const struct {
  const char *voices[VOICES];
  const char *const *sentences;
} casts[] = {
  { { "en-us+f3", "en-gb+m3" }, english },
  { { "pt-br+f2", "pt-br+m1" }, portuguese },
  { { "en-gb-scotland", "en-us+f4" }, english },
};

static GArray *
synthesize (const char *voice, const char *text)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *pipe = g_strdup_printf (
      "espeak-ng -v %s --stdout '%s' | sox -D -v 0.8 -t wav - -c 1 -r %d -t f32 -", voice, text,
      SPEECH_RATE);

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "sh", "-c", pipe, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate (process, NULL, NULL, &bytes, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
  g_array_append_vals (samples, g_bytes_get_data (bytes, NULL),
                       g_bytes_get_size (bytes) / sizeof (float));
  g_assert_cmpuint (samples->len, >, SPEECH_RATE / 2);
  return samples;
}

/* What is said in turn @turn of a talk: a copy of what is synthesised once. */
static GArray *
say (guint cast, guint turn)
{
  static GArray *said[G_N_ELEMENTS (casts)][SENTENCES];
  guint sentence = turn % SENTENCES;
  GArray **memory = &said[cast % G_N_ELEMENTS (casts)][sentence];
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (float));

  if (*memory == NULL)
    *memory = synthesize (casts[cast % G_N_ELEMENTS (casts)].voices[sentence % VOICES],
                          casts[cast % G_N_ELEMENTS (casts)].sentences[sentence]);
  g_array_append_vals (samples, (*memory)->data, (*memory)->len);
  return samples;
}

/**
 * speech_loudness:
 * @samples: mono
 * @n: how many
 *
 * Returns: integrated loudness in LUFS
 */
double
speech_loudness (const float *samples, guint n)
{
  ebur128_state *state = ebur128_init (1, SPEECH_RATE, EBUR128_MODE_I);
  double loudness;

  ebur128_set_channel (state, 0, EBUR128_DUAL_MONO);
  ebur128_add_frames_float (state, samples, n);
  ebur128_loudness_global (state, &loudness);
  ebur128_destroy (&state);
  return loudness;
}

static void
scale_to (float *samples, guint n, double loudness)
{
  float gain = (float) pow (10, (loudness - speech_loudness (samples, n)) / 20);

  for (guint i = 0; i < n; i++)
    samples[i] *= gain;
}

static void
append_silence (GArray *samples, double seconds)
{
  g_array_set_size (samples, samples->len + (guint) (seconds * SPEECH_RATE));
}

/**
 * speech_record:
 * @variant: which voices
 * @seconds: how long
 *
 * Two people who take turns, with pauses as in a talk, each turn as loud as the other.
 *
 * Returns: (transfer full): samples
 */
GArray *
speech_record (guint variant, double seconds)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (variant + 1);
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (float));
  guint wanted = (guint) (seconds * SPEECH_RATE);

  for (guint i = 0; samples->len < wanted; i++) {
    g_autoptr (GArray) turn = say (variant, i);

    scale_to ((float *) turn->data, turn->len, -23);
    g_array_append_vals (samples, turn->data, turn->len);
    append_silence (samples, g_rand_double_range (rand, 0.2, 1.2));
  }
  g_array_set_size (samples, wanted);
  return samples;
}

/* Paul Kellet's filter: white noise in, pink noise out. */
static GArray *
pink_noise (guint n, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GArray *samples = g_array_sized_new (FALSE, FALSE, sizeof (float), n);
  double b0 = 0, b1 = 0, b2 = 0;

  for (guint i = 0; i < n; i++) {
    double white = g_rand_double_range (rand, -1, 1);
    float pink;

    b0 = 0.99765 * b0 + white * 0.0990460;
    b1 = 0.96300 * b1 + white * 0.2965164;
    b2 = 0.57000 * b2 + white * 1.0526913;
    pink = (float) (b0 + b1 + b2 + white * 0.1848);
    g_array_append_val (samples, pink);
  }
  return samples;
}

static void
add_noise (GArray *samples, double from, double loudness)
{
  g_autoptr (GArray) noise = pink_noise (samples->len, 7);

  scale_to ((float *) noise->data, noise->len, loudness);
  for (guint i = (guint) (from * SPEECH_RATE); i < samples->len; i++)
    g_array_index (samples, float, i) += g_array_index (noise, float, i);
}

/* A burst that dies away; what a hand or a key makes. */
static void
add_bang (GArray *samples, double at, double amplitude, double decay, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint start = (guint) (at * SPEECH_RATE);

  for (guint i = 0; i < decay * 8 * SPEECH_RATE && start + i < samples->len; i++) {
    double envelope = exp (-(double) i / (decay * SPEECH_RATE));

    g_array_index (samples, float,
                   start + i) += (float) (amplitude * envelope * g_rand_double_range (rand, -1, 1));
  }
}

static void
clip (GArray *samples)
{
  for (guint i = 0; i < samples->len; i++) {
    float *sample = &g_array_index (samples, float, i);

    *sample = CLAMP (*sample, -1.f, 1.f);
  }
}

static void
add_change (SpeechSignal *self, double seconds)
{
  self->changes[self->n_changes++] = seconds;
}

/* Speech is where the clean voice has a level, not only where it is loud: within 25 dB of its
 * usual. */
static void
mark_speech (SpeechSignal *self)
{
  double total = 0, floor;
  guint n_blocks = self->samples->len / SPEECH_BLOCK, n_active = 0;
  g_autofree double *energies = g_new0 (double, n_blocks);

  for (guint b = 0; b < n_blocks; b++) {
    for (guint i = 0; i < SPEECH_BLOCK; i++) {
      double sample = g_array_index (self->samples, float, b *SPEECH_BLOCK + i);

      energies[b] += sample * sample / SPEECH_BLOCK;
    }
    total += energies[b];
    n_active += energies[b] > 1e-12;
  }
  floor = total / MAX (n_active, 1) * pow (10, -2.5);
  for (guint b = 0; b < n_blocks; b++) {
    gboolean is_speech = energies[b] > floor;

    g_array_append_val (self->is_speech, is_speech);
  }
}

static void
mute (SpeechSignal *self, double from, double to)
{
  memset (&g_array_index (self->samples, float, (guint) (from * SPEECH_RATE)), 0,
          (gsize) ((to - from) * SPEECH_RATE) * sizeof (float));
}

static void
make_steps (SpeechSignal *self)
{
  static const double levels[] = { -38, -18, -32 };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    scale_to (&g_array_index (self->samples, float, i * 20 * SPEECH_RATE), 20 * SPEECH_RATE,
              levels[i]);
    if (i > 0)
      add_change (self, i * 20);
  }
}

/* Every second sentence in another key: the voices differ by more than people like to hear. */
static void
make_two_levels (SpeechSignal *self, guint variant)
{
  g_array_set_size (self->samples, 0);
  for (guint i = 0; i < 16; i++) {
    g_autoptr (GArray) turn = say (variant, i);

    scale_to ((float *) turn->data, turn->len, i % 2 == 0 ? -26 : -38);
    g_array_append_vals (self->samples, turn->data, turn->len);
  }
}

static void
add_surroundings (SpeechSignal *self, SpeechKind kind)
{
  if (kind == SPEECH_HOT)
    clip (self->samples);
  if (kind == SPEECH_NOISY)
    add_noise (self->samples, 0, -52);
  if (kind == SPEECH_LOUD_NOISE)
    add_noise (self->samples, 0, -42);
  if (kind == SPEECH_FAN)
    add_noise (self->samples, 21, -50);
  for (guint i = 0; kind == SPEECH_CLAPS && i < 3; i++)
    add_bang (self->samples, 12.3 + i * 10.1, 0.89, 0.012, i);
  for (guint i = 0; kind == SPEECH_KEYBOARD && i < 60; i++)
    add_bang (self->samples, 20 + i * 0.163, 0.1, 0.004, i);
  if (kind == SPEECH_CLAPS)
    clip (self->samples);
}

/**
 * speech_signal_new:
 * @kind: what happens
 * @variant: which voices say it
 *
 * Returns: (transfer full): speech, and what is known of it
 */
SpeechSignal *
speech_signal_new (SpeechKind kind, guint variant)
{
  static const struct {
    const char *name;
    double loudness;
  } kinds[] = {
    [SPEECH_QUIET] = { "quiet -42", -42 },
    [SPEECH_NORMAL] = { "normal -26", -26 },
    [SPEECH_HOT] = { "hot -10", -10 },
    [SPEECH_STEPS] = { "steps -38/-18/-32", -30 },
    [SPEECH_NOISY] = { "noisy room -32/-52", -32 },
    [SPEECH_AFTER_SILENCE] = { "10 s silence, -35", -35 },
    [SPEECH_CLAPS] = { "claps, -30", -30 },
    [SPEECH_LOUD_NOISE] = { "loud noise -30/-42", -30 },
    [SPEECH_FAN] = { "fan starts, -32/-50", -32 },
    [SPEECH_KEYBOARD] = { "keyboard, -35", -35 },
    [SPEECH_TWO_LEVELS] = { "two voices -26/-38", -30 },
  };
  SpeechSignal *self = g_new0 (SpeechSignal, 1);

  self->name = kinds[kind].name;
  self->samples = speech_record (variant, kind == SPEECH_STEPS ? 60 : 50);
  self->is_speech = g_array_new (FALSE, FALSE, sizeof (gboolean));
  add_change (self, kind == SPEECH_AFTER_SILENCE ? 10 : 0);
  if (kind == SPEECH_NOISY || kind == SPEECH_FAN || kind == SPEECH_KEYBOARD)
    mute (self, 20, 30);
  if (kind == SPEECH_AFTER_SILENCE)
    mute (self, 0, 10);
  if (kind == SPEECH_TWO_LEVELS)
    make_two_levels (self, variant);
  mark_speech (self);
  if (kind == SPEECH_STEPS)
    make_steps (self);
  else if (kind != SPEECH_TWO_LEVELS)
    scale_to ((float *) self->samples->data, self->samples->len, kinds[kind].loudness);
  add_surroundings (self, kind);
  return self;
}

void
speech_signal_free (SpeechSignal *self)
{
  g_array_unref (self->samples);
  g_array_unref (self->is_speech);
  g_free (self);
}

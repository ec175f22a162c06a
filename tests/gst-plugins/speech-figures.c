/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "speech-signals.h"

#include <ebur128.h>
#include <math.h>

#define WINDOW 300     /* blocks: 3 s */
#define LEAST 40       /* blocks of speech that make a reading */
#define SETTLED 5.0    /* s after a change, from which on deviations count */
#define CLOSE_ENOUGH 2 /* LU */

/* Weighted energies of each 10 ms. */
static double *
measure_blocks (const float *samples, guint n_blocks)
{
  ebur128_state *state = ebur128_init (1, SPEECH_RATE, EBUR128_MODE_M);
  double *energies = g_new0 (double, n_blocks);

  ebur128_set_channel (state, 0, EBUR128_DUAL_MONO);
  for (guint b = 0; b < n_blocks; b++) {
    double loudness;

    ebur128_add_frames_float (state, samples + b * SPEECH_BLOCK, SPEECH_BLOCK);
    ebur128_loudness_window (state, 10, &loudness);
    energies[b] = isfinite (loudness) ? pow (10, (loudness + 0.691) / 10) : 0;
  }
  ebur128_destroy (&state);
  return energies;
}

/* The loudness of the last three seconds of speech before block @end, but after @start. */
static double
speech_level (const SpeechSignal *signal, const double *energies, guint start, guint end)
{
  double sum = 0;
  guint n = 0;

  for (guint b = end; b > start && n < WINDOW; b--) {
    if (g_array_index (signal->is_speech, gboolean, b - 1)) {
      sum += energies[b - 1];
      n++;
    }
  }
  return n >= LEAST ? 10 * log10 (sum / n + 1e-12) - 0.691 : NAN;
}

static void
follow_change (SpeechFigures *figures,
               const SpeechSignal *signal,
               const double *energies,
               guint start,
               guint end,
               double target)
{
  double away = 0, last = 0;

  for (guint b = start + 10; b <= end; b += 10) {
    double level = speech_level (signal, energies, start, b);
    double deviation = fabs (level - target);

    if (isnan (level))
      continue;
    last = b / 100.0;
    if (deviation > CLOSE_ENOUGH)
      away = last;
    if (b / 100.0 >= start / 100.0 + SETTLED)
      figures->deviation = MAX (figures->deviation, deviation);
  }
  if (figures->converged < 0 || (last > 0 && away >= last))
    figures->converged = -1;
  else
    figures->converged = MAX (figures->converged, MAX (away + 0.1 - start / 100.0, 0.4));
}

static double
true_peak (const float *samples, guint n)
{
  ebur128_state *state = ebur128_init (1, SPEECH_RATE, EBUR128_MODE_TRUE_PEAK);
  double peak;

  ebur128_add_frames_float (state, samples, n);
  ebur128_true_peak (state, 0, &peak);
  ebur128_destroy (&state);
  return 20 * log10 (MAX (peak, 1e-6));
}

/**
 * speech_figures_measure:
 * @figures: (out): how even the speech is
 * @signal: what it was made of
 * @samples: what became of it; sample for sample at the same time
 * @n: how many
 * @target: how loud it should be, in LUFS
 */
void
speech_figures_measure (SpeechFigures *figures,
                        const SpeechSignal *signal,
                        const float *samples,
                        guint n,
                        double target)
{
  guint n_blocks = MIN (n / SPEECH_BLOCK, signal->is_speech->len);
  g_autofree double *energies = measure_blocks (samples, n_blocks);

  *figures = (SpeechFigures){ 0 };
  for (guint i = 0; i < signal->n_changes; i++) {
    guint start = (guint) (signal->changes[i] * 100);
    guint end = i + 1 < signal->n_changes ? (guint) (signal->changes[i + 1] * 100) : n_blocks;

    follow_change (figures, signal, energies, start, MIN (end, n_blocks), target);
  }
  figures->error = speech_loudness (samples, n) - target;
  figures->true_peak = true_peak (samples, n);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

#define EBU_RATE 48000
#define EBU_MAX_STEPS 5
#define EBU_SILENCE (-200.0)

/* A tone of 1 kHz: its peak in dBFS in each channel, and for how long. */
typedef struct {
  double dbfs;
  double seconds;
} EbuStep;

/* The minimum requirements test signals of EBU Tech 3341, version 4, which are tones of 1 kHz in
 * steps. */
typedef struct {
  const char *name;
  EbuStep steps[EBU_MAX_STEPS];
  guint repeats;
  gboolean has_momentary, has_short_term, has_integrated; /* which readings are specified */
  double expected;
} EbuSignal;

static const EbuSignal ebu_signals[] = {
  { "1", { { -23, 20 } }, 1, TRUE, TRUE, TRUE, -23 },
  { "2", { { -33, 20 } }, 1, TRUE, TRUE, TRUE, -33 },
  { "3", { { -36, 10 }, { -23, 60 }, { -36, 10 } }, 1, FALSE, FALSE, TRUE, -23 },
  { "4",
    { { -72, 10 }, { -36, 10 }, { -23, 60 }, { -36, 10 }, { -72, 10 } },
    1,
    FALSE,
    FALSE,
    TRUE,
    -23 },
  { "5", { { -26, 20 }, { -20, 20.1 }, { -26, 20 } }, 1, FALSE, FALSE, TRUE, -23 },
  { "9", { { -20, 1.34 }, { -30, 1.66 } }, 5, FALSE, TRUE, FALSE, -23 },
  { "12", { { -20, 0.18 }, { -30, 0.22 } }, 25, TRUE, FALSE, FALSE, -23 },
};

/* Signals 10, 11, 13 and 14 are made by this: @before of silence, a tone, @after of silence. */
static inline void
ebu_burst (EbuSignal *signal, double before, double dbfs, double seconds, double after)
{
  *signal = (EbuSignal){
    "burst", { { EBU_SILENCE, before }, { dbfs, seconds }, { EBU_SILENCE, after } },
    1,       FALSE,
    FALSE,   FALSE,
    dbfs
  };
}

static inline guint
ebu_signal_n_frames (const EbuSignal *signal)
{
  double seconds = 0;

  for (guint i = 0; i < EBU_MAX_STEPS; i++)
    seconds += signal->steps[i].seconds;
  return (guint) lround (seconds * signal->repeats * EBU_RATE);
}

/* Mono: what every channel of the signal holds. */
static inline GArray *
ebu_signal_render (const EbuSignal *signal)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (float));
  double end = 0;

  for (guint repeat = 0; repeat < signal->repeats; repeat++) {
    for (guint i = 0; i < EBU_MAX_STEPS; i++) {
      double amplitude = pow (10, signal->steps[i].dbfs / 20);

      end += signal->steps[i].seconds;
      while (samples->len < (guint) lround (end * EBU_RATE)) {
        float sample = (float) (amplitude * sin (2 * G_PI * 1000 * samples->len / EBU_RATE));

        g_array_append_val (samples, sample);
      }
    }
  }
  return samples;
}

G_END_DECLS

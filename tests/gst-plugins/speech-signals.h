/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SPEECH_RATE 48000
#define SPEECH_BLOCK (SPEECH_RATE / 100)
#define SPEECH_MAX_CHANGES 4

/*
 * Speech of two people and what surrounds it: mono at 48 kHz, and what of it is speech, known from
 * the clean voices it was made of.
 */
typedef struct {
  const char *name;
  GArray *samples;                    /* float */
  GArray *is_speech;                  /* gboolean for each block of 10 ms */
  double changes[SPEECH_MAX_CHANGES]; /* seconds; where the level is another */
  guint n_changes;
} SpeechSignal;

typedef enum {
  SPEECH_QUIET,         /* -42 LUFS */
  SPEECH_NORMAL,        /* -26 LUFS */
  SPEECH_HOT,           /* -10 LUFS: it clips */
  SPEECH_STEPS,         /* -38, -18, -32 LUFS, 20 s each */
  SPEECH_NOISY,         /* -32 LUFS in noise of -52, with a pause of 10 s */
  SPEECH_AFTER_SILENCE, /* 10 s of silence, then -35 LUFS */
  SPEECH_CLAPS,         /* -30 LUFS and three claps at -1 dBFS */
  SPEECH_LOUD_NOISE,    /* -30 LUFS in noise of -42 */
  SPEECH_FAN,           /* -32 LUFS; a fan of -50 LUFS starts in a pause */
  SPEECH_KEYBOARD,      /* -35 LUFS and typing in the pauses */
  SPEECH_TWO_LEVELS,    /* one voice 12 LU quieter than the other */
  SPEECH_N_KINDS
} SpeechKind;

SpeechSignal *speech_signal_new (SpeechKind kind, guint variant);
void speech_signal_free (SpeechSignal *self);

GArray *speech_record (guint variant, double seconds);
double speech_loudness (const float *samples, guint n);

typedef struct {
  double error;     /* LU: the integrated loudness less the target */
  double converged; /* s: the longest time after a change till all is within 2 LU; -1: never */
  double deviation; /* LU: the worst, from 5 s after a change */
  double true_peak; /* dBTP, by libebur128 */
} SpeechFigures;

void speech_figures_measure (SpeechFigures *figures,
                             const SpeechSignal *signal,
                             const float *samples,
                             guint n,
                             double target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpeechSignal, speech_signal_free)

G_END_DECLS

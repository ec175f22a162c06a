/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "loopback-signalling.h"

G_BEGIN_DECLS

/* Waits until @condition holds, the main loop running; fails the test after @seconds. */
#define wait_until(condition, seconds)                                    \
  G_STMT_START                                                            \
  {                                                                       \
    g_autoptr (MediaDeadline) deadline_ = media_deadline_new (seconds);   \
    while (!(condition)) {                                                \
      if (media_deadline_is_over (deadline_))                             \
        g_error ("%s:%d: still not: %s", __FILE__, __LINE__, #condition); \
      g_main_context_iteration (NULL, TRUE);                              \
    }                                                                     \
  }                                                                       \
  G_STMT_END

typedef struct _MediaDeadline MediaDeadline;
MediaDeadline *media_deadline_new (double seconds);
gboolean media_deadline_is_over (MediaDeadline *deadline);
void media_deadline_free (MediaDeadline *deadline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MediaDeadline, media_deadline_free)

/* Looks at the pictures that reach a sink. */
typedef struct {
  GstElement *sink;
  GMutex lock;
  guint n_frames;
  guint width, height;
  double mean;     /* luma of the last picture, 0 to 255 */
  double variance; /* and how much it varies */
  guint n_moves;   /* pictures that differ from the one before */
  guint64 checksum;
} MediaEye;

MediaEye *media_eye_new (void);
void media_eye_free (MediaEye *eye);
double media_eye_get_mean (MediaEye *eye);
double media_eye_get_variance (MediaEye *eye);
guint media_eye_get_moves (MediaEye *eye);
guint media_eye_get_frames (MediaEye *eye);

/* One side of a call. */
typedef struct {
  CallEngine *engine;
  MediaEye *eye;   /* on the remote picture */
  MediaEye *self_; /* on the local one */
  guint n_flowing, n_lost, n_recovered, n_failed, n_device_lost;
  GError *error;
  gboolean silent; /* no signal may come any more */
  gboolean stopped;
} MediaSide;

typedef struct {
  LoopbackLink *link;
  MediaSide sides[2]; /* 0 offers */
} MediaPair;

MediaPair *media_pair_new (void);
void media_pair_start (MediaPair *pair);
void media_pair_free (MediaPair *pair);
gboolean media_pair_is_flowing (MediaPair *pair);

void media_side_init (MediaSide *side, CallSignalling *signalling);
void media_side_stop (MediaSide *side);
guint64 media_side_get_decoded (MediaSide *side);
double media_side_get_level (MediaSide *side);

G_END_DECLS

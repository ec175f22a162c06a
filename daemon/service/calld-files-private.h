/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-files.h"

G_BEGIN_DECLS

/* Shared by the files of CalldFiles. */

struct _CalldFiles {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldBlobs *blobs;
  CalldChat *chat;

  /* Of sweeping: %NULL before it begins, the timer only between two sweeps. */
  GCancellable *cancellable;
  CalldTimer *timer;
  guint sweep_step;
  guint n_sweeps;
};

G_END_DECLS

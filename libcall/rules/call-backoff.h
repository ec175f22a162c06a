/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long to wait before the next attempt. Pure; the random number is passed in. */
typedef struct {
  guint min_ms;
  guint max_ms;
  double factor;
  double jitter;  /* 0 none … 1 up to the whole delay, to either side */
  guint attempts; /* how many delays were handed out since the last reset */
} CallBackoff;

/* The figures of socket.io-client, so that a returning server meets a spread of clients. */
#define CALL_BACKOFF_DEFAULT \
  {                          \
    1000, 5000, 2.0, 0.5, 0  \
  }

guint call_backoff_next (CallBackoff *backoff, double random);
void call_backoff_reset (CallBackoff *backoff);

G_END_DECLS

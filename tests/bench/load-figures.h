/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Figures of a process and of a series of runs. */

guint64 load_process_get_cpu_ns (long pid);
guint64 load_process_get_memory (long pid);

int load_compare_doubles (gconstpointer a, gconstpointer b);
double load_percentile (GArray *doubles, double p);
double load_median (const double *values, guint n);

/*
 * LoadTally:
 *
 * What became of numbered messages: how often each arrived, and how late.
 */
typedef struct {
  GArray *counts;    /* guint16 by number of the message */
  GArray *latencies; /* double, milliseconds */
  guint64 delivered;
} LoadTally;

typedef struct {
  guint64 expected;
  guint64 lost;
  guint64 doubled;
} LoadLoss;

void load_tally_init (LoadTally *self);
void load_tally_clear (LoadTally *self);
void load_tally_reset (LoadTally *self);
guint64 load_tally_begin (LoadTally *self);
void load_tally_take (LoadTally *self, guint64 number, double late_ms);
LoadLoss load_tally_get_loss (LoadTally *self, guint copies);

char *load_stamp (guint64 number, gint64 due_us);
gboolean load_stamp_parse (const char *text, gsize length, guint64 *number, gint64 *due_us);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-figures.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a message carries besides its stamp. */
#define PADDING 80

/* --- a process -------------------------------------------------------------------------------- */

/**
 * load_process_get_cpu_ns:
 * @pid: a process of ours
 *
 * Returns: nanoseconds on a CPU, user and system, of all threads that live
 */
guint64
load_process_get_cpu_ns (long pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/task", pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *task;
  guint64 sum = 0;

  while (dir != NULL && (task = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, task, "schedstat", NULL);
    g_autofree char *text = NULL;

    if (g_file_get_contents (file, &text, NULL, NULL))
      sum += g_ascii_strtoull (text, NULL, 10);
  }
  return sum;
}

/**
 * load_process_get_memory:
 * @pid: a process of ours
 *
 * Returns: bytes of anonymous memory that are resident: heap and stacks, without files
 */
guint64
load_process_get_memory (long pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/status", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("process %ld has gone", pid);
  line = strstr (text, "RssAnon:");
  g_assert (line != NULL);
  return g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) * 1024;
}

/* --- series ----------------------------------------------------------------------------------- */

int
load_compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/**
 * load_percentile:
 * @doubles: sorted values
 * @p: 0 to 1
 *
 * Returns: the value that so many are not above; 0 of nothing
 */
double
load_percentile (GArray *doubles, double p)
{
  if (doubles->len == 0)
    return 0;
  return g_array_index (doubles, double, (guint) (p * (doubles->len - 1)));
}

double
load_median (const double *values, guint n)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (double));

  g_array_append_vals (sorted, values, n);
  g_array_sort (sorted, load_compare_doubles);
  return load_percentile (sorted, 0.5);
}

/* --- messages --------------------------------------------------------------------------------- */

void
load_tally_init (LoadTally *self)
{
  self->counts = g_array_new (FALSE, TRUE, sizeof (guint16));
  self->latencies = g_array_new (FALSE, FALSE, sizeof (double));
  self->delivered = 0;
}

void
load_tally_clear (LoadTally *self)
{
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_pointer (&self->latencies, g_array_unref);
}

/* Forgets all messages; what still arrives of them is not counted. */
void
load_tally_reset (LoadTally *self)
{
  g_array_set_size (self->counts, 0);
  g_array_set_size (self->latencies, 0);
  self->delivered = 0;
}

/* A message is about to be sent. Returns its number. */
guint64
load_tally_begin (LoadTally *self)
{
  g_array_set_size (self->counts, self->counts->len + 1);
  return self->counts->len - 1;
}

void
load_tally_take (LoadTally *self, guint64 number, double late_ms)
{
  if (number >= self->counts->len)
    return;
  g_array_index (self->counts, guint16, (guint) number)++;
  g_array_append_val (self->latencies, late_ms);
  self->delivered++;
}

/**
 * load_tally_get_loss:
 * @self: a tally
 * @copies: how often each message is to arrive
 *
 * Returns: what is missing, and what came too often
 */
LoadLoss
load_tally_get_loss (LoadTally *self, guint copies)
{
  LoadLoss loss = { .expected = (guint64) self->counts->len * copies };

  for (guint i = 0; i < self->counts->len; i++) {
    guint count = g_array_index (self->counts, guint16, i);

    if (count < copies)
      loss.lost += copies - count;
    else
      loss.doubled += count - copies;
  }
  return loss;
}

/**
 * load_stamp:
 * @number: of the message
 * @due_us: when it is due, monotonic
 *
 * Returns: (transfer full): a text of about 100 bytes that says so
 */
char *
load_stamp (guint64 number, gint64 due_us)
{
  return g_strdup_printf ("#%" G_GUINT64_FORMAT "@%" G_GINT64_FORMAT "#%0*d", number, due_us,
                          PADDING, 0);
}

gboolean
load_stamp_parse (const char *text, gsize length, guint64 *number, gint64 *due_us)
{
  const char *hash = memchr (text, '#', length);
  char *end;

  if (hash == NULL)
    return FALSE;
  *number = g_ascii_strtoull (hash + 1, &end, 10);
  if (*end != '@')
    return FALSE;
  *due_us = g_ascii_strtoll (end + 1, &end, 10);
  return *end == '#';
}

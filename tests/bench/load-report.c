/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-report.h"

#include "load-figures.h"

typedef struct {
  char *name;
  double values[LOAD_N_KINDS][LOAD_MAX_RUNS];
  guint n[LOAD_N_KINDS];
} Figure;

struct _LoadReport {
  GPtrArray *figures; /* in the order they came */
};

static void
figure_free (gpointer data)
{
  Figure *figure = data;

  g_free (figure->name);
  g_free (figure);
}

static Figure *
find (LoadReport *self, const char *name)
{
  for (guint i = 0; i < self->figures->len; i++) {
    Figure *figure = self->figures->pdata[i];

    if (g_str_equal (figure->name, name))
      return figure;
  }
  return NULL;
}

LoadReport *
load_report_new (void)
{
  LoadReport *self = g_new0 (LoadReport, 1);

  self->figures = g_ptr_array_new_with_free_func (figure_free);
  return self;
}

void
load_report_free (LoadReport *self)
{
  g_ptr_array_unref (self->figures);
  g_free (self);
}

/**
 * load_report_add:
 * @self: a report
 * @name: of the figure, "<scenario>: <what> <unit>"
 * @kind: whose
 * @value: of one more run
 *
 * Notes a figure.
 */
void
load_report_add (LoadReport *self, const char *name, LoadKind kind, double value)
{
  Figure *figure = find (self, name);

  if (figure == NULL) {
    figure = g_new0 (Figure, 1);
    figure->name = g_strdup (name);
    g_ptr_array_add (self->figures, figure);
  }
  if (figure->n[kind] < LOAD_MAX_RUNS)
    figure->values[kind][figure->n[kind]++] = value;
}

static double
median_of (const Figure *figure, LoadKind kind)
{
  return load_median (figure->values[kind], figure->n[kind]);
}

static void
print_values (const Figure *figure, LoadKind kind)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (double));
  guint n = figure->n[kind];

  if (n == 0) {
    g_print ("%29s", "-");
    return;
  }
  g_array_append_vals (sorted, figure->values[kind], n);
  g_array_sort (sorted, load_compare_doubles);
  g_print (" %8.2f/%9.2f/%9.2f", g_array_index (sorted, double, 0), median_of (figure, kind),
           g_array_index (sorted, double, n - 1));
}

/* All figures: the least, the median and the most of the runs of each server. */
void
load_report_print (LoadReport *self)
{
  g_print ("\n%-42s %28s %28s %28s\n", "min/median/max", "calld", "socket.io", "floor");
  for (guint i = 0; i < self->figures->len; i++) {
    const Figure *figure = self->figures->pdata[i];

    g_print ("%-42s", figure->name);
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
      print_values (figure, kind);
    g_print ("\n");
  }
}

static gboolean
judge (const Figure *figure, const LoadTarget *target, double *value)
{
  LoadKind beside = target->bound == LOAD_AT_MOST_FLOOR ? LOAD_FLOOR : LOAD_SOCKETIO;

  if (figure == NULL || figure->n[LOAD_CALLD] == 0)
    return FALSE;
  *value = median_of (figure, LOAD_CALLD);
  if (target->bound == LOAD_AT_MOST || target->bound == LOAD_AT_LEAST)
    return TRUE;
  if (figure->n[beside] == 0)
    return FALSE;
  *value /= median_of (figure, beside);
  return TRUE;
}

/**
 * load_report_print_targets:
 * @self: a report
 * @targets: what is to be reached
 * @n: how many
 *
 * Compares medians with the targets that were measured.
 *
 * Returns: how many were missed
 */
guint
load_report_print_targets (LoadReport *self, const LoadTarget *targets, guint n)
{
  static const char *const against[] = { "", "", " of socket.io's", " times socket.io's",
                                         " of the floor" };
  guint missed = 0;

  g_print ("\n");
  for (guint i = 0; i < n; i++) {
    gboolean least = targets[i].bound == LOAD_AT_LEAST ||
                     targets[i].bound == LOAD_AT_LEAST_SOCKETIO;
    gboolean met;
    double value;

    if (!judge (find (self, targets[i].figure), &targets[i], &value))
      continue;
    met = least ? value >= targets[i].value : value <= targets[i].value;
    missed += met ? 0 : 1;
    g_print ("%-6s %-42s %10.2f%s (%s %.2f)\n", met ? "met" : "MISSED", targets[i].figure, value,
             against[targets[i].bound], least ? "at least" : "at most", targets[i].value);
  }
  return missed;
}

/* One object on one line: {"figure":{"calld":[…],"socket.io":[…]}} */
void
load_report_print_json (LoadReport *self)
{
  g_print ("{");
  for (guint i = 0; i < self->figures->len; i++) {
    const Figure *figure = self->figures->pdata[i];
    const char *comma = "";

    g_print ("%s\"%s\":{", i > 0 ? "," : "", figure->name);
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
      if (figure->n[kind] == 0)
        continue;
      g_print ("%s\"%s\":[", comma, load_kind_to_name (kind));
      for (guint run = 0; run < figure->n[kind]; run++)
        g_print ("%s%g", run > 0 ? "," : "", figure->values[kind][run]);
      g_print ("]");
      comma = ",";
    }
    g_print ("}");
  }
  g_print ("}\n");
}

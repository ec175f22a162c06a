/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-metrics"

#include "config.h"

#include "calld-exposition.h"

#include <string.h>

/*
 * https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenMetrics specification.
 * They differ in what a counter's family is called, in the end, and in the content type.
 */

#define TOTAL "_total"

static void
add_escaped (GString *text, const char *value)
{
  for (; *value != '\0'; value++) {
    if (*value == '\\' || *value == '"')
      g_string_append_c (text, '\\');
    if (*value == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_c (text, *value);
  }
}

static void
begin (CalldExposition *self, const char *name, const char *type, const char *help)
{
  gsize length = strlen (name);

  self->family = name;
  if (self->openmetrics && g_str_has_suffix (name, TOTAL))
    length -= strlen (TOTAL);
  g_string_append_printf (self->text, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int) length, name, help,
                          (int) length, name, type);
}

/**
 * calld_exposition_begin_counter:
 * @self: a writer
 * @name: the family; ends in "_total"
 * @help: what it counts
 */
void
calld_exposition_begin_counter (CalldExposition *self, const char *name, const char *help)
{
  begin (self, name, "counter", help);
}

/**
 * calld_exposition_begin_gauge:
 * @self: a writer
 * @name: the family
 * @help: what it shows
 */
void
calld_exposition_begin_gauge (CalldExposition *self, const char *name, const char *help)
{
  begin (self, name, "gauge", help);
}

static void
add_name (CalldExposition *self, const char *label, const char *value)
{
  g_string_append (self->text, self->family);
  if (label == NULL)
    return;
  g_string_append_printf (self->text, "{%s=\"", label);
  add_escaped (self->text, value);
  g_string_append (self->text, "\"}");
}

/**
 * calld_exposition_add:
 * @self: a writer
 * @label: (nullable): the name of a label
 * @value_of_label: (nullable): its value
 * @value: the figure
 *
 * Adds a sample to the family that was begun last.
 */
void
calld_exposition_add (CalldExposition *self,
                      const char *label,
                      const char *value_of_label,
                      guint64 value)
{
  add_name (self, label, value_of_label);
  g_string_append_printf (self->text, " %" G_GUINT64_FORMAT "\n", value);
}

/**
 * calld_exposition_add_double:
 * @self: a writer
 * @label: (nullable): the name of a label
 * @value_of_label: (nullable): its value
 * @value: the figure
 *
 * Adds a sample to the family that was begun last.
 */
void
calld_exposition_add_double (CalldExposition *self,
                             const char *label,
                             const char *value_of_label,
                             double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  add_name (self, label, value_of_label);
  g_string_append_printf (self->text, " %s\n",
                          g_ascii_formatd (digits, sizeof digits, "%.15g", value));
}

static void
add_bucket (CalldExposition *self, const char *name, const char *bound, guint64 value)
{
  g_string_append_printf (self->text, "%s_bucket{le=\"%s\"} %" G_GUINT64_FORMAT "\n", name, bound,
                          value);
}

/**
 * calld_exposition_add_histogram:
 * @self: a writer
 * @name: the family; ends in "_seconds"
 * @help: what it shows
 * @which: what was measured
 *
 * Writes a whole family.
 */
void
calld_exposition_add_histogram (CalldExposition *self,
                                const char *name,
                                const char *help,
                                CalldSeries which)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  CalldHistogram histogram;
  guint64 below = 0;
  guint n_bounds;
  const gint64 *bounds = calld_metrics_get_bounds (which, &n_bounds);

  calld_metrics_get_histogram (which, &histogram);
  begin (self, name, "histogram", help);
  for (guint i = 0; i < n_bounds; i++) {
    below += histogram.buckets[i];
    g_ascii_formatd (digits, sizeof digits, "%.9g", (double) bounds[i] / G_USEC_PER_SEC);
    /* OpenMetrics wants a point in every bound, Prometheus takes it. */
    if (strpbrk (digits, ".e") == NULL)
      g_strlcat (digits, ".0", sizeof digits);
    add_bucket (self, name, digits, below);
  }
  add_bucket (self, name, "+Inf", histogram.count);
  g_ascii_formatd (digits, sizeof digits, "%.9g", (double) histogram.sum_us / G_USEC_PER_SEC);
  g_string_append_printf (self->text, "%s_sum %s\n%s_count %" G_GUINT64_FORMAT "\n", name, digits,
                          name, histogram.count);
}

/**
 * calld_exposition_finish:
 * @self: a writer, empty afterwards
 *
 * Returns: (transfer full): what was written
 */
char *
calld_exposition_finish (CalldExposition *self)
{
  if (self->openmetrics)
    g_string_append (self->text, "# EOF\n");
  return g_string_free (g_steal_pointer (&self->text), FALSE);
}

/**
 * calld_exposition_get_content_type:
 * @self: a writer
 *
 * Returns: what the text is called in HTTP
 */
const char *
calld_exposition_get_content_type (const CalldExposition *self)
{
  return self->openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                           : "text/plain; version=0.0.4; charset=utf-8";
}

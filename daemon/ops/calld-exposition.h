/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-metrics.h"

G_BEGIN_DECLS

/**
 * CalldExposition:
 * @text: what has been written
 * @openmetrics: whether it is OpenMetrics 1.0, else Prometheus' text format 0.0.4
 * @family: the name of the family being written
 *
 * Writes figures for Prometheus. Families are begun, then their samples are added. Start from
 * `{ g_string_new (NULL), openmetrics }`.
 */
typedef struct {
  GString *text;
  gboolean openmetrics;
  const char *family;
} CalldExposition;

void calld_exposition_begin_counter (CalldExposition *self, const char *name, const char *help);
void calld_exposition_begin_gauge (CalldExposition *self, const char *name, const char *help);
void calld_exposition_add (CalldExposition *self,
                           const char *label,
                           const char *value_of_label,
                           guint64 value);
void calld_exposition_add_double (CalldExposition *self,
                                  const char *label,
                                  const char *value_of_label,
                                  double value);
void calld_exposition_add_histogram (CalldExposition *self,
                                     const char *name,
                                     const char *help,
                                     CalldSeries which);
char *calld_exposition_finish (CalldExposition *self);
const char *calld_exposition_get_content_type (const CalldExposition *self);

G_END_DECLS

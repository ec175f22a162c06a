/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load-server.h"

G_BEGIN_DECLS

#define LOAD_MAX_RUNS 32

/*
 * LoadReport:
 *
 * Figures by name and server, several runs of each; medians, ratios, and which targets they meet.
 */
typedef struct _LoadReport LoadReport;

typedef enum {
  LOAD_AT_MOST,           /* calld's figure */
  LOAD_AT_LEAST,          /* calld's figure */
  LOAD_AT_MOST_SOCKETIO,  /* calld's divided by socket.io's */
  LOAD_AT_LEAST_SOCKETIO, /* calld's divided by socket.io's */
  LOAD_AT_MOST_FLOOR,     /* calld's divided by the floor's */
} LoadBound;

typedef struct {
  const char *figure;
  LoadBound bound;
  double value;
} LoadTarget;

LoadReport *load_report_new (void);
void load_report_free (LoadReport *self);
void load_report_add (LoadReport *self, const char *figure, LoadKind kind, double value);
void load_report_print (LoadReport *self);
guint load_report_print_targets (LoadReport *self, const LoadTarget *targets, guint n);
void load_report_print_json (LoadReport *self);

G_END_DECLS

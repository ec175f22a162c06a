/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load-report.h"
#include "load-rig.h"

G_BEGIN_DECLS

typedef struct {
  int connections;
  int seconds;
} LoadOptions;

/*
 * LoadScenario:
 *
 * One kind of load. @run measures one server once; @kinds is a mask of the servers it makes sense
 * for; @apart says that clients and server share no CPU: what a message costs is asked, not how
 * much the machine can do.
 */
typedef struct {
  const char *name;
  guint kinds;
  gboolean apart;
  void (*run) (LoadReport *report, LoadKind kind, const LoadOptions *options);
} LoadScenario;

const LoadScenario *load_scenario_list (guint *n);
const LoadScenario *load_scenario_find (const char *name);

G_END_DECLS

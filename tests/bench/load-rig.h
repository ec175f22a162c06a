/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load-figures.h"
#include "load-server.h"
#include "load-swarm.h"

G_BEGIN_DECLS

/*
 * LoadRig:
 *
 * A server, its clients in rooms, and the tally of what was said.
 */
typedef struct {
  LoadServer *server; /* first: see load-server.h */
  LoadClinic *clinic;
  LoadSwarm *swarm;
  LoadTally tally;
  guint n_clients;
  guint room_size;
  /* of the last connecting and sending */
  guint64 memory_before;
  double connect_s;
  double connect_cpu_s;
  double cpu_s;
  guint64 sent;
} LoadRig;

LoadRig *load_rig_new (LoadKind kind, guint n_clients, guint room_size, const char *const *flags);
void load_rig_free (LoadRig *self);
void load_rig_connect (LoadRig *self);
void load_rig_send (LoadRig *self, gint64 due_us);
void load_rig_send_paced (LoadRig *self, double rate, double seconds);
void load_rig_wait_for_deliveries (LoadRig *self, double seconds);
double load_rig_get_latency (LoadRig *self, double p);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * LoadSwarm:
 *
 * Thousands of Socket.IO clients over WebSocket in one thread with one epoll set. A client shakes
 * hands, enters the namespace with what @hello says, asks for its room with @join, and is joined
 * when that is acknowledged. Pings are answered; everything else is @packet's.
 */
typedef struct _LoadSwarm LoadSwarm;

typedef enum {
  LOAD_AWAY,
  LOAD_UPGRADING,
  LOAD_OPENING,
  LOAD_ENTERING,
  LOAD_JOINING,
  LOAD_JOINED,
} LoadStage;

typedef struct {
  /* (transfer full): the packet that enters the namespace, "40…" */
  char *(*hello) (gpointer data, guint client);
  /* (transfer full): the packet that joins, "421[…]"; its ack has to contain "ok" */
  char *(*join) (gpointer data, guint client);
  /* any other packet, with a zero byte behind it */
  void (*packet) (gpointer data, guint client, const char *text, gsize length);
  /* (nullable): the connection has ended; without it that is an error */
  void (*gone) (gpointer data, guint client);
} LoadSwarmFuncs;

LoadSwarm *load_swarm_new (guint16 port, guint n, const LoadSwarmFuncs *funcs, gpointer data);
void load_swarm_free (LoadSwarm *self);
void load_swarm_set_port (LoadSwarm *self, guint16 port);
gboolean load_swarm_connect (LoadSwarm *self, guint client);
void load_swarm_connect_all (LoadSwarm *self, guint under_way);
void load_swarm_disconnect (LoadSwarm *self, guint client);
void load_swarm_turn (LoadSwarm *self, int timeout_ms);
void load_swarm_rest (LoadSwarm *self, guint ms);
void load_swarm_send (LoadSwarm *self, guint client, const char *packet);
void load_swarm_set_deaf (LoadSwarm *self, guint client, gboolean deaf);
LoadStage load_swarm_get_stage (LoadSwarm *self, guint client);
guint load_swarm_get_joined (LoadSwarm *self);
guint load_swarm_get_under_way (LoadSwarm *self);
guint load_raise_descriptor_limit (void);
int load_connect (guint16 port);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load-clinic.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  LOAD_CALLD,
  LOAD_SOCKETIO,
  LOAD_FLOOR,
  LOAD_N_KINDS,
} LoadKind;

/*
 * LoadServer:
 *
 * A server in a process of its own: calld as in production with sign-in, groups and a database on
 * disk; Node's socket.io and the floor, which only pass messages on.
 */
typedef struct {
  LoadKind kind;
  GSubprocess *process;
  long pid;
  guint16 port;
  LoadClinic *clinic; /* of calld; not owned */
  char **flags;       /* of calld */
} LoadServer;

void load_set_apart (gboolean apart);
const char *load_kind_to_name (LoadKind kind);
gboolean load_kind_is_available (LoadKind kind);

LoadServer *load_server_new (LoadKind kind, LoadClinic *clinic, const char *const *flags);
void load_server_free (LoadServer *self);
void load_server_start (LoadServer *self);
void load_server_kill (LoadServer *self);
void load_server_stop (LoadServer *self);

/* What clients say; @self is the data of a swarm's functions, or its first member. */
char *load_server_hello (LoadServer *self, guint client);
char *load_server_join (LoadServer *self, guint client, guint room_size);
char *load_server_message (LoadServer *self, guint room, const char *text, const char *temp_id);
gboolean load_server_is_delivery (LoadServer *self, const char *packet);

G_END_DECLS

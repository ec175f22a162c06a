/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * LoadClinic:
 *
 * A fresh database with users in groups, the key that signs their tokens, and their tokens. Client
 * i is a member of group i / room_size.
 */
typedef struct {
  char *directory;
  char *secret;
  guint n_clients;
  guint room_size;
  char **tokens; /* by client */
  char **groups; /* ids, by room */
} LoadClinic;

LoadClinic *load_clinic_new (guint n_clients, guint room_size);
void load_clinic_free (LoadClinic *self);
char *load_clinic_get_database (LoadClinic *self);
gint64 load_clinic_count_messages (LoadClinic *self);

G_END_DECLS

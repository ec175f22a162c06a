/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * RawClient:
 *
 * A connection that says exactly what it is told to, byte by byte.
 */
typedef struct {
  int fd;
  GString *heard;
  gboolean over;
} RawClient;

RawClient *raw_client_new (guint16 port);
RawClient *raw_client_new_websocket (guint16 port);
char *raw_client_open_poll (guint16 port);
void raw_client_free (RawClient *self);
void raw_client_send_bytes (RawClient *self, const char *bytes, gsize length);
void raw_client_send_packet (RawClient *self, const char *packet);
void raw_client_await (RawClient *self, const char *text);
gboolean raw_client_is_over (RawClient *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-hub.h"

G_BEGIN_DECLS

/* A hub in the main context, and clients that write raw bytes from a thread of their own: what
 * they do may block, and what they send no library would. */

typedef struct {
  SoupServer *server;
  CalldHub *hub;
  GMainLoop *loop;
  guint16 port;
} HubFixture;

typedef void (*HubScenario) (HubFixture *fixture, gpointer user_data);

void hub_fixture_init (HubFixture *self, const CalldHubOptions *options);
void hub_fixture_listen (HubFixture *self);
void hub_fixture_run (HubFixture *self, HubScenario scenario, gpointer user_data);
void hub_fixture_clear (HubFixture *self);

int raw_connect (guint16 port);
void raw_send (int fd, const char *text);
void raw_send_bytes (int fd, const void *data, gsize length);
gboolean raw_wait (int fd, int timeout_ms);
char *raw_read_until (int fd, const char *end);
char *raw_read_answer (int fd);
char *raw_read_to_end (int fd);
gboolean raw_is_closed (int fd);

int raw_websocket (guint16 port, const char *target);
int raw_websocket_with (guint16 port, const char *target, const char *headers, char **answer);
void raw_send_text (int fd, const char *text);
void raw_send_frame (int fd, guint8 opcode, const void *data, gsize length);
char *raw_read_frame (int fd, guint8 *opcode, gsize *length);
char *raw_read_any_frame (int fd, guint8 *first, gsize *length);
char *raw_read_text (int fd);
void raw_assert_text (int fd, const char *expected);
void raw_assert_prefix (int fd, const char *prefix);
guint raw_read_close (int fd);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-fixture.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

/*
 * Caller:
 *
 * A client that knows nothing of our libraries: REST over libsoup, Socket.IO written by hand over a
 * WebSocket. Everything it gets is kept, so that a test can also say what must not have come.
 */
typedef struct {
  CalldFixture *calld;
  SoupSession *session;
  char *token;
  char *user_id;
  char *name;
  char *appointment_id;
  char *conversation_id;
  SoupWebsocketConnection *socket;
  GPtrArray *events; /* JsonArray: name, content */
  JsonNode *ack;
  guint ack_id;
  gboolean closed;
  gboolean connected;
} Caller;

Caller *caller_new (CalldFixture *calld);
void caller_free (Caller *self);
void caller_sign_in_clinician (Caller *self);
void caller_sign_in_patient (Caller *self);

guint caller_send (Caller *self,
                   const char *method,
                   const char *path,
                   const char *body,
                   JsonObject **answer);
JsonObject *caller_post (Caller *self, guint status, const char *path, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
JsonObject *caller_get (Caller *self, guint status, const char *path);
JsonObject *caller_call (Caller *self, guint status, const char *verb, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

void caller_connect (Caller *self);
void caller_disconnect (Caller *self);
void caller_wait_closed (Caller *self);
JsonObject *caller_emit (Caller *self, const char *event, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
JsonObject *caller_wait (Caller *self, const char *event);
guint caller_count (Caller *self, const char *event);
void caller_forget (Caller *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Caller, caller_free)

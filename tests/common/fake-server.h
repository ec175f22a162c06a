/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/*
 * FakeServer:
 *
 * A server that says what a test wants it to say: REST answers from a table, Socket.IO with
 * acknowledgements from a table, the PeerJS relay. In the test's own process and main context, on a
 * free port of the loopback address. It knows no rules: the real ones are calld's.
 */
typedef struct _FakeServer FakeServer;

#define FAKE_TOKEN "good-token"

FakeServer *fake_server_new (void);
void fake_server_free (FakeServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)
const char *fake_server_get_url (FakeServer *self);

/* "POST /api/auth/login" is answered with @status and @body from now on. 0: not answered until
 * fake_server_release(). The body of a redirection is where to. */
void
fake_server_answer (FakeServer *self, const char *method_and_path, guint status, const char *body);
void fake_server_release (FakeServer *self, const char *method_and_path);
guint fake_server_count (FakeServer *self, const char *method_and_path);
const char *fake_server_last_body (FakeServer *self, const char *method_and_path);

/* Socket.IO. An event without an answer of its own is acknowledged with {"ok":true}; one whose
 * answer is %NULL not at all. "event" counts as "event name" in fake_server_count(). */
void fake_server_acknowledge (FakeServer *self, const char *event, const char *ack);
void fake_server_emit (FakeServer *self, const char *event, const char *json);
void fake_server_send_raw (FakeServer *self, const char *text);
guint fake_server_n_sockets (FakeServer *self);
void fake_server_set_ping (FakeServer *self, guint interval_ms, guint timeout_ms);
void fake_server_refuse_tokens (FakeServer *self, gboolean refuse);
void fake_server_mute (FakeServer *self, gboolean mute);

/* The PeerJS relay. */
guint fake_server_n_peers (FakeServer *self);
void fake_server_relay_raw (FakeServer *self, const char *peer_id, const char *text);

/* Cuts every WebSocket, as a network or a server that is killed does. */
void fake_server_cut (FakeServer *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-engineio.h"
#include "calld-socketio-recovery.h"

#include "call-socketio.h"

G_BEGIN_DECLS

typedef struct _CalldSocketioServer CalldSocketioServer;
typedef struct _CalldSocketioSession CalldSocketioSession;

/**
 * CalldSocketioApp:
 * @connect: a client asks to enter namespace @nsp (an index); answer with
 *   calld_socketio_session_accept() or _refuse(), now or later
 * @event: an event of a client that is in @nsp, with all its attachments
 * @ack: (nullable): the answer to an event that was sent with an acknowledgement
 * @left: (nullable): a client that had been accepted, or still waited to be, has gone
 * @drain: (nullable): tell the client to come back later
 * @gone: (nullable): a client that was away, and of whom @left has said nothing, is not awaited any
 *   more under its old id; needed for @recovery
 *
 * What is behind Socket.IO. In the reactor's thread.
 */
typedef struct {
  void (*connect) (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet);
  void (*event) (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet);
  void (*ack) (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet);
  void (*left) (CalldSocketioSession *session, guint nsp);
  void (*drain) (CalldSocketioSession *session, guint reconnect_ms);
  CalldSocketioGoneFunc gone;
} CalldSocketioApp;

/**
 * CalldSocketioSession:
 * @engine: what carries it
 * @pending: requests under way; for the application
 * @has_left: the client left its namespace once; for the application
 * @token: (nullable): the token of the query
 *
 * A client. The other fields are private.
 */
struct _CalldSocketioSession {
  CalldEngineioSession engine;
  /* A binary packet whose attachments are still to come. */
  struct _CalldSocketioPartial *partial;
  /* Only with recovery: what was sent, and where the client wants to go on (id and offset). */
  CalldSocketioRecovery *recovery;
  char **wanted;
  /* The token of the query, until the client has signed in. */
  char *token;
  CalldWheelTimer connect_timer;
  guint32 joined;
  guint32 joining;
  guint pending;
  gboolean has_left;
};

/**
 * CalldSocketioServerOptions:
 * @engine: settings of the layer below
 * @namespaces: (array zero-terminated=1): at most 32
 * @connect_timeout_ms: time for the first namespace to be entered
 * @max_attachments: binary attachments of one event
 * @recovery: whether a client may come back to the first namespace after its connection was lost
 *
 * Settings of a Socket.IO server.
 */
typedef struct {
  CalldEngineioOptions engine;
  const char *const *namespaces;
  guint connect_timeout_ms;
  guint max_attachments;
  gboolean recovery;
} CalldSocketioServerOptions;

CalldSocketioServer *calld_socketio_server_new (CalldReactor *reactor,
                                                const CalldSocketioServerOptions *options,
                                                const CalldSocketioApp *app,
                                                gpointer app_data,
                                                GDestroyNotify app_free);
CalldSocketioSession *calld_socketio_server_lookup (CalldReactor *reactor, guint64 id);
gpointer calld_socketio_session_get_app_data (CalldSocketioSession *self);
gboolean calld_socketio_session_is_joining (CalldSocketioSession *self, guint nsp);
gboolean calld_socketio_session_is_joined (CalldSocketioSession *self, guint nsp);
void calld_socketio_session_accept (CalldSocketioSession *self, guint nsp, const char *owner);
void calld_socketio_session_refuse (CalldSocketioSession *self, guint nsp, const char *packet);
void calld_socketio_session_send (CalldSocketioSession *self, const CallSocketioPacket *packet);
void calld_socketio_session_send_text (CalldSocketioSession *self, const char *packet);
void calld_socketio_session_disconnect (CalldSocketioSession *self, guint nsp);
const char *calld_socketio_session_get_namespace (CalldSocketioSession *self, guint nsp);
CalldFrame *calld_socketio_frame_new (const char *packet);
void calld_socketio_session_emit (CalldSocketioSession *self, const char *event);
CalldFrame *calld_socketio_event_frame_new (const char *event);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-reactor.h"

#include "call-engineio.h"

G_BEGIN_DECLS

/**
 * CalldEngineioOptions:
 * @path: where clients connect, without a slash at its end
 * @protocol: the number rooms know its sessions by
 * @ping_interval_ms: time between a pong and the next ping
 * @ping_timeout_ms: time for a pong to come
 * @upgrade_timeout_ms: time from the probe to the end of an upgrade
 * @open_delay_ms: how long the first packet waits after an upgrade, for clients that begin to
 *   listen only then; mostly 0
 * @max_payload: bytes of one message, or of one body of a long poll
 * @cors_origins: (nullable): origins whose pages may read answers, or "*"
 *
 * Settings of an Engine.IO server.
 */
typedef struct {
  const char *path;
  guint8 protocol;
  guint ping_interval_ms;
  guint ping_timeout_ms;
  guint upgrade_timeout_ms;
  guint open_delay_ms;
  guint max_payload;
  char **cors_origins;
} CalldEngineioOptions;

typedef struct _CalldEngineio CalldEngineio;
typedef struct _CalldEngineioSession CalldEngineioSession;

/**
 * CalldEngineioClass:
 * @session_size: size of the struct that begins with a #CalldEngineioSession
 * @opened: a client has shaken hands; @query is its query
 * @message: a message came, good until this returns
 * @closed: the session has ended, whoever ended it; called once
 * @drain: (nullable): tell the client to come back later; the session is closed after it
 * @delivered: (nullable): a frame of the hub, to the client or to one of its rooms, has been sent
 *
 * What is carried by Engine.IO. All in the reactor's thread.
 */
typedef struct {
  gsize session_size;
  void (*opened) (CalldEngineioSession *session, const CallEngineioQuery *query);
  void (*message) (CalldEngineioSession *session,
                   gboolean binary,
                   const guint8 *data,
                   gsize length);
  void (*closed) (CalldEngineioSession *session);
  void (*drain) (CalldEngineioSession *session, guint reconnect_ms);
  void (*delivered) (CalldEngineioSession *session, CalldFrame *frame);
} CalldEngineioClass;

/**
 * CalldEngineioSession:
 * @base: what the hub knows
 *
 * One client, whatever carries it. The other fields are private.
 */
struct _CalldEngineioSession {
  CalldClient base;
  CalldEngineio *server;
  /* At most one of the first two carries messages; a probe may be on its way beside the poll. */
  CalldPeer *websocket;
  CalldPeer *poll;
  CalldPeer *post;
  CalldPeer *probe;
  /* Frames for the next poll. */
  CalldQueue out;
  /* The rest of a POST whose packets have to wait. */
  GBytes *backlog;
  CalldEngineioSession *next_pending;
  CalldWheelTimer heartbeat;
  CalldWheelTimer limit;
  char sid[24];
  CalldAddress address;
  guint64 probe_until_ms;
  guint16 refs;
  guint8 awaits_pong : 1;
  guint8 base64 : 1;
  guint8 held : 1;
  guint8 is_pending : 1;
  guint8 is_closed : 1;
  guint8 says_close : 1;
  guint8 is_slow : 1;
  guint8 is_probed : 1;
  guint8 takes_gzip : 1;
};

CalldEngineio *calld_engineio_new (CalldReactor *reactor,
                                   const CalldEngineioOptions *options,
                                   const CalldEngineioClass *klass,
                                   gpointer app,
                                   GDestroyNotify app_free);
gpointer calld_engineio_session_get_app (CalldEngineioSession *self);
CalldReactor *calld_engineio_session_get_reactor (CalldEngineioSession *self);
char *calld_engineio_session_dup_remote_address (CalldEngineioSession *self);
void
calld_engineio_session_send (CalldEngineioSession *self, CalldFrame *frame, CalldSendFlags flags);
void calld_engineio_session_hold (CalldEngineioSession *self, gboolean until_main);
void calld_engineio_session_release (CalldEngineioSession *self);
void calld_engineio_session_close (CalldEngineioSession *self);
CalldEngineioSession *calld_engineio_session_ref (CalldEngineioSession *self);
void calld_engineio_session_unref (CalldEngineioSession *self);
gboolean calld_engineio_session_is_one (const CalldClient *client);

G_END_DECLS

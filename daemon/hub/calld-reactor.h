/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-mailbox.h"
#include "calld-peer.h"
#include "calld-room.h"

G_BEGIN_DECLS

typedef struct _CalldClient CalldClient;

/**
 * CalldClientClass:
 * @deliver: hand a frame to the client
 * @close: end the connection in the way that makes clients connect again
 * @drain: tell the client to come back after some milliseconds, then end the connection
 * @stands_in: it is nobody's connection, but waits for one that was lost; not counted
 *
 * What the hub asks of a client of a gateway.
 */
typedef struct {
  void (*deliver) (CalldClient *client, CalldFrame *frame, CalldSendFlags flags);
  void (*close) (CalldClient *client);
  void (*drain) (CalldClient *client, guint reconnect_ms);
  gboolean stands_in;
} CalldClientClass;

/**
 * CalldClient:
 * @member: its id and its rooms
 * @klass: what it can do
 *
 * A client of a gateway, which may outlive a TCP connection (long polls); the first member of the
 * gateway's own struct.
 */
struct _CalldClient {
  CalldMember member;
  const CalldClientClass *klass;
};

/* The number of a protocol, for frames that go to rooms. */
enum {
  CALLD_PROTOCOL_SOCKETIO = 1,
  CALLD_PROTOCOL_PEERJS = 2,
  CALLD_PROTOCOL_PUSHER = 3,
};

/**
 * CalldReactorFunc:
 * @reactor: the reactor
 * @data: what was given
 *
 * Something the reactor's thread is asked to do.
 */
typedef void (*CalldReactorFunc) (CalldReactor *reactor, gpointer data);

/* Any thread. */
CalldReactor *calld_reactor_new (const CalldHubOptions *options,
                                 CalldTlsContext *tls,
                                 CalldMailbox *to_main,
                                 GError **error);
void calld_reactor_start (CalldReactor *self);
void calld_reactor_stop (CalldReactor *self);
void calld_reactor_free (CalldReactor *self);
CalldMailbox *calld_reactor_get_mailbox (CalldReactor *self);
void calld_reactor_get_stats (CalldReactor *self, CalldHubStats *stats);
gint64 calld_reactor_get_last_turn_us (CalldReactor *self);
void calld_reactor_count_http (CalldReactor *self, int difference);

/* The reactor's thread only. */
void calld_reactor_add_route (CalldReactor *self, const CalldRoute *route);
void calld_reactor_listen (CalldReactor *self, int fd);
guint64 calld_reactor_get_now_ms (CalldReactor *self);
void calld_reactor_start_timer (CalldReactor *self,
                                CalldWheelTimer *timer,
                                guint64 delay_ms,
                                CalldWheelFunc func);
void calld_reactor_stop_timer (CalldReactor *self, CalldWheelTimer *timer);
const CalldHubOptions *calld_reactor_get_options (CalldReactor *self);
CalldRooms *calld_reactor_get_rooms (CalldReactor *self);
gboolean calld_reactor_reserve (CalldReactor *self, gsize bytes);
void calld_reactor_unreserve (CalldReactor *self, gsize bytes);
GByteArray *calld_reactor_gzip (CalldReactor *self, const void *body, gsize length);

void calld_reactor_add_session (CalldReactor *self, CalldClient *session);
void calld_reactor_remove_session (CalldReactor *self, CalldClient *session);
void calld_reactor_replace_session (CalldReactor *self, CalldClient *session, CalldClient *by);
gboolean calld_reactor_is_full (CalldReactor *self);
CalldClient *calld_reactor_lookup (CalldReactor *self, guint64 id);
void calld_reactor_foreach (CalldReactor *self,
                            void (*func) (CalldClient *session, gpointer user_data),
                            gpointer user_data);

void calld_reactor_post (CalldReactor *self, CalldMail *mail);
void calld_reactor_post_relaxed (CalldReactor *self, CalldMail *mail);
gboolean calld_reactor_is_main_busy (CalldReactor *self);
void calld_reactor_hold_until_main (CalldReactor *self, CalldPeer *peer);
void calld_reactor_drain (CalldReactor *self, guint spread_ms, CalldMail *on_drained);
gboolean calld_reactor_is_draining (CalldReactor *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-channel.h"
#include "calld-head.h"
#include "calld-hub.h"
#include "calld-queue.h"
#include "calld-wheel.h"

#include "call-websocket-frame.h"

#include <sys/socket.h>

G_BEGIN_DECLS

typedef struct _CalldPeer CalldPeer;
typedef struct _CalldReactor CalldReactor;

/**
 * CalldPeerClass:
 * @message: (nullable): a WebSocket message of text or binary, good until it returns
 * @closed: (nullable): the connection has gone, and not because the owner closed it; forget the
 * peer
 *
 * What the owner of a peer hears of it.
 */
typedef struct {
  void (*message) (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message);
  void (*closed) (CalldPeer *peer, gpointer owner);
} CalldPeerClass;

/**
 * CalldRoute:
 * @prefix: the path, without a slash at its end; paths below it belong to it too
 * @body_limit: (nullable): a head with a body has come: says how long the body may be, or answers
 *   itself and says -1; without it no body is taken
 * @request: a whole request has come; answer it, upgrade, or claim the peer and answer later
 * @free: frees @data when the reactor ends
 * @data: given to both
 *
 * A path of the real-time side. Called in the reactor's thread.
 */
typedef struct {
  const char *prefix;
  gint64 (*body_limit) (gpointer data, CalldPeer *peer, const CalldHead *head);
  void (*request) (gpointer data,
                   CalldPeer *peer,
                   const CalldHead *head,
                   const guint8 *body,
                   gsize length);
  void (*free) (gpointer data);
  gpointer data;
} CalldRoute;

/**
 * CalldPeerState:
 * @CALLD_PEER_HANDSHAKE: TLS begins
 * @CALLD_PEER_HEAD: waits for a request, or for the rest of its head
 * @CALLD_PEER_BODY: waits for the rest of a body
 * @CALLD_PEER_BUSY: a request is being answered, such as a long poll
 * @CALLD_PEER_WEBSOCKET: frames
 * @CALLD_PEER_CLOSING: what is queued goes out, then the connection ends
 * @CALLD_PEER_LINGER: our end is closed; waits for the other one
 * @CALLD_PEER_DEAD: closed; freed at the end of the batch
 *
 * What a connection is about.
 */
typedef enum {
  CALLD_PEER_HANDSHAKE,
  CALLD_PEER_HEAD,
  CALLD_PEER_BODY,
  CALLD_PEER_BUSY,
  CALLD_PEER_WEBSOCKET,
  CALLD_PEER_CLOSING,
  CALLD_PEER_LINGER,
  CALLD_PEER_DEAD,
} CalldPeerState;

/**
 * CalldAddress:
 * @family: AF_INET, AF_INET6, or AF_UNIX when there is none
 * @port: its port
 * @bytes: the address, in network order
 *
 * The address of the other end, small.
 */
typedef struct {
  guint16 family;
  guint16 port;
  guint8 bytes[16];
} CalldAddress;

/**
 * CalldPeer:
 *
 * One TCP connection of the reactor: a plain struct of a good 200 bytes. Only the reactor's thread
 * touches it, and only the files of daemon/hub look inside.
 */
struct _CalldPeer {
  CalldReactor *reactor;
  CalldChannel channel;
  const CalldPeerClass *klass;
  gpointer owner;
  /* What came of an incomplete frame or request; NULL while nothing is incomplete. */
  GByteArray *in;
  /* The head of the request whose body is awaited, and its route. */
  CalldHead *head;
  const CalldRoute *route;
  CalldPeer *next, *prev;
  /* The next one to be flushed, and to be looked at again, at the end of this batch. */
  CalldPeer *next_dirty;
  CalldPeer *next_again;
  CalldWheelTimer timer;
  /* Further lines for an answer that comes later; NULL mostly. */
  char *note;
  CalldQueue out;
  CallWebsocketParser parser;
  guint32 accounted;
  CalldAddress address;
  /* Who asks: the same, unless a proxy of ours says otherwise with each request. */
  CalldAddress client;
  guint8 state;
  guint8 interest;
  guint8 keep_alive : 1;
  guint8 held : 1;
  guint8 blocked : 1;
  guint8 is_dirty : 1;
  guint8 is_again : 1;
  guint8 is_waiting : 1;
  guint8 is_watched : 1;
  guint8 is_head_begun : 1;
  guint8 is_polled : 1;
  guint8 doom : 2;
  guint8 is_upgraded : 1;
};

CalldPeer *
calld_peer_new (CalldReactor *reactor, const CalldChannel *channel, const CalldAddress *address);
void calld_peer_free (CalldPeer *self);
void calld_peer_ready (CalldPeer *self, guint32 events);
void calld_peer_look_again (CalldPeer *self);
void calld_peer_flush (CalldPeer *self);
void calld_peer_feed (CalldPeer *self, guint8 *data, gsize length);
void calld_peer_detach (CalldPeer *self);
void calld_peer_finish (CalldPeer *self, guint code, const char *reason);
void calld_peer_kill (CalldPeer *self);
void calld_peer_wait (CalldPeer *self, guint64 delay_ms);

CalldReactor *calld_peer_get_reactor (CalldPeer *self);
const CalldAddress *calld_peer_get_address (CalldPeer *self);
char *calld_address_to_string (const CalldAddress *self);
GInetAddress *calld_address_to_inet (const CalldAddress *self);
void calld_peer_claim (CalldPeer *self, const CalldPeerClass *klass, gpointer owner);
void calld_peer_set_note (CalldPeer *self, const char *headers);
const char *calld_peer_get_note (CalldPeer *self);
void calld_peer_set_last (CalldPeer *self);
void calld_peer_set_polled (CalldPeer *self);
void calld_peer_poll (CalldPeer *self);
void calld_peer_hold (CalldPeer *self);
void calld_peer_release (CalldPeer *self);
gboolean calld_peer_send (CalldPeer *self, CalldFrame *frame, CalldSendFlags flags);
void calld_peer_close (CalldPeer *self, guint code, const char *reason);
void calld_peer_abort (CalldPeer *self);
gboolean calld_peer_is_open (CalldPeer *self);

G_END_DECLS

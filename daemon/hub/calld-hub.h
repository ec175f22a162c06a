/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "calld-frame.h"
#include "calld-proxies.h"

G_BEGIN_DECLS

/**
 * CalldHubOptions:
 * @backlog: connections the kernel may hold for us before we accept them
 * @max_connections: open connections of all kinds; more get 503 with Retry-After
 * @head_bytes: longest request head
 * @head_timeout_ms: time for a request head to arrive
 * @idle_timeout_ms: time an HTTP connection may idle between requests
 * @body_bytes: longest body of a request to libsoup
 * @large_path: (nullable): a folder whose requests may be longer: libsoup takes them piece by piece
 * @large_bytes: longest body of those
 * @max_mail: requests that may wait for the main context; no client is read above this
 * @frame_memory: bytes that all incomplete large frames and bodies may take together
 * @queue_frames: frames that may wait for one slow reader
 * @queue_bytes: bytes that may wait for one slow reader
 * @proxies: (nullable): whose X-Forwarded-For is believed; must outlive the hub
 * @compression: whether clients may ask for compressed WebSocket messages and answers of polls
 * @compression_threshold: shorter ones are sent as they are
 * @certificate_file: (nullable): PEM file; TLS is ended in the hub when set
 * @key_file: (nullable): PEM file of the private key
 *
 * Limits and files of a hub. Start from [func@hub_options_init].
 */
typedef struct {
  guint backlog;
  guint max_connections;
  guint head_bytes;
  guint head_timeout_ms;
  guint idle_timeout_ms;
  gsize body_bytes;
  const char *large_path;
  gint64 large_bytes;
  guint max_mail;
  gsize frame_memory;
  guint queue_frames;
  gsize queue_bytes;
  const CalldProxies *proxies;
  gboolean compression;
  gsize compression_threshold;
  const char *certificate_file;
  const char *key_file;
} CalldHubOptions;

/* Protocols have numbers below this. */
#define CALLD_HUB_PROTOCOLS 8

/**
 * CalldHubStats:
 * @connections: descriptors open in the reactor
 * @http_connections: descriptors handed over to libsoup
 * @members: signed-in connections of the gateways
 * @by_protocol: the same by the number of the protocol
 * @websockets: connections that speak WebSocket
 * @rooms: rooms with at least one member
 * @accepted: connections accepted since the start
 * @refused: connections refused because of a limit
 * @received: WebSocket messages and bodies of polls that came
 * @bytes_in: bytes read
 * @bytes_out: bytes written
 * @delivered: frames given to receivers' queues
 * @dropped_volatile: volatile frames dropped because of a full queue
 * @closed_slow: connections closed because of a full queue
 * @frame_memory: bytes of incomplete large frames at this moment
 * @mail: requests that wait for the main context at this moment
 * @reactor_mail: what waits for the reactor at this moment
 * @loop_lag_us: how late the reactor's last timer fired
 *
 * What the reactor counts.
 */
typedef struct {
  guint connections;
  guint http_connections;
  guint members;
  guint by_protocol[CALLD_HUB_PROTOCOLS];
  guint websockets;
  guint rooms;
  guint64 accepted;
  guint64 refused;
  guint64 received;
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 delivered;
  guint64 dropped_volatile;
  guint64 closed_slow;
  gsize frame_memory;
  guint mail;
  guint reactor_mail;
  guint loop_lag_us;
} CalldHubStats;

/**
 * CalldSendFlags:
 * @CALLD_SEND_DEFAULT: a slow reader is closed rather than skipped
 * @CALLD_SEND_VOLATILE: may be dropped for a slow reader (typing, presence)
 * @CALLD_SEND_PART: belongs to the frame before it, such as an attachment, and may wait if that
 *   does, however much it is
 *
 * How much a frame matters.
 */
typedef enum {
  CALLD_SEND_DEFAULT = 0,
  CALLD_SEND_VOLATILE = 1 << 0,
  CALLD_SEND_PART = 1 << 1,
} CalldSendFlags;

#define CALLD_TYPE_HUB (calld_hub_get_type ())
G_DECLARE_FINAL_TYPE (CalldHub, calld_hub, CALLD, HUB, GObject)

void calld_hub_options_init (CalldHubOptions *options);

CalldHub *calld_hub_new (const CalldHubOptions *options, SoupServer *server, GError **error);
gboolean calld_hub_listen (CalldHub *self, const char *address, guint16 port, GError **error);
gboolean calld_hub_listen_fd (CalldHub *self, int fd, GError **error);
guint16 calld_hub_get_port (CalldHub *self);
const char *calld_hub_get_scheme (CalldHub *self);

void calld_hub_join (CalldHub *self, guint64 connection_id, const char *room);
void calld_hub_leave (CalldHub *self, guint64 connection_id, const char *room);
void
calld_hub_send (CalldHub *self, guint64 connection_id, CalldFrame *frame, CalldSendFlags flags);
void calld_hub_broadcast (CalldHub *self,
                          guint protocol,
                          const char *const *rooms,
                          CalldFrame *frame,
                          guint64 except,
                          CalldSendFlags flags);
void calld_hub_close (CalldHub *self, guint64 connection_id);

void calld_hub_get_stats (CalldHub *self, CalldHubStats *stats);
gint64 calld_hub_get_request_us (CalldHub *self);
void calld_hub_measure (CalldHub *self, gint64 began_us);
gboolean calld_hub_is_alive (CalldHub *self);
void calld_hub_drain_async (CalldHub *self,
                            guint spread_ms,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean calld_hub_drain_finish (CalldHub *self, GAsyncResult *result, GError **error);
void calld_hub_stop (CalldHub *self);

G_END_DECLS

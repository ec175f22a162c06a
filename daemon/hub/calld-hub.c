/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-hub.h"

#include "calld-http-stream.h"
#include "calld-hub-private.h"

#include "call-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes of mail to the main context; above this, as above max_mail, no client is read. */
#define MAILBOX_WEIGHT (32 * 1024 * 1024)
/* How often libsoup's connections are looked at for clients that stopped. */
#define STALL_CHECK_SECONDS 2
/* The reactor counts as alive if its loop turned this recently; it turns at least once a second. */
#define ALIVE_US (5 * G_USEC_PER_SEC)
#define STREAM_KEY "calld-http-stream"

struct _CalldHub {
  GObject parent_instance;

  CalldHubOptions options;
  SoupServer *server;
  CalldTlsContext *tls;
  CalldMailbox *mailbox;
  CalldReactor *reactor;
  GSource *mail_source;
  GSource *ring_source;
  GSource *stall_source;
  /* Streams libsoup has; they leave the set themselves. */
  GHashTable *streams;
  GPtrArray *drains;
  guint16 port;
  gboolean started;
};

G_DEFINE_FINAL_TYPE (CalldHub, calld_hub, G_TYPE_OBJECT)

/**
 * calld_hub_options_init:
 * @options: (out caller-allocates): settings
 *
 * Fills in the defaults.
 */
void
calld_hub_options_init (CalldHubOptions *options)
{
  *options = (CalldHubOptions){
    .backlog = 4096,
    .max_connections = 20000,
    .head_bytes = 16 * 1024,
    .head_timeout_ms = 10 * 1000,
    .idle_timeout_ms = 60 * 1000,
    .body_bytes = 1024 * 1024,
    .max_mail = 16384,
    .frame_memory = 256 * 1024 * 1024,
    .queue_frames = 256,
    .queue_bytes = 1024 * 1024,
    .compression = TRUE,
    .compression_threshold = 1024,
  };
}

/* --- requests for libsoup --------------------------------------------------------------------- */

/* Outside of a turn of the main context nobody would ring later. */
static void
ring_if_alone (CalldHub *self)
{
  if (g_main_depth () == 0)
    calld_mailbox_ring (calld_reactor_get_mailbox (self->reactor));
}

static GSocketAddress *
make_address (const CalldAddress *from)
{
  g_autoptr (GInetAddress) address = calld_address_to_inet (from);

  return g_inet_socket_address_new (address, from->port);
}

static void
open_adoption (CalldMail *mail, gpointer receiver)
{
  CalldHandover *handover = (CalldHandover *) mail;

  if (receiver != NULL) {
    calld_front_door_adopt (receiver, &handover->channel, &handover->address, handover->following);
    handover->channel = (CalldChannel){ .fd = -1 };
  }
  calld_handover_free (handover);
}

static void
on_stream_returned (CalldHandover *handover, gpointer user_data)
{
  CalldHub *self = user_data;

  if (self->reactor != NULL)
    calld_reactor_count_http (self->reactor, -1);
  if (self->reactor == NULL || handover->channel.fd < 0) {
    calld_handover_free (handover);
    return;
  }
  handover->mail.open = open_adoption;
  handover->mail.weight = 0;
  calld_mailbox_post_always (calld_reactor_get_mailbox (self->reactor), &handover->mail);
  ring_if_alone (self);
}

static void
on_stream_finalized (gpointer user_data, GObject *where_it_was)
{
  CalldHub *self = user_data;

  g_hash_table_remove (self->streams, where_it_was);
}

void
calld_handover_open (CalldMail *mail, gpointer receiver)
{
  CalldHandover *handover = (CalldHandover *) mail;
  CalldHub *self = receiver;
  g_autoptr (CalldHttpStream) stream = NULL;
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GInetAddress) any = NULL;
  g_autoptr (GError) error = NULL;

  if (self == NULL) {
    calld_handover_free (handover);
    return;
  }
  remote = make_address (&handover->client);
  any = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  local = g_inet_socket_address_new (any, self->port);
  stream = calld_http_stream_new (handover, self->options.body_bytes, on_stream_returned, self,
                                  NULL);
  g_hash_table_add (self->streams, stream);
  g_object_weak_ref (G_OBJECT (stream), on_stream_finalized, self);
  /* libsoup gives the address back with each message, and nothing else of ours. */
  g_object_set_data (G_OBJECT (remote), STREAM_KEY, stream);
  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (stream), local, remote, &error))
    g_warning ("libsoup takes no connection: %s", error->message);
}

static CalldHttpStream *
get_stream (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_data (G_OBJECT (remote), STREAM_KEY) : NULL;
}

static gboolean
has_close (SoupMessageHeaders *headers)
{
  return soup_message_headers_header_contains (headers, "Connection", "close");
}

static void
on_request_read (SoupServer *server, SoupServerMessage *message, CalldHub *self)
{
  CalldHttpStream *stream = get_stream (message);

  if (stream != NULL && !calld_http_stream_may_return (stream))
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                  "close");
}

static void
on_request_finished (SoupServer *server, SoupServerMessage *message, CalldHub *self)
{
  CalldHttpStream *stream = get_stream (message);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (stream != NULL && soup_server_message_get_http_version (message) == SOUP_HTTP_1_1 &&
      soup_message_headers_get_encoding (headers) != SOUP_ENCODING_EOF && !has_close (headers))
    calld_http_stream_set_answered (stream);
}

static gboolean
on_stall_check (gpointer user_data)
{
  CalldHub *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 limit = (gint64) self->options.head_timeout_ms * 1000;
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    calld_http_stream_check_stall (stream, now, limit);
  return G_SOURCE_CONTINUE;
}

/* --- life ------------------------------------------------------------------------------------- */

static gboolean
on_mail (int fd, GIOCondition condition, gpointer user_data)
{
  CalldHub *self = user_data;
  G_GNUC_UNUSED g_autoptr (CalldHub) keep = g_object_ref (self);

  calld_mailbox_dispatch (self->mailbox, self);
  return G_SOURCE_CONTINUE;
}

/* Before the main context waits, it wakes the reactor for all it has posted in this turn. */
typedef struct {
  GSource source;
  CalldMailbox *mailbox;
} RingSource;

static gboolean
ring_prepare (GSource *source, int *timeout_ms)
{
  calld_mailbox_ring (((RingSource *) source)->mailbox);
  *timeout_ms = -1;
  return FALSE;
}

static gboolean
ring_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSource *
ring_source_new (CalldMailbox *mailbox)
{
  static GSourceFuncs funcs = { .prepare = ring_prepare, .dispatch = ring_dispatch };
  GSource *source = g_source_new (&funcs, sizeof (RingSource));

  ((RingSource *) source)->mailbox = mailbox;
  /* Only the first of all sources is asked in every turn. */
  g_source_set_priority (source, G_MININT);
  g_source_set_static_name (source, "calld-hub ring");
  calld_mailbox_set_quiet (mailbox, TRUE);
  return source;
}

static GSource *
attach (GSource *source, GSourceFunc func, gpointer user_data)
{
  g_source_set_callback (source, func, user_data, NULL);
  /* A source that may recurse is not blocked round each dispatch: four system calls fewer. */
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/**
 * calld_hub_stop:
 * @self: a hub
 *
 * Closes all connections and ends the thread. Done by itself when @self is disposed.
 */
void
calld_hub_stop (CalldHub *self)
{
  CalldReactor *reactor = self->reactor;
  GHashTableIter iter;
  gpointer stream;

  if (reactor == NULL)
    return;
  calld_mailbox_set_quiet (calld_reactor_get_mailbox (reactor), FALSE);
  calld_reactor_stop (reactor);
  calld_mailbox_dispatch (self->mailbox, self);
  self->reactor = NULL;
  calld_reactor_free (reactor);
  calld_mailbox_dispatch (self->mailbox, NULL);
  calld_mailbox_close (self->mailbox);
  g_source_destroy (self->mail_source);
  g_source_destroy (self->stall_source);
  g_source_destroy (self->ring_source);
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL)) {
    g_object_weak_unref (stream, on_stream_finalized, self);
    g_io_stream_close (stream, NULL, NULL);
  }
  g_hash_table_remove_all (self->streams);
}

static void
calld_hub_dispose (GObject *object)
{
  CalldHub *self = CALLD_HUB (object);

  calld_hub_stop (self);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (calld_hub_parent_class)->dispose (object);
}

static void
calld_hub_finalize (GObject *object)
{
  CalldHub *self = CALLD_HUB (object);

  g_clear_pointer (&self->mail_source, g_source_unref);
  g_clear_pointer (&self->stall_source, g_source_unref);
  g_clear_pointer (&self->ring_source, g_source_unref);
  g_clear_pointer (&self->tls, calld_tls_context_unref);
  g_clear_pointer (&self->mailbox, calld_mailbox_free);
  g_clear_pointer (&self->streams, g_hash_table_unref);
  G_OBJECT_CLASS (calld_hub_parent_class)->finalize (object);
}

static void
calld_hub_class_init (CalldHubClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_hub_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_hub_finalize;
}

static void
calld_hub_init (CalldHub *self)
{
  self->streams = g_hash_table_new (NULL, NULL);
}

/**
 * calld_hub_new:
 * @options: limits and files; what they point to is not kept
 * @server: a SoupServer that listens nowhere: it gets one request at a time from the hub, and must
 *   not keep connections itself
 * @error: return location
 *
 * Makes the hub of a daemon. Attach gateways next, then listen: connections come from then on.
 * Everything is called back in the thread-default main context of the caller.
 *
 * Returns: (transfer full): the hub, %NULL if the certificate cannot be read
 */
CalldHub *
calld_hub_new (const CalldHubOptions *options, SoupServer *server, GError **error)
{
  g_autoptr (CalldHub) self = g_object_new (CALLD_TYPE_HUB, NULL);

  self->options = *options;
  self->options.certificate_file = self->options.key_file = NULL;
  self->server = g_object_ref (server);
  self->mailbox = calld_mailbox_new (options->max_mail, MAILBOX_WEIGHT);
  if (options->certificate_file != NULL) {
    self->tls = calld_tls_context_new (options->certificate_file, options->key_file, error);
    if (self->tls == NULL)
      return NULL;
  }
  self->reactor = calld_reactor_new (&self->options, self->tls, self->mailbox, error);
  if (self->reactor == NULL)
    return NULL;
  self->mail_source = attach (g_unix_fd_source_new (calld_mailbox_get_fd (self->mailbox), G_IO_IN),
                              G_SOURCE_FUNC (on_mail), self);
  self->stall_source = attach (g_timeout_source_new_seconds (STALL_CHECK_SECONDS), on_stall_check,
                               self);
  self->ring_source = attach (ring_source_new (calld_reactor_get_mailbox (self->reactor)), NULL,
                              NULL);
  g_signal_connect (server, "request-read", G_CALLBACK (on_request_read), self);
  g_signal_connect (server, "request-finished", G_CALLBACK (on_request_finished), self);
  return g_steal_pointer (&self);
}

/**
 * calld_hub_get_request_us:
 * @self: a hub
 *
 * While something that came from a client is handled: when its bytes came.
 *
 * Returns: a time of g_get_monotonic_time(), 0 outside of that
 */
gint64
calld_hub_get_request_us (CalldHub *self)
{
  return calld_mailbox_get_began_us (self->mailbox);
}

CalldReactor *
calld_hub_get_reactor (CalldHub *self)
{
  return self->reactor;
}

void
calld_hub_post (CalldHub *self, CalldMail *mail)
{
  if (self->reactor == NULL) {
    mail->open (mail, NULL);
    return;
  }
  calld_mailbox_post_wait (calld_reactor_get_mailbox (self->reactor), mail);
  ring_if_alone (self);
}

gboolean
calld_hub_try_post (CalldHub *self, CalldMail *mail)
{
  if (self->reactor != NULL &&
      calld_mailbox_post (calld_reactor_get_mailbox (self->reactor), mail)) {
    ring_if_alone (self);
    return TRUE;
  }
  mail->open (mail, NULL);
  return FALSE;
}

/* --- listening -------------------------------------------------------------------------------- */

typedef struct {
  CalldMail mail;
  int fd;
} ListenMail;

static void
open_listen (CalldMail *mail, gpointer receiver)
{
  ListenMail *self = (ListenMail *) mail;

  if (receiver != NULL)
    calld_reactor_listen (receiver, self->fd);
  g_free (self);
}

/**
 * calld_hub_listen_fd:
 * @self: a hub
 * @fd: (transfer full): a listening stream socket, such as systemd passes
 * @error: return location
 *
 * Accepts connections from a socket that listens already.
 *
 * Returns: %FALSE if @fd is no such socket; it is the caller's then
 */
gboolean
calld_hub_listen_fd (CalldHub *self, int fd, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  ListenMail *mail;
  int own;

  own = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  socket = own >= 0 ? g_socket_new_from_fd (own, error) : NULL;
  address = socket != NULL ? g_socket_get_local_address (socket, error) : NULL;
  if (address == NULL) {
    g_prefix_error (error, "cannot listen on descriptor %d: ", fd);
    return FALSE;
  }
  if (G_IS_INET_SOCKET_ADDRESS (address) && self->port == 0)
    self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);

  mail = g_new0 (ListenMail, 1);
  mail->mail.open = open_listen;
  mail->fd = fd;
  if (!self->started)
    calld_reactor_start (self->reactor);
  self->started = TRUE;
  calld_hub_post (self, &mail->mail);
  return TRUE;
}

static int
open_socket (CalldHub *self, GInetAddress *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) where = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return -1;
  g_socket_set_listen_backlog (socket, (int) self->options.backlog);
  if (!g_socket_bind (socket, where, TRUE, error) || !g_socket_listen (socket, error))
    return -1;
  return fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 3);
}

/**
 * calld_hub_listen:
 * @self: a hub
 * @address: an IP address, or "localhost"; "::" takes IPv4 too
 * @port: a port, 0 for any
 * @error: return location
 *
 * Opens a port. May be called for several addresses; the first port is the hub's.
 *
 * Returns: %FALSE if it cannot be opened
 */
gboolean
calld_hub_listen (CalldHub *self, const char *address, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) inet = NULL;
  int fd;

  if (g_str_equal (address, "localhost"))
    inet = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  else
    inet = g_inet_address_new_from_string (address);
  if (inet == NULL) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "“%s” is no IP address", address);
    return FALSE;
  }
  fd = open_socket (self, inet, port, error);
  if (fd < 0) {
    g_prefix_error (error, "cannot listen on %s port %u: ", address, port);
    return FALSE;
  }
  if (calld_hub_listen_fd (self, fd, error))
    return TRUE;
  close (fd);
  return FALSE;
}

/**
 * calld_hub_get_port:
 * @self: a hub
 *
 * The port of the first TCP socket it listens on.
 *
 * Returns: the port, 0 if there is none
 */
guint16
calld_hub_get_port (CalldHub *self)
{
  return self->port;
}

/**
 * calld_hub_get_scheme:
 * @self: a hub
 *
 * How clients speak to it.
 *
 * Returns: "http" or "https"
 */
const char *
calld_hub_get_scheme (CalldHub *self)
{
  return self->tls != NULL ? "https" : "http";
}

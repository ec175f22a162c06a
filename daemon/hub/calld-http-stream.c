/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-http-stream.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>

/*
 * One request of a connection, as a GIOStream for soup_server_accept_iostream(). It ends where the
 * request ends, so libsoup never holds a byte of the next one; and a SoupServer without listeners
 * closes each stream after its answer. That close is where the connection goes back to the reactor:
 * idle keep-alive connections cost libsoup's main context nothing, and it does not matter whether
 * the next request of a browser is for libsoup or for the real-time side.
 */

struct _CalldHttpStream {
  GIOStream parent_instance;

  CalldHandover *handover;
  gsize received_offset;
  gsize chunked_left;
  gboolean answered;
  CalldHttpStreamFunc returned;
  gpointer user_data;
  GDestroyNotify destroy;
  /* Since when we wait for the other end, 0 while we do not. */
  gint64 waiting_since_us;
  GInputStream *input;
  GOutputStream *output;
};

#define CALLD_TYPE_HTTP_INPUT (calld_http_input_get_type ())
G_DECLARE_FINAL_TYPE (CalldHttpInput, calld_http_input, CALLD, HTTP_INPUT, GInputStream)
#define CALLD_TYPE_HTTP_OUTPUT (calld_http_output_get_type ())
G_DECLARE_FINAL_TYPE (CalldHttpOutput, calld_http_output, CALLD, HTTP_OUTPUT, GOutputStream)

/* The halves are part of the whole and do not keep it alive; a half that survives finds no channel.
 */
struct _CalldHttpInput {
  GInputStream parent_instance;
  CalldHttpStream *stream;
};

struct _CalldHttpOutput {
  GOutputStream parent_instance;
  CalldHttpStream *stream;
};

static void calld_http_input_pollable_init (GPollableInputStreamInterface *iface);
static void calld_http_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CalldHttpInput,
                               calld_http_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      calld_http_input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (CalldHttpOutput,
                               calld_http_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      calld_http_output_pollable_init))
G_DEFINE_FINAL_TYPE (CalldHttpStream, calld_http_stream, G_TYPE_IO_STREAM)

static gssize
fail (GError **error, int code)
{
  g_set_error_literal (error, G_IO_ERROR, (gint) g_io_error_from_errno (code), g_strerror (code));
  return -1;
}

static CalldHandover *
get_handover (CalldHttpStream *stream, GError **error)
{
  if (stream == NULL || stream->handover == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
    return NULL;
  }
  return stream->handover;
}

/* Waits for the descriptor; only for callers that insist on blocking calls, which libsoup does not.
 */
static gboolean
wait_for (CalldHandover *handover, GIOCondition condition, GError **error)
{
  GPollFD poll = { .fd = handover->channel.fd, .events = (gushort) condition };

  if (g_poll (&poll, 1, -1) < 0 && errno != EINTR)
    return fail (error, errno) == 0;
  return TRUE;
}

static GSource *
create_source (GObject *pollable,
               int fd,
               gboolean is_ready,
               GIOCondition condition,
               GCancellable *c)
{
  g_autoptr (GSource) child = NULL;

  if (fd < 0 || is_ready)
    child = g_timeout_source_new (0);
  else
    child = g_unix_fd_source_new (fd, condition);
  return g_pollable_source_new_full (pollable, child, c);
}

/* --- input ------------------------------------------------------------------------------------ */

static gsize
get_received_left (CalldHttpStream *stream)
{
  return g_bytes_get_size (stream->handover->received) - stream->received_offset;
}

/* How much may be read from the socket before the request ends. */
static gsize
get_room (CalldHttpStream *stream)
{
  gint64 left = stream->handover->body_left;

  return left >= 0 ? (gsize) left : stream->chunked_left;
}

static gssize
read_received (CalldHttpStream *stream, void *buffer, gsize count)
{
  gsize left = get_received_left (stream);
  gsize n = MIN (left, count);
  const guint8 *data = g_bytes_get_data (stream->handover->received, NULL);

  memcpy (buffer, data + stream->received_offset, n);
  stream->received_offset += n;
  return (gssize) n;
}

static gssize
input_read_nonblocking (GPollableInputStream *pollable, void *buffer, gsize count, GError **error)
{
  CalldHttpStream *stream = CALLD_HTTP_INPUT (pollable)->stream;
  CalldHandover *handover = get_handover (stream, error);
  gssize n;

  if (handover == NULL)
    return -1;
  if (get_received_left (stream) > 0)
    return read_received (stream, buffer, count);
  count = MIN (count, get_room (stream));
  if (count == 0)
    return 0;
  n = calld_channel_read (&handover->channel, buffer, count);
  if (n < 0) {
    if (errno == EAGAIN && stream->waiting_since_us == 0)
      stream->waiting_since_us = g_get_monotonic_time ();
    return fail (error, errno);
  }
  /* Each byte in time is no progress: the clock of a body starts once, and stops at its end. */
  if (handover->body_left >= 0)
    handover->body_left -= n;
  else
    stream->chunked_left -= (gsize) n;
  if (get_room (stream) == 0)
    stream->waiting_since_us = 0;
  return n;
}

static gssize
input_read (GInputStream *input,
            void *buffer,
            gsize count,
            GCancellable *cancellable,
            GError **error)
{
  CalldHttpStream *stream = CALLD_HTTP_INPUT (input)->stream;

  while (TRUE) {
    g_autoptr (GError) local = NULL;
    gssize n = input_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, count, &local);

    if (n >= 0)
      return n;
    if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return -1;
    }
    if (!wait_for (stream->handover, G_IO_IN, error))
      return -1;
  }
}

static gboolean
input_is_readable (GPollableInputStream *pollable)
{
  CalldHttpStream *stream = CALLD_HTTP_INPUT (pollable)->stream;
  GPollFD poll = { .events = G_IO_IN };

  if (stream == NULL || stream->handover == NULL || get_received_left (stream) > 0 ||
      calld_channel_is_pending (&stream->handover->channel))
    return TRUE;
  poll.fd = stream->handover->channel.fd;
  return g_poll (&poll, 1, 0) > 0;
}

static GSource *
input_create_source (GPollableInputStream *pollable, GCancellable *cancellable)
{
  CalldHttpStream *stream = CALLD_HTTP_INPUT (pollable)->stream;
  gboolean is_open = stream != NULL && stream->handover != NULL;
  gboolean is_ready = is_open && (get_received_left (stream) > 0 ||
                                  calld_channel_is_pending (&stream->handover->channel));

  return create_source (G_OBJECT (pollable), is_open ? stream->handover->channel.fd : -1, is_ready,
                        G_IO_IN, cancellable);
}

static void
calld_http_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

static void
calld_http_input_class_init (CalldHttpInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
}

static void
calld_http_input_init (CalldHttpInput *self)
{
}

/* --- output ----------------------------------------------------------------------------------- */

static gssize
output_write_nonblocking (GPollableOutputStream *pollable,
                          const void *buffer,
                          gsize count,
                          GError **error)
{
  CalldHttpStream *stream = CALLD_HTTP_OUTPUT (pollable)->stream;
  CalldHandover *handover = get_handover (stream, error);
  struct iovec iov = { .iov_base = (void *) buffer, .iov_len = count };
  gssize n;

  if (handover == NULL)
    return -1;
  n = calld_channel_writev (&handover->channel, &iov, 1);
  if (n < 0) {
    if (errno == EAGAIN && stream->waiting_since_us == 0)
      stream->waiting_since_us = g_get_monotonic_time ();
    return fail (error, errno);
  }
  stream->waiting_since_us = 0;
  return n;
}

static gssize
output_write (GOutputStream *output,
              const void *buffer,
              gsize count,
              GCancellable *cancellable,
              GError **error)
{
  CalldHttpStream *stream = CALLD_HTTP_OUTPUT (output)->stream;

  while (TRUE) {
    g_autoptr (GError) local = NULL;
    gssize n = output_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), buffer, count, &local);

    if (n >= 0)
      return n;
    if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return -1;
    }
    if (!wait_for (stream->handover, G_IO_OUT, error))
      return -1;
  }
}

static gboolean
output_is_writable (GPollableOutputStream *pollable)
{
  CalldHttpStream *stream = CALLD_HTTP_OUTPUT (pollable)->stream;
  GPollFD poll = { .events = G_IO_OUT };

  if (stream == NULL || stream->handover == NULL)
    return TRUE;
  poll.fd = stream->handover->channel.fd;
  return g_poll (&poll, 1, 0) > 0;
}

static GSource *
output_create_source (GPollableOutputStream *pollable, GCancellable *cancellable)
{
  CalldHttpStream *stream = CALLD_HTTP_OUTPUT (pollable)->stream;
  int fd = stream != NULL && stream->handover != NULL ? stream->handover->channel.fd : -1;

  return create_source (G_OBJECT (pollable), fd, FALSE, G_IO_OUT, cancellable);
}

static void
calld_http_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write_nonblocking;
}

static void
calld_http_output_class_init (CalldHttpOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = output_write;
}

static void
calld_http_output_init (CalldHttpOutput *self)
{
}

/* --- both ------------------------------------------------------------------------------------- */

static gboolean
calld_http_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  CalldHttpStream *self = CALLD_HTTP_STREAM (stream);
  CalldHandover *handover = g_steal_pointer (&self->handover);

  if (handover == NULL)
    return TRUE;
  if (!self->answered || !handover->keep_alive || handover->body_left != 0) {
    calld_channel_shutdown (&handover->channel);
    calld_channel_close (&handover->channel);
  }
  self->returned (handover, self->user_data);
  return TRUE;
}

static GInputStream *
calld_http_stream_get_input (GIOStream *stream)
{
  return CALLD_HTTP_STREAM (stream)->input;
}

static GOutputStream *
calld_http_stream_get_output (GIOStream *stream)
{
  return CALLD_HTTP_STREAM (stream)->output;
}

static void
calld_http_stream_dispose (GObject *object)
{
  CalldHttpStream *self = CALLD_HTTP_STREAM (object);

  calld_http_stream_close (G_IO_STREAM (self), NULL, NULL);
  if (self->input != NULL)
    CALLD_HTTP_INPUT (self->input)->stream = NULL;
  if (self->output != NULL)
    CALLD_HTTP_OUTPUT (self->output)->stream = NULL;
  G_OBJECT_CLASS (calld_http_stream_parent_class)->dispose (object);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  if (self->destroy != NULL)
    g_steal_pointer (&self->destroy) (self->user_data);
}

static void
calld_http_stream_class_init (CalldHttpStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = calld_http_stream_dispose;
  stream_class->get_input_stream = calld_http_stream_get_input;
  stream_class->get_output_stream = calld_http_stream_get_output;
  stream_class->close_fn = calld_http_stream_close;
}

static void
calld_http_stream_init (CalldHttpStream *self)
{
  self->input = g_object_new (CALLD_TYPE_HTTP_INPUT, NULL);
  self->output = g_object_new (CALLD_TYPE_HTTP_OUTPUT, NULL);
  CALLD_HTTP_INPUT (self->input)->stream = self;
  CALLD_HTTP_OUTPUT (self->output)->stream = self;
}

/**
 * calld_http_stream_new:
 * @handover: (transfer full): a connection with one request
 * @body_limit: bytes that a body in chunks may have
 * @returned: called once, when the request is over: with the connection if it can take another one,
 *   with a closed one otherwise
 * @user_data: data for @returned
 * @destroy: (nullable): frees @user_data
 *
 * Makes a stream of one request.
 *
 * Returns: (transfer full): the stream
 */
CalldHttpStream *
calld_http_stream_new (CalldHandover *handover,
                       gsize body_limit,
                       CalldHttpStreamFunc returned,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  CalldHttpStream *self = g_object_new (CALLD_TYPE_HTTP_STREAM, NULL);

  self->handover = handover;
  self->chunked_left = body_limit;
  self->returned = returned;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

/**
 * calld_http_stream_may_return:
 * @self: a stream
 *
 * Whether the connection could take another request after this one; if not, the answer has to say
 * `Connection: close`.
 *
 * Returns: %TRUE if it could
 */
gboolean
calld_http_stream_may_return (CalldHttpStream *self)
{
  return self->handover != NULL && self->handover->keep_alive;
}

/**
 * calld_http_stream_set_answered:
 * @self: a stream
 *
 * Says that the whole answer has been written and told its own length, so that the connection is
 * free for the next request.
 */
void
calld_http_stream_set_answered (CalldHttpStream *self)
{
  self->answered = TRUE;
}

/**
 * calld_http_stream_check_stall:
 * @self: a stream
 * @now_us: the monotonic time
 * @limit_us: how long the other end may keep us waiting
 *
 * Cuts the connection of a client that neither sends its body nor reads the answer. libsoup, which
 * knows no timeouts, sees the end of the stream.
 *
 * Returns: %TRUE if it was cut
 */
gboolean
calld_http_stream_check_stall (CalldHttpStream *self, gint64 now_us, gint64 limit_us)
{
  if (self->handover == NULL || self->waiting_since_us == 0 ||
      now_us - self->waiting_since_us < limit_us)
    return FALSE;
  shutdown (self->handover->channel.fd, SHUT_RDWR);
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-channel.h"

#include "call-error.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * GnuTLS itself rather than GTlsConnection: a handshake of the latter occupies a thread of a shared
 * pool for as long as the client likes, and each connection costs a family of GObjects. Here a
 * handshake is a few turns of the same epoll loop as everything else.
 */

struct _CalldTlsContext {
  gatomicrefcount ref_count;
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
};

struct _CalldTls {
  CalldTlsContext *context;
  gnutls_session_t session;
  gboolean established;
  /* A record that could not be written whole must be offered again with the same length. */
  gsize retry_length;
};

static gboolean
set_gnutls_error (GError **error, const char *what, const char *file, int code)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "%s %s: %s", what, file,
               gnutls_strerror (code));
  return FALSE;
}

static gboolean
load (CalldTlsContext *self, const char *certificate_file, const char *key_file, GError **error)
{
  int code = gnutls_certificate_set_x509_key_file (self->credentials, certificate_file, key_file,
                                                   GNUTLS_X509_FMT_PEM);

  if (code < 0)
    return set_gnutls_error (error, "TLS certificate", certificate_file, code);
  code = gnutls_priority_init (&self->priority, "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1", NULL);
  return code == 0 || set_gnutls_error (error, "TLS settings for", certificate_file, code);
}

/**
 * calld_tls_context_new:
 * @certificate_file: PEM file with the certificate and its chain
 * @key_file: PEM file with the private key
 * @error: return location
 *
 * Loads a server's certificate.
 *
 * Returns: (transfer full): the context, %NULL on error
 */
CalldTlsContext *
calld_tls_context_new (const char *certificate_file, const char *key_file, GError **error)
{
  g_autoptr (CalldTlsContext) self = g_new0 (CalldTlsContext, 1);

  g_atomic_ref_count_init (&self->ref_count);
  gnutls_certificate_allocate_credentials (&self->credentials);
  if (!load (self, certificate_file, key_file, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * calld_tls_context_unref:
 * @self: (transfer full): a context
 *
 * Drops a reference.
 */
void
calld_tls_context_unref (CalldTlsContext *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->priority != NULL)
    gnutls_priority_deinit (self->priority);
  gnutls_certificate_free_credentials (self->credentials);
  g_free (self);
}

/* MSG_NOSIGNAL: a vanished peer must not raise SIGPIPE. */
static ssize_t
push (gnutls_transport_ptr_t ptr, const giovec_t *iov, int n)
{
  struct msghdr message = { .msg_iov = (struct iovec *) iov, .msg_iovlen = (gsize) n };

  return sendmsg (GPOINTER_TO_INT (ptr), &message, MSG_NOSIGNAL);
}

/**
 * calld_tls_new:
 * @context: the certificate
 * @fd: a non-blocking socket
 *
 * Begins TLS as a server on @fd.
 *
 * Returns: (transfer full): the TLS state
 */
CalldTls *
calld_tls_new (CalldTlsContext *context, int fd)
{
  static const gnutls_datum_t http11 = { (unsigned char *) "http/1.1", 8 };
  CalldTls *self = g_new0 (CalldTls, 1);

  self->context = context;
  g_atomic_ref_count_inc (&context->ref_count);
  gnutls_init (&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  gnutls_priority_set (self->session, context->priority);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, context->credentials);
  gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_IGNORE);
  gnutls_alpn_set_protocols (self->session, &http11, 1, 0);
  gnutls_handshake_set_timeout (self->session, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_transport_set_int (self->session, fd);
  gnutls_transport_set_vec_push_function (self->session, push);
  return self;
}

static void
tls_free (CalldTls *self)
{
  gnutls_deinit (self->session);
  calld_tls_context_unref (self->context);
  g_free (self);
}

/* GnuTLS results as those of read() and write(). */
static gssize
to_errno (gssize result)
{
  if (result >= 0)
    return result;
  if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED)
    errno = EAGAIN;
  else if (result == GNUTLS_E_PREMATURE_TERMINATION)
    return 0;
  else
    errno = EPROTO;
  return -1;
}

/**
 * calld_channel_handshake:
 * @self: a channel
 *
 * Goes on with the handshake of TLS. Plain channels have none.
 *
 * Returns: 0 when it is done, -1 and errno otherwise; EAGAIN means to come back when the descriptor
 *   is ready
 */
gssize
calld_channel_handshake (CalldChannel *self)
{
  int result;

  if (self->tls == NULL || self->tls->established)
    return 0;
  do
    result = gnutls_handshake (self->tls->session);
  while (result < 0 && result != GNUTLS_E_AGAIN && !gnutls_error_is_fatal (result));
  self->tls->established = result == 0;
  return to_errno (result);
}

/**
 * calld_channel_read:
 * @self: a channel
 * @buffer: (out caller-allocates): where to read to
 * @length: room there
 *
 * Reads without waiting. With TLS, read until EAGAIN: bytes wait inside that the descriptor does
 * not show.
 *
 * Returns: how many bytes, 0 at the end, -1 and errno on error
 */
gssize
calld_channel_read (CalldChannel *self, void *buffer, gsize length)
{
  gssize n;

  if (self->tls != NULL) {
    do
      n = gnutls_record_recv (self->tls->session, buffer, length);
    while (n < 0 && n != GNUTLS_E_AGAIN && !gnutls_error_is_fatal ((int) n));
    return to_errno (n);
  }
  do
    n = recv (self->fd, buffer, length, 0);
  while (n < 0 && errno == EINTR);
  return n;
}

static gssize
tls_writev (CalldTls *self, const struct iovec *iov, guint n)
{
  gsize written = 0;

  for (guint i = 0; i < n; i++) {
    gsize done = 0;

    while (done < iov[i].iov_len) {
      gsize offer = self->retry_length > 0 ? self->retry_length : iov[i].iov_len - done;
      gssize sent = gnutls_record_send (self->session, (const char *) iov[i].iov_base + done,
                                        MIN (offer, iov[i].iov_len - done));

      self->retry_length = sent == GNUTLS_E_AGAIN ? MIN (offer, iov[i].iov_len - done) : 0;
      if (sent <= 0)
        return written > 0 ? (gssize) written : to_errno (sent);
      done += (gsize) sent;
      written += (gsize) sent;
    }
  }
  return (gssize) written;
}

/**
 * calld_channel_writev:
 * @self: a channel
 * @iov: (array length=n): what to write; after EAGAIN the same bytes must be offered again
 * @n: number of pieces
 *
 * Writes without waiting and without SIGPIPE.
 *
 * Returns: how many bytes, -1 and errno on error
 */
gssize
calld_channel_writev (CalldChannel *self, const struct iovec *iov, guint n)
{
  struct msghdr message = { .msg_iov = (struct iovec *) iov, .msg_iovlen = n };
  gssize sent;

  if (self->tls != NULL)
    return tls_writev (self->tls, iov, n);
  do
    sent = sendmsg (self->fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

/**
 * calld_channel_is_pending:
 * @self: a channel
 *
 * Whether bytes wait that the descriptor does not show.
 *
 * Returns: %TRUE if a read gives bytes at once
 */
gboolean
calld_channel_is_pending (const CalldChannel *self)
{
  return self->tls != NULL && gnutls_record_check_pending (self->tls->session) > 0;
}

/**
 * calld_channel_wants_write:
 * @self: a channel in its handshake
 *
 * What the handshake waits for.
 *
 * Returns: %TRUE if that the descriptor can be written, %FALSE if that it can be read
 */
gboolean
calld_channel_wants_write (const CalldChannel *self)
{
  return self->tls != NULL && gnutls_record_get_direction (self->tls->session) == 1;
}

/**
 * calld_channel_shutdown:
 * @self: a channel
 *
 * Says that nothing more will be written.
 */
void
calld_channel_shutdown (CalldChannel *self)
{
  if (self->tls != NULL && self->tls->established)
    gnutls_bye (self->tls->session, GNUTLS_SHUT_WR);
  shutdown (self->fd, SHUT_WR);
}

/**
 * calld_channel_close:
 * @self: a channel, removed from every epoll set
 *
 * Closes the descriptor and frees the TLS state.
 */
void
calld_channel_close (CalldChannel *self)
{
  g_clear_pointer (&self->tls, tls_free);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

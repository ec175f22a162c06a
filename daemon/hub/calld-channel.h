/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/uio.h>

G_BEGIN_DECLS

/**
 * CalldTlsContext:
 *
 * The certificate and key of a server. Immutable, any thread.
 */
typedef struct _CalldTlsContext CalldTlsContext;

/**
 * CalldTls:
 *
 * The TLS state of one connection, on a non-blocking descriptor. One thread at a time.
 */
typedef struct _CalldTls CalldTls;

/**
 * CalldChannel:
 * @fd: a non-blocking socket
 * @tls: (nullable): its TLS state, %NULL for plain TCP
 *
 * What bytes go through. A plain value: it moves from the reactor to libsoup and back.
 */
typedef struct {
  int fd;
  CalldTls *tls;
} CalldChannel;

CalldTlsContext *
calld_tls_context_new (const char *certificate_file, const char *key_file, GError **error);
void calld_tls_context_unref (CalldTlsContext *self);
CalldTls *calld_tls_new (CalldTlsContext *context, int fd);

gssize calld_channel_handshake (CalldChannel *self);
gssize calld_channel_read (CalldChannel *self, void *buffer, gsize length);
gssize calld_channel_writev (CalldChannel *self, const struct iovec *iov, guint n);
gboolean calld_channel_is_pending (const CalldChannel *self);
gboolean calld_channel_wants_write (const CalldChannel *self);
void calld_channel_shutdown (CalldChannel *self);
void calld_channel_close (CalldChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldTlsContext, calld_tls_context_unref)

G_END_DECLS

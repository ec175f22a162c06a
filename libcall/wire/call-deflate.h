/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CallDeflater:
 *
 * Compresses whole pieces, none of which needs another to be read: its 260 KiB of state are shared
 * by all connections of a thread, and no connection has any of its own.
 */
typedef struct _CallDeflater CallDeflater;

CallDeflater *call_deflater_new (void);
void call_deflater_free (CallDeflater *self);
gboolean
call_deflater_message (CallDeflater *self, const void *data, gsize length, GByteArray *out);
gboolean call_deflater_gzip (CallDeflater *self, const void *data, gsize length, GByteArray *out);

/**
 * CallInflateResult:
 * @CALL_INFLATE_DONE: the whole message is there
 * @CALL_INFLATE_TOO_BIG: it would be longer than the limit
 * @CALL_INFLATE_BAD: it was not made by a compressor
 *
 * What came of a compressed message.
 */
typedef enum {
  CALL_INFLATE_DONE,
  CALL_INFLATE_TOO_BIG,
  CALL_INFLATE_BAD,
} CallInflateResult;

/**
 * CallInflater:
 *
 * Unpacks messages, one after the other; shared by all connections of a thread.
 */
typedef struct _CallInflater CallInflater;

CallInflater *call_inflater_new (void);
void call_inflater_free (CallInflater *self);
CallInflateResult call_inflater_message (CallInflater *self,
                                         const void *data,
                                         gsize length,
                                         gsize limit,
                                         GByteArray *out);

gboolean call_deflate_negotiate (const char *offers, char **answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallDeflater, call_deflater_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallInflater, call_inflater_free)

G_END_DECLS

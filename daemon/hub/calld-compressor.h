/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-frame.h"

#include "call-deflate.h"
#include "call-websocket-frame.h"

G_BEGIN_DECLS

/**
 * CalldCompressor:
 *
 * What packs and unpacks for all connections of a reactor. Its state is the reactor's, a third of a
 * MiB whatever the number of connections.
 */
typedef struct _CalldCompressor CalldCompressor;

CalldCompressor *calld_compressor_new (gsize threshold);
void calld_compressor_free (CalldCompressor *self);
CalldFrame *calld_compressor_pack (CalldCompressor *self, CalldFrame *frame);
GByteArray *calld_compressor_gzip (CalldCompressor *self, const void *body, gsize length);
CallInflateResult
calld_compressor_unpack (CalldCompressor *self, CallWebsocketMessage *message, gsize limit);
void calld_compressor_forget (CalldCompressor *self);

G_END_DECLS

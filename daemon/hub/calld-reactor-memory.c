/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-reactor-private.h"

/* The memory that incomplete messages of all clients may take together, and what makes answers
 * shorter. */

gboolean
calld_reactor_account (CalldReactor *self, CalldPeer *peer, gsize bytes)
{
  self->frame_memory += bytes - peer->accounted;
  peer->accounted = (guint32) bytes;
  return bytes == 0 || self->frame_memory <= self->options.frame_memory;
}

/**
 * calld_reactor_gzip:
 * @self: a reactor
 * @body: (array length=length): the body of an answer
 * @length: bytes of it
 *
 * Packs a body for a client that accepts gzip.
 *
 * Returns: (transfer full) (nullable): the body to send, %NULL if it goes out as it is
 */
GByteArray *
calld_reactor_gzip (CalldReactor *self, const void *body, gsize length)
{
  return self->options.compression ? calld_compressor_gzip (self->compressor, body, length) : NULL;
}

/**
 * calld_reactor_reserve:
 * @self: a reactor
 * @bytes: what is to be kept of a client's incomplete message
 *
 * Asks for a share of the memory that all incomplete messages may take together.
 *
 * Returns: %FALSE if there is not so much left
 */
gboolean
calld_reactor_reserve (CalldReactor *self, gsize bytes)
{
  if (self->frame_memory > self->options.frame_memory ||
      bytes > self->options.frame_memory - self->frame_memory) {
    self->stats.refused++;
    return FALSE;
  }
  self->frame_memory += bytes;
  return TRUE;
}

/**
 * calld_reactor_unreserve:
 * @self: a reactor
 * @bytes: what calld_reactor_reserve() gave
 *
 * Gives memory back.
 */
void
calld_reactor_unreserve (CalldReactor *self, gsize bytes)
{
  self->frame_memory -= bytes;
}

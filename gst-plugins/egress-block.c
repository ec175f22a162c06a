/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-block.h"

#include <gnutls/crypto.h>
#include <math.h>
#include <string.h>

#define SILENCE_DB -120.0
#define SHA256_SIZE 32

/* Guards the spare pages, which all streaming threads share. */
static GMutex spare_lock;
static gpointer spare[GST_CALL_EGRESS_SPARE_PAGES];
static guint n_spare;

static gpointer
take_page (void)
{
  gpointer page = NULL;

  g_mutex_lock (&spare_lock);
  if (n_spare > 0)
    page = spare[--n_spare];
  g_mutex_unlock (&spare_lock);
  return page != NULL ? page : g_malloc (GST_CALL_EGRESS_PAGE_SIZE);
}

static void
give_page (gpointer page)
{
  g_mutex_lock (&spare_lock);
  if (n_spare < GST_CALL_EGRESS_SPARE_PAGES) {
    spare[n_spare++] = page;
    page = NULL;
  }
  g_mutex_unlock (&spare_lock);
  g_free (page);
}

/**
 * gst_call_egress_block_count_spare:
 *
 * How many pages of the pool nobody uses. Any thread.
 *
 * Returns: at most %GST_CALL_EGRESS_SPARE_PAGES
 */
guint
gst_call_egress_block_count_spare (void)
{
  guint n;

  g_mutex_lock (&spare_lock);
  n = n_spare;
  g_mutex_unlock (&spare_lock);
  return n;
}

/**
 * gst_call_egress_block_init:
 * @self: (out caller-allocates): a block
 *
 * Makes an empty block.
 */
void
gst_call_egress_block_init (GstCallEgressBlock *self)
{
  self->pages = g_ptr_array_new_with_free_func (give_page);
  self->length = 0;
}

/**
 * gst_call_egress_block_clear:
 * @self: a block
 *
 * Gives the pages back. The block is empty, and owns nothing if it was made so.
 */
void
gst_call_egress_block_clear (GstCallEgressBlock *self)
{
  g_clear_pointer (&self->pages, g_ptr_array_unref);
  self->length = 0;
}

/**
 * gst_call_egress_block_append:
 * @self: a block
 * @data: (array length=length): bytes, which are copied
 * @length: their number
 *
 * Adds bytes to the block.
 *
 * Returns: %FALSE, and nothing is added, if the block would grow beyond
 *   %GST_CALL_EGRESS_BLOCK_MAX
 */
gboolean
gst_call_egress_block_append (GstCallEgressBlock *self, gconstpointer data, gsize length)
{
  const guint8 *from = data;

  if (length > GST_CALL_EGRESS_BLOCK_MAX - self->length)
    return FALSE;
  if (self->pages == NULL)
    gst_call_egress_block_init (self);
  while (length > 0) {
    gsize at = self->length % GST_CALL_EGRESS_PAGE_SIZE;
    gsize n = MIN (length, GST_CALL_EGRESS_PAGE_SIZE - at);

    if (at == 0)
      g_ptr_array_add (self->pages, take_page ());
    memcpy ((guint8 *) g_ptr_array_index (self->pages, self->pages->len - 1) + at, from, n);
    self->length += n;
    from += n;
    length -= n;
  }
  return TRUE;
}

/**
 * gst_call_egress_block_get_vectors:
 * @self: a block
 * @vectors: (out caller-allocates) (array length=n): where the pieces go
 * @first: the first page that is wanted
 * @n: how many pieces there is place for
 *
 * Lists the pieces of a block, for writev().
 *
 * Returns: how many pieces are listed
 */
guint
gst_call_egress_block_get_vectors (const GstCallEgressBlock *self,
                                   struct iovec *vectors,
                                   guint first,
                                   guint n)
{
  guint n_pages = self->pages != NULL ? self->pages->len : 0;
  guint count = 0;

  for (guint i = first; i < n_pages && count < n; i++) {
    gsize before = (gsize) i * GST_CALL_EGRESS_PAGE_SIZE;

    vectors[count].iov_base = g_ptr_array_index (self->pages, i);
    vectors[count].iov_len = MIN (GST_CALL_EGRESS_PAGE_SIZE, self->length - before);
    count++;
  }
  return count;
}

static double
to_db (double power)
{
  return power > 0 ? MAX (10.0 * log10 (power), SILENCE_DB) : SILENCE_DB;
}

/**
 * gst_call_egress_block_measure:
 * @self: a block of samples, S16LE
 * @level: (out caller-allocates): how loud it is
 *
 * Measures the level over all channels.
 */
void
gst_call_egress_block_measure (const GstCallEgressBlock *self, GstCallEgressLevel *level)
{
  guint64 sum = 0;
  gint32 peak = 0;
  struct iovec vector;

  for (guint page = 0; gst_call_egress_block_get_vectors (self, &vector, page, 1) == 1; page++) {
    const gint16 *samples = vector.iov_base;
    gsize n = vector.iov_len / sizeof (gint16);
    gint64 page_sum = 0;
    gint32 low = 0, high = 0;

    for (gsize i = 0; i < n; i++) {
      gint32 sample = GINT16_FROM_LE (samples[i]);

      page_sum += sample * sample;
      low = MIN (low, sample);
      high = MAX (high, sample);
    }
    sum += (guint64) page_sum;
    peak = MAX (peak, MAX (high, -low));
  }
  level->rms_db = to_db ((double) sum / MAX (self->length / sizeof (gint16), 1) / 1073741824.0);
  level->peak_db = to_db ((double) peak * peak / 1073741824.0);
}

/**
 * gst_call_egress_block_hash:
 * @self: a block
 * @hex: (out caller-allocates) (array fixed-size=65): the SHA-256 of its bytes, in hexadecimal
 *
 * Hashes a block.
 */
void
gst_call_egress_block_hash (const GstCallEgressBlock *self, char hex[65])
{
  guint8 digest[SHA256_SIZE] = { 0 };
  gnutls_hash_hd_t hash;
  struct iovec vector;

  if (gnutls_hash_init (&hash, GNUTLS_DIG_SHA256) < 0)
    g_error ("there is no SHA-256");
  for (guint page = 0; gst_call_egress_block_get_vectors (self, &vector, page, 1) == 1; page++)
    gnutls_hash (hash, vector.iov_base, vector.iov_len);
  gnutls_hash_deinit (hash, digest);
  for (guint i = 0; i < SHA256_SIZE; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", digest[i]);
}

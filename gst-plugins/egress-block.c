/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-block.h"

#include <gnutls/crypto.h>
#include <math.h>
#include <string.h>

#define SILENCE_DB -120.0
#define SHA256_SIZE 32
#define LANES 16
/* The power of the loudest sample. */
#define FULL_SCALE 1073741824.0

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

/* Lanes of their own, so that the compiler may use wide registers. */
static void
measure (const gint16 *samples, gsize n, double *sum, gint32 *peak)
{
  float squares[LANES] = { 0 };
  gint16 low[LANES] = { 0 }, high[LANES] = { 0 };
  gsize i = 0;

  for (; i + LANES <= n; i += LANES) {
    for (guint j = 0; j < LANES; j++) {
      gint16 sample = GINT16_FROM_LE (samples[i + j]);

      squares[j] += (float) sample * (float) sample;
      low[j] = MIN (low[j], sample);
      high[j] = MAX (high[j], sample);
    }
  }
  for (; i < n; i++) {
    gint16 sample = GINT16_FROM_LE (samples[i]);

    squares[0] += (float) sample * (float) sample;
    low[0] = MIN (low[0], sample);
    high[0] = MAX (high[0], sample);
  }
  for (guint j = 0; j < LANES; j++) {
    *sum += (double) squares[j];
    *peak = MAX (*peak, MAX (high[j], -low[j]));
  }
}

/**
 * gst_call_egress_block_describe:
 * @self: a block
 * @level: (out caller-allocates) (optional): how loud it is over all channels, if it holds samples,
 *   S16LE
 * @hex: (out caller-allocates) (array fixed-size=65): the SHA-256 of its bytes, in hexadecimal
 *
 * Looks at all bytes of a block once, page by page.
 */
void
gst_call_egress_block_describe (const GstCallEgressBlock *self,
                                GstCallEgressLevel *level,
                                char hex[65])
{
  guint8 digest[SHA256_SIZE] = { 0 };
  gnutls_hash_hd_t hash;
  struct iovec vector;
  gint32 peak = 0;
  double sum = 0;

  if (gnutls_hash_init (&hash, GNUTLS_DIG_SHA256) < 0)
    g_error ("there is no SHA-256");
  for (guint page = 0; gst_call_egress_block_get_vectors (self, &vector, page, 1) == 1; page++) {
    gnutls_hash (hash, vector.iov_base, vector.iov_len);
    if (level != NULL)
      measure (vector.iov_base, vector.iov_len / sizeof (gint16), &sum, &peak);
  }
  gnutls_hash_deinit (hash, digest);
  for (guint i = 0; i < SHA256_SIZE; i++) {
    hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  hex[2 * SHA256_SIZE] = '\0';
  if (level == NULL)
    return;
  level->rms_db = to_db (sum / (double) MAX (self->length / sizeof (gint16), 1) / FULL_SCALE);
  level->peak_db = to_db ((double) peak * peak / FULL_SCALE);
}

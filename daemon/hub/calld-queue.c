/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-queue.h"

/* The lowest bit of a pointer in the ring says that the frame is volatile. */
#define VOLATILE_BIT ((gsize) 1)
#define FRAME(entry) ((CalldFrame *) ((gsize) (entry) & ~VOLATILE_BIT))
#define IS_VOLATILE(entry) (((gsize) (entry) &VOLATILE_BIT) != 0)

static gsize
frame_size (const CalldFrame *frame)
{
  gsize length;

  calld_frame_get_wire (frame, &length);
  return length;
}

static CalldFrame **
entry_at (const CalldQueue *self, guint index)
{
  return &self->frames[(self->head + index) & (self->capacity - 1)];
}

static void
grow (CalldQueue *self)
{
  guint16 capacity = self->capacity == 0 ? 4 : (guint16) (self->capacity * 2);
  CalldFrame **frames = g_new (CalldFrame *, capacity);

  for (guint i = 0; i < self->length; i++)
    frames[i] = *entry_at (self, i);
  g_free (self->frames);
  self->frames = frames;
  self->capacity = capacity;
  self->head = 0;
}

static void
release_if_empty (CalldQueue *self)
{
  if (self->length > 0)
    return;
  g_clear_pointer (&self->frames, g_free);
  self->capacity = self->head = self->n_volatile = 0;
  self->bytes = self->offset = 0;
}

/* A frame that has gone out in part must go out whole. */
static guint
drop_volatile (CalldQueue *self)
{
  guint kept = self->offset > 0 ? 1 : 0;
  guint dropped = 0;

  for (guint i = kept; i < self->length; i++) {
    CalldFrame *entry = *entry_at (self, i);

    if (IS_VOLATILE (entry)) {
      self->bytes -= (guint32) frame_size (FRAME (entry));
      self->n_volatile--;
      calld_frame_unref (FRAME (entry));
      dropped++;
    } else {
      *entry_at (self, kept++) = entry;
    }
  }
  self->length = (guint16) kept;
  return dropped;
}

static gboolean
fits (const CalldQueue *self, const CalldQueueLimits *limits)
{
  return self->length == 0 || (self->length < limits->frames && self->bytes < limits->bytes &&
                               self->length < G_MAXINT16);
}

/**
 * calld_queue_push:
 * @self: a queue
 * @frame: a frame; the queue takes a reference of its own
 * @is_volatile: whether @frame may be dropped
 * @limits: the bound
 * @n_dropped: (inout): raised by the number of volatile frames that were dropped, @frame included
 *
 * Adds @frame at the end.
 *
 * Returns: what became of it
 */
CalldQueueResult
calld_queue_push (CalldQueue *self,
                  CalldFrame *frame,
                  gboolean is_volatile,
                  const CalldQueueLimits *limits,
                  guint *n_dropped)
{
  gsize size = frame_size (frame);

  if (!fits (self, limits)) {
    if (is_volatile) {
      (*n_dropped)++;
      return CALLD_QUEUE_DROPPED;
    }
    if (self->n_volatile > 0)
      *n_dropped += drop_volatile (self);
    if (!fits (self, limits))
      return CALLD_QUEUE_OVERFLOW;
  }

  if (self->length == self->capacity)
    grow (self);
  *entry_at (self, self->length) = (CalldFrame *) ((gsize) calld_frame_ref (frame) |
                                                   (is_volatile ? VOLATILE_BIT : 0));
  self->length++;
  self->bytes += (guint32) size;
  if (is_volatile)
    self->n_volatile++;
  return CALLD_QUEUE_TAKEN;
}

/**
 * calld_queue_peek:
 * @self: a queue
 * @index: 0 for the first frame
 *
 * Looks at a frame that waits.
 *
 * Returns: (transfer none) (nullable): the frame, %NULL behind the last
 */
CalldFrame *
calld_queue_peek (const CalldQueue *self, guint index)
{
  return index < self->length ? FRAME (*entry_at (self, index)) : NULL;
}

/**
 * calld_queue_pop:
 * @self: a queue
 *
 * Takes the first frame out.
 *
 * Returns: (transfer full) (nullable): the frame, %NULL if none waits
 */
CalldFrame *
calld_queue_pop (CalldQueue *self)
{
  CalldFrame *entry;

  if (self->length == 0)
    return NULL;
  entry = *entry_at (self, 0);
  self->head = (self->head + 1) & (self->capacity - 1);
  self->length--;
  self->bytes -= (guint32) frame_size (FRAME (entry));
  self->offset = 0;
  if (IS_VOLATILE (entry))
    self->n_volatile--;
  release_if_empty (self);
  return FRAME (entry);
}

/**
 * calld_queue_get_iovec:
 * @self: a queue
 * @iov: (out caller-allocates): room for @max pieces
 * @max: how many pieces fit
 *
 * Describes what is to be written next, WebSocket headers included.
 *
 * Returns: how many pieces there are
 */
guint
calld_queue_get_iovec (const CalldQueue *self, struct iovec *iov, guint max)
{
  guint n = MIN (max, self->length);

  for (guint i = 0; i < n; i++) {
    gsize length;
    const guint8 *data = calld_frame_get_wire (FRAME (*entry_at (self, i)), &length);
    gsize skip = i == 0 ? self->offset : 0;

    iov[i].iov_base = (void *) (data + skip);
    iov[i].iov_len = length - skip;
  }
  return n;
}

/**
 * calld_queue_consume:
 * @self: a queue
 * @n: bytes that have been written
 *
 * Forgets the first @n bytes of what calld_queue_get_iovec() described.
 */
void
calld_queue_consume (CalldQueue *self, gsize n)
{
  while (self->length > 0) {
    gsize left = frame_size (FRAME (*entry_at (self, 0))) - self->offset;

    if (n < left) {
      self->offset += (guint32) n;
      return;
    }
    n -= left;
    calld_frame_unref (calld_queue_pop (self));
  }
}

/**
 * calld_queue_is_full:
 * @self: a queue
 * @limits: the bound
 *
 * Whether @self is so full that its owner should not be read any more.
 *
 * Returns: %TRUE if it is
 */
gboolean
calld_queue_is_full (const CalldQueue *self, const CalldQueueLimits *limits)
{
  return self->length >= limits->frames || self->bytes >= limits->bytes;
}

/**
 * calld_queue_clear:
 * @self: a queue
 *
 * Drops everything.
 */
void
calld_queue_clear (CalldQueue *self)
{
  while (self->length > 0)
    calld_frame_unref (calld_queue_pop (self));
}

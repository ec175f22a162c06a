/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-frame.h"

#include <sys/uio.h>

G_BEGIN_DECLS

/**
 * CalldQueueLimits:
 * @frames: how many frames may wait
 * @bytes: how many bytes may wait
 *
 * The bound of a queue. As long as it is not reached one more frame may wait, however long it is.
 */
typedef struct {
  guint frames;
  gsize bytes;
} CalldQueueLimits;

/* For what has to be taken. */
#define CALLD_QUEUE_UNLIMITED ((CalldQueueLimits){ G_MAXUINT, G_MAXSIZE })

/**
 * CalldQueueResult:
 * @CALLD_QUEUE_TAKEN: the frame waits
 * @CALLD_QUEUE_DROPPED: the queue is full and the frame was volatile
 * @CALLD_QUEUE_OVERFLOW: the queue is full of what must not be lost; the receiver is to be closed
 *
 * What became of a frame.
 */
typedef enum {
  CALLD_QUEUE_TAKEN,
  CALLD_QUEUE_DROPPED,
  CALLD_QUEUE_OVERFLOW,
} CalldQueueResult;

/**
 * CalldQueue:
 *
 * Frames that wait for one receiver, bounded. An empty queue owns no memory. When it is full,
 * volatile frames go first: a new one is dropped, and for a new one that matters those that wait
 * are dropped. The fields are private.
 */
typedef struct {
  CalldFrame **frames;
  guint32 offset;
  guint32 bytes;
  guint16 head;
  guint16 length;
  guint16 capacity;
  guint16 n_volatile;
} CalldQueue;

CalldQueueResult calld_queue_push (CalldQueue *self,
                                   CalldFrame *frame,
                                   gboolean is_volatile,
                                   const CalldQueueLimits *limits,
                                   guint *n_dropped);
CalldFrame *calld_queue_peek (const CalldQueue *self, guint index);
CalldFrame *calld_queue_pop (CalldQueue *self);
guint calld_queue_get_iovec (const CalldQueue *self, struct iovec *iov, guint max);
void calld_queue_consume (CalldQueue *self, gsize n);
gboolean calld_queue_is_full (const CalldQueue *self, const CalldQueueLimits *limits);
void calld_queue_clear (CalldQueue *self);

/**
 * calld_queue_get_length:
 * @self: a queue
 *
 * How many frames wait.
 *
 * Returns: their number
 */
static inline guint
calld_queue_get_length (const CalldQueue *self)
{
  return self->length;
}

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-reactor-private.h"

/* Mail to the main context, and what happens when it falls behind. */

/* How soon peers are read again that waited for a busy main context. */
#define MAIN_RETRY_MS 5
/* How long mail that can wait may do so, if the main context was woken less than this ago: under
 * load several requests then share each of the steps that follow, down to the commit and the way
 * back. What comes alone does not wait. */
#define MAIN_GATHER_MS 3

/**
 * calld_reactor_post:
 * @self: a reactor
 * @mail: (transfer full): opened in the main context with the hub as receiver
 *
 * Posts to the main context. It is never refused: who reads requests asks
 * calld_reactor_is_main_busy() first, so that what waits is bounded by the number of peers.
 */
void
calld_reactor_post (CalldReactor *self, CalldMail *mail)
{
  mail->began_us = self->last_turn_us;
  self->main_is_urgent = TRUE;
  calld_mailbox_post_always (self->to_main, mail);
}

/**
 * calld_reactor_post_relaxed:
 * @self: a reactor
 * @mail: (transfer full): opened in the main context with the hub as receiver
 *
 * Like calld_reactor_post(), for what there is much of: it may wait a moment for more of its kind.
 */
void
calld_reactor_post_relaxed (CalldReactor *self, CalldMail *mail)
{
  mail->began_us = self->last_turn_us;
  self->main_is_relaxed = TRUE;
  calld_mailbox_post_always (self->to_main, mail);
}

static void
ring_main (CalldReactor *self)
{
  self->main_is_urgent = self->main_is_relaxed = FALSE;
  self->main_rung_ms = self->wheel.now_ms;
  calld_reactor_stop_timer (self, &self->ring_timer);
  calld_mailbox_ring (self->to_main);
}

static void
on_ring_timer (CalldWheelTimer *timer)
{
  ring_main ((CalldReactor *) ((char *) timer - G_STRUCT_OFFSET (CalldReactor, ring_timer)));
}

/* At the end of each batch: wakes the main context for what was posted, now or a little later. */
void
calld_reactor_ring_main (CalldReactor *self)
{
  guint64 due_ms = self->main_rung_ms + MAIN_GATHER_MS;

  if (!self->main_is_urgent && !self->main_is_relaxed)
    return;
  if (self->main_is_urgent || self->wheel.now_ms >= due_ms)
    ring_main (self);
  else if (!calld_wheel_is_started (&self->ring_timer))
    calld_reactor_start_timer (self, &self->ring_timer, due_ms - self->wheel.now_ms, on_ring_timer);
}

/**
 * calld_reactor_is_main_busy:
 * @self: a reactor
 *
 * Whether so much waits for the main context that nothing more should be read.
 *
 * Returns: %TRUE if so
 */
gboolean
calld_reactor_is_main_busy (CalldReactor *self)
{
  return calld_mailbox_is_full (self->to_main);
}

static void
on_main_timer (CalldWheelTimer *timer)
{
  CalldReactor *self = (CalldReactor *) ((char *) timer -
                                         G_STRUCT_OFFSET (CalldReactor, main_timer));

  if (calld_reactor_is_main_busy (self)) {
    calld_reactor_start_timer (self, timer, MAIN_RETRY_MS, on_main_timer);
    return;
  }
  for (guint i = 0; i < self->waiting_for_main->len; i++) {
    CalldPeer *peer = g_ptr_array_index (self->waiting_for_main, i);

    peer->is_waiting = FALSE;
    calld_peer_release (peer);
  }
  g_ptr_array_set_size (self->waiting_for_main, 0);
}

/**
 * calld_reactor_hold_until_main:
 * @self: a reactor
 * @peer: a peer
 *
 * Stops reading @peer until the main context has caught up.
 */
void
calld_reactor_hold_until_main (CalldReactor *self, CalldPeer *peer)
{
  calld_peer_hold (peer);
  if (!peer->is_waiting)
    g_ptr_array_add (self->waiting_for_main, peer);
  peer->is_waiting = TRUE;
  if (!calld_wheel_is_started (&self->main_timer))
    calld_reactor_start_timer (self, &self->main_timer, MAIN_RETRY_MS, on_main_timer);
}

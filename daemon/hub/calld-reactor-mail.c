/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-reactor-private.h"

/* Mail to the main context, and what happens when it falls behind. */

/* How soon peers are read again that waited for a busy main context. */
#define MAIN_RETRY_MS 5

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
  calld_mailbox_post_always (self->to_main, mail);
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

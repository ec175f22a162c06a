/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-reactor-private.h"

/* Peers whose input is read by a timer. */

/* More than a receive buffer holds. */
#define REST_TURNS 64

/**
 * calld_peer_set_polled:
 * @self: a peer that has been upgraded to WebSocket
 *
 * Takes @self's input out of the epoll set: its owner reads it with calld_peer_poll() now and then,
 * and the kernel keeps what comes in between. For streams that never pause this costs a fraction of
 * a wake-up for each frame.
 */
void
calld_peer_set_polled (CalldPeer *self)
{
  self->is_polled = TRUE;
  calld_peer_update_interest (self);
}

/**
 * calld_peer_poll:
 * @self: a polled peer; it may be dead afterwards, and its owner has heard of it then
 *
 * Reads what has come.
 */
void
calld_peer_poll (CalldPeer *self)
{
  if (self->state != CALLD_PEER_WEBSOCKET)
    return;
  calld_peer_read (self);
  calld_peer_update_interest (self);
}

/* Reads what a polled peer sent before its end. */
void
calld_peer_read_rest (CalldPeer *self)
{
  for (guint i = 0; i < REST_TURNS && self->is_polled && self->state == CALLD_PEER_WEBSOCKET; i++)
    calld_peer_read (self);
}

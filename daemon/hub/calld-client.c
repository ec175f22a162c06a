/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-reactor-private.h"

/* Id of a session: generation above, slot + 1 below. */
#define ID(generation, slot) ((guint64) (generation) << 32 | ((slot) + 1))
#define NO_SLOT G_MAXUINT32
/* Sessions are sent away in slices, so that those that come back at once do not all do so together:
 * one slice every so often, and few sessions need no more time than this for each. */
#define DRAIN_SLICE_MS 20
#define DRAIN_SESSION_MS 10
/* Multiples of the golden ratio lie evenly in the unit interval however many there are. */
#define GOLDEN_RATIO 0.6180339887498949
/* What is written at the last step may take this long to leave. */
#define DRAIN_GRACE_MS 500

/**
 * calld_reactor_add_session:
 * @self: a reactor
 * @session: a session; its class is set
 *
 * Gives @session an id that was never used before.
 */
void
calld_reactor_add_session (CalldReactor *self, CalldClient *session)
{
  guint32 index = self->first_free;
  CalldSlot *slot;

  if (index == NO_SLOT) {
    index = self->slots->len;
    g_array_set_size (self->slots, index + 1);
    slot = &g_array_index (self->slots, CalldSlot, index);
  } else {
    slot = &g_array_index (self->slots, CalldSlot, index);
    self->first_free = slot->next_free;
  }
  slot->generation++;
  slot->session = session;
  session->member.id = ID (slot->generation, index);
  self->stats.by_protocol[session->member.protocol % CALLD_HUB_PROTOCOLS]++;
  self->n_sessions++;
}

/**
 * calld_reactor_is_full:
 * @self: a reactor
 *
 * Whether there are as many sessions as there may be connections. A long poll's session outlives
 * its connections, so a client could otherwise make any number of them.
 *
 * Returns: %TRUE if no session should be added
 */
gboolean
calld_reactor_is_full (CalldReactor *self)
{
  return self->n_sessions >= self->options.max_connections;
}

/**
 * calld_reactor_lookup:
 * @self: a reactor
 * @id: the id of a session
 *
 * Finds a session.
 *
 * Returns: (transfer none) (nullable): the session, %NULL if it has gone
 */
CalldClient *
calld_reactor_lookup (CalldReactor *self, guint64 id)
{
  guint32 index = (guint32) id - 1;
  CalldSlot *slot;

  if (index >= self->slots->len)
    return NULL;
  slot = &g_array_index (self->slots, CalldSlot, index);
  return slot->generation == id >> 32 ? slot->session : NULL;
}

/**
 * calld_reactor_remove_session:
 * @self: a reactor
 * @session: a session
 *
 * Takes @session out of its rooms and forgets its id. One that was replaced has neither.
 */
void
calld_reactor_remove_session (CalldReactor *self, CalldClient *session)
{
  guint32 index = (guint32) session->member.id - 1;
  CalldSlot *slot;

  if (session->member.id == 0)
    return;
  slot = &g_array_index (self->slots, CalldSlot, index);
  g_return_if_fail (slot->session == session);
  calld_rooms_leave_all (self->rooms, &session->member);
  self->stats.by_protocol[session->member.protocol % CALLD_HUB_PROTOCOLS]--;
  slot->session = NULL;
  slot->next_free = self->first_free;
  self->first_free = index;
  if (!session->klass->stands_in)
    self->n_sessions--;
}

/**
 * calld_reactor_replace_session:
 * @self: a reactor
 * @session: a session
 * @by: who takes over its id and its rooms; its class is set
 *
 * Puts somebody who stands in for a session in its place.
 */
void
calld_reactor_replace_session (CalldReactor *self, CalldClient *session, CalldClient *by)
{
  CalldSlot *slot = &g_array_index (self->slots, CalldSlot, (guint32) session->member.id - 1);

  g_return_if_fail (slot->session == session);
  calld_rooms_move (self->rooms, &session->member, &by->member);
  by->member.id = session->member.id;
  session->member.id = 0;
  slot->session = by;
  self->n_sessions--;
}

/**
 * calld_reactor_foreach:
 * @self: a reactor
 * @func: called for each session; may remove it
 * @user_data: data for @func
 *
 * Goes through all sessions.
 */
void
calld_reactor_foreach (CalldReactor *self,
                       void (*func) (CalldClient *session, gpointer user_data),
                       gpointer user_data)
{
  for (guint i = 0; i < self->slots->len; i++) {
    CalldClient *session = g_array_index (self->slots, CalldSlot, i).session;

    if (session != NULL)
      func (session, user_data);
  }
}

/* --- drain ------------------------------------------------------------------------------------ */

static void
finish_drain (CalldReactor *self)
{
  if (self->on_drained != NULL)
    calld_reactor_post (self, g_steal_pointer (&self->on_drained));
}

/* When a session should come back, from now: after the last one has been sent away, and then spread
 * over as long again. */
static guint
get_reconnect_ms (CalldReactor *self, guint index)
{
  guint64 gone_ms = self->drain_end_ms + DRAIN_GRACE_MS;
  guint64 wait_ms = gone_ms > self->wheel.now_ms ? gone_ms - self->wheel.now_ms : 0;
  double place = index * GOLDEN_RATIO;

  place -= (double) (guint64) place;
  return (guint) wait_ms + (guint) (place * self->drain_spread_ms);
}

static void
on_drain_timer (CalldWheelTimer *timer)
{
  CalldReactor *self = (CalldReactor *) ((char *) timer -
                                         G_STRUCT_OFFSET (CalldReactor, drain_timer));
  guint end = MIN (self->drain_next + self->drain_step, self->slots->len);

  if (self->drain_next >= self->slots->len) {
    finish_drain (self);
    return;
  }
  for (; self->drain_next < end; self->drain_next++) {
    CalldClient *session = g_array_index (self->slots, CalldSlot, self->drain_next).session;

    if (session != NULL)
      session->klass->drain (session, get_reconnect_ms (self, self->drain_next));
  }
  calld_reactor_start_timer (self, timer, end < self->slots->len ? DRAIN_SLICE_MS : DRAIN_GRACE_MS,
                             on_drain_timer);
}

/**
 * calld_reactor_drain:
 * @self: a reactor
 * @spread_ms: over how long the clients are sent away at most
 * @on_drained: (transfer full): posted to the main context when the last one has been told
 *
 * Stops accepting, and ends all sessions evenly over some time. The reactor's thread.
 */
void
calld_reactor_drain (CalldReactor *self, guint spread_ms, CalldMail *on_drained)
{
  guint slices;

  finish_drain (self);
  self->on_drained = on_drained;
  self->draining = TRUE;
  calld_reactor_close_listeners (self);
  self->drain_next = 0;
  self->drain_spread_ms = MIN (spread_ms, self->n_sessions * DRAIN_SESSION_MS);
  slices = self->drain_spread_ms / DRAIN_SLICE_MS + 1;
  self->drain_step = MAX (1, (self->slots->len + slices - 1) / slices);
  self->drain_end_ms = self->wheel.now_ms + self->drain_spread_ms;
  calld_reactor_start_timer (self, &self->drain_timer, 0, on_drain_timer);
}

/**
 * calld_reactor_is_draining:
 * @self: a reactor
 *
 * Whether clients are being sent away.
 *
 * Returns: %TRUE since calld_reactor_drain()
 */
gboolean
calld_reactor_is_draining (CalldReactor *self)
{
  return self->draining;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-message-private.h"

/* What changes in a message that is shown already. */

/* Strings are kept as they are where @fresh has none: the server leaves out what it does not know.
 */
static gboolean
take_string (char **target, const char *fresh)
{
  if (fresh == NULL || g_strcmp0 (*target, fresh) == 0)
    return FALSE;
  g_free (*target);
  *target = g_strdup (fresh);
  return TRUE;
}

static gboolean
date_equal (GDateTime *a, GDateTime *b)
{
  return a == b || (a != NULL && b != NULL && g_date_time_equal (a, b));
}

static void
absorb_stored (CallMessage *self, CallMessage *fresh)
{
  if (take_string (&self->id, fresh->id))
    g_object_notify (G_OBJECT (self), "id");
  if (fresh->seq != 0 && self->seq != fresh->seq) {
    self->seq = fresh->seq;
    g_object_notify (G_OBJECT (self), "seq");
  }
  if (fresh->created_at != NULL && !date_equal (self->created_at, fresh->created_at)) {
    g_clear_pointer (&self->created_at, g_date_time_unref);
    self->created_at = g_date_time_ref (fresh->created_at);
    g_object_notify (G_OBJECT (self), "created-at");
  }
}

/*
 * call_message_absorb:
 *
 * Takes over what @fresh knows better: the same message as the server tells it. A status never goes
 * backwards, since receipts may overtake each other.
 */
void
call_message_absorb (CallMessage *self, CallMessage *fresh)
{
  g_return_if_fail (CALL_IS_MESSAGE (self));
  g_return_if_fail (CALL_IS_MESSAGE (fresh));

  g_object_freeze_notify (G_OBJECT (self));
  absorb_stored (self, fresh);
  if (take_string (&self->sender_name, fresh->sender_name))
    g_object_notify (G_OBJECT (self), "sender-name");
  if (take_string (&self->content, fresh->content))
    g_object_notify (G_OBJECT (self), "content");
  if (fresh->status > self->status || self->status == CALL_MESSAGE_FAILED)
    call_message_set_status (self, fresh->status);
  g_object_thaw_notify (G_OBJECT (self));
}

void
call_message_set_status (CallMessage *self, CallMessageStatus status)
{
  g_return_if_fail (CALL_IS_MESSAGE (self));

  if (self->status == status)
    return;
  self->status = status;
  g_object_notify (G_OBJECT (self), "status");
}

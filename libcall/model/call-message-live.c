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

/* Takes over what has happened to a message since it was sent: only what is newer. */
static void
absorb_change (CallMessage *self, CallMessage *fresh)
{
  if (fresh->revision <= self->revision)
    return;
  self->revision = fresh->revision;
  g_object_notify (G_OBJECT (self), "revision");
  call_message_change (self, fresh->content, fresh->edited_at, fresh->deleted_at,
                       fresh->recalled_at);
}

static void
take_date (CallMessage *self, GDateTime **target, GDateTime *fresh, const char *property)
{
  if (fresh == NULL || date_equal (*target, fresh))
    return;
  g_clear_pointer (target, g_date_time_unref);
  *target = g_date_time_ref (fresh);
  g_object_notify (G_OBJECT (self), property);
}

/*
 * call_message_change:
 *
 * The text is another now, or the message is gone and its content with it.
 */
void
call_message_change (CallMessage *self,
                     const char *content,
                     GDateTime *edited_at,
                     GDateTime *deleted_at,
                     GDateTime *recalled_at)
{
  g_return_if_fail (CALL_IS_MESSAGE (self));

  g_object_freeze_notify (G_OBJECT (self));
  if (take_string (&self->content, deleted_at != NULL || recalled_at != NULL ? "" : content))
    g_object_notify (G_OBJECT (self), "content");
  take_date (self, &self->edited_at, edited_at, "edited-at");
  take_date (self, &self->deleted_at, deleted_at, "deleted-at");
  take_date (self, &self->recalled_at, recalled_at, "recalled-at");
  g_object_thaw_notify (G_OBJECT (self));
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
  absorb_change (self, fresh);
  /* Not what a change that came before has replaced. */
  if (fresh->revision == self->revision && take_string (&self->content, fresh->content))
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

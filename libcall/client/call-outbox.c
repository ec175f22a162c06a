/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-outbox.h"

#include "call-error.h"

/*
 * CallOutbox:
 *
 * Messages on their way to the server, in the order they were written. One is under way at a time,
 * so that they are stored in that order; after a lost connection it is sent again, with the same
 * temp id, which makes that harmless.
 */
struct _CallOutbox {
  GObject parent_instance;

  GQueue messages;    /* CallMessage, oldest first */
  gboolean under_way; /* the first one */
};

G_DEFINE_FINAL_TYPE (CallOutbox, call_outbox, G_TYPE_OBJECT)

static void
call_outbox_finalize (GObject *object)
{
  g_queue_clear_full (&CALL_OUTBOX (object)->messages, g_object_unref);

  G_OBJECT_CLASS (call_outbox_parent_class)->finalize (object);
}

static void
call_outbox_class_init (CallOutboxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_outbox_finalize;
}

static void
call_outbox_init (CallOutbox *self)
{
  g_queue_init (&self->messages);
}

CallOutbox *
call_outbox_new (void)
{
  return g_object_new (CALL_TYPE_OUTBOX, NULL);
}

gboolean
call_outbox_push (CallOutbox *self, CallMessage *message, GError **error)
{
  if (self->messages.length >= CALL_OUTBOX_MAX) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                 "%d messages are waiting to be sent already.", CALL_OUTBOX_MAX);
    return FALSE;
  }
  g_queue_push_tail (&self->messages, g_object_ref (message));
  return TRUE;
}

/* Returns: (transfer none) (nullable): what is to be sent now, %NULL if nothing is or one is under
 * way already */
CallMessage *
call_outbox_begin (CallOutbox *self)
{
  if (self->under_way || self->messages.length == 0)
    return NULL;
  self->under_way = TRUE;
  return self->messages.head->data;
}

/* What was under way did not arrive: it is to be sent again. */
void
call_outbox_again (CallOutbox *self)
{
  self->under_way = FALSE;
}

/* Returns: (transfer full) (nullable): the message, which is on its way no longer */
CallMessage *
call_outbox_remove (CallOutbox *self, const char *temp_id)
{
  for (GList *l = self->messages.head; l != NULL; l = l->next) {
    CallMessage *message = l->data;

    if (g_strcmp0 (call_message_get_temp_id (message), temp_id) != 0)
      continue;
    if (l == self->messages.head)
      self->under_way = FALSE;
    g_queue_delete_link (&self->messages, l);
    return message;
  }
  return NULL;
}

guint
call_outbox_get_length (CallOutbox *self)
{
  return self->messages.length;
}

/* Returns: (transfer full): all that waited; the outbox is empty then */
GPtrArray *
call_outbox_take_all (CallOutbox *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);
  CallMessage *message;

  while ((message = g_queue_pop_head (&self->messages)) != NULL)
    g_ptr_array_add (all, message);
  self->under_way = FALSE;
  return all;
}

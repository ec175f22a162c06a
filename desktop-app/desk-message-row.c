/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-message-row"

#include "config.h"

#include "desk-message-row.h"

#include "desk-time-text.h"

#include <glib/gi18n.h>

/**
 * DeskMessageRow:
 *
 * One message of the chat: ours on the right, the other side's on the left.
 */
struct _DeskMessageRow {
  GtkListBoxRow parent_instance;

  GtkWidget *bubble;
  GtkLabel *content_label;
  GtkLabel *meta_label;

  CallMessage *message;
  gboolean own;
};

G_DEFINE_FINAL_TYPE (DeskMessageRow, desk_message_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
describe_status (CallMessageStatus status)
{
  switch (status) {
  case CALL_MESSAGE_SENDING:
    return _ ("Sending…");
  case CALL_MESSAGE_DELIVERED:
    return _ ("Delivered");
  case CALL_MESSAGE_READ:
    return _ ("Read");
  case CALL_MESSAGE_FAILED:
    return _ ("Not sent");
  case CALL_MESSAGE_SENT:
  default:
    return _ ("Sent");
  }
}

static void
refresh (DeskMessageRow *self)
{
  GDateTime *created = call_message_get_created_at (self->message);
  g_autofree char *clock = created != NULL ? desk_time_text_clock (created) : g_strdup ("");
  const char *status = describe_status (call_message_get_status (self->message));
  g_autofree char *meta = self->own ? g_strdup_printf ("%s · %s", clock, status) : g_strdup (clock);
  g_autofree char *spoken = NULL;

  gtk_label_set_label (self->content_label, call_message_get_content (self->message));
  gtk_label_set_label (self->meta_label, meta);
  if (call_message_get_status (self->message) == CALL_MESSAGE_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->meta_label), "failed");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->meta_label), "failed");

  /* Translators: what a screen reader says of a message: sender, text, time. */
  spoken = g_strdup_printf (_ ("%s: %s, %s"),
                            self->own ? _ ("You") : call_message_get_sender_name (self->message),
                            call_message_get_content (self->message), meta);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
desk_message_row_dispose (GObject *object)
{
  DeskMessageRow *self = DESK_MESSAGE_ROW (object);

  g_clear_object (&self->message);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), NULL);
  G_OBJECT_CLASS (desk_message_row_parent_class)->dispose (object);
}

static void
desk_message_row_class_init (DeskMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_message_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-message-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskMessageRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, DeskMessageRow, content_label);
  gtk_widget_class_bind_template_child (widget_class, DeskMessageRow, meta_label);
}

static void
desk_message_row_init (DeskMessageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * desk_message_row_new:
 * @message: what it shows
 * @own: whether we wrote it
 *
 * Returns: (transfer floating): a row that follows the status of @message
 */
GtkWidget *
desk_message_row_new (CallMessage *message, gboolean own)
{
  DeskMessageRow *self = g_object_new (DESK_TYPE_MESSAGE_ROW, NULL);

  self->message = g_object_ref (message);
  self->own = own;
  gtk_widget_set_halign (self->bubble, own ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_widget_add_css_class (self->bubble, own ? "own" : "other");
  g_signal_connect_object (message, "notify", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}

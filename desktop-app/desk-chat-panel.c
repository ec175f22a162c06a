/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-chat-panel"

#include "config.h"

#include "desk-chat-panel.h"

#include "desk-message-row.h"

/**
 * DeskChatPanel:
 *
 * The messages of a conversation and an entry for the next one. Emits "send" with a text, "close",
 * and "seen" when all messages have been in view. Counts what the other side wrote while the panel
 * was closed.
 */
struct _DeskChatPanel {
  AdwBin parent_instance;

  GtkStack *stack;
  GtkScrolledWindow *scroller;
  GtkListBox *list_box;
  GtkEntry *entry;

  GListModel *messages;
  char *own_id;
  gboolean open;
  guint unread;
  /* Whether the newest message was in view: then the view follows the next one. */
  gboolean at_end;
};

enum { PROP_0, PROP_UNREAD, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { SIGNAL_SEND, SIGNAL_CLOSE, SIGNAL_SEEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskChatPanel, desk_chat_panel, ADW_TYPE_BIN)

static gboolean
is_own (DeskChatPanel *self, CallMessage *message)
{
  return g_strcmp0 (call_message_get_sender_id (message), self->own_id) == 0;
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  DeskChatPanel *self = user_data;

  return desk_message_row_new (item, is_own (self, item));
}

static void
set_unread (DeskChatPanel *self, guint unread)
{
  if (self->unread == unread)
    return;
  self->unread = unread;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNREAD]);
}

static guint
count_others (DeskChatPanel *self, guint position, guint n)
{
  guint count = 0;

  for (guint i = position; i < position + n; i++) {
    g_autoptr (CallMessage) message = g_list_model_get_item (self->messages, i);

    count += !is_own (self, message);
  }
  return count;
}

static void
on_items_changed (DeskChatPanel *self, guint position, guint removed, guint added)
{
  gtk_stack_set_visible_child_name (
      self->stack, g_list_model_get_n_items (self->messages) > 0 ? "messages" : "empty");
  /* A message that only moves, because the server gave it its number, comes as one for one. */
  if (!self->open && removed == 0)
    set_unread (self, self->unread + count_others (self, position, added));
  if (self->open && count_others (self, position, added) > 0)
    g_signal_emit (self, signals[SIGNAL_SEEN], 0);
}

static void
on_adjustment_value (DeskChatPanel *self, GParamSpec *pspec, GtkAdjustment *adjustment)
{
  self->at_end = gtk_adjustment_get_value (adjustment) +
                     gtk_adjustment_get_page_size (adjustment) >=
                 gtk_adjustment_get_upper (adjustment) - 24;
}

static void
on_adjustment_upper (DeskChatPanel *self, GParamSpec *pspec, GtkAdjustment *adjustment)
{
  if (self->at_end)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static char *
dup_text (DeskChatPanel *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
}

static void
on_entry_changed (DeskChatPanel *self)
{
  g_autofree char *text = dup_text (self);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.send",
                                 *text != '\0' && self->messages != NULL);
}

static void
send_text (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DeskChatPanel *self = DESK_CHAT_PANEL (widget);
  g_autofree char *text = dup_text (self);

  if (*text == '\0' || self->messages == NULL)
    return;
  self->at_end = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  g_signal_emit (self, signals[SIGNAL_SEND], 0, text);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

static void
on_entry_activate (DeskChatPanel *self)
{
  send_text (GTK_WIDGET (self), NULL, NULL);
}

static void
close_panel (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_CLOSE], 0);
}

static void
desk_chat_panel_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DeskChatPanel *self = DESK_CHAT_PANEL (object);

  switch (prop_id) {
  case PROP_UNREAD:
    g_value_set_uint (value, self->unread);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
desk_chat_panel_dispose (GObject *object)
{
  DeskChatPanel *self = DESK_CHAT_PANEL (object);

  if (self->messages != NULL)
    g_signal_handlers_disconnect_by_data (self->messages, self);
  g_clear_object (&self->messages);
  adw_bin_set_child (ADW_BIN (self), NULL);
  G_OBJECT_CLASS (desk_chat_panel_parent_class)->dispose (object);
}

static void
desk_chat_panel_finalize (GObject *object)
{
  DeskChatPanel *self = DESK_CHAT_PANEL (object);

  g_free (self->own_id);
  G_OBJECT_CLASS (desk_chat_panel_parent_class)->finalize (object);
}

static void
desk_chat_panel_class_init (DeskChatPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = desk_chat_panel_get_property;
  object_class->dispose = desk_chat_panel_dispose;
  object_class->finalize = desk_chat_panel_finalize;

  properties[PROP_UNREAD] = g_param_spec_uint ("unread", NULL, NULL, 0, G_MAXUINT, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_SEND] = g_signal_new ("send", DESK_TYPE_CHAT_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CLOSE] = g_signal_new ("close", DESK_TYPE_CHAT_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SEEN] = g_signal_new ("seen", DESK_TYPE_CHAT_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-chat-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskChatPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, DeskChatPanel, scroller);
  gtk_widget_class_bind_template_child (widget_class, DeskChatPanel, list_box);
  gtk_widget_class_bind_template_child (widget_class, DeskChatPanel, entry);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_changed);
  gtk_widget_class_install_action (widget_class, "chat.send", NULL, send_text);
  gtk_widget_class_install_action (widget_class, "chat.close", NULL, close_panel);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "chat.close", NULL);
}

static void
desk_chat_panel_init (DeskChatPanel *self)
{
  GtkAdjustment *adjustment;

  self->at_end = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "notify::value", G_CALLBACK (on_adjustment_value), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "notify::upper", G_CALLBACK (on_adjustment_upper), self,
                           G_CONNECT_SWAPPED);
  on_entry_changed (self);
}

/**
 * desk_chat_panel_set_conversation:
 * @self: the panel
 * @messages: (nullable): a list model of #CallMessage
 * @own_id: (nullable): the id of the user who is signed in
 *
 * Sets what is shown. What is in @messages already counts as read.
 */
void
desk_chat_panel_set_conversation (DeskChatPanel *self, GListModel *messages, const char *own_id)
{
  if (self->messages == messages)
    return;
  if (self->messages != NULL)
    g_signal_handlers_disconnect_by_data (self->messages, self);
  g_set_object (&self->messages, messages);
  g_free (self->own_id);
  self->own_id = g_strdup (own_id);
  set_unread (self, 0);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_list_box_bind_model (self->list_box, messages, make_row, self, NULL);
  gtk_stack_set_visible_child_name (self->stack, "empty");
  if (messages == NULL)
    return;
  g_signal_connect_object (messages, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  if (g_list_model_get_n_items (messages) > 0)
    gtk_stack_set_visible_child_name (self->stack, "messages");
}

/**
 * desk_chat_panel_set_open:
 * @self: the panel
 * @open: whether it can be seen
 *
 * Opening the panel makes all messages read and takes the keyboard focus.
 */
void
desk_chat_panel_set_open (DeskChatPanel *self, gboolean open)
{
  if (self->open == open)
    return;
  self->open = open;
  if (open) {
    set_unread (self, 0);
    g_signal_emit (self, signals[SIGNAL_SEEN], 0);
    gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  }
}

/**
 * desk_chat_panel_get_unread:
 * @self: the panel
 *
 * Returns: how many messages of the other side came while the panel was closed
 */
guint
desk_chat_panel_get_unread (DeskChatPanel *self)
{
  return self->unread;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-call-page"

#include "config.h"

#include "desk-call-page.h"

#include "desk-chat-panel.h"
#include "desk-clock.h"
#include "desk-quality.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

/* How long a piece of news stays in view. */
#define NEWS_SECONDS 8
#define SELF_VIEW_WIDTH 192
#define SELF_VIEW_HEIGHT 108

/**
 * DeskCallPage:
 *
 * A call whose media flows: the other side large, ours small, the controls below and the chat
 * beside. Emits "send-message" with a text, and "messages-seen".
 */
struct _DeskCallPage {
  AdwBin parent_instance;

  AdwFlap *flap;
  DeskChatPanel *chat;
  GtkStack *remote_stack;
  AdwAvatar *remote_avatar;
  GtkLabel *remote_note;
  GtkPicture *remote_picture;
  AdwWindowTitle *title;
  GtkImage *quality_icon;
  GtkButton *fullscreen_button;
  GtkRevealer *notice_revealer;
  GtkSpinner *notice_spinner;
  GtkLabel *notice_label;
  GtkStack *self_stack;
  GtkPicture *self_picture;
  GtkWidget *self_muted_icon;
  GtkWidget *remote_muted_pill;
  GtkLabel *remote_muted_label;
  GtkImage *mute_icon;
  GtkImage *camera_icon;
  GtkToggleButton *chat_button;
  GtkLabel *unread_badge;

  DeskCall *call;
  GSignalGroup *call_signals;
  GSignalGroup *session_signals;
  /* What is told for a while, if the call itself has nothing to say. */
  char *news;
  guint news_source;
};

enum { SIGNAL_SEND_MESSAGE, SIGNAL_MESSAGES_SEEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskCallPage, desk_call_page, ADW_TYPE_BIN)

static gboolean
has_remote_picture (DeskCallPage *self)
{
  GdkPaintable *paintable = desk_call_get_paintable (self->call, CALL_VIDEO_REMOTE);

  return gdk_paintable_get_intrinsic_width (paintable) > 0;
}

static void
show_remote (DeskCallPage *self)
{
  CallSession *session;
  const char *name;
  g_autofree char *note = NULL;
  gboolean muted;

  if (self->call == NULL)
    return;
  session = desk_call_get_session (self->call);
  name = desk_call_get_peer_name (self->call);
  muted = call_session_get_peer_present (session) && !call_session_get_remote_audio (session);
  gtk_widget_set_visible (self->remote_muted_pill, muted);
  if (call_session_get_remote_video (session) && has_remote_picture (self)) {
    gtk_stack_set_visible_child_name (self->remote_stack, "video");
    return;
  }
  if (!call_session_get_remote_video (session))
    /* Translators: %s is a name. */
    note = g_strdup_printf (_ ("%s has turned off the camera"), name);
  gtk_label_set_label (self->remote_note, note != NULL ? note : _ ("Waiting for the picture…"));
  gtk_stack_set_visible_child_name (self->remote_stack, "avatar");
}

static void
show_notice (DeskCallPage *self)
{
  g_autofree char *status = self->call != NULL ? desk_call_dup_status (self->call) : g_strdup ("");
  const char *text = *status != '\0' ? status : self->news;

  if (text != NULL)
    gtk_label_set_label (self->notice_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->notice_spinner), *status != '\0');
  gtk_spinner_set_spinning (self->notice_spinner, *status != '\0');
  gtk_revealer_set_reveal_child (self->notice_revealer, text != NULL);
}

static void
forget_news (DeskCallPage *self)
{
  g_clear_handle_id (&self->news_source, g_source_remove);
  g_clear_pointer (&self->news, g_free);
}

static gboolean
on_news_old (gpointer user_data)
{
  DeskCallPage *self = user_data;

  self->news_source = 0;
  forget_news (self);
  show_notice (self);
  return G_SOURCE_REMOVE;
}

static void
show_local (DeskCallPage *self)
{
  gboolean muted = desk_call_get_muted (self->call);
  gboolean camera = desk_call_get_camera_enabled (self->call);

  gtk_widget_set_visible (self->self_muted_icon, muted);
  gtk_stack_set_visible_child_name (self->self_stack, camera ? "video" : "off");
  gtk_image_set_from_icon_name (self->mute_icon, muted ? "microphone-disabled-symbolic"
                                                       : "audio-input-microphone-symbolic");
  gtk_image_set_from_icon_name (self->camera_icon,
                                camera ? "camera-video-symbolic" : "camera-disabled-symbolic");
}

static void
show_timer (DeskCallPage *self)
{
  g_autofree char *elapsed = NULL;

  if (self->call == NULL)
    return;
  elapsed = desk_time_text_elapsed (desk_call_get_elapsed (self->call));
  if (g_strcmp0 (adw_window_title_get_subtitle (self->title), elapsed) != 0)
    adw_window_title_set_subtitle (self->title, elapsed);
}

static void
update_picture_size (DeskCallPage *self)
{
  GtkWidget *picture = GTK_WIDGET (self->remote_picture);
  int scale = gtk_widget_get_scale_factor (picture);

  desk_call_set_picture_size (self->call, CALL_VIDEO_REMOTE, gtk_widget_get_width (picture) * scale,
                              gtk_widget_get_height (picture) * scale);
}

static void
on_stats (DeskCallPage *self, CallEngineStats *stats)
{
  DeskQuality quality = desk_quality_from_stats (stats);
  const char *text = desk_quality_describe (quality);

  gtk_image_set_from_icon_name (self->quality_icon, desk_quality_icon (quality));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->quality_icon), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->quality_icon),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  update_picture_size (self);
  show_remote (self);
}

static void
on_unread_changed (DeskCallPage *self)
{
  guint unread = desk_chat_panel_get_unread (self->chat);
  g_autofree char *badge = g_strdup_printf (unread > 9 ? "9+" : "%u", unread);
  g_autofree char *spoken = NULL;

  if (unread > 0)
    spoken = g_strdup_printf (ngettext ("Chat, %u new message", "Chat, %u new messages", unread),
                              unread);
  gtk_label_set_label (self->unread_badge, badge);
  gtk_widget_set_visible (GTK_WIDGET (self->unread_badge), unread > 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chat_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spoken != NULL ? spoken : _ ("Chat"), -1);
}

static void
on_flap_revealed (DeskCallPage *self)
{
  desk_chat_panel_set_open (self->chat, adw_flap_get_reveal_flap (self->flap));
}

static void
on_chat_close (DeskCallPage *self)
{
  adw_flap_set_reveal_flap (self->flap, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->chat_button));
}

static void
on_chat_send (DeskCallPage *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_SEND_MESSAGE], 0, text);
}

static void
on_chat_seen (DeskCallPage *self)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGES_SEEN], 0);
}

static void
bind_call_signals (DeskCallPage *self)
{
  self->call_signals = g_signal_group_new (DESK_TYPE_CALL);
  g_signal_group_connect_object (self->call_signals, "notify::status", G_CALLBACK (show_notice),
                                 self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "notify::muted", G_CALLBACK (show_local), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "notify::camera-enabled",
                                 G_CALLBACK (show_local), self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "stats", G_CALLBACK (on_stats), self,
                                 G_CONNECT_SWAPPED);
  self->session_signals = g_signal_group_new (CALL_TYPE_SESSION);
  g_signal_group_connect_object (self->session_signals, "notify", G_CALLBACK (show_remote), self,
                                 G_CONNECT_SWAPPED);
}

static void
desk_call_page_dispose (GObject *object)
{
  DeskCallPage *self = DESK_CALL_PAGE (object);

  forget_news (self);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->session_signals);
  g_clear_object (&self->call);
  adw_bin_set_child (ADW_BIN (self), NULL);
  G_OBJECT_CLASS (desk_call_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, flap);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, chat);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, remote_stack);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, remote_avatar);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, remote_note);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, remote_picture);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, title);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, quality_icon);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, fullscreen_button);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, notice_spinner);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, notice_label);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, self_stack);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, self_picture);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, self_muted_icon);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, remote_muted_pill);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, remote_muted_label);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, mute_icon);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, camera_icon);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, chat_button);
  gtk_widget_class_bind_template_child (widget_class, DeskCallPage, unread_badge);
}

static void
desk_call_page_class_init (DeskCallPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_call_page_dispose;

  signals[SIGNAL_SEND_MESSAGE] = g_signal_new ("send-message", DESK_TYPE_CALL_PAGE,
                                               G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                               1, G_TYPE_STRING);

  signals[SIGNAL_MESSAGES_SEEN] = g_signal_new (
      "messages-seen", DESK_TYPE_CALL_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (DESK_TYPE_CHAT_PANEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/libcall/Desk/desk-call-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_chat_close);
  gtk_widget_class_bind_template_callback (widget_class, on_chat_send);
  gtk_widget_class_bind_template_callback (widget_class, on_chat_seen);
}

static void
desk_call_page_init (DeskCallPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  bind_call_signals (self);
  g_signal_connect_object (self->chat, "notify::unread", G_CALLBACK (on_unread_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->flap, "notify::reveal-flap", G_CALLBACK (on_flap_revealed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (show_timer), self,
                           G_CONNECT_SWAPPED);
}

static void
show_peer (DeskCallPage *self)
{
  const char *name = desk_call_get_peer_name (self->call);
  /* Translators: %s is a name. */
  g_autofree char *muted = g_strdup_printf (_ ("%s has turned off the microphone"), name);
  /* Translators: %s is a name; describes the picture of a call to a screen reader. */
  g_autofree char *picture = g_strdup_printf (_ ("Picture of %s"), name);

  adw_window_title_set_title (self->title, name);
  adw_avatar_set_text (self->remote_avatar, name);
  gtk_label_set_label (self->remote_muted_label, muted);
  gtk_picture_set_alternative_text (self->remote_picture, picture);
}

static void
show_pictures (DeskCallPage *self)
{
  gtk_picture_set_paintable (self->self_picture,
                             desk_call_get_paintable (self->call, CALL_VIDEO_LOCAL));
  gtk_picture_set_paintable (self->remote_picture,
                             desk_call_get_paintable (self->call, CALL_VIDEO_REMOTE));
  desk_call_set_picture_size (self->call, CALL_VIDEO_LOCAL,
                              SELF_VIEW_WIDTH * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
                              SELF_VIEW_HEIGHT * gtk_widget_get_scale_factor (GTK_WIDGET (self)));
}

/**
 * desk_call_page_set_call:
 * @self: the page
 * @call: (nullable): the call it shows
 *
 * Sets what is shown.
 */
void
desk_call_page_set_call (DeskCallPage *self, DeskCall *call)
{
  if (!g_set_object (&self->call, call))
    return;
  forget_news (self);
  g_signal_group_set_target (self->call_signals, call);
  g_signal_group_set_target (self->session_signals,
                             call != NULL ? desk_call_get_session (call) : NULL);
  if (call == NULL) {
    gtk_picture_set_paintable (self->self_picture, NULL);
    gtk_picture_set_paintable (self->remote_picture, NULL);
    adw_flap_set_reveal_flap (self->flap, FALSE);
    return;
  }
  show_peer (self);
  show_pictures (self);
  show_remote (self);
  show_local (self);
  show_notice (self);
  show_timer (self);
}

/**
 * desk_call_page_set_conversation:
 * @self: the page
 * @messages: (nullable): the conversation of the call's appointment
 * @own_id: (nullable): the id of the user who is signed in
 *
 * Sets what the chat shows.
 */
void
desk_call_page_set_conversation (DeskCallPage *self, GListModel *messages, const char *own_id)
{
  desk_chat_panel_set_conversation (self->chat, messages, own_id);
}

/**
 * desk_call_page_toggle_chat:
 * @self: the page
 *
 * Opens or closes the chat.
 */
void
desk_call_page_toggle_chat (DeskCallPage *self)
{
  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_reveal_flap (self->flap));
}

/**
 * desk_call_page_tell:
 * @self: the page
 * @text: a piece of news
 *
 * Shows @text above the picture for a while, where it covers no controls.
 */
void
desk_call_page_tell (DeskCallPage *self, const char *text)
{
  forget_news (self);
  self->news = g_strdup (text);
  self->news_source = g_timeout_add_seconds (NEWS_SECONDS, on_news_old, self);
  show_notice (self);
}

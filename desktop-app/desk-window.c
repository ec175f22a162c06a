/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-window"

#include "config.h"

#include "desk-window.h"

#include "desk-appointment-actions.h"
#include "desk-call-page.h"
#include "desk-close-dialog.h"
#include "desk-error-text.h"
#include "desk-outcome.h"
#include "desk-ring-page.h"
#include "desk-schedule-page.h"
#include "desk-sign-in-page.h"
#include "desk-start-page.h"
#include "desk-window-size.h"

#include <glib/gi18n.h>

/**
 * DeskWindow:
 *
 * The window: which page is seen follows from the account and from the call there is.
 */
struct _DeskWindow {
  AdwApplicationWindow parent_instance;

  AdwToastOverlay *toasts;
  GtkStack *pages;
  DeskStartPage *start_page;
  DeskSignInPage *sign_in_page;
  DeskSchedulePage *schedule_page;
  DeskRingPage *ring_page;
  DeskCallPage *call_page;

  GSettings *settings;
  DeskAccount *account;
  DeskSwitchboard *switchboard;
  GSignalGroup *client_signals;
  GSignalGroup *call_signals;
  guint inhibit_cookie;
};

G_DEFINE_FINAL_TYPE (DeskWindow, desk_window, ADW_TYPE_APPLICATION_WINDOW)

static gboolean
shows (DeskWindow *self, const char *page)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), page) == 0;
}

static void
tell (DeskWindow *self, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  AdwToast *toast;

  /* A toast would cover the controls of a call. */
  if (shows (self, "call")) {
    desk_call_page_tell (self->call_page, text);
    return;
  }
  toast = adw_toast_new (markup);
  adw_toast_set_timeout (toast, 6);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
tell_error (DeskWindow *self, const GError *error)
{
  g_autofree char *sentence = desk_error_text_to_sentence (error);

  tell (self, sentence);
}

static const char *
page_of_call (DeskCall *call)
{
  switch (desk_call_get_phase (call)) {
  case DESK_CALL_IN_CALL:
  case DESK_CALL_RECONNECTING:
    return "call";
  case DESK_CALL_ENDING:
    /* Ends where it was. */
    return call_session_get_connected_at (desk_call_get_session (call)) != NULL ? "call" : "ring";
  case DESK_CALL_RINGING_IN:
  case DESK_CALL_RINGING_OUT:
  case DESK_CALL_CONNECTING:
  case DESK_CALL_OVER:
  default:
    return "ring";
  }
}

static const char *
page_of_account (DeskAccount *account)
{
  switch (desk_account_get_state (account)) {
  case DESK_ACCOUNT_SIGNED_IN:
    return "schedule";
  case DESK_ACCOUNT_STARTING:
  case DESK_ACCOUNT_UNREACHABLE:
    return "start";
  case DESK_ACCOUNT_SIGNED_OUT:
  case DESK_ACCOUNT_SIGNING_IN:
  default:
    return "sign-in";
  }
}

static void
show_page (DeskWindow *self)
{
  DeskCall *call = desk_switchboard_get_call (self->switchboard);
  const char *page = call != NULL ? page_of_call (call) : page_of_account (self->account);

  if (shows (self, page))
    return;
  /* A text entry that is hidden with the focus in it would go on blinking. */
  gtk_window_set_focus (GTK_WINDOW (self), NULL);
  gtk_stack_set_visible_child_name (self->pages, page);
  if (g_str_equal (page, "sign-in"))
    desk_sign_in_page_focus (self->sign_in_page);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.chat", g_str_equal (page, "call"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.sign-out", call == NULL);
}

static void
on_account_changed (DeskWindow *self)
{
  DeskAccountState state = desk_account_get_state (self->account);
  const GError *error = desk_account_get_error (self->account);

  desk_start_page_set_error (self->start_page, state == DESK_ACCOUNT_UNREACHABLE ? error : NULL);
  desk_sign_in_page_set_busy (self->sign_in_page, state == DESK_ACCOUNT_SIGNING_IN);
  if (state == DESK_ACCOUNT_SIGNED_OUT)
    desk_sign_in_page_set_error (self->sign_in_page, error);
  if (state == DESK_ACCOUNT_SIGNED_IN)
    desk_sign_in_page_clear_password (self->sign_in_page);
  show_page (self);
}

static void
on_connection_state (DeskWindow *self)
{
  CallClient *client = desk_account_get_client (self->account);

  if (client != NULL)
    desk_schedule_page_set_connection (self->schedule_page,
                                       call_client_get_connection_state (client));
}

static void
on_client_changed (DeskWindow *self)
{
  CallClient *client = desk_account_get_client (self->account);

  g_signal_group_set_target (self->client_signals, client);
  desk_schedule_page_set_appointments (
      self->schedule_page, client != NULL ? call_client_get_appointments (client) : NULL);
  on_connection_state (self);
}

static void
on_loading (DeskWindow *self)
{
  desk_schedule_page_set_loading (self->schedule_page, desk_account_get_loading (self->account));
  desk_schedule_page_set_error (self->schedule_page, desk_account_get_load_error (self->account));
}

/* The computer must not fall asleep while somebody talks. */
static void
update_inhibit (DeskWindow *self, DeskCall *call)
{
  GtkApplication *app = gtk_window_get_application (GTK_WINDOW (self));

  if (call != NULL && self->inhibit_cookie == 0 && app != NULL)
    self->inhibit_cookie = gtk_application_inhibit (
        app, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_IDLE,
        _ ("Video consultation"));
  if (call == NULL && self->inhibit_cookie != 0) {
    if (app != NULL)
      gtk_application_uninhibit (app, self->inhibit_cookie);
    self->inhibit_cookie = 0;
  }
}

static CallConversation *
current_conversation (DeskWindow *self)
{
  CallClient *client = desk_account_get_client (self->account);
  DeskCall *call = desk_switchboard_get_call (self->switchboard);
  CallAppointment *appointment = call != NULL ? desk_call_get_appointment (call) : NULL;

  return client != NULL && appointment != NULL ? call_client_get_conversation (client, appointment)
                                               : NULL;
}

static void
show_conversation (DeskWindow *self)
{
  CallClient *client = desk_account_get_client (self->account);
  CallConversation *conversation = current_conversation (self);

  if (conversation == NULL) {
    desk_call_page_set_conversation (self->call_page, NULL, NULL);
    return;
  }
  desk_call_page_set_conversation (self->call_page, G_LIST_MODEL (conversation),
                                   call_user_get_id (call_client_get_user (client)));
  call_client_load_messages_async (client, conversation, NULL, NULL, NULL);
}

static void
on_call_changed (DeskWindow *self)
{
  DeskCall *call = desk_switchboard_get_call (self->switchboard);

  g_signal_group_set_target (self->call_signals, call);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "call",
                                  call != NULL ? desk_call_get_actions (call) : NULL);
  desk_ring_page_set_call (self->ring_page, call);
  desk_call_page_set_call (self->call_page, call);
  show_conversation (self);
  update_inhibit (self, call);
  if (call == NULL)
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else
    gtk_window_present (GTK_WINDOW (self));
  show_page (self);
}

static void
on_call_over (DeskWindow *self, DeskCall *call)
{
  g_autofree char *text = desk_outcome_describe (call);

  if (*text != '\0')
    tell (self, text);
}

static void
on_sign_in_submitted (DeskWindow *self, const char *server, const char *email, const char *password)
{
  desk_account_sign_in (self->account, server, email, password, TRUE);
}

static void
on_call_asked (DeskWindow *self, CallAppointment *appointment)
{
  desk_switchboard_connect (self->switchboard, appointment);
}

static DeskAppointmentContext
make_context (DeskWindow *self)
{
  return (DeskAppointmentContext){ GTK_WINDOW (self), self->toasts,
                                   desk_account_get_client (self->account) };
}

static void
on_copy_link_asked (DeskWindow *self, CallAppointment *appointment)
{
  DeskAppointmentContext context = make_context (self);

  desk_appointment_copy_link (&context, appointment);
}

static void
on_reschedule_asked (DeskWindow *self, CallAppointment *appointment)
{
  DeskAppointmentContext context = make_context (self);

  desk_appointment_reschedule (&context, appointment);
}

static void
on_cancel_asked (DeskWindow *self, CallAppointment *appointment)
{
  DeskAppointmentContext context = make_context (self);

  desk_appointment_cancel (&context, appointment);
}

static void
on_message_written (DeskWindow *self, const char *text)
{
  CallConversation *conversation = current_conversation (self);
  g_autoptr (CallMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (conversation == NULL)
    return;
  message = call_client_send_message (desk_account_get_client (self->account), conversation, text,
                                      &error);
  if (message == NULL)
    tell_error (self, error);
}

static void
on_messages_seen (DeskWindow *self)
{
  CallConversation *conversation = current_conversation (self);

  if (conversation != NULL)
    call_client_mark_read (desk_account_get_client (self->account), conversation);
}

static void
reload (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DeskWindow *self = DESK_WINDOW (widget);
  CallClient *client = desk_account_get_client (self->account);

  if (desk_account_get_state (self->account) == DESK_ACCOUNT_UNREACHABLE) {
    desk_account_start (self->account);
    return;
  }
  if (client != NULL && call_client_get_connection_state (client) != CALL_CONNECTION_ONLINE)
    call_client_go_online_async (client, NULL, NULL, NULL);
  desk_account_reload (self->account);
}

static void
sign_out (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  desk_account_sign_out (DESK_WINDOW (widget)->account);
}

static void
toggle_chat (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  desk_call_page_toggle_chat (DESK_WINDOW (widget)->call_page);
}

static void
toggle_fullscreen (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  GtkWindow *window = GTK_WINDOW (widget);

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

static void
on_close_response (DeskWindow *self, const char *response)
{
  DeskCall *call = desk_switchboard_get_call (self->switchboard);

  if (g_str_equal (response, "stay"))
    return;
  if (call != NULL && g_str_equal (response, "end"))
    desk_call_hang_up (call);
  else if (call != NULL)
    desk_call_leave (call);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
ask_before_close (DeskWindow *self)
{
  GtkWidget *dialog = desk_close_dialog_new (GTK_WINDOW (self));

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
desk_window_close_request (GtkWindow *window)
{
  DeskWindow *self = DESK_WINDOW (window);
  DeskCall *call = desk_switchboard_get_call (self->switchboard);

  desk_window_size_save (GTK_WINDOW (self), self->settings);
  if (call != NULL && g_str_equal (page_of_call (call), "call")) {
    ask_before_close (self);
    return GDK_EVENT_STOP;
  }
  if (call != NULL && desk_call_get_phase (call) == DESK_CALL_RINGING_IN)
    desk_call_decline (call);
  else if (call != NULL)
    desk_call_hang_up (call);
  return GTK_WINDOW_CLASS (desk_window_parent_class)->close_request (window);
}

static void
desk_window_dispose (GObject *object)
{
  DeskWindow *self = DESK_WINDOW (object);

  update_inhibit (self, NULL);
  g_clear_object (&self->client_signals);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->settings);
  g_clear_object (&self->account);
  g_clear_object (&self->switchboard);
  G_OBJECT_CLASS (desk_window_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/libcall/Desk/desk-window.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, start_page);
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, sign_in_page);
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, schedule_page);
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, ring_page);
  gtk_widget_class_bind_template_child (widget_class, DeskWindow, call_page);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in_submitted);
  gtk_widget_class_bind_template_callback (widget_class, on_call_asked);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_link_asked);
  gtk_widget_class_bind_template_callback (widget_class, on_reschedule_asked);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_asked);
  gtk_widget_class_bind_template_callback (widget_class, on_message_written);
  gtk_widget_class_bind_template_callback (widget_class, on_messages_seen);
}

static void
desk_window_class_init (DeskWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = desk_window_close_request;

  g_type_ensure (DESK_TYPE_START_PAGE);
  g_type_ensure (DESK_TYPE_SIGN_IN_PAGE);
  g_type_ensure (DESK_TYPE_SCHEDULE_PAGE);
  g_type_ensure (DESK_TYPE_RING_PAGE);
  g_type_ensure (DESK_TYPE_CALL_PAGE);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "win.reload", NULL, reload);
  gtk_widget_class_install_action (widget_class, "win.sign-out", NULL, sign_out);
  gtk_widget_class_install_action (widget_class, "win.chat", NULL, toggle_chat);
  gtk_widget_class_install_action (widget_class, "win.fullscreen", NULL, toggle_fullscreen);
}

static void
connect_groups (DeskWindow *self)
{
  self->client_signals = g_signal_group_new (CALL_TYPE_CLIENT);
  g_signal_group_connect_object (self->client_signals, "notify::connection-state",
                                 G_CALLBACK (on_connection_state), self, G_CONNECT_SWAPPED);
  self->call_signals = g_signal_group_new (DESK_TYPE_CALL);
  g_signal_group_connect_object (self->call_signals, "notify::phase", G_CALLBACK (show_page), self,
                                 G_CONNECT_SWAPPED);
}

static void
on_first_frame (GdkFrameClock *clock, DeskWindow *self)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, self);
  g_debug ("first frame");
}

static void
on_realized (DeskWindow *self)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (self)), "after-paint",
                           G_CALLBACK (on_first_frame), self, 0);
}

static void
desk_window_init (DeskWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.chat", FALSE);
  connect_groups (self);
  g_signal_connect (self, "realize", G_CALLBACK (on_realized), NULL);
}

static void
watch (DeskWindow *self)
{
  const struct {
    gpointer object;
    const char *signal;
    GCallback handler;
  } watched[] = {
    { self->account, "notify::state", G_CALLBACK (on_account_changed) },
    { self->account, "notify::client", G_CALLBACK (on_client_changed) },
    { self->account, "notify::loading", G_CALLBACK (on_loading) },
    { self->switchboard, "notify::call", G_CALLBACK (on_call_changed) },
    { self->switchboard, "failed", G_CALLBACK (tell_error) },
    { self->switchboard, "over", G_CALLBACK (on_call_over) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (watched); i++)
    g_signal_connect_object (watched[i].object, watched[i].signal, watched[i].handler, self,
                             G_CONNECT_SWAPPED);
}

/**
 * desk_window_new:
 * @app: the app
 * @settings: its settings
 * @account: who is signed in
 * @switchboard: the call there is
 *
 * Returns: (transfer none): a window, owned by GTK
 */
GtkWidget *
desk_window_new (GtkApplication *app,
                 GSettings *settings,
                 DeskAccount *account,
                 DeskSwitchboard *switchboard)
{
  DeskWindow *self = g_object_new (DESK_TYPE_WINDOW, "application", app, NULL);
  g_autofree char *server = g_settings_get_string (settings, "server-address");
  g_autofree char *email = g_settings_get_string (settings, "email");

  self->settings = g_object_ref (settings);
  self->account = g_object_ref (account);
  self->switchboard = g_object_ref (switchboard);
  desk_window_size_restore (GTK_WINDOW (self), settings);
  desk_window_prefill (self, server, email);
  watch (self);
  on_client_changed (self);
  on_account_changed (self);
  on_loading (self);
  on_call_changed (self);
  return GTK_WIDGET (self);
}

/**
 * desk_window_prefill:
 * @self: the window
 * @server: (nullable): the address of a server
 * @email: (nullable): an e-mail address
 *
 * Fills in the sign-in page.
 */
void
desk_window_prefill (DeskWindow *self, const char *server, const char *email)
{
  desk_sign_in_page_prefill (self->sign_in_page, server, email);
}

/**
 * desk_window_show_appointment:
 * @self: the window
 * @id: the id of an appointment
 *
 * Selects an appointment in the list.
 */
void
desk_window_show_appointment (DeskWindow *self, const char *id)
{
  CallClient *client = desk_account_get_client (self->account);
  CallAppointment *appointment = client != NULL ? call_client_find_appointment (client, id) : NULL;

  if (appointment != NULL)
    desk_schedule_page_select (self->schedule_page, appointment);
}

/**
 * desk_window_show_arrival:
 * @self: the window
 * @appointment: the appointment whose patient has arrived
 *
 * Says so during a call, when the list of the day is out of view.
 */
void
desk_window_show_arrival (DeskWindow *self, CallAppointment *appointment)
{
  CallParticipant *patient = call_appointment_get_patient (appointment);
  /* Translators: %s is a name. */
  g_autofree char *text = g_strdup_printf (_ ("%s is in the waiting room"),
                                           call_participant_get_name (patient));

  /* Elsewhere the list says it. */
  if (shows (self, "call"))
    desk_call_page_tell (self->call_page, text);
}

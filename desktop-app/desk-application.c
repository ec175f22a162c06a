/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-application"

#include "config.h"

#include "desk-application.h"

#include "desk-account.h"
#include "desk-dbus.h"
#include "desk-media.h"
#include "desk-notifier.h"
#include "desk-options.h"
#include "desk-preferences-window.h"
#include "desk-resources.h"
#include "desk-switchboard.h"
#include "desk-window.h"

#include <glib/gi18n.h>
#include <gst/gst.h>

#include <locale.h>

/**
 * DeskApplication:
 *
 * Builds the parts of the app in order and joins them: account → switchboard → window,
 * notifications and D-Bus. There is one instance for each session.
 */
struct _DeskApplication {
  AdwApplication parent_instance;

  GSettings *settings;
  DeskRinger *ringer;
  DeskAccount *account;
  DeskSwitchboard *switchboard;
  DeskNotifier *notifier;
  DeskDbus *dbus;
  GtkWidget *preferences;
  /* The account is started once, by the first window or by the command line. */
  gboolean started;
};

G_DEFINE_FINAL_TYPE (DeskApplication, desk_application, ADW_TYPE_APPLICATION)

/**
 * desk_application_init_locale:
 *
 * Sets the language of the user. LOCALEDIR in the environment names another folder of
 * translations, which a build tree needs.
 */
void
desk_application_init_locale (void)
{
  const char *dir = g_getenv ("LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, dir != NULL ? dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

static DeskWindow *
get_window (DeskApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (DESK_IS_WINDOW (l->data))
      return DESK_WINDOW (l->data);
  return NULL;
}

static void
on_window_active (DeskApplication *self, GParamSpec *pspec, GtkWindow *window)
{
  desk_notifier_set_attentive (self->notifier, gtk_window_is_active (window));
}

static void
on_arrived (DeskApplication *self, CallAppointment *appointment)
{
  DeskWindow *window = get_window (self);

  if (window != NULL)
    desk_window_show_arrival (window, appointment);
}

static void
on_client_changed (DeskApplication *self)
{
  CallClient *client = desk_account_get_client (self->account);

  desk_switchboard_set_client (self->switchboard, client);
  desk_notifier_set_client (self->notifier, client);
}

/* The preferences show a camera: that of the call, or one of their own, which a call needs. And a
 * call that rings must not be hidden behind them. */
static void
on_call_changed (DeskApplication *self)
{
  if (self->preferences != NULL)
    gtk_window_destroy (GTK_WINDOW (self->preferences));
}

static void
init_gstreamer_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  gst_init (NULL, NULL);
}

/* Reading the registry of plug-ins takes long the first time: it must not delay the window. */
static void
warm_up (DeskApplication *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  g_task_run_in_thread (task, init_gstreamer_in_thread);
}

static DeskWindow *
ensure_window (DeskApplication *self)
{
  DeskWindow *window = get_window (self);

  if (window != NULL)
    return window;
  window = DESK_WINDOW (
      desk_window_new (GTK_APPLICATION (self), self->settings, self->account, self->switchboard));
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (on_window_active), self,
                           G_CONNECT_SWAPPED);
  warm_up (self);
  return window;
}

static void
desk_application_activate (GApplication *app)
{
  DeskApplication *self = DESK_APPLICATION (app);

  gtk_window_present (GTK_WINDOW (ensure_window (self)));
  if (!self->started)
    desk_account_start (self->account);
  self->started = TRUE;
}

static void
apply_options (DeskApplication *self, const DeskOptions *options)
{
  DeskWindow *window = ensure_window (self);

  desk_window_prefill (window, options->endpoint, options->email);
  if (options->token != NULL)
    desk_account_start_with_token (self->account, options->endpoint, options->token);
  else if (options->password != NULL)
    desk_account_sign_in (self->account, options->endpoint, options->email, options->password,
                          FALSE);
  else
    return;
  self->started = TRUE;
}

static int
desk_application_command_line (GApplication *app, GApplicationCommandLine *command_line)
{
  DeskApplication *self = DESK_APPLICATION (app);
  g_auto (DeskOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!desk_options_read (&options, command_line, &error)) {
    g_application_command_line_printerr (command_line, "call-desk: %s\n", error->message);
    return 2;
  }
  /* Another start of the app brings the window to the front; a call is not given up for it. */
  if (desk_switchboard_get_call (self->switchboard) == NULL)
    apply_options (self, &options);
  g_application_activate (app);
  return 0;
}

static gint
desk_application_handle_local_options (GApplication *app, GVariantDict *options)
{
  gboolean version = FALSE;
  gboolean test_media = FALSE;

  if (g_variant_dict_lookup (options, "version", "b", &version) && version) {
    g_print ("call-desk %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (g_variant_dict_lookup (options, "test-media", "b", &test_media))
    desk_media_use_test_sources (test_media);
  return -1;
}

static gboolean
desk_application_dbus_register (GApplication *app,
                                GDBusConnection *connection,
                                const char *path,
                                GError **error)
{
  DeskApplication *self = DESK_APPLICATION (app);

  return G_APPLICATION_CLASS (desk_application_parent_class)
             ->dbus_register (app, connection, path, error) &&
         desk_dbus_export (self->dbus, connection, path, error);
}

static void
desk_application_dbus_unregister (GApplication *app, GDBusConnection *connection, const char *path)
{
  DeskApplication *self = DESK_APPLICATION (app);

  if (self->dbus != NULL)
    desk_dbus_unexport (self->dbus);
  G_APPLICATION_CLASS (desk_application_parent_class)->dbus_unregister (app, connection, path);
}

static void
on_preferences_destroyed (DeskApplication *self)
{
  self->preferences = NULL;
}

static void
show_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DeskApplication *self = user_data;

  if (self->preferences == NULL) {
    self->preferences = desk_preferences_window_new (self->settings, self->ringer,
                                                     desk_switchboard_get_call (self->switchboard));
    gtk_window_set_transient_for (GTK_WINDOW (self->preferences), GTK_WINDOW (get_window (self)));
    g_signal_connect_object (self->preferences, "destroy", G_CALLBACK (on_preferences_destroyed),
                             self, G_CONNECT_SWAPPED);
  }
  gtk_window_present (GTK_WINDOW (self->preferences));
}

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DeskApplication *self = user_data;

  adw_show_about_window (GTK_WINDOW (get_window (self)), "application-name", _ ("Call Desk"),
                         "application-icon", "org.libcall.Desk", "version", PACKAGE_VERSION,
                         "developer-name", _ ("The libcall developers"), "license-type",
                         GTK_LICENSE_LGPL_2_1, "comments", _ ("Meet your patients by video."),
                         /* Translators: your name and address, a line for each of you. */
                         "translator-credits", _ ("translator-credits"), NULL);
}

static void
show_window (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_activate (G_APPLICATION (user_data));
}

static void
show_appointment (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DeskApplication *self = user_data;

  g_application_activate (G_APPLICATION (self));
  desk_window_show_appointment (get_window (self), g_variant_get_string (parameter, NULL));
}

static void
call_appointment (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DeskApplication *self = user_data;
  CallClient *client = desk_account_get_client (self->account);
  const char *id = g_variant_get_string (parameter, NULL);
  CallAppointment *appointment = client != NULL ? call_client_find_appointment (client, id) : NULL;

  show_appointment (action, parameter, user_data);
  if (appointment != NULL)
    desk_switchboard_connect (self->switchboard, appointment);
}

static void
act_on_call (DeskApplication *self, const char *name)
{
  DeskCall *call = desk_switchboard_get_call (self->switchboard);

  if (call != NULL)
    g_action_group_activate_action (desk_call_get_actions (call), name, NULL);
}

static void
answer (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_activate (G_APPLICATION (user_data));
  act_on_call (user_data, "answer");
}

static void
decline (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  act_on_call (user_data, "decline");
}

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DeskWindow *window = get_window (user_data);

  /* Through the window, which asks first when somebody talks. */
  if (window != NULL)
    gtk_window_close (GTK_WINDOW (window));
  else
    g_application_quit (G_APPLICATION (user_data));
}

static void
add_actions (DeskApplication *self)
{
  static const GActionEntry entries[] = {
    { "preferences", show_preferences },
    { "about", show_about },
    { "show", show_window },
    { "show-appointment", show_appointment, "s" },
    { "call", call_appointment, "s" },
    { "answer", answer },
    { "decline", decline },
    { "quit", quit },
  };
  static const struct {
    const char *action;
    const char *accels[3];
  } accels[] = {
    { "app.quit", { "<Control>q" } },
    { "app.preferences", { "<Control>comma" } },
    { "win.reload", { "<Control>r", "F5" } },
    { "win.chat", { "<Control>t" } },
    { "win.fullscreen", { "F11" } },
    { "win.show-help-overlay", { "<Control>question" } },
    { "call.answer", { "<Control><Shift>a" } },
    { "call.decline", { "<Control><Shift>d" } },
    { "call.mute", { "<Control>d" } },
    { "call.camera-off", { "<Control>e" } },
    { "call.leave", { "<Control>l" } },
    { "call.hang-up", { "<Control><Shift>h" } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action,
                                           accels[i].accels);
}

static void
desk_application_startup (GApplication *app)
{
  DeskApplication *self = DESK_APPLICATION (app);

  G_APPLICATION_CLASS (desk_application_parent_class)->startup (app);
  self->settings = g_settings_new ("org.libcall.Desk");
  self->ringer = desk_ringer_new (self->settings);
  self->account = desk_account_new (self->settings);
  self->switchboard = desk_switchboard_new (self->ringer);
  self->notifier = desk_notifier_new (app, self->switchboard, self->ringer);
  desk_dbus_set_switchboard (self->dbus, self->switchboard);
  g_signal_connect_object (self->account, "notify::client", G_CALLBACK (on_client_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->switchboard, "notify::call", G_CALLBACK (on_call_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->notifier, "arrived", G_CALLBACK (on_arrived), self,
                           G_CONNECT_SWAPPED);
  add_actions (self);
}

static void
desk_application_shutdown (GApplication *app)
{
  DeskApplication *self = DESK_APPLICATION (app);

  if (self->preferences != NULL)
    gtk_window_destroy (GTK_WINDOW (self->preferences));
  desk_dbus_set_switchboard (self->dbus, NULL);
  g_clear_object (&self->notifier);
  g_clear_object (&self->switchboard);
  g_clear_object (&self->account);
  g_clear_object (&self->ringer);
  g_clear_object (&self->settings);
  G_APPLICATION_CLASS (desk_application_parent_class)->shutdown (app);
}

static void
desk_application_finalize (GObject *object)
{
  DeskApplication *self = DESK_APPLICATION (object);

  g_clear_object (&self->dbus);
  G_OBJECT_CLASS (desk_application_parent_class)->finalize (object);
}

static void
desk_application_class_init (DeskApplicationClass *klass)
{
  GApplicationClass *app_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = desk_application_finalize;
  app_class->startup = desk_application_startup;
  app_class->activate = desk_application_activate;
  app_class->command_line = desk_application_command_line;
  app_class->handle_local_options = desk_application_handle_local_options;
  app_class->dbus_register = desk_application_dbus_register;
  app_class->dbus_unregister = desk_application_dbus_unregister;
  app_class->shutdown = desk_application_shutdown;
}

static void
desk_application_init (DeskApplication *self)
{
  /* The linker would leave the resources out of a static library that nothing refers to. */
  g_resources_register (desk_get_resource ());
  self->dbus = desk_dbus_new ();
  desk_options_add (G_APPLICATION (self));
}

/**
 * desk_application_new:
 *
 * Returns: (transfer full): the app
 */
DeskApplication *
desk_application_new (void)
{
  return g_object_new (DESK_TYPE_APPLICATION, "application-id", "org.libcall.Desk", "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE, "resource-base-path",
                       "/org/libcall/Desk", NULL);
}

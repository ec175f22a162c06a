/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desk-appointment-details.h"
#include "desk-appointment-list.h"
#include "desk-appointment-row.h"
#include "desk-call-page.h"
#include "desk-chat-panel.h"
#include "desk-device-row.h"
#include "desk-message-row.h"
#include "desk-preferences-window.h"
#include "desk-reschedule-dialog.h"
#include "desk-resources.h"
#include "desk-ring-page.h"
#include "desk-schedule-page.h"
#include "desk-sign-in-page.h"
#include "desk-start-page.h"
#include "desk-window.h"

/* Builds each template and takes it down again: a name that is wrong in a .ui file is a warning,
 * and a warning is fatal. */
static void
test_build (gconstpointer data)
{
  GType type = *(const GType *) data;
  GtkWidget *widget = g_object_ref_sink (g_object_new (type, NULL));

  g_assert_true (GTK_IS_WIDGET (widget));
  if (GTK_IS_WINDOW (widget))
    gtk_window_destroy (GTK_WINDOW (widget));
  g_assert_finalize_object (widget);
}

static void
test_shortcuts (void)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (
      "/org/libcall/Desk/gtk/help-overlay.ui");

  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "help_overlay")));
}

/* Each button that shows only an icon has a name for those who do not see it. */
static void
assert_named (GtkWidget *widget)
{
  gboolean icon_only = GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget));

  if (icon_only || GTK_IS_MENU_BUTTON (widget))
    gtk_test_accessible_assert_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                         gtk_widget_get_tooltip_text (widget));
}

static void
walk (GtkWidget *widget)
{
  if (gtk_widget_get_tooltip_text (widget) != NULL && !GTK_IS_WINDOW_CONTROLS (widget))
    assert_named (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (!GTK_IS_WINDOW_CONTROLS (child))
      walk (child);
}

int
main (int argc, char *argv[])
{
  const GType types[] = {
    DESK_TYPE_APPOINTMENT_DETAILS, DESK_TYPE_APPOINTMENT_LIST,
    DESK_TYPE_CALL_PAGE,           DESK_TYPE_CHAT_PANEL,
    DESK_TYPE_DEVICE_ROW,          DESK_TYPE_MESSAGE_ROW,
    DESK_TYPE_PREFERENCES_WINDOW,  DESK_TYPE_RESCHEDULE_DIALOG,
    DESK_TYPE_RING_PAGE,           DESK_TYPE_SCHEDULE_PAGE,
    DESK_TYPE_SIGN_IN_PAGE,        DESK_TYPE_START_PAGE,
    DESK_TYPE_APPOINTMENT_ROW,     DESK_TYPE_WINDOW,
  };

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_resources_register (desk_get_resource ());
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/libcall/Desk/icons");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autofree char *path = g_strconcat ("/desktop/templates/", g_type_name (types[i]), NULL);

    g_test_add_data_func (path, &types[i], test_build);
  }
  g_test_add_func ("/desktop/templates/shortcuts", test_shortcuts);
  (void) walk;
  return g_test_run ();
}

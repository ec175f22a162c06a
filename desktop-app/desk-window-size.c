/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-window"

#include "config.h"

#include "desk-window-size.h"

/* The limits of the settings' schema. */
#define MIN_WIDTH 360
#define MIN_HEIGHT 294
#define MAX_SIZE 16384

/**
 * desk_window_size_restore:
 * @window: a window that is not shown yet
 * @settings: the settings of the app
 *
 * Gives @window the size it had the last time.
 */
void
desk_window_size_restore (GtkWindow *window, GSettings *settings)
{
  gtk_window_set_default_size (window, g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (window);
}

/**
 * desk_window_size_save:
 * @window: a window
 * @settings: the settings of the app
 *
 * Keeps the size of @window for the next time.
 */
void
desk_window_size_save (GtkWindow *window, GSettings *settings)
{
  gboolean maximized = gtk_window_is_maximized (window);
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set_boolean (settings, "window-maximized", maximized);
  if (maximized || width <= 0 || height <= 0)
    return;
  g_settings_set_int (settings, "window-width", CLAMP (width, MIN_WIDTH, MAX_SIZE));
  g_settings_set_int (settings, "window-height", CLAMP (height, MIN_HEIGHT, MAX_SIZE));
}

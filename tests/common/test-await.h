/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Waiting for what one waits for, and never for a time: the main context turns until it is there.
 * What does not come ends the test after TEST_WATCHDOG_SECONDS. */

#define TEST_WATCHDOG_SECONDS 20

static inline gboolean
test_watchdog_cb (gpointer what)
{
  g_error ("waited too long for: %s", (const char *) what);
  return G_SOURCE_REMOVE;
}

/* Turns the main context until @condition holds. */
#define test_await(condition)                                                              \
  G_STMT_START                                                                             \
  {                                                                                        \
    guint test_watchdog_ = g_timeout_add_seconds (TEST_WATCHDOG_SECONDS, test_watchdog_cb, \
                                                  (gpointer) G_STRINGIFY (condition));     \
    while (!(condition))                                                                   \
      g_main_context_iteration (NULL, TRUE);                                               \
    g_source_remove (test_watchdog_);                                                      \
  }                                                                                        \
  G_STMT_END

/* Handles what is there already, and what that brings about. */
static inline void
test_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE)) {
  }
}

/* The callback of an asynchronous function whose user data is the address of a NULL result. It
 * fails when it is called twice. */
static inline void
test_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

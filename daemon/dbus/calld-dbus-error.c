/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus-error"

#include "config.h"

#include "calld-dbus-error.h"

#include "call-error.h"

#define PREFIX "org.libcall.Calld1.Error."

/* "not_found" → "org.libcall.Calld1.Error.NotFound" */
static char *
code_to_name (const char *code)
{
  GString *name = g_string_new (PREFIX);
  gboolean capital = TRUE;

  for (; *code != '\0'; code++) {
    if (*code != '_')
      g_string_append_c (name, capital ? g_ascii_toupper (*code) : *code);
    capital = *code == '_';
  }
  return g_string_free (name, FALSE);
}

/**
 * calld_dbus_register_errors:
 *
 * Gives each #CallError a name on D-Bus, both ways. Once in each program that talks D-Bus; again
 * does no harm.
 */
void
calld_dbus_register_errors (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  for (int error = CALL_ERROR_FAILED; error <= CALL_ERROR_MEDIA; error++) {
    g_autofree char *name = code_to_name (call_error_to_code (error));

    g_dbus_error_register_error (CALL_ERROR, error, name);
  }
  g_once_init_leave (&done, 1);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include <stdio.h>
#include <string.h>

/* callctl egress-url and callctl egress: the tracks of LiveKit. */

#define ADMIN "org.libcall.Calld1.Admin"
#define SECONDS_DEFAULT 3600

static void
print_word (Callctl *self, GVariant *answer, const char *name)
{
  g_autoptr (GVariant) object = NULL;
  const char *word;
  GVariantDict dict;

  g_variant_get (answer, "(&s)", &word);
  if (!self->json) {
    printf ("%s\n", word);
    return;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, name, "s", word);
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  callctl_print_dict (self, object);
}

/* NAME=VALUE words; expires=SECONDS is for us. */
static gboolean
add_parameter (GVariantBuilder *parameters, const char *word, guint *seconds, GError **error)
{
  const char *sign = strchr (word, '=');
  g_autofree char *name = sign != NULL ? g_strndup (word, (gsize) (sign - word)) : NULL;
  guint64 number;

  if (name == NULL || *name == '\0') {
    g_set_error (error, CALLCTL_USAGE, 0, "\"%s\" is not NAME=VALUE, such as trackId=TR_a.", word);
    return FALSE;
  }
  if (!g_str_equal (name, "expires")) {
    g_variant_builder_add (parameters, "{ss}", name, sign + 1);
    return TRUE;
  }
  if (!g_ascii_string_to_unsigned (sign + 1, 10, 1, G_MAXUINT, &number, error))
    return FALSE;
  *seconds = (guint) number;
  return TRUE;
}

/**
 * callctl_command_egress_url:
 * @self: callctl
 * @arguments: audio or video, and NAME=VALUE…
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_egress_url (Callctl *self, char **arguments, GError **error)
{
  g_auto (GVariantBuilder) parameters = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) answer = NULL;
  guint seconds = SECONDS_DEFAULT;

  if (!callctl_check_count (arguments, 2, 16, error))
    return FALSE;
  for (char **word = arguments + 1; *word != NULL; word++) {
    if (!add_parameter (&parameters, *word, &seconds, error))
      return FALSE;
  }
  answer = callctl_call (self, ADMIN, "SignEgress",
                         g_variant_new ("(sa{ss}u)", arguments[0], &parameters, seconds), NULL,
                         error);
  if (answer == NULL)
    return FALSE;
  print_word (self, answer, "url");
  return TRUE;
}

/**
 * callctl_command_egress_start:
 * @self: callctl
 * @arguments: ROOM TRACK [PARTICIPANT]
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_egress_start (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (!callctl_check_count (arguments, 2, 3, error))
    return FALSE;
  answer = callctl_call (
      self, ADMIN, "StartEgress",
      g_variant_new ("(sss)", arguments[0], arguments[1], arguments[2] != NULL ? arguments[2] : ""),
      NULL, error);
  if (answer == NULL)
    return FALSE;
  print_word (self, answer, "id");
  return TRUE;
}

/**
 * callctl_command_egress_stop:
 * @self: callctl
 * @arguments: EGRESS
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_egress_stop (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (!callctl_check_count (arguments, 1, 1, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, "StopEgress", g_variant_new ("(s)", arguments[0]), NULL,
                         error);
  return answer != NULL;
}

/**
 * callctl_command_egress_list:
 * @self: callctl
 * @arguments: none
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_egress_list (Callctl *self, char **arguments, GError **error)
{
  static const char *const columns[] = { "id", "status", "room", "track", NULL };
  g_autoptr (GVariant) answer = NULL, egresses = NULL;

  if (!callctl_check_count (arguments, 0, 0, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, "ListEgress", NULL, NULL, error);
  if (answer == NULL)
    return FALSE;
  egresses = g_variant_get_child_value (answer, 0);
  callctl_print_list (self, "egresses", egresses, columns);
  return TRUE;
}

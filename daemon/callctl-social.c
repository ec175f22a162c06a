/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include <stdio.h>
#include <string.h>

/* callctl webhook and callctl bot: programs outside. */

#define ADMIN "org.libcall.Calld1.Admin"
#define BOT_PREFIX "bot:"

/* An id, and something that is told once. */
static void
print_pair (Callctl *self, GVariant *answer, const char *name)
{
  g_autoptr (GVariant) object = NULL;
  const char *id, *value;
  GVariantDict dict;

  g_variant_get (answer, "(&s&s)", &id, &value);
  if (!self->json) {
    printf ("%s\n%s\n", id, value);
    return;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert (&dict, name, "s", value);
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  callctl_print_dict (self, object);
}

/**
 * callctl_command_webhook_add:
 * @self: callctl
 * @arguments: URL EVENT… [bot:BOT]
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_webhook_add (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) events = NULL;
  const char *bot = "";

  if (!callctl_check_count (arguments, 2, 64, error))
    return FALSE;
  for (char **word = arguments + 1; *word != NULL; word++) {
    if (g_str_has_prefix (*word, BOT_PREFIX))
      bot = *word + strlen (BOT_PREFIX);
    else
      g_strv_builder_add (builder, *word);
  }
  events = g_strv_builder_end (builder);
  answer = callctl_call (self, ADMIN, "AddWebhook",
                         g_variant_new ("(s^ass)", arguments[0], events, bot), NULL, error);
  if (answer == NULL)
    return FALSE;
  print_pair (self, answer, "secret");
  return TRUE;
}

/**
 * callctl_command_webhook_list:
 * @self: callctl
 * @arguments: none
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_webhook_list (Callctl *self, char **arguments, GError **error)
{
  static const char *const columns[] = { "id",     "active", "waiting", "failing-since",
                                         "events", "url",    NULL };
  g_autoptr (GVariant) answer = NULL, webhooks = NULL;

  if (!callctl_check_count (arguments, 0, 0, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, "ListWebhooks", NULL, NULL, error);
  if (answer == NULL)
    return FALSE;
  webhooks = g_variant_get_child_value (answer, 0);
  callctl_print_list (self, "webhooks", webhooks, columns);
  return TRUE;
}

static gboolean
order (Callctl *self, const char *method, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (!callctl_check_count (arguments, 1, 1, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, method, g_variant_new ("(s)", arguments[0]), NULL, error);
  return answer != NULL;
}

/**
 * callctl_command_webhook_remove:
 * @self: callctl
 * @arguments: WEBHOOK
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_webhook_remove (Callctl *self, char **arguments, GError **error)
{
  return order (self, "RemoveWebhook", arguments, error);
}

/**
 * callctl_command_webhook_test:
 * @self: callctl
 * @arguments: WEBHOOK
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_webhook_test (Callctl *self, char **arguments, GError **error)
{
  return order (self, "TestWebhook", arguments, error);
}

/**
 * callctl_command_bot_add:
 * @self: callctl
 * @arguments: NAME [GROUP…]
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
callctl_command_bot_add (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (!callctl_check_count (arguments, 1, 101, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, "AddBot",
                         g_variant_new ("(s^as)", arguments[0], arguments + 1), NULL, error);
  if (answer == NULL)
    return FALSE;
  print_pair (self, answer, "token");
  return TRUE;
}

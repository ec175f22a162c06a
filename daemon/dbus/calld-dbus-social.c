/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus-admin"

#include "config.h"

#include "calld-dbus-private.h"

#include "call-error.h"
#include "call-id.h"

static CalldWebhooks *
webhooks_of (CalldDbusRequest *request)
{
  return calld_context_get_webhooks (calld_dbus_get_context (request->dbus));
}

static GVariant *
arguments (CalldDbusRequest *request)
{
  return g_dbus_method_invocation_get_parameters (request->invocation);
}

/* What an id in the arguments must be; FALSE when the request was refused. */
static gboolean
check_id (CalldDbusRequest *request, const char *id, const char *sentence)
{
  if (call_id_is_valid (id))
    return TRUE;
  calld_dbus_request_fail (request, g_error_new_literal (CALL_ERROR, CALL_ERROR_INVALID, sentence));
  return FALSE;
}

/* --- webhooks --------------------------------------------------------------------------------- */

static void
on_webhook_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CalldWebhookRecord) webhook = calld_webhooks_add_finish (CALLD_WEBHOOKS (source),
                                                                      result, &error);

  if (webhook != NULL)
    calld_dbus_request_return (request, g_variant_new ("(ss)", webhook->id, webhook->secret));
  else
    calld_dbus_request_fail (request, error);
}

static void
do_add_webhook (CalldDbusRequest *request)
{
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();
  g_autofree const char **events = NULL;
  const char *url, *bot_id;

  g_variant_get (arguments (request), "(&s^a&s&s)", &url, &events, &bot_id);
  if (*bot_id != '\0' && !check_id (request, bot_id, "The bot is no id."))
    return;
  calld_webhooks_add_async (webhooks_of (request), who, url, events,
                            *bot_id != '\0' ? bot_id : NULL, NULL, on_webhook_added, request);
}

static GVariant *
webhook_to_variant (const CalldWebhookRecord *webhook)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", webhook->id);
  g_variant_dict_insert (&dict, "url", "s", webhook->url);
  g_variant_dict_insert (&dict, "events", "s", webhook->events);
  g_variant_dict_insert (&dict, "active", "b", webhook->active);
  g_variant_dict_insert (&dict, "waiting", "u", webhook->waiting);
  if (webhook->bot_id != NULL)
    g_variant_dict_insert (&dict, "bot-id", "s", webhook->bot_id);
  if (webhook->failing_since > 0)
    g_variant_dict_insert (&dict, "failing-since", "x", webhook->failing_since);
  return g_variant_dict_end (&dict);
}

static void
on_webhooks (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) all = calld_webhooks_list_finish (CALLD_WEBHOOKS (source), result, &error);
  GVariantBuilder list;

  if (all == NULL) {
    calld_dbus_request_fail (request, error);
    return;
  }
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < all->len; i++)
    g_variant_builder_add_value (&list, webhook_to_variant (all->pdata[i]));
  calld_dbus_request_return (request, g_variant_new ("(aa{sv})", &list));
}

static void
do_list_webhooks (CalldDbusRequest *request)
{
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();

  calld_webhooks_list_async (webhooks_of (request), who, NULL, on_webhooks, request);
}

static void
on_webhook_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (calld_webhooks_change_finish (CALLD_WEBHOOKS (source), result, &error))
    calld_dbus_request_return (user_data, NULL);
  else
    calld_dbus_request_fail (user_data, error);
}

static void
do_remove_webhook (CalldDbusRequest *request)
{
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();
  const char *id;

  g_variant_get (arguments (request), "(&s)", &id);
  if (check_id (request, id, "The webhook is no id."))
    calld_webhooks_remove_async (webhooks_of (request), who, id, NULL, on_webhook_changed, request);
}

static void
do_test_webhook (CalldDbusRequest *request)
{
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();
  const char *id;

  g_variant_get (arguments (request), "(&s)", &id);
  if (check_id (request, id, "The webhook is no id."))
    calld_webhooks_test_async (webhooks_of (request), who, id, NULL, on_webhook_changed, request);
}

/* --- bots ------------------------------------------------------------------------------------- */

static void
on_bot_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CalldBot) bot = calld_bots_add_finish (CALLD_BOTS (source), result, &error);

  if (bot != NULL)
    calld_dbus_request_return (request, g_variant_new ("(ss)", bot->identity->user_id, bot->token));
  else
    calld_dbus_request_fail (request, error);
}

static void
do_add_bot (CalldDbusRequest *request)
{
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();
  g_autofree const char **groups = NULL;
  const char *name;

  g_variant_get (arguments (request), "(&s^a&s)", &name, &groups);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!check_id (request, groups[i], "A group is no id."))
      return;
  calld_bots_add_async (calld_context_get_bots (calld_dbus_get_context (request->dbus)), who, name,
                        groups, NULL, on_bot_added, request);
}

/* --- connecting ------------------------------------------------------------------------------- */

static const CalldDbusMethod methods[] = {
  { "handle-list-webhooks", do_list_webhooks },
  { "handle-add-webhook", do_add_webhook },
  { "handle-remove-webhook", do_remove_webhook },
  { "handle-test-webhook", do_test_webhook },
  { "handle-add-bot", do_add_bot },
};

/**
 * calld_dbus_social_connect:
 * @admin: the interface of operators
 * @dbus: the service
 *
 * Serves the methods about webhooks and bots.
 */
void
calld_dbus_social_connect (CalldDbusCalldAdmin *admin, CalldDbus *dbus)
{
  calld_dbus_serve (admin, dbus, methods, G_N_ELEMENTS (methods));
}

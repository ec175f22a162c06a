/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus-admin"

#include "config.h"

#include "calld-dbus-private.h"

#include "call-error.h"

#define URL_SECONDS_MAX (30u * 24 * 3600)

static CalldContext *
context_of (CalldDbusRequest *request)
{
  return calld_dbus_get_context (request->dbus);
}

static GVariant *
arguments (CalldDbusRequest *request)
{
  return g_dbus_method_invocation_get_parameters (request->invocation);
}

/* --- SignEgress ------------------------------------------------------------------------------- */

static char *
build_query (GVariant *parameters)
{
  g_autoptr (GString) query = g_string_new (NULL);
  GVariantIter iter;
  const char *name, *value;

  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value)) {
    g_autofree char *left = g_uri_escape_string (name, NULL, FALSE);
    g_autofree char *right = g_uri_escape_string (value, NULL, FALSE);

    g_string_append_printf (query, "%s%s=%s", query->len > 0 ? "&" : "", left, right);
  }
  return g_string_free (g_steal_pointer (&query), FALSE);
}

static char *
sign (CalldContext *context, const char *word, GVariant *parameters, guint seconds, GError **error)
{
  CallEgressKind kind = g_str_equal (word, "video") ? CALL_EGRESS_VIDEO : CALL_EGRESS_AUDIO;
  g_autofree char *text = build_query (parameters);
  g_auto (CallEgressQuery) query = { 0 };
  gint64 now = calld_clock_now_ms (calld_context_get_clock (context)) / 1000;

  if (kind == CALL_EGRESS_AUDIO && !g_str_equal (word, "audio")) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "It is audio or video.");
    return NULL;
  }
  if (seconds == 0 || seconds > URL_SECONDS_MAX) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "It is good for 1 to %u seconds.",
                 URL_SECONDS_MAX);
    return NULL;
  }
  if (!call_egress_query_parse (&query, kind, text, error))
    return NULL;
  return calld_egress_sign (calld_context_get_egress (context), &query, now + seconds);
}

static void
do_sign (CalldDbusRequest *request)
{
  g_autoptr (GVariant) parameters = NULL;
  g_autofree char *url = NULL;
  GError *error = NULL;
  const char *kind;
  guint seconds;

  g_variant_get (arguments (request), "(&s@a{ss}u)", &kind, &parameters, &seconds);
  url = sign (context_of (request), kind, parameters, seconds, &error);
  if (url != NULL)
    calld_dbus_request_return (request, g_variant_new ("(s)", url));
  else
    calld_dbus_request_fail (request, error);
}

/* --- LiveKit ---------------------------------------------------------------------------------- */

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CallLivekitEgress) egress = calld_livekit_start_egress_finish (CALLD_LIVEKIT (source),
                                                                            result, &error);

  if (egress != NULL)
    calld_dbus_request_return (request, g_variant_new ("(s)", egress->id));
  else
    calld_dbus_request_fail (request, error);
}

static void
do_start (CalldDbusRequest *request)
{
  const char *room, *track, *participant;

  g_variant_get (arguments (request), "(&s&s&s)", &room, &track, &participant);
  calld_livekit_start_egress_async (calld_context_get_livekit (context_of (request)), room, track,
                                    *participant != '\0' ? participant : NULL, NULL, on_started,
                                    request);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;

  if (calld_livekit_stop_egress_finish (CALLD_LIVEKIT (source), result, &error))
    calld_dbus_request_return (request, NULL);
  else
    calld_dbus_request_fail (request, error);
}

static void
do_stop (CalldDbusRequest *request)
{
  const char *id;

  g_variant_get (arguments (request), "(&s)", &id);
  calld_livekit_stop_egress_async (calld_context_get_livekit (context_of (request)), id, NULL,
                                   on_stopped, request);
}

static GVariant *
egress_to_variant (const CallLivekitEgress *egress)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", egress->id);
  g_variant_dict_insert (&dict, "status", "s", call_livekit_egress_get_status (egress));
  if (egress->room_name != NULL)
    g_variant_dict_insert (&dict, "room", "s", egress->room_name);
  if (egress->track_id != NULL)
    g_variant_dict_insert (&dict, "track", "s", egress->track_id);
  return g_variant_dict_end (&dict);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) all = calld_livekit_list_egress_finish (CALLD_LIVEKIT (source), result,
                                                                &error);
  GVariantBuilder list;

  if (all == NULL) {
    calld_dbus_request_fail (request, error);
    return;
  }
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < all->len; i++)
    g_variant_builder_add_value (&list, egress_to_variant (all->pdata[i]));
  calld_dbus_request_return (request, g_variant_new ("(aa{sv})", &list));
}

static void
do_list (CalldDbusRequest *request)
{
  calld_livekit_list_egress_async (calld_context_get_livekit (context_of (request)), NULL,
                                   on_listed, request);
}

static const CalldDbusMethod methods[] = {
  { "handle-sign-egress", do_sign },
  { "handle-start-egress", do_start },
  { "handle-stop-egress", do_stop },
  { "handle-list-egress", do_list },
};

/**
 * calld_dbus_egress_connect:
 * @admin: the interface of operators
 * @dbus: the service
 *
 * Serves the methods about egress.
 */
void
calld_dbus_egress_connect (CalldDbusCalldAdmin *admin, CalldDbus *dbus)
{
  calld_dbus_serve (admin, dbus, methods, G_N_ELEMENTS (methods));
}

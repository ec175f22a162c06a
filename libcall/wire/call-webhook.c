/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-webhook.h"

#include "call-json.h"

#include <string.h>

/**
 * call_webhook_to_json:
 * @id: of the delivery; the same when it is tried again
 * @event: what happened
 * @at_ms: when, milliseconds since 1970
 * @data_json: a JSON object that says more
 *
 * Returns: (transfer full): the body of the request
 */
char *
call_webhook_to_json (const char *id, const char *event, gint64 at_ms, const char *data_json)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "id", id);
  call_json_add_string (&writer, "event", event);
  call_json_add_time (&writer, "createdAt", at_ms);
  call_json_add_raw (&writer, "data", data_json);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_webhook_sign:
 * @secret: what both sides know
 * @now_seconds: the time of sending, seconds since 1970
 * @body: the body
 *
 * Signs the time and the body, so that nobody can change either, nor send the request again later.
 *
 * Returns: (transfer full): "t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" in hex>"
 */
char *
call_webhook_sign (const char *secret, gint64 now_seconds, const char *body)
{
  g_autofree char *signed_text = g_strdup_printf ("%" G_GINT64_FORMAT ".%s", now_seconds, body);
  g_autofree char *hex = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) secret,
                                                    strlen (secret), signed_text,
                                                    (gssize) strlen (signed_text));

  return g_strdup_printf ("t=%" G_GINT64_FORMAT ",v1=%s", now_seconds, hex);
}

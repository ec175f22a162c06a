/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include "calld-log.h"

#include "call-json.h"

#include <string.h>

#define ID "2b1f0c5e-7f43-4a53-9d0a-0d2c6f5b8a11"
#define JWT \
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3"

static GPtrArray *lines;

static void
on_line (CalldLogLevel level, const char *line, gpointer user_data)
{
  g_ptr_array_add (lines, g_strdup (line));
}

static void
begin (CalldLogLevel level, CalldLogFormat format)
{
  lines = g_ptr_array_new_with_free_func (g_free);
  calld_log_set_up (level, format);
  calld_log_set_sink (on_line, NULL);
}

static void
end (void)
{
  calld_log_set_sink (NULL, NULL);
  g_clear_pointer (&lines, g_ptr_array_unref);
}

static const char *
line (guint i)
{
  g_assert_cmpuint (i, <, lines->len);
  return lines->pdata[i];
}

static void
test_text (void)
{
  begin (CALLD_LOG_INFO, CALLD_LOG_TEXT);
  calld_log_info ("call_requested", .appointment_id = ID, .user_id = ID, .latency_us = 1500);
  calld_log_debug ("unheard");
  calld_log_warning ("full", .count = 3, .counted = "queued", .code = "unavailable");
  g_assert_cmpuint (lines->len, ==, 2);
  g_assert_cmpstr (line (0) + 25, ==,
                   "info    test call_requested appointmentId=" ID " userId=" ID
                   " latencyMs=1.500");
  g_assert_cmpstr (line (1) + 25, ==, "warning test full code=unavailable queued=3");
  end ();
}

static void
test_json (void)
{
  g_autoptr (GError) error = NULL;
  const char *event, *call_id, *detail;
  JsonObject *object;
  JsonNode *node;

  begin (CALLD_LOG_INFO, CALLD_LOG_JSON);
  calld_log_error ("store_write_failed", .call_id = ID, .detail = "disk \"full\"\n\x01");
  node = call_json_parse (line (0), -1, &error);
  g_assert_no_error (error);
  object = call_json_node_get_object (node, "line", &error);
  g_assert_no_error (error);
  g_assert_true (call_json_get_string (object, "event", CALL_JSON_REQUIRED, &event, NULL));
  g_assert_true (call_json_get_string (object, "callId", CALL_JSON_REQUIRED, &call_id, NULL));
  g_assert_true (call_json_get_string (object, "detail", CALL_JSON_REQUIRED, &detail, NULL));
  g_assert_cmpstr (event, ==, "store_write_failed");
  g_assert_cmpstr (call_id, ==, ID);
  g_assert_cmpstr (detail, ==, "disk \"full\"  ");
  call_json_node_unref (node);
  end ();
}

/* An id that is none could be anything, such as a name. */
static void
test_ids (void)
{
  begin (CALLD_LOG_INFO, CALLD_LOG_TEXT);
  calld_log_info ("x", .appointment_id = "Bia Lima", .call_id = "x\nforged line", .user_id = ID);
  g_assert_null (strstr (line (0), "Bia"));
  g_assert_null (strchr (line (0), '\n'));
  g_assert_nonnull (strstr (line (0), "appointmentId=[redacted] callId=[redacted] userId=" ID));
  end ();
}

static const struct {
  const char *text;
  const char *clean;
} details[] = {
  { "disk full", "disk full" },
  { "no user ana@example.org here", "no user [redacted] here" },
  { "got <ana@example.org>", "got <[redacted]>" },
  { "GET /api?token=abc&x=1", "GET /api?token=[redacted]&x=1" },
  { "Authorization: Bearer abc.def", "Authorization: [redacted] [redacted]" },
  { "password=hunter2", "password=[redacted]" },
  { "{\"password\":\"hunter2\",\"a\":1}", "{\"password\":\"[redacted]\",\"a\":1}" },
  { "bad " JWT " end", "bad [redacted] end" },
  { "call " ID " is gone", "call " ID " is gone" },
  { "open /var/lib/calld/calld.db: No such file", "open /var/lib/calld/calld.db: No such file" },
  { "key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "key [redacted]" },
  { "one\ntwo\x1b[31m", "one two [31m" },
  { "", "" },
};

static void
test_redact (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (details); i++) {
    g_autofree char *clean = calld_log_redact (details[i].text);

    g_assert_cmpstr (clean, ==, details[i].clean);
  }
}

static void
test_long_and_broken (void)
{
  g_autofree char *text = g_strnfill (10000, 'x');
  g_autofree char *words = NULL, *clean = NULL, *other = NULL, *broken = NULL;

  for (guint i = 7; i < 10000; i += 8)
    text[i] = ' ';
  clean = calld_log_redact (text);
  g_assert_cmpuint (strlen (clean), <=, 400);
  words = g_strjoin ("ção ", "ç", text, NULL);
  other = calld_log_redact (words);
  g_assert_true (g_utf8_validate (other, -1, NULL));
  broken = calld_log_redact ("a\xff\xfe z");
  g_assert_true (g_utf8_validate (broken, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/text", test_text);
  g_test_add_func ("/log/json", test_json);
  g_test_add_func ("/log/ids", test_ids);
  g_test_add_func ("/log/redact", test_redact);
  g_test_add_func ("/log/long-and-broken", test_long_and_broken);
  return g_test_run ();
}

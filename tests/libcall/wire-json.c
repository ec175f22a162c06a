/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-enums.h"
#include "call-error.h"
#include "call-json.h"
#include "call-time.h"

#include <json-glib/json-glib.h>

#include <math.h>
#include <string.h>

static void
test_values (void)
{
  /* What is read, and what it looks like when it is written again. */
  static const struct {
    const char *text;
    const char *again;
  } cases[] = {
    { "null", "null" },
    { " \t\r\n true ", "true" },
    { "false", "false" },
    { "0", "0" },
    { "-0", "0" },
    { "9223372036854775807", "9223372036854775807" },
    { "-9223372036854775808", "-9223372036854775808" },
    { "9223372036854775808", "9.2233720368547758e+18" },
    { "123456789012345678901234567890", "1.2345678901234568e+29" },
    { "1.5", "1.5" },
    { "-2.5e-3", "-0.0025000000000000001" },
    { "1E2", "100" },
    { "\"\"", "\"\"" },
    { "\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "\"a\\\"\\\\/\\b\\f\\n\\r\\tz\"" },
    { "\"\\u0041\\u00e9\\u20AC\"", "\"Aé€\"" },
    { "\"\\ud83d\\ude00\"", "\"😀\"" },
    { "\"😀\\u001e\\u007f\"", "\"😀\\u001e\x7f\"" },
    { "\"\u2028\u2029\"", "\"\u2028\u2029\"" },
    /* Lone surrogates, either half, and NUL. */
    { "\"\\ud800\"", "\"\uFFFD\"" },
    { "\"\\ud800x\"", "\"\uFFFDx\"" },
    { "\"\\udc00\\ud800\"", "\"\uFFFD\uFFFD\"" },
    { "\"\\ud800\\ud83d\\ude00\"", "\"\uFFFD😀\"" },
    { "\"\\ud800\\n\"", "\"\uFFFD\\n\"" },
    { "\"a\\u0000b\"", "\"a\uFFFDb\"" },
    { "[]", "[]" },
    { "{}", "{}" },
    { "[ [ ] , { } , [ 1 , [ 2 ] ] ]", "[[],{},[1,[2]]]" },
    { "{\"b\":1,\"a\":{\"c\":[null]},\"\":\"\"}", "{\"b\":1,\"a\":{\"c\":[null]},\"\":\"\"}" },
    { "{\"a\":{\"x\":1},\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}" },
    { "{\"__proto__\":1}", "{\"__proto__\":1}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = call_json_parse (cases[i].text, -1, &error);
    g_autofree char *again = NULL;

    g_assert_no_error (error);
    again = call_json_node_to_string (node);
    g_assert_cmpstr (again, ==, cases[i].again);
  }
}

static void
test_garbage (void)
{
  static const char *const cases[] = {
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "undefined",
    "NaN",
    "Infinity",
    "-Infinity",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "1e999",
    "-1e999",
    "0x10",
    "\"",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"a\nb\"",
    "\"\x01\"",
    "'a'",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{]",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" 1}",
    "{\"a\":1]",
    "1 2",
    "{} {}",
    "// x\n1",
    "/* x */ 1",
    "\"a\" b",
    "var x = 1;",
    "\xff",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xe2\x82",
    "[1]\xef\xbb\xbf",
    "\xef\xbb\xbf[1]",
    "\"\\ud800\\u12\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = call_json_parse (cases[i], -1, &error);

    g_assert_null (node);
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  }
  for (gsize length = 0; length < 4; length++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (call_json_parse ("\0\0\0", (gssize) length, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  }
}

static char *
nest (guint depth, const char *open, const char *close)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, "1");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = nest (CALL_JSON_MAX_DEPTH, "[", "]");
  g_autofree char *deeper = nest (CALL_JSON_MAX_DEPTH + 1, "{\"a\":", "}");
  g_autofree char *abyss = nest (1000000, "[", "]");
  g_autoptr (JsonNode) node = call_json_parse (deep, -1, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  again = call_json_node_to_string (node);
  g_assert_cmpstr (again, ==, deep);
  g_assert_null (call_json_parse (deeper, -1, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (call_json_parse (abyss, -1, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
}

static void
test_limits (void)
{
  g_autoptr (GString) text = g_string_new ("[0");
  g_autoptr (GString) object = g_string_new ("{\"m\":0");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  for (int i = 1; i < 99; i++)
    g_string_append (text, ",[]");
  g_string_append_c (text, ']');
  node = call_json_parse_limited (text->str, text->len, 100, &error);
  g_assert_no_error (error);
  g_assert_null (call_json_parse_limited (text->str, text->len, 99, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
  g_clear_error (&error);

  for (int i = 1; i < CALL_JSON_MAX_MEMBERS; i++)
    g_string_append_printf (object, ",\"m%d\":0", i);
  g_string_append_c (object, '}');
  g_clear_pointer (&node, json_node_unref);
  node = call_json_parse (object->str, -1, &error);
  g_assert_no_error (error);
  g_string_truncate (object, object->len - 1);
  g_string_append (object, ",\"one too many\":0}");
  g_assert_null (call_json_parse (object->str, -1, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
}

static void
test_getters (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = call_json_parse (
      "{\"s\":\"text\",\"n\":null,\"i\":42,\"d\":42.0,\"f\":1.5,\"b\":true,\"o\":{},\"a\":[],"
      "\"id\":\"0b0e2b5e-6d1a-4b53-8d0f-6f8f7f5b3c11\",\"t\":\"2026-03-02T14:00:00.125Z\","
      "\"r\":\"doctor\",\"v\":[\"x\",\"y\"],\"mixed\":[\"x\",1],\"e\":\"\"}",
      -1, &error);
  JsonObject *o = call_json_node_get_object (node, "It", &error);
  const char *s = "untouched";
  gint64 i = -1;
  gboolean b = FALSE;
  int role = -1;
  g_auto (GStrv) v = NULL;
  JsonObject *inner = NULL;
  JsonArray *array = NULL;

  g_assert_no_error (error);
  g_assert_true (call_json_get_string (o, "absent", CALL_JSON_OPTIONAL, &s, &error));
  g_assert_true (call_json_get_string (o, "n", CALL_JSON_OPTIONAL, &s, &error));
  g_assert_cmpstr (s, ==, "untouched");
  g_assert_true (call_json_get_string (o, "s", CALL_JSON_REQUIRED, &s, &error));
  g_assert_cmpstr (s, ==, "text");
  g_assert_true (call_json_get_id (o, "id", CALL_JSON_REQUIRED, &s, &error));
  g_assert_cmpstr (s, ==, "0b0e2b5e-6d1a-4b53-8d0f-6f8f7f5b3c11");
  g_assert_true (call_json_get_int (o, "i", CALL_JSON_REQUIRED, 0, 42, &i, &error));
  g_assert_cmpint (i, ==, 42);
  i = -1;
  g_assert_true (call_json_get_int (o, "d", CALL_JSON_REQUIRED, 42, 50, &i, &error));
  g_assert_cmpint (i, ==, 42);
  g_assert_true (call_json_get_bool (o, "b", CALL_JSON_REQUIRED, &b, &error));
  g_assert_true (b);
  g_assert_true (call_json_get_time (o, "t", CALL_JSON_REQUIRED, &i, &error));
  g_assert_cmpint (i, ==, G_GINT64_CONSTANT (1772460000125));
  g_assert_true (call_json_get_enum (o, "r", CALL_JSON_REQUIRED, CALL_TYPE_ROLE, &role, &error));
  g_assert_cmpint (role, ==, CALL_ROLE_DOCTOR);
  g_assert_true (call_json_get_object (o, "o", CALL_JSON_REQUIRED, &inner, &error));
  g_assert_nonnull (inner);
  g_assert_true (call_json_get_array (o, "a", CALL_JSON_REQUIRED, &array, &error));
  g_assert_nonnull (array);
  g_assert_true (call_json_get_strv (o, "v", CALL_JSON_REQUIRED, 2, &v, &error));
  g_assert_cmpuint (g_strv_length (v), ==, 2);
  g_clear_pointer (&v, g_strfreev);
  g_assert_true (call_json_get_strv (o, "s", CALL_JSON_REQUIRED, 2, &v, &error));
  g_assert_cmpstr (v[0], ==, "text");
  g_assert_no_error (error);

#define REFUSED(call, field)                                   \
  G_STMT_START                                                 \
  {                                                            \
    g_assert_false (call);                                     \
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);    \
    g_assert_cmpstr (call_error_get_field (error), ==, field); \
    g_assert_nonnull (strstr (error->message, field));         \
    g_clear_error (&error);                                    \
  }                                                            \
  G_STMT_END
  REFUSED (call_json_get_string (o, "absent", CALL_JSON_REQUIRED, &s, &error), "absent");
  REFUSED (call_json_get_string (o, "n", CALL_JSON_REQUIRED, &s, &error), "n");
  REFUSED (call_json_get_string (o, "i", CALL_JSON_OPTIONAL, &s, &error), "i");
  REFUSED (call_json_get_text (o, "e", CALL_JSON_REQUIRED, 9, &s, &error), "e");
  REFUSED (call_json_get_text (o, "s", CALL_JSON_OPTIONAL, 3, &s, &error), "s");
  REFUSED (call_json_get_id (o, "s", CALL_JSON_REQUIRED, &s, &error), "s");
  REFUSED (call_json_get_int (o, "i", CALL_JSON_REQUIRED, 0, 41, &i, &error), "i");
  REFUSED (call_json_get_int (o, "i", CALL_JSON_REQUIRED, 43, 99, &i, &error), "i");
  REFUSED (call_json_get_int (o, "f", CALL_JSON_REQUIRED, 0, 99, &i, &error), "f");
  REFUSED (call_json_get_int (o, "s", CALL_JSON_REQUIRED, 0, 99, &i, &error), "s");
  REFUSED (call_json_get_bool (o, "i", CALL_JSON_REQUIRED, &b, &error), "i");
  REFUSED (call_json_get_time (o, "s", CALL_JSON_REQUIRED, &i, &error), "s");
  REFUSED (call_json_get_enum (o, "s", CALL_JSON_REQUIRED, CALL_TYPE_ROLE, &role, &error), "s");
  REFUSED (call_json_get_object (o, "a", CALL_JSON_REQUIRED, &inner, &error), "a");
  REFUSED (call_json_get_array (o, "o", CALL_JSON_REQUIRED, &array, &error), "o");
  REFUSED (call_json_get_strv (o, "v", CALL_JSON_REQUIRED, 1, &v, &error), "v");
  REFUSED (call_json_get_strv (o, "mixed", CALL_JSON_REQUIRED, 9, &v, &error), "mixed");
#undef REFUSED
}

/* The error's extras live through copies, and other domains have none. */
static void
test_error_details (void)
{
  GError *error = NULL;
  g_autoptr (GError) copy = NULL;
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");

  call_error_set_field (&error, "email", "is missing");
  copy = g_error_copy (error);
  g_clear_error (&error);
  g_assert_cmpstr (call_error_get_field (copy), ==, "email");
  g_assert_null (call_error_get_field (foreign));
  call_error_set_details (copy, NULL);
  g_assert_null (call_error_get_details (copy));
}

static void
test_writer (void)
{
  static const char *const words[] = { "a", "b", NULL };
  CallJsonWriter w = { NULL, FALSE };
  g_autofree char *text = NULL;
  g_autofree char *nothing = NULL;

  call_json_begin_object (&w, NULL);
  call_json_add_string (&w, "control", "\x01\x1e\x1f\"\\/\n");
  call_json_add_string (&w, "none", NULL);
  call_json_add_string (&w, "broken", "a\xff");
  call_json_add_int (&w, "int", G_MININT64);
  call_json_add_double (&w, "nan", NAN);
  call_json_add_double (&w, "half", 0.5);
  call_json_add_bool (&w, "yes", TRUE);
  call_json_add_null (&w, "null");
  call_json_add_time (&w, "time", 1);
  call_json_add_time (&w, "notime", 0);
  call_json_add_enum (&w, "role", CALL_TYPE_ROLE, CALL_ROLE_PATIENT);
  call_json_add_enum (&w, "norole", CALL_TYPE_ROLE, -1);
  call_json_add_strv (&w, "words", words);
  call_json_add_strv (&w, "nowords", NULL);
  call_json_add_raw (&w, "raw", "[1]");
  call_json_begin_array (&w, "list");
  call_json_begin_object (&w, NULL);
  call_json_end_object (&w);
  call_json_begin_array (&w, NULL);
  call_json_end_array (&w);
  call_json_add_int (&w, NULL, 1);
  call_json_end_array (&w);
  call_json_end_object (&w);
  text = call_json_writer_finish (&w);
  g_assert_cmpstr (text, ==,
                   "{\"control\":\"\\u0001\\u001e\\u001f\\\"\\\\/\\n\",\"broken\":\"a\uFFFD\","
                   "\"int\":-9223372036854775808,\"nan\":null,\"half\":0.5,\"yes\":true,"
                   "\"null\":null,\"time\":\"1970-01-01T00:00:00.001Z\",\"role\":\"patient\","
                   "\"words\":[\"a\",\"b\"],\"raw\":[1],\"list\":[{},[],1]}");
  nothing = call_json_writer_finish (&w);
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_time (void)
{
  static const struct {
    const char *text;
    gint64 ms;
  } good[] = {
    { "1970-01-01T00:00:00.000Z", 0 },
    { "2026-03-02T14:00:00.000Z", G_GINT64_CONSTANT (1772460000000) },
    { "2026-03-02T11:00:00-03:00", G_GINT64_CONSTANT (1772460000000) },
    { "2026-03-02T14:00:00.1Z", G_GINT64_CONSTANT (1772460000100) },
    { "2026-03-02T14:00:00.123999999Z", G_GINT64_CONSTANT (1772460000123) },
    { "2024-02-29T23:59:59.999Z", G_GINT64_CONSTANT (1709251199999) },
    { "1969-12-31T23:59:59.999Z", -1 },
    { "0001-01-01T00:00:00.000Z", G_GINT64_CONSTANT (-62135596800000) },
    { "9999-12-31T23:59:59.999Z", G_GINT64_CONSTANT (253402300799999) },
  };
  static const char *const bad[] = {
    "",
    "2026",
    "2026-03-02",
    "2026-03-02T14:00:00",
    "2026-03-02T14:00Z",
    "2026-03-02 14:00:00Z",
    "2026-02-30T14:00:00Z",
    "2025-02-29T14:00:00Z",
    "2026-13-01T14:00:00Z",
    "2026-03-02T24:00:00Z",
    "2026-03-02T14:60:00Z",
    "2026-03-02T14:00:60Z",
    "2026-03-02T14:00:00.Z",
    "2026-03-02T14:00:00.0000000001Z",
    "2026-03-02T14:00:00Zx",
    "2026-03-02T14:00:00+24:00",
    "2026-03-02T14:00:00+0300",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "+2026-03-02T14:00:00Z",
  };
  gint64 ms = 77;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_assert_true (call_time_parse (good[i].text, &ms));
    g_assert_cmpint (ms, ==, good[i].ms);
  }
  ms = 77;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (call_time_parse (bad[i], &ms));
    g_assert_cmpint (ms, ==, 77);
  }
  g_assert_false (call_time_parse (NULL, &ms));
}

/* Against GLib's calendar, over all of the range. */
static void
test_time_like_glib (void)
{
  for (int i = 0; i < 20000; i++) {
    gint64 ms = g_test_rand_int_range (-62135000, 253402300) * G_GINT64_CONSTANT (1000000) +
                g_test_rand_int_range (0, 1000000);
    g_autofree char *text = call_time_format (ms);
    g_autoptr (GDateTime) time = call_time_to_date_time (ms);
    g_autofree char *expected = NULL;
    gint64 back;

    g_assert_nonnull (time);
    expected = g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%06.3fZ", g_date_time_get_year (time),
                                g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                                g_date_time_get_hour (time), g_date_time_get_minute (time),
                                g_date_time_get_seconds (time));
    g_assert_cmpstr (text, ==, expected);
    g_assert_true (call_time_parse (text, &back));
    g_assert_cmpint (back, ==, ms);
    g_assert_cmpint (call_time_from_date_time (time), ==, ms);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/json/values", test_values);
  g_test_add_func ("/wire/json/garbage", test_garbage);
  g_test_add_func ("/wire/json/depth", test_depth);
  g_test_add_func ("/wire/json/limits", test_limits);
  g_test_add_func ("/wire/json/getters", test_getters);
  g_test_add_func ("/wire/json/error-details", test_error_details);
  g_test_add_func ("/wire/json/writer", test_writer);
  g_test_add_func ("/wire/time/vectors", test_time);
  g_test_add_func ("/wire/time/like-glib", test_time_like_glib);
  return g_test_run ();
}

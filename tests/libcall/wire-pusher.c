/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-error.h"
#include "call-pusher-api.h"

#include <string.h>

#define KEY "278d425bdf160c739803"
#define SECRET "7ad3773142a6692b25b8"

/* --- signatures: the vectors of the protocol's own page -----------------------------------------
 */

static void
test_signatures (void)
{
  static const char member[] = "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}";
  static const char presence[] = KEY
      ":31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80";
  g_autofree char *private_text = call_pusher_text_of_channel ("1234.1234", "private-foobar", NULL);
  g_autofree char *presence_text = call_pusher_text_of_channel ("1234.1234", "presence-foobar",
                                                                member);
  g_autofree char *user_text = call_pusher_text_of_user ("1234.1234", "{\"id\":\"12345\"}");

  g_assert_true (
      call_pusher_verify (KEY, SECRET, private_text,
                          KEY ":58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"));
  g_assert_true (call_pusher_verify (KEY, SECRET, presence_text, presence));
  g_assert_true (
      call_pusher_verify (KEY, SECRET, user_text,
                          KEY ":4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"));
  g_assert_false (call_pusher_verify (KEY, SECRET, private_text, presence));
  g_assert_false (call_pusher_verify (KEY, SECRET, private_text, NULL));
  g_assert_false (call_pusher_verify (KEY, SECRET, private_text, ""));
  g_assert_false (call_pusher_verify ("other", SECRET, presence_text, presence));
}

#define STAMP 1353088179

static GHashTable *
make_query (const char *signature)
{
  g_autofree char *text = g_strdup_printf (
      "auth_key=" KEY "&auth_timestamp=%d&auth_version=1.0"
      "&body_md5=ec365a775a4cd0599faeb73354201b6f&auth_signature=%s",
      STAMP, signature);

  return call_pusher_query_parse (text);
}

static void
test_request (void)
{
  static const char body[] =
      "{\"name\":\"foo\",\"channels\":[\"project-3\"],\"data\":\"{\\\"some\\\":\\\"data\\\"}\"}";
  static const char signature[] =
      "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
  g_autoptr (GHashTable) query = make_query (signature);
  g_autoptr (GHashTable) forged = make_query ("da45");
  g_autoptr (GHashTable) empty = call_pusher_query_parse (NULL);
  g_autoptr (GError) error = NULL;
  const gsize length = strlen (body);

#define VERIFY(key, path, table, text, now) \
  call_pusher_request_verify (key, SECRET, "POST", path, table, text, strlen (text), now, NULL)
  call_pusher_request_verify (KEY, SECRET, "POST", "/apps/3/events", query, body, length, STAMP,
                              &error);
  g_assert_no_error (error);
  g_assert_true (VERIFY (KEY, "/apps/3/events", query, body, STAMP + 600));
  g_assert_true (VERIFY (KEY, "/apps/3/events", query, body, STAMP - 600));
  g_assert_false (VERIFY (KEY, "/apps/3/events", query, body, STAMP + 601));
  g_assert_false (VERIFY (KEY, "/apps/3/events", query, body, STAMP - 601));
  g_assert_false (VERIFY (KEY, "/apps/4/events", query, body, STAMP));
  g_assert_false (VERIFY (KEY, "/apps/3/events", query, "{}", STAMP));
  g_assert_false (VERIFY ("other", "/apps/3/events", query, body, STAMP));
  g_assert_false (VERIFY (KEY, "/apps/3/events", forged, body, STAMP));
  g_assert_false (VERIFY (KEY, "/apps/3/events", empty, body, STAMP));
#undef VERIFY
  call_pusher_request_verify (KEY, SECRET, "GET", "/", empty, NULL, 0, STAMP, &error);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
}

/* --- channels ------------------------------------------------------------------------------------
 */

static void
test_channels (void)
{
  enum {
    PRIVATE = CALL_PUSHER_CHANNEL_PRIVATE,
    PRESENCE = PRIVATE | CALL_PUSHER_CHANNEL_PRESENCE,
    ENCRYPTED = PRIVATE | CALL_PUSHER_CHANNEL_ENCRYPTED,
    CACHE = CALL_PUSHER_CHANNEL_CACHE,
  };
  static const struct {
    const char *name;
    int flags;
  } cases[] = {
    { "news", 0 },
    { "privateer", 0 },
    { "private-a", PRIVATE },
    { "presence-a", PRESENCE },
    { "private-encrypted-a", ENCRYPTED },
    { "cache-a", CACHE },
    { "private-cache-a", PRIVATE | CACHE },
    { "presence-cache-a", PRESENCE | CACHE },
    { "private-encrypted-cache-a", ENCRYPTED | CACHE },
    { "#server-to-user-7", CALL_PUSHER_CHANNEL_USER },
  };
  static const char *const bad[] = { "", "#", "a b", "a/b", "a#b", "ü", "a:b", "a\nb" };
  g_autofree char *longest = g_strnfill (CALL_PUSHER_CHANNEL_MAX, 'x');
  g_autofree char *too_long = g_strnfill (CALL_PUSHER_CHANNEL_MAX + 1, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_cmpint (call_pusher_channel_get_flags (cases[i].name), ==, cases[i].flags);
    g_assert_true (call_pusher_channel_is_valid (cases[i].name));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (call_pusher_channel_is_valid (bad[i]));
  g_assert_true (call_pusher_channel_is_valid ("A-z0_9=@,.;"));
  g_assert_true (call_pusher_channel_is_valid (longest));
  g_assert_false (call_pusher_channel_is_valid (too_long));
  g_assert_true (call_pusher_socket_id_is_valid ("1.2"));
  g_assert_false (call_pusher_socket_id_is_valid ("1."));
  g_assert_false (call_pusher_socket_id_is_valid (".2"));
  g_assert_false (call_pusher_socket_id_is_valid ("1.2.3"));
  g_assert_false (call_pusher_socket_id_is_valid ("1.2 "));
}

/* --- messages ------------------------------------------------------------------------------------
 */

static void
test_messages (void)
{
  static const char *const same[] = {
    "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"c\",\"auth\":\"k:s\","
    "\"channel_data\":\"{}\"}}",
    "{\"event\":\"pusher:subscribe\",\"data\":\"{\\\"channel\\\":\\\"c\\\",\\\"auth\\\":\\\"k:"
    "s\\\","
    "\\\"channel_data\\\":\\\"{}\\\"}\"}",
  };
  static const char *const bad[] = {
    "",
    "x",
    "[]",
    "{}",
    "{\"event\":7}",
    "{\"event\":\"pusher:subscribe\"}",
    "{\"event\":\"pusher:subscribe\",\"data\":\"x\"}",
    "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":7}}",
    "{\"event\":\"pusher:signin\",\"data\":{\"auth\":\"a\"}}",
    "{\"event\":\"client-x\",\"data\":{\"channel\":\"c\"}}",
    "{\"event\":\"client-x\",\"channel\":[]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++) {
    g_auto (CallPusherMessage) message = { 0 };

    g_assert_true (call_pusher_message_parse (&message, same[i], strlen (same[i]), NULL));
    g_assert_cmpint (message.kind, ==, CALL_PUSHER_SUBSCRIBE);
    g_assert_cmpstr (message.channel, ==, "c");
    g_assert_cmpstr (message.auth, ==, "k:s");
    g_assert_cmpstr (message.text, ==, "{}");
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_auto (CallPusherMessage) message = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (call_pusher_message_parse (&message, bad[i], strlen (bad[i]), &error));
    g_assert_nonnull (error);
    g_assert_null (message.event);
  }
}

static void
test_client_event (void)
{
  static const char text[] = "{\"event\":\"client-x\",\"channel\":\"private-c\","
                             "\"data\":{\"a\":[1,null,\"\\u2028\"]},\"user_id\":\"forged\"}";
  g_auto (CallPusherMessage) message = { 0 };
  g_autofree char *passed = NULL;

  g_assert_true (call_pusher_message_parse (&message, text, strlen (text), NULL));
  g_assert_cmpint (message.kind, ==, CALL_PUSHER_CLIENT_EVENT);
  passed = call_pusher_encode_raw (message.event, message.channel, message.data, "u");
  g_assert_cmpstr (passed, ==,
                   "{\"event\":\"client-x\",\"channel\":\"private-c\","
                   "\"data\":{\"a\":[1,null,\"\xe2\x80\xa8\"]},\"user_id\":\"u\"}");
}

static void
test_members (void)
{
  static const char *const bad[] = {
    "", "{}", "[]", "{\"user_id\":\"\"}", "{\"user_id\":{}}", "{\"user_id\":1.5}"
  };
  g_autofree char *id = NULL;
  g_autofree char *info = NULL;
  g_autofree char *user = NULL;

  g_assert_true (call_pusher_member_parse ("{\"user_id\":10,\"user_info\":[1]}", &id, &info, NULL));
  g_assert_cmpstr (id, ==, "10");
  g_assert_cmpstr (info, ==, "[1]");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    char *nobody, *nothing;

    g_assert_false (call_pusher_member_parse (bad[i], &nobody, &nothing, &error));
    g_assert_nonnull (error);
    g_assert_null (nobody);
  }
  g_assert_true (call_pusher_user_parse ("{\"id\":\"7\"}", &user, NULL));
  g_assert_cmpstr (user, ==, "7");
  g_clear_pointer (&user, g_free);
  g_assert_false (call_pusher_user_parse ("{\"id\":7}", &user, NULL));
  g_assert_null (user);
}

static void
test_encoding (void)
{
  g_autofree char *hello = call_pusher_encode_established ("1.2", 30);
  g_autofree char *error = call_pusher_encode_error (CALL_PUSHER_NO_APP, "No");
  g_autofree char *refusal = call_pusher_encode_refusal ("c", "AuthError", "No", 401);
  g_autofree char *added = call_pusher_encode_member (TRUE, "c", "u\"", "null");
  g_autofree char *removed = call_pusher_encode_member (FALSE, "c", "u", NULL);

  g_assert_cmpstr (hello, ==,
                   "{\"event\":\"pusher:connection_established\","
                   "\"data\":\"{\\\"socket_id\\\":\\\"1.2\\\",\\\"activity_timeout\\\":30}\"}");
  g_assert_cmpstr (error, ==,
                   "{\"event\":\"pusher:error\",\"data\":{\"code\":4001,\"message\":\"No\"}}");
  g_assert_cmpstr (refusal, ==,
                   "{\"event\":\"pusher:subscription_error\",\"channel\":\"c\","
                   "\"data\":{\"type\":\"AuthError\",\"error\":\"No\",\"status\":401}}");
  g_assert_cmpstr (added, ==,
                   "{\"event\":\"pusher_internal:member_added\",\"channel\":\"c\","
                   "\"data\":\"{\\\"user_id\\\":\\\"u\\\\\\\"\\\",\\\"user_info\\\":null}\"}");
  g_assert_cmpstr (removed, ==,
                   "{\"event\":\"pusher_internal:member_removed\",\"channel\":\"c\","
                   "\"data\":\"{\\\"user_id\\\":\\\"u\\\"}\"}");
}

/* --- bodies --------------------------------------------------------------------------------------
 */

static void
test_triggers (void)
{
  static const char *const bad[] = {
    "",
    "{}",
    "{\"name\":\"n\",\"data\":\"d\"}",
    "{\"name\":\"n\",\"channels\":[],\"data\":\"d\"}",
    "{\"name\":\"n\",\"channels\":[\"a b\"],\"data\":\"d\"}",
    "{\"name\":\"n\",\"channels\":[7],\"data\":\"d\"}",
    "{\"name\":\"\",\"channel\":\"c\",\"data\":\"d\"}",
    "{\"name\":\"n\",\"channel\":\"c\",\"data\":{}}",
    "{\"name\":\"n\",\"channel\":\"c\",\"data\":\"d\",\"socket_id\":\"x\"}",
  };
  static const char good[] = "{\"name\":\"n\",\"channels\":[\"a\",\"b\"],\"data\":\"d\","
                             "\"socket_id\":\"1.2\",\"info\":\"user_count,subscription_count\"}";
  g_autoptr (CallPusherTrigger) trigger = call_pusher_trigger_parse (good, strlen (good), NULL);
  g_autoptr (GString) many = g_string_new ("{\"batch\":[");
  g_autoptr (GPtrArray) batch = NULL;

  g_assert_nonnull (trigger);
  g_assert_cmpuint (g_strv_length (trigger->channels), ==, 2);
  g_assert_cmpstr (trigger->socket_id, ==, "1.2");
  g_assert_cmpint (trigger->info, ==,
                   CALL_PUSHER_INFO_USER_COUNT | CALL_PUSHER_INFO_SUBSCRIPTION_COUNT);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (call_pusher_trigger_parse (bad[i], strlen (bad[i]), &error));
    g_assert_nonnull (error);
  }
  for (guint i = 0; i < CALL_PUSHER_BATCH_MAX; i++)
    g_string_append (many, "{\"name\":\"n\",\"channel\":\"c\",\"data\":\"d\"},");
  many->str[many->len - 1] = ']';
  g_string_append_c (many, '}');
  batch = call_pusher_batch_parse (many->str, many->len, NULL);
  g_assert_cmpuint (batch->len, ==, CALL_PUSHER_BATCH_MAX);
  g_string_insert (many, 10, "{\"name\":\"n\",\"channel\":\"c\",\"data\":\"d\"},");
  g_assert_null (call_pusher_batch_parse (many->str, many->len, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pusher/signatures", test_signatures);
  g_test_add_func ("/pusher/request", test_request);
  g_test_add_func ("/pusher/channels", test_channels);
  g_test_add_func ("/pusher/messages", test_messages);
  g_test_add_func ("/pusher/client-event", test_client_event);
  g_test_add_func ("/pusher/members", test_members);
  g_test_add_func ("/pusher/encoding", test_encoding);
  g_test_add_func ("/pusher/triggers", test_triggers);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-caller.h"

#include <string.h>
#include <unistd.h>

/*
 * Uploads and downloads against the real calld: tus 1.0.0, ranges, rights, and a server that is
 * killed in the middle.
 */

#define SIZE (700 * 1000)
#define HALF (300 * 1000)

typedef struct {
  CalldFixture *calld;
  Caller *clinician;
  Caller *patient;
  Caller *nobody;
  char *scanner;
  GBytes *bytes;
} House;

typedef struct {
  guint status;
  SoupMessage *message;
  GBytes *body;
} Answer;

static void
answer_free (Answer *answer)
{
  g_object_unref (answer->message);
  g_bytes_unref (answer->body);
  g_free (answer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

static const char *
header (Answer *answer, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (answer->message), name);
}

/* Like clamdscan: 1 for what it knows, 0 for the rest, 2 when it is in trouble. */
static const char scanner_script[] = "#!/bin/sh\n"
                                     "grep -q VIRUS \"$1\" && exit 1\n"
                                     "grep -q TROUBLE \"$1\" && exit 2\n"
                                     "exit 0\n";

static void
house_set_up (House *self, gconstpointer data)
{
  g_autofree char *directory = g_dir_make_tmp ("calld-scan-XXXXXX", NULL);
  g_autofree char *flag = NULL;
  const char *flags[] = { NULL, "--file-max-bytes=1000000", NULL };
  guint8 *noise = g_malloc (SIZE);

  self->scanner = g_build_filename (directory, "scan", NULL);
  g_assert_true (g_file_set_contents_full (self->scanner, scanner_script, -1,
                                           G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  flag = g_strconcat ("--antivirus-command=", self->scanner, NULL);
  flags[0] = flag;
  self->calld = calld_fixture_new (flags);
  self->nobody = caller_new (self->calld);
  self->clinician = caller_new (self->calld);
  caller_sign_in_clinician (self->clinician);
  self->patient = caller_new (self->calld);
  caller_sign_in_patient (self->patient);
  for (guint i = 0; i < SIZE; i++)
    noise[i] = (guint8) (i * 2654435761u >> 24);
  self->bytes = g_bytes_new_take (noise, SIZE);
}

static void
house_tear_down (House *self, gconstpointer data)
{
  g_autofree char *directory = g_path_get_dirname (self->scanner);

  caller_free (self->clinician);
  caller_free (self->patient);
  caller_free (self->nobody);
  calld_fixture_free (self->calld);
  unlink (self->scanner);
  rmdir (directory);
  g_free (self->scanner);
  g_bytes_unref (self->bytes);
}

/* Headers come in pairs, up to a NULL. */
static Answer *
ask (Caller *who, const char *method, const char *path, GBytes *body, ...)
{
  g_autofree char *uri = g_strconcat (who->calld->address, path, NULL);
  Answer *answer = g_new0 (Answer, 1);
  SoupMessageHeaders *headers;
  g_autoptr (GError) error = NULL;
  const char *name;
  va_list args;

  answer->message = soup_message_new (method, uri);
  headers = soup_message_get_request_headers (answer->message);
  if (who->token != NULL) {
    g_autofree char *bearer = g_strconcat ("Bearer ", who->token, NULL);

    soup_message_headers_append (headers, "Authorization", bearer);
  }
  va_start (args, body);
  while ((name = va_arg (args, const char *)) != NULL)
    soup_message_headers_replace (headers, name, va_arg (args, const char *));
  va_end (args);
  if (body != NULL)
    soup_message_set_request_body_from_bytes (answer->message, "application/offset+octet-stream",
                                              body);
  answer->body = soup_session_send_and_read (who->session, answer->message, NULL, &error);
  g_assert_no_error (error);
  answer->status = soup_message_get_status (answer->message);
  return answer;
}

#define TUS "Tus-Resumable", "1.0.0"

/* Announces a file and returns its address. */
static char *
announce (House *self, Caller *who, const char *name, gsize size)
{
  g_autofree char *name64 = g_base64_encode ((const guchar *) name, strlen (name));
  g_autofree char *group64 = g_base64_encode ((const guchar *) self->clinician->conversation_id,
                                              strlen (self->clinician->conversation_id));
  g_autofree char *metadata = g_strdup_printf ("filename %s,groupId %s", name64, group64);
  g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, size);
  g_autoptr (Answer) answer = ask (who, "POST", "/api/uploads", NULL, TUS, "Upload-Length", length,
                                   "Upload-Metadata", metadata, NULL);

  g_assert_cmpuint (answer->status, ==, 201);
  g_assert_cmpstr (header (answer, "Upload-Offset"), ==, "0");
  g_assert_nonnull (header (answer, "Upload-Expires"));
  return g_strdup (header (answer, "Location"));
}

static Answer *
patch (Caller *who, const char *path, GBytes *bytes, gsize from, gsize to)
{
  g_autofree char *offset = g_strdup_printf ("%" G_GSIZE_FORMAT, from);
  g_autoptr (GBytes) piece = g_bytes_new_from_bytes (bytes, from, to - from);

  return ask (who, "PATCH", path, piece, TUS, "Upload-Offset", offset, NULL);
}

static void
append (Caller *who, const char *path, GBytes *bytes, gsize from, gsize to, guint status)
{
  g_autoptr (Answer) answer = patch (who, path, bytes, from, to);

  g_assert_cmpuint (answer->status, ==, status);
}

static void
assert_offset (Caller *who, const char *path, const char *offset)
{
  g_autoptr (Answer) answer = ask (who, "HEAD", path, NULL, TUS, NULL);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (header (answer, "Upload-Offset"), ==, offset);
}

/* The address of the file behind that of its upload. */
static char *
file_of (const char *upload)
{
  return g_strconcat ("/api/files/", strrchr (upload, '/') + 1, NULL);
}

static char *
upload_text (House *self, const char *name, const char *text, guint status)
{
  g_autofree char *path = announce (self, self->clinician, name, strlen (text));
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  append (self->clinician, path, bytes, 0, strlen (text), status);
  return file_of (path);
}

/* --- uploads ---------------------------------------------------------------------------------- */

static void
test_resumed (House *self, gconstpointer data)
{
  g_autofree char *path = announce (self, self->clinician, "noise.bin", SIZE);
  g_autofree char *file = file_of (path);
  g_autoptr (Answer) fetched = NULL;
  g_autoptr (JsonObject) message = NULL;

  append (self->clinician, path, self->bytes, 0, HALF, 204);
  assert_offset (self->clinician, path, "300000");
  append (self->clinician, path, self->bytes, 5, HALF, 409);
  append (self->clinician, path, self->bytes, HALF + 1, SIZE, 409);
  assert_offset (self->clinician, path, "300000");
  /* What was acknowledged is there after a kill. */
  calld_fixture_kill (self->calld);
  calld_fixture_start (self->calld);
  caller_connect (self->patient);
  assert_offset (self->clinician, path, "300000");
  append (self->clinician, path, self->bytes, HALF, SIZE, 204);
  assert_offset (self->clinician, path, "700000");
  append (self->clinician, path, self->bytes, HALF, SIZE, 409);

  message = caller_wait (self->patient, "new_message");
  g_assert_cmpstr (json_object_get_string_member (message, "type"), ==, "file");
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (message, "file"), "url"), ==,
      file);
  fetched = ask (self->patient, "GET", file, NULL, NULL);
  g_assert_cmpuint (fetched->status, ==, 200);
  g_assert_true (g_bytes_equal (fetched->body, self->bytes));
}

static void
refuse (House *self, guint status, Answer *answer)
{
  g_autoptr (Answer) owned = answer;

  g_assert_cmpuint (owned->status, ==, status);
}

static void
test_refused (House *self, gconstpointer data)
{
  g_autofree char *path = announce (self, self->clinician, "noise.bin", SIZE);
  Caller *who = self->clinician;
  g_autofree char *metadata = g_strdup_printf ("groupId %s", "MTc=");

  refuse (self, 412, ask (who, "HEAD", path, NULL, NULL));
  refuse (self, 412, ask (who, "POST", "/api/uploads", NULL, "Tus-Resumable", "0.2.2", NULL));
  refuse (self, 415, ask (who, "PATCH", path, NULL, TUS, "Upload-Offset", "0", NULL));
  refuse (self, 400, ask (who, "PATCH", path, self->bytes, TUS, NULL));
  refuse (self, 400, ask (who, "POST", "/api/uploads", NULL, TUS, "Upload-Length", "5", NULL));
  refuse (self, 400,
          ask (who, "POST", "/api/uploads", NULL, TUS, "Upload-Length", "5", "Upload-Metadata",
               metadata, NULL));
  refuse (self, 401, ask (self->nobody, "HEAD", path, NULL, TUS, NULL));
  /* Only who announced it. */
  refuse (self, 404, ask (self->patient, "HEAD", path, NULL, TUS, NULL));
  append (self->patient, path, self->bytes, 0, SIZE, 404);
  refuse (self, 404, ask (self->patient, "DELETE", path, NULL, TUS, NULL));
  refuse (self, 204, ask (who, "DELETE", path, NULL, TUS, NULL));
  refuse (self, 404, ask (who, "HEAD", path, NULL, TUS, NULL));
}

static void
test_too_large (House *self, gconstpointer data)
{
  g_autofree char *path = announce (self, self->clinician, "short.bin", 10);
  g_autofree char *group64 = g_base64_encode ((const guchar *) self->clinician->conversation_id,
                                              strlen (self->clinician->conversation_id));
  g_autofree char *metadata = g_strdup_printf ("groupId %s", group64);

  append (self->clinician, path, self->bytes, 0, SIZE, 413);
  assert_offset (self->clinician, path, "0");
  refuse (self, 413,
          ask (self->clinician, "POST", "/api/uploads", NULL, TUS, "Upload-Length", "1000001",
               "Upload-Metadata", metadata, NULL));
}

static void
test_checksum (House *self, gconstpointer data)
{
  g_autofree char *path = announce (self, self->clinician, "a.txt", 5);
  g_autoptr (GBytes) hello = g_bytes_new_static ("hello", 5);
  const char *right = "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=";
  const char *wrong = "sha1 AAAAHdzF6KLavt4PO0gs2a6pQ00=";

  refuse (self, 460,
          ask (self->clinician, "PATCH", path, hello, TUS, "Upload-Offset", "0", "Upload-Checksum",
               wrong, NULL));
  assert_offset (self->clinician, path, "0");
  refuse (self, 400,
          ask (self->clinician, "PATCH", path, hello, TUS, "Upload-Offset", "0", "Upload-Checksum",
               "crc32 AAAA", NULL));
  refuse (self, 204,
          ask (self->clinician, "PATCH", path, hello, TUS, "Upload-Offset", "0", "Upload-Checksum",
               right, NULL));
}

/* --- downloads -------------------------------------------------------------------------------- */

static void
test_ranges (House *self, gconstpointer data)
{
  g_autofree char *path = upload_text (self, "relatório.html", "<html><p>0123456789</html>", 204);
  g_autoptr (Answer) whole = ask (self->patient, "GET", path, NULL, NULL);
  g_autoptr (Answer) part = ask (self->patient, "GET", path, NULL, "Range", "bytes=9-12", NULL);
  g_autoptr (Answer) none = ask (self->patient, "GET", path, NULL, "Range", "bytes=99-", NULL);
  g_autoptr (Answer) other = ask (self->patient, "GET", path, NULL, "Range", "bytes=9-12",
                                  "If-Range", "\"other\"", NULL);
  g_autoptr (Answer) same = ask (self->patient, "GET", path, NULL, "Range", "bytes=9-12",
                                 "If-Range", header (whole, "ETag"), NULL);
  g_autoptr (Answer) known = ask (self->patient, "GET", path, NULL, "If-None-Match",
                                  header (whole, "ETag"), NULL);
  g_autoptr (Answer) head = ask (self->patient, "HEAD", path, NULL, NULL);

  g_assert_cmpuint (whole->status, ==, 200);
  g_assert_cmpstr (header (whole, "Content-Type"), ==, "text/plain; charset=utf-8");
  g_assert_true (g_str_has_prefix (header (whole, "Content-Disposition"), "attachment;"));
  g_assert_nonnull (strstr (header (whole, "Content-Disposition"), "relat%C3%B3rio.html"));
  g_assert_cmpstr (header (whole, "X-Content-Type-Options"), ==, "nosniff");
  g_assert_nonnull (strstr (header (whole, "Content-Security-Policy"), "sandbox"));
  g_assert_cmpuint (part->status, ==, 206);
  g_assert_cmpstr (header (part, "Content-Range"), ==, "bytes 9-12/26");
  g_assert_cmpmem (g_bytes_get_data (part->body, NULL), g_bytes_get_size (part->body), "0123", 4);
  g_assert_cmpuint (none->status, ==, 416);
  g_assert_cmpstr (header (none, "Content-Range"), ==, "bytes */26");
  g_assert_cmpuint (other->status, ==, 200);
  g_assert_cmpuint (same->status, ==, 206);
  g_assert_cmpuint (known->status, ==, 304);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (header (head, "Content-Length"), ==, "26");
}

static void
test_links (House *self, gconstpointer data)
{
  g_autofree char *path = upload_text (self, "a.txt", "hello", 204);
  g_autofree char *other = upload_text (self, "b.txt", "other", 204);
  g_autofree char *ask_link = g_strconcat (path, "/link", NULL);
  g_autoptr (JsonObject) link = caller_get (self->patient, 200, ask_link);
  const char *url = json_object_get_string_member (link, "url");
  g_autofree char *elsewhere = g_strconcat (other, strchr (url, '?'), NULL);
  g_autofree char *forged = g_strconcat (url, "x", NULL);

  refuse (self, 200, ask (self->nobody, "GET", url, NULL, NULL));
  refuse (self, 401, ask (self->nobody, "GET", elsewhere, NULL, NULL));
  refuse (self, 401, ask (self->nobody, "GET", forged, NULL, NULL));
  refuse (self, 401, ask (self->nobody, "GET", path, NULL, NULL));
}

/* --- what is in it ---------------------------------------------------------------------------- */

static JsonObject *
upload_event (House *self, const char *name, const char *text, const char *temp_id)
{
  g_autofree char *text64 = g_base64_encode ((const guchar *) text, strlen (text));

  return caller_emit (
      self->clinician, "upload_file",
      "{\"groupId\":\"%s\",\"fileName\":\"%s\",\"file\":\"%s\",\"fileSize\":%u%s%s%s}",
      self->clinician->conversation_id, name, text64, (guint) strlen (text),
      temp_id != NULL ? ",\"tempId\":\"" : "", temp_id != NULL ? temp_id : "",
      temp_id != NULL ? "\"" : "");
}

static char *
message_of (JsonObject *ack)
{
  return g_strdup (
      json_object_get_string_member (json_object_get_object_member (ack, "message"), "id"));
}

static void
test_event (House *self, gconstpointer data)
{
  g_autoptr (JsonObject) first = NULL, again = NULL, named = NULL, renamed = NULL, bad = NULL;
  g_autofree char *first_id = NULL, *again_id = NULL, *named_id = NULL, *renamed_id = NULL;
  JsonObject *file;

  caller_connect (self->clinician);
  first = upload_event (self, "../x.png", "\x89PNG\r\n\x1a\n....", NULL);
  again = upload_event (self, "../x.png", "\x89PNG\r\n\x1a\n....", NULL);
  named = upload_event (self, "a.txt", "hello", "t1");
  renamed = upload_event (self, "a.txt", "hello", "t1");
  first_id = message_of (first);
  again_id = message_of (again);
  named_id = message_of (named);
  renamed_id = message_of (renamed);
  file = json_object_get_object_member (json_object_get_object_member (first, "message"), "file");
  g_assert_cmpstr (json_object_get_string_member (file, "name"), ==, "x.png");
  g_assert_cmpstr (json_object_get_string_member (file, "mediaType"), ==, "image/png");
  g_assert_cmpstr (first_id, ==, again_id);
  g_assert_cmpstr (named_id, ==, renamed_id);
  g_assert_cmpstr (first_id, !=, named_id);
  bad = caller_emit (self->clinician, "upload_file",
                     "{\"groupId\":\"%s\",\"fileName\":\"a\",\"file\":\"aGVsbG8=\",\"fileSize\":6}",
                     self->clinician->conversation_id);
  g_assert_true (json_object_has_member (bad, "error"));
}

static void
test_scanner (House *self, gconstpointer data)
{
  g_autofree char *bad = upload_text (self, "a.txt", "a VIRUS", 204);
  g_autofree char *trouble = upload_text (self, "b.txt", "some TROUBLE", 503);
  g_autofree char *program = upload_text (self, "c.txt",
                                          "\x7f"
                                          "ELF\x02\x01\x01",
                                          400);
  g_autofree char *messages = g_strdup_printf ("/api/appointments/%s/messages",
                                               self->clinician->appointment_id);
  g_autoptr (JsonObject) answer = NULL;
  JsonArray *list;
  JsonObject *file;

  refuse (self, 404, ask (self->clinician, "GET", bad, NULL, NULL));
  refuse (self, 404, ask (self->clinician, "GET", trouble, NULL, NULL));
  refuse (self, 404, ask (self->clinician, "GET", program, NULL, NULL));
  answer = caller_get (self->patient, 200, messages);
  list = json_object_get_array_member (answer, "messages");
  g_assert_cmpuint (json_array_get_length (list), ==, 1);
  file = json_object_get_object_member (json_array_get_object_element (list, 0), "file");
  g_assert_cmpstr (json_object_get_string_member (file, "status"), ==, "infected");
  g_assert_false (json_object_has_member (file, "url"));
}

/* A file goes with its message, at once for readers and from the disk after a restart. */
static void
test_recalled (House *self, gconstpointer data)
{
  g_autoptr (JsonObject) ack = NULL, recalled = NULL;
  g_autofree char *id = NULL, *path = NULL, *blob = NULL;
  const char *file_id;

  caller_connect (self->clinician);
  ack = upload_event (self, "a.txt", "hello", NULL);
  id = message_of (ack);
  file_id = json_object_get_string_member (
      json_object_get_object_member (json_object_get_object_member (ack, "message"), "file"), "id");
  path = g_strconcat ("/api/files/", file_id, NULL);
  blob = g_build_filename (self->calld->directory, "files", "kept", file_id + strlen (file_id) - 2,
                           file_id, NULL);
  g_assert_true (g_file_test (blob, G_FILE_TEST_EXISTS));
  refuse (self, 200, ask (self->patient, "GET", path, NULL, NULL));
  recalled = caller_emit (self->clinician, "recall_message", "{\"messageId\":\"%s\"}", id);
  g_assert_false (json_object_has_member (recalled, "error"));
  refuse (self, 404, ask (self->patient, "GET", path, NULL, NULL));
  calld_fixture_restart (self->calld);
  while (g_file_test (blob, G_FILE_TEST_EXISTS))
    g_usleep (20000);
}

/* --- words ------------------------------------------------------------------------------------ */

static guint
count_found (House *self, Caller *who, const char *words)
{
  g_autofree char *escaped = g_uri_escape_string (words, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/chat/search?q=%s&groupId=%s", escaped,
                                           self->clinician->conversation_id);
  g_autoptr (JsonObject) answer = caller_get (who, 200, path);

  return json_array_get_length (json_object_get_array_member (answer, "messages"));
}

static void
test_search (House *self, gconstpointer data)
{
  static const char *const hostile[] = { "\"", "a\" OR \"b", "content : x", "NEAR(a b)",      "*",
                                         "^zz", "(",          "NOT maçã",    "{conversation}", "-" };
  g_autoptr (JsonObject) said = NULL, other = NULL, recalled = NULL;
  g_autofree char *id = NULL;

  caller_connect (self->clinician);
  said = caller_emit (self->clinician, "send_message",
                      "{\"groupId\":\"%s\",\"content\":\"Receita: tomar a MEDICAÇÃO após o café\"}",
                      self->clinician->conversation_id);
  id = message_of (said);
  other = caller_emit (self->clinician, "send_message",
                       "{\"groupId\":\"%s\",\"content\":\"Bom dia\"}",
                       self->clinician->conversation_id);
  while (count_found (self, self->patient, "medicacao") == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_found (self, self->patient, "medicacao apos"), ==, 1);
  g_assert_cmpuint (count_found (self, self->patient, "Médic"), ==, 1);
  g_assert_cmpuint (count_found (self, self->patient, "medicacao dia"), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    g_assert_cmpuint (count_found (self, self->patient, hostile[i]), ==, 0);
  recalled = caller_emit (self->clinician, "recall_message", "{\"messageId\":\"%s\"}", id);
  g_assert_false (json_object_has_member (recalled, "error"));
  g_assert_cmpuint (count_found (self, self->patient, "medicacao"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (200);
#define ADD(path, func) \
  g_test_add ("/http/files/" path, House, NULL, house_set_up, func, house_tear_down)
  ADD ("resumed", test_resumed);
  ADD ("refused", test_refused);
  ADD ("too-large", test_too_large);
  ADD ("checksum", test_checksum);
  ADD ("ranges", test_ranges);
  ADD ("links", test_links);
  ADD ("event", test_event);
  ADD ("scanner", test_scanner);
  ADD ("recalled", test_recalled);
  ADD ("search", test_search);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-log.h"
#include "calld-resources.h"

#include "call-body.h"
#include "call-byte-range.h"
#include "call-error.h"
#include "call-file-rules.h"

#include <string.h>

/*
 * Files are fetched piece by piece from the disk, by those who may read their conversation.
 * Whatever is in them, a browser gives it no rights here: it may show some types, saves the others,
 * and runs none.
 */

#define SANDBOX "default-src 'none'; style-src 'unsafe-inline'; sandbox"

typedef struct {
  CalldBlobs *blobs;
  char *id;
  gint64 next;
  gint64 end;              /* behind the last byte */
  CalldExchange *exchange; /* NULL once it is gone */
  gboolean reading;
} Fetch;

static void
fetch_free (Fetch *fetch)
{
  calld_blobs_unref (fetch->blobs);
  g_free (fetch->id);
  g_free (fetch);
}

static void
on_piece (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fetch *fetch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = calld_blobs_read_finish (result, &error);

  fetch->reading = FALSE;
  if (fetch->exchange == NULL) {
    fetch_free (fetch);
    return;
  }
  if (bytes == NULL || g_bytes_get_size (bytes) == 0) {
    calld_log_warning ("file_cut_off", .detail = error != NULL ? error->message : "too short");
    calld_exchange_cut (fetch->exchange);
    return;
  }
  fetch->next += (gint64) g_bytes_get_size (bytes);
  calld_exchange_write (fetch->exchange, bytes);
}

static void
on_more (CalldExchange *exchange, gpointer user_data)
{
  Fetch *fetch = user_data;

  if (fetch->next >= fetch->end)
    return;
  fetch->reading = TRUE;
  calld_blobs_read_async (fetch->blobs, CALLD_BLOBS_KEPT, fetch->id, fetch->next,
                          (gsize) MIN (fetch->end - fetch->next, CALLD_BLOBS_PIECE), NULL, on_piece,
                          fetch);
}

static void
on_gone (gpointer user_data)
{
  Fetch *fetch = user_data;

  fetch->exchange = NULL;
  if (!fetch->reading)
    fetch_free (fetch);
}

static const CalldBodyWriter writer = { on_more, on_gone };

/* --- headers ---------------------------------------------------------------------------------- */

/* RFC 6266: a name for old clients, and the real one. */
static char *
get_disposition (const CalldFileRecord *file)
{
  gboolean shown = call_file_rules_get_policy (file->type) == CALL_FILE_SHOWN;
  g_autofree char *ascii = g_str_to_ascii (file->name, "C");
  g_autofree char *escaped = g_uri_escape_string (file->name, NULL, FALSE);

  for (char *p = ascii; *p != '\0'; p++)
    if (!g_ascii_isprint (*p) || strchr ("\"\\%;", *p) != NULL)
      *p = '_';
  return g_strdup_printf ("%s; filename=\"%s\"; filename*=UTF-8''%s",
                          shown ? "inline" : "attachment", ascii, escaped);
}

static void
add_headers (CalldExchange *exchange, const CalldFileRecord *file, const char *etag)
{
  g_autofree char *disposition = get_disposition (file);
  gboolean is_text = g_str_has_prefix (file->type, "text/");

  /* A text that was taken for a page by somebody is still a text. */
  calld_exchange_add_header (exchange, "Content-Type",
                             is_text ? "text/plain; charset=utf-8" : file->type);
  calld_exchange_add_header (exchange, "Content-Disposition", disposition);
  calld_exchange_add_header (exchange, "ETag", etag);
  calld_exchange_add_header (exchange, "Accept-Ranges", "bytes");
  calld_exchange_add_header (exchange, "Cache-Control", "private, max-age=86400, immutable");
  calld_exchange_add_header (exchange, "Content-Security-Policy", SANDBOX);
  /* Pages of the front ends that may ask at all may also show it. */
  calld_exchange_add_header (exchange, "Cross-Origin-Resource-Policy", "cross-origin");
}

static const char *
get_header (CalldExchange *exchange, const char *name)
{
  return soup_message_headers_get_list (
      soup_server_message_get_request_headers (calld_exchange_get_message (exchange)), name);
}

static gboolean
is_head (CalldExchange *exchange)
{
  return soup_server_message_get_method (calld_exchange_get_message (exchange)) == SOUP_METHOD_HEAD;
}

/* --- GET -------------------------------------------------------------------------------------- */

/* Takes @exchange. RFC 9110 sections 13.1.5 and 14.2: a part of another file is no part. */
static void
reply_file (CalldExchange *exchange, const CalldFileRecord *file, const char *etag)
{
  const char *if_range = get_header (exchange, "If-Range");
  gboolean same = if_range == NULL || g_str_equal (if_range, etag);
  gint64 first = 0, last = file->size - 1;
  CallByteRangeVerdict verdict = call_byte_range_parse (
      same ? get_header (exchange, "Range") : NULL, file->size, &first, &last);
  g_autofree char *range = NULL;
  Fetch *fetch;

  if (verdict == CALL_BYTE_RANGE_UNSATISFIABLE) {
    range = g_strdup_printf ("bytes */%" G_GINT64_FORMAT, file->size);
    calld_exchange_add_header (exchange, "Content-Range", range);
    calld_exchange_reply_empty (exchange, 416);
    return;
  }
  if (verdict == CALL_BYTE_RANGE_PART) {
    range = g_strdup_printf ("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                             first, last, file->size);
    calld_exchange_add_header (exchange, "Content-Range", range);
  }
  if (file->size == 0 || is_head (exchange)) {
    soup_message_headers_set_content_length (
        soup_server_message_get_response_headers (calld_exchange_get_message (exchange)),
        last + 1 - first);
    calld_exchange_reply_empty (exchange, verdict == CALL_BYTE_RANGE_PART ? 206 : 200);
    return;
  }
  fetch = g_new0 (Fetch, 1);
  fetch->blobs = calld_blobs_ref (
      calld_files_get_blobs (calld_exchange_get_parts (exchange)->files));
  fetch->id = g_strdup (file->id);
  fetch->next = first;
  fetch->end = last + 1;
  fetch->exchange = exchange;
  calld_exchange_reply_stream (exchange, verdict == CALL_BYTE_RANGE_PART ? 206 : 200,
                               last + 1 - first, &writer, fetch);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldFileRecord) file = calld_files_open_finish (CALLD_FILES (source), result, &error);
  g_autofree char *etag = NULL;
  const char *known;

  if (file == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  etag = g_strdup_printf ("\"%.32s\"", file->etag);
  add_headers (exchange, file, etag);
  known = get_header (exchange, "If-None-Match");
  if (known != NULL && (g_str_equal (known, "*") || strstr (known, etag) != NULL))
    calld_exchange_reply_empty (exchange, 304);
  else
    reply_file (exchange, file, etag);
}

/* GET /api/files/{id} */
void
calld_resource_file (CalldExchange *exchange)
{
  calld_files_open_async (calld_exchange_get_parts (exchange)->files,
                          calld_exchange_get_identity (exchange),
                          calld_exchange_get_param (exchange), NULL, on_opened, exchange);
}

/* --- GET link --------------------------------------------------------------------------------- */

static void
on_opened_for_link (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldFileRecord) file = calld_files_open_finish (CALLD_FILES (source), result, &error);
  g_autofree char *link = NULL;
  gint64 expires_at = 0;
  CallLinkAnswer *answer;

  if (file != NULL)
    link = calld_auth_make_file_link (calld_exchange_get_parts (exchange)->auth,
                                      calld_exchange_get_identity (exchange), file->id, &expires_at,
                                      &error);
  if (link == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_link_answer);
  answer->url = g_strdup_printf ("/api/files/%s?link=%s", file->id, link);
  answer->expires_at_ms = expires_at;
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/files/{id}/link */
void
calld_resource_file_link (CalldExchange *exchange)
{
  calld_files_open_async (calld_exchange_get_parts (exchange)->files,
                          calld_exchange_get_identity (exchange),
                          calld_exchange_get_param (exchange), NULL, on_opened_for_link, exchange);
}

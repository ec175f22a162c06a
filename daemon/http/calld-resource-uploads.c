/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-problem.h"
#include "calld-resources.h"

#include "call-dto.h"
#include "call-error.h"
#include "call-id.h"
#include "call-tus.h"

#include <string.h>

/*
 * Resumable uploads, tus 1.0.0 (https://tus.io/protocols/resumable-upload): POST announces a file,
 * PATCH appends to it, HEAD says how much has come. With the last byte the file becomes a message.
 * Bytes go to the disk in pieces of a quarter of a MiB, one after the other; meanwhile the client
 * waits, so that an upload never needs more memory than one piece.
 */

/* Statuses of the protocol that no word of the error table has. */
#define STATUS_PRECONDITION 412
#define STATUS_CHECKSUM 460
#define STATUS_NO_ROOM 507

typedef struct {
  CalldExchange *exchange;
  CalldFiles *files;
  CalldIdentity *who;
  CalldFileRecord *file;
  gint64 offset; /* on the disk */
  gint64 began;  /* where this request began */
  GByteArray *piece;
  GChecksum *sum; /* (nullable): of this request */
  CallTusChecksum wanted;
  gboolean whole;   /* the body is over */
  gboolean gone;    /* the client is */
  gboolean writing; /* a piece is on its way to the disk */
  GError *error;
} Upload;

static void
upload_free (Upload *upload)
{
  g_object_unref (upload->files);
  calld_identity_unref (upload->who);
  g_clear_pointer (&upload->file, calld_file_record_free);
  g_byte_array_unref (upload->piece);
  g_clear_pointer (&upload->sum, g_checksum_free);
  g_clear_error (&upload->error);
  g_free (upload);
}

static Upload *
upload_new (CalldExchange *exchange)
{
  Upload *upload = g_new0 (Upload, 1);

  upload->exchange = exchange;
  upload->files = g_object_ref (calld_exchange_get_parts (exchange)->files);
  upload->who = calld_identity_ref (calld_exchange_get_identity (exchange));
  upload->piece = g_byte_array_new ();
  return upload;
}

/* --- headers ---------------------------------------------------------------------------------- */

static const char *
get_header (CalldExchange *exchange, const char *name)
{
  return soup_message_headers_get_one (
      soup_server_message_get_request_headers (calld_exchange_get_message (exchange)), name);
}

static void
add_number (CalldExchange *exchange, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  calld_exchange_add_header (exchange, name, text);
}

static void
add_upload_headers (Upload *upload, CalldExchange *exchange)
{
  g_autoptr (GDateTime) expires = g_date_time_new_from_unix_utc (upload->file->expires_at / 1000);
  g_autofree char *date = soup_date_time_to_string (expires, SOUP_DATE_HTTP);

  calld_exchange_add_header (exchange, "Tus-Resumable", CALL_TUS_VERSION);
  add_number (exchange, "Upload-Offset", upload->offset);
  if (upload->file->state == CALLD_FILE_UPLOADING)
    calld_exchange_add_header (exchange, "Upload-Expires", date);
}

/* Takes @exchange. */
static void
reply_error (CalldExchange *exchange, const GError *error, guint status)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (calld_exchange_get_message (exchange));

  calld_exchange_add_header (exchange, "Tus-Resumable", CALL_TUS_VERSION);
  calld_exchange_reply_error (exchange, error);
  if (status == 0 && calld_blobs_is_full (error))
    status = STATUS_NO_ROOM;
  if (status != 0)
    soup_server_message_set_status (message, status, NULL);
}

/* Takes @exchange if it returns FALSE. */
static gboolean
check_version (CalldExchange *exchange)
{
  const char *version = get_header (exchange, "Tus-Resumable");
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (version, CALL_TUS_VERSION) == 0)
    return TRUE;
  calld_exchange_add_header (exchange, "Tus-Version", CALL_TUS_VERSION);
  error = g_error_new_literal (CALL_ERROR, CALL_ERROR_INVALID,
                               "Tus-Resumable must be " CALL_TUS_VERSION);
  reply_error (exchange, error, STATUS_PRECONDITION);
  return FALSE;
}

/**
 * calld_resource_uploads_describe:
 * @exchange: one that asks for OPTIONS; it is not replied to
 *
 * Says what of the protocol is spoken.
 */
void
calld_resource_uploads_describe (CalldExchange *exchange)
{
  calld_exchange_add_header (exchange, "Tus-Resumable", CALL_TUS_VERSION);
  calld_exchange_add_header (exchange, "Tus-Version", CALL_TUS_VERSION);
  calld_exchange_add_header (exchange, "Tus-Extension", CALL_TUS_EXTENSIONS);
  calld_exchange_add_header (exchange, "Tus-Checksum-Algorithm", CALL_TUS_CHECKSUMS);
  add_number (exchange, "Tus-Max-Size",
              calld_exchange_get_parts (exchange)->config->file_max_bytes);
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Takes @upload, and answers if there is still somebody to answer. */
static void
finish (Upload *upload, CallMessage *message)
{
  CalldExchange *exchange = upload->gone ? NULL : upload->exchange;
  gboolean created = exchange != NULL &&
                     g_str_equal (calld_exchange_get_route (exchange)->method, "POST");

  if (exchange != NULL && upload->error != NULL)
    reply_error (exchange, upload->error, 0);
  else if (exchange != NULL) {
    g_autofree char *json = message != NULL ? call_dto_to_json (&call_dto_message, message) : NULL;

    add_upload_headers (upload, exchange);
    if (created && json != NULL) {
      g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));

      calld_exchange_reply_bytes (exchange, 201, "application/json; charset=utf-8", body);
    } else
      calld_exchange_reply_empty (exchange, created ? 201 : 204);
  }
  upload_free (upload);
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;
  g_autoptr (CallMessage) message = NULL;

  message = calld_files_send_finish (CALLD_FILES (source), result, &upload->error);
  finish (upload, message);
}

static void
on_cut (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;
  g_autoptr (GError) error = NULL;
  CalldExchange *exchange = upload->exchange;

  calld_blobs_done_finish (result, NULL);
  if (!upload->gone) {
    error = g_error_new_literal (CALL_ERROR, CALL_ERROR_INVALID,
                                 "The bytes that came are not those of Upload-Checksum");
    reply_error (exchange, error, STATUS_CHECKSUM);
  }
  upload_free (upload);
}

static gboolean
is_as_summed (Upload *upload)
{
  guint8 digest[sizeof upload->wanted.digest];
  gsize length = sizeof digest;

  if (upload->sum == NULL)
    return TRUE;
  /* What was cut off cannot be compared. */
  if (!upload->whole)
    return FALSE;
  g_checksum_get_digest (upload->sum, digest, &length);
  return length == upload->wanted.length && memcmp (digest, upload->wanted.digest, length) == 0;
}

/* The last byte of this request is on the disk. Takes @upload. */
static void
settle (Upload *upload)
{
  if (upload->error != NULL)
    finish (upload, NULL);
  else if (!is_as_summed (upload))
    calld_blobs_cut_async (calld_files_get_blobs (upload->files), upload->file->id, upload->began,
                           on_cut, upload);
  else if (upload->offset == upload->file->size && upload->file->state == CALLD_FILE_UPLOADING)
    calld_files_settle_async (upload->files, upload->who, upload->file, 0, on_settled, upload);
  else
    finish (upload, NULL);
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void
on_piece (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;
  gboolean over = upload->whole || upload->gone;

  upload->writing = FALSE;
  if (calld_blobs_write_finish (result, &upload->error))
    upload->offset += upload->piece->len;
  g_byte_array_set_size (upload->piece, 0);
  if (over)
    settle (upload);
  else
    calld_exchange_go_on (upload->exchange);
}

/* The last piece of a request goes to the disk with all before it. */
static void
write_piece (Upload *upload)
{
  g_autoptr (GBytes) bytes = NULL;
  gboolean over = upload->whole || upload->gone;
  gboolean nothing = upload->piece->len == 0 && upload->offset == upload->began;

  if (upload->error != NULL || (nothing && upload->file->size > 0)) {
    settle (upload);
    return;
  }
  bytes = g_bytes_new (upload->piece->data, upload->piece->len);
  upload->writing = TRUE;
  calld_blobs_write_async (calld_files_get_blobs (upload->files), upload->file->id, upload->offset,
                           bytes, over, on_piece, upload);
}

static void
on_chunk (CalldExchange *exchange, GBytes *chunk, gpointer user_data)
{
  Upload *upload = user_data;
  gsize length = g_bytes_get_size (chunk);

  if (upload->error != NULL)
    return;
  if ((gint64) length > upload->file->size - upload->offset - upload->piece->len) {
    upload->error = g_error_new_literal (CALL_ERROR, CALL_ERROR_TOO_LARGE,
                                         "More bytes came than Upload-Length says");
    return;
  }
  if (upload->sum != NULL)
    g_checksum_update (upload->sum, g_bytes_get_data (chunk, NULL), (gssize) length);
  g_byte_array_append (upload->piece, g_bytes_get_data (chunk, NULL), (guint) length);
  if (upload->piece->len < CALLD_BLOBS_PIECE)
    return;
  calld_exchange_hold (exchange);
  write_piece (upload);
}

static void
on_end (CalldExchange *exchange, gpointer user_data)
{
  Upload *upload = user_data;

  upload->whole = TRUE;
  write_piece (upload);
}

/* What has come stays: that is what a resumable upload is for. */
static void
on_gone (gpointer user_data)
{
  Upload *upload = user_data;

  upload->gone = TRUE;
  if (!upload->writing)
    write_piece (upload);
}

static const CalldBodyReader reader = { on_chunk, on_end, on_gone };

/* --- PATCH ------------------------------------------------------------------------------------ */

static gboolean
check_offset (Upload *upload, GError **error)
{
  gint64 wanted = 0;

  if (!call_tus_parse_number (get_header (upload->exchange, "Upload-Offset"), &wanted, error))
    return FALSE;
  if (wanted == upload->offset && upload->file->state == CALLD_FILE_UPLOADING)
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_CONFLICT,
               "The upload has got %" G_GINT64_FORMAT " bytes", upload->offset);
  return FALSE;
}

static gboolean
take_checksum (Upload *upload, GError **error)
{
  const char *header = get_header (upload->exchange, "Upload-Checksum");

  if (header == NULL)
    return TRUE;
  if (!call_tus_parse_checksum (header, &upload->wanted, error))
    return FALSE;
  upload->sum = g_checksum_new (upload->wanted.type);
  return TRUE;
}

static void
on_opened_to_append (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;

  upload->file = calld_files_open_upload_finish (CALLD_FILES (source), result, &upload->offset,
                                                 &upload->error);
  if (upload->file == NULL || !check_offset (upload, &upload->error) ||
      !take_checksum (upload, &upload->error)) {
    if (upload->file != NULL)
      add_number (upload->exchange, "Upload-Offset", upload->offset);
    finish (upload, NULL);
    return;
  }
  upload->began = upload->offset;
  calld_exchange_read (upload->exchange, &reader, upload);
}

/* PATCH /api/uploads/{id} */
void
calld_resource_uploads_append (CalldExchange *exchange)
{
  const char *type = get_header (exchange, "Content-Type");
  g_autoptr (GError) error = NULL;
  Upload *upload;

  if (!check_version (exchange))
    return;
  if (g_strcmp0 (type, "application/offset+octet-stream") != 0) {
    error = calld_problem_new_field ("Content-Type", "It must be application/offset+octet-stream");
    reply_error (exchange, error, 415);
    return;
  }
  upload = upload_new (exchange);
  calld_files_open_upload_async (upload->files, upload->who, calld_exchange_get_param (exchange),
                                 NULL, on_opened_to_append, upload);
}

/* --- POST ------------------------------------------------------------------------------------- */

static void
on_announced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;
  g_autofree char *location = NULL;

  upload->file = calld_files_open_upload_finish (CALLD_FILES (source), result, NULL,
                                                 &upload->error);
  if (upload->file == NULL) {
    finish (upload, NULL);
    return;
  }
  location = g_strconcat ("/api/uploads/", upload->file->id, NULL);
  calld_exchange_add_header (upload->exchange, "Location", location);
  calld_exchange_read (upload->exchange, &reader, upload);
}

static gboolean
read_metadata (GHashTable *metadata, CalldFileOrder *order, GError **error)
{
  const char *duration = g_hash_table_lookup (metadata, "durationMs");

  order->conversation_id = g_hash_table_lookup (metadata, "groupId");
  order->name = g_hash_table_lookup (metadata, "filename");
  order->content = g_hash_table_lookup (metadata, "content");
  order->reply_to_id = g_hash_table_lookup (metadata, "replyToId");
  order->temp_id = g_hash_table_lookup (metadata, "tempId");
  order->waveform = g_hash_table_lookup (metadata, "waveform");
  if (order->name == NULL)
    order->name = g_hash_table_lookup (metadata, "name");
  if (order->conversation_id == NULL || !call_id_is_valid (order->conversation_id)) {
    call_error_set_field (error, "groupId", "is missing in Upload-Metadata, or is no UUID");
    return FALSE;
  }
  if (order->reply_to_id != NULL && !call_id_is_valid (order->reply_to_id)) {
    call_error_set_field (error, "replyToId", "is no UUID");
    return FALSE;
  }
  return duration == NULL || call_tus_parse_number (duration, &order->duration_ms, error);
}

/* POST /api/uploads */
void
calld_resource_uploads_create (CalldExchange *exchange)
{
  g_autoptr (GHashTable) metadata = NULL;
  g_autoptr (GError) error = NULL;
  CalldFileOrder order = { NULL };
  Upload *upload;

  if (!check_version (exchange))
    return;
  metadata = call_tus_parse_metadata (get_header (exchange, "Upload-Metadata"), &error);
  if (metadata == NULL ||
      !call_tus_parse_number (get_header (exchange, "Upload-Length"), &order.size, &error) ||
      !read_metadata (metadata, &order, &error)) {
    reply_error (exchange, error, 0);
    return;
  }
  upload = upload_new (exchange);
  if (!take_checksum (upload, &upload->error)) {
    finish (upload, NULL);
    return;
  }
  calld_files_announce_async (upload->files, upload->who, &order, NULL, on_announced, upload);
}

/* --- HEAD and DELETE -------------------------------------------------------------------------- */

static void
on_opened_to_show (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;
  CalldExchange *exchange = upload->exchange;

  upload->file = calld_files_open_upload_finish (CALLD_FILES (source), result, &upload->offset,
                                                 &upload->error);
  if (upload->file == NULL) {
    finish (upload, NULL);
    return;
  }
  add_number (exchange, "Upload-Length", upload->file->size);
  add_upload_headers (upload, exchange);
  calld_exchange_reply_empty (exchange, 200);
  upload_free (upload);
}

/* HEAD /api/uploads/{id} */
void
calld_resource_uploads_show (CalldExchange *exchange)
{
  Upload *upload;

  if (!check_version (exchange))
    return;
  upload = upload_new (exchange);
  calld_files_open_upload_async (upload->files, upload->who, calld_exchange_get_param (exchange),
                                 NULL, on_opened_to_show, upload);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;
  CalldExchange *exchange = upload->exchange;

  if (calld_files_remove_finish (CALLD_FILES (source), result, &upload->error)) {
    calld_exchange_add_header (exchange, "Tus-Resumable", CALL_TUS_VERSION);
    calld_exchange_reply_empty (exchange, 204);
    upload_free (upload);
  } else
    finish (upload, NULL);
}

static void
on_opened_to_remove (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Upload *upload = user_data;

  upload->file = calld_files_open_upload_finish (CALLD_FILES (source), result, &upload->offset,
                                                 &upload->error);
  if (upload->file != NULL && upload->file->state != CALLD_FILE_UPLOADING)
    upload->error = g_error_new_literal (CALL_ERROR, CALL_ERROR_CONFLICT,
                                         "The file was sent already: delete its message");
  if (upload->error != NULL)
    finish (upload, NULL);
  else
    calld_files_remove_async (upload->files, upload->file, on_removed, upload);
}

/* DELETE /api/uploads/{id} */
void
calld_resource_uploads_remove (CalldExchange *exchange)
{
  Upload *upload;

  if (!check_version (exchange))
    return;
  upload = upload_new (exchange);
  calld_files_open_upload_async (upload->files, upload->who, calld_exchange_get_param (exchange),
                                 NULL, on_opened_to_remove, upload);
}

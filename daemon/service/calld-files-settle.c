/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-files"

#include "config.h"

#include "calld-file-check.h"
#include "calld-files-private.h"
#include "calld-log.h"

#include "call-error.h"
#include "call-file-rules.h"

#include <string.h>

/*
 * From the last byte to the message. Each step is written down before the next, and each may be
 * done again: whoever is killed in between goes on where the row says it stands.
 *
 *   uploading ─ all bytes are here ─► checking ─ harmless ─► kept ─ message stored ─► sent
 *                                        └──────── infected
 */

/* A client that did not hear our answer sends the same file again, within about this time. */
#define TWIN_MS (60 * 1000)

typedef struct {
  CalldIdentity *who;
  CalldFileRecord *file;
  guint64 connection_id;
  CalldFileVerdict verdict;
  CallMessage *message;
  GBytes *bytes;
  GError *error;
} Settling;

static void
settling_free (gpointer data)
{
  Settling *settling = data;

  calld_identity_unref (settling->who);
  calld_file_record_free (settling->file);
  g_clear_object (&settling->message);
  g_clear_pointer (&settling->bytes, g_bytes_unref);
  g_clear_error (&settling->error);
  g_free (settling);
}

static void go_on (GTask *task);

/* Takes @task and @error. */
static void
give_up (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Takes @task. */
static void
write_state (GTask *task, CalldFileState state, CalldChange *change, GAsyncReadyCallback callback)
{
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);
  CalldFileState before = settling->file->state;

  settling->file->state = state;
  calld_change_update_file (change, settling->file, before);
  calld_store_commit_async (self->store, change, NULL, callback, task);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    go_on (task);
  else
    give_up (task, error);
}

/* --- checking --------------------------------------------------------------------------------- */

static void
on_refused_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Settling *settling = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!calld_files_remove_finish (CALLD_FILES (source), result, &error))
    calld_log_warning ("file_not_removed", .detail = error->message);
  give_up (task, g_steal_pointer (&settling->error));
}

/* The bytes of a virus go at once; its row says that it was there. Takes @task. */
static void
note_infection (GTask *task)
{
  Settling *settling = g_task_get_task_data (task);
  g_autoptr (CalldAuditRecord) event = NULL;
  CalldChange *change = calld_change_new ();
  g_autofree char *payload = g_strdup_printf ("{\"fileId\":\"%s\"}", settling->file->id);
  CalldFiles *self = g_task_get_source_object (task);

  calld_log_warning ("file_infected", .user_id = settling->who->user_id);
  event = calld_audit_record_new ("file_infected", NULL, settling->who->user_id, NULL, payload,
                                  calld_clock_now_ms (self->clock));
  calld_change_append_audit (change, event);
  write_state (task, CALLD_FILE_INFECTED, change, on_written);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (calld_blobs_done_finish (result, &error))
    write_state (task, CALLD_FILE_KEPT, calld_change_new (), on_written);
  else
    give_up (task, error);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);
  CalldFileVerdict verdict;

  if (!calld_file_check_finish (result, &verdict, &settling->error))
    calld_files_remove_async (self, settling->file, on_refused_removed, task);
  else if (verdict == CALLD_FILE_DANGEROUS)
    note_infection (task);
  else
    calld_blobs_keep_async (self->blobs, settling->file->id, on_kept, task);
}

/* --- sending ---------------------------------------------------------------------------------- */

static void
on_repeated_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Settling *settling = g_task_get_task_data (task);

  calld_files_remove_finish (CALLD_FILES (source), result, NULL);
  g_task_return_pointer (task, g_steal_pointer (&settling->message), g_object_unref);
}

static void
on_sent_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Settling *settling = g_task_get_task_data (task);
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    g_task_return_pointer (task, g_steal_pointer (&settling->message), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_message (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);
  CallFile *file;
  GError *error = NULL;

  settling->message = calld_chat_send_finish (CALLD_CHAT (source), result, &error);
  if (settling->message == NULL) {
    give_up (task, error);
    return;
  }
  file = call_message_get_file (settling->message);
  if (file == NULL || g_strcmp0 (call_file_get_id (file), settling->file->id) != 0)
    /* The same tempId was sent before, with the same file or another. */
    calld_files_remove_async (self, settling->file, on_repeated_removed, task);
  else if (settling->file->state == CALLD_FILE_INFECTED)
    calld_files_remove_async (self, settling->file, on_repeated_removed, task);
  else
    write_state (task, CALLD_FILE_SENT, calld_change_new (), on_sent_written);
}

/* Takes @task. */
static void
send_message (GTask *task, const char *temp_id)
{
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);
  const CalldFileRecord *file = settling->file;
  CalldChatDraft draft = {
    .conversation_id = file->conversation_id,
    .content = file->content != NULL ? file->content : "",
    .kind = call_file_rules_get_kind (file->type),
    .reply_to_id = file->reply_to_id,
    .temp_id = temp_id,
    .connection_id = settling->connection_id,
    .file = file,
  };

  calld_chat_send_async (self->chat, settling->who, &draft, NULL, on_message, task);
}

static void
on_twin (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Settling *settling = g_task_get_task_data (task);
  g_autoptr (CalldFileRecord) twin = NULL;
  g_autofree char *temp_id = NULL;

  twin = calld_store_get_file_finish (CALLD_STORE (source), result, NULL);
  if (twin != NULL && twin->temp_id != NULL)
    temp_id = g_strdup (twin->temp_id);
  else
    temp_id = g_strconcat ("file-", twin != NULL ? twin->id : settling->file->id, NULL);
  send_message (task, temp_id);
}

/* Who gave no id of its own still does not say the same twice. Takes @task. */
static void
choose_id (GTask *task)
{
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);

  if (settling->file->temp_id != NULL)
    send_message (task, settling->file->temp_id);
  else
    calld_store_get_twin_async (self->store, settling->file, settling->file->created_at - TWIN_MS,
                                NULL, on_twin, task);
}

/* --- the steps -------------------------------------------------------------------------------- */

/* Does what the state of the file asks for. Takes @task. */
static void
go_on (GTask *task)
{
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);
  g_autofree char *path = NULL;

  switch (settling->file->state) {
  case CALLD_FILE_UPLOADING:
    write_state (task, CALLD_FILE_CHECKING, calld_change_new (), on_written);
    return;
  case CALLD_FILE_CHECKING:
    path = calld_blobs_get_path (self->blobs, CALLD_BLOBS_INCOMING, settling->file->id);
    /* Killed between the move and its record. */
    if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
      g_free (path);
      path = calld_blobs_get_path (self->blobs, CALLD_BLOBS_KEPT, settling->file->id);
    }
    calld_file_check_async (self->config, self->clock, path, settling->file, on_checked, task);
    return;
  case CALLD_FILE_KEPT:
  case CALLD_FILE_INFECTED:
    choose_id (task);
    return;
  case CALLD_FILE_SENT:
  case CALLD_FILE_REMOVED:
  default:
    give_up (task,
             g_error_new_literal (CALL_ERROR, CALL_ERROR_CONFLICT, "The file was sent already"));
  }
}

static Settling *
settling_new (CalldIdentity *who, guint64 connection_id)
{
  Settling *settling = g_new0 (Settling, 1);

  settling->who = calld_identity_ref (who);
  settling->connection_id = connection_id;
  return settling;
}

/**
 * calld_files_settle_async:
 * @self: the files
 * @who: who sends it
 * @file: a file whose bytes are all on the disk, in whatever state
 * @connection_id: the connection that gets no copy of the message, or 0
 * @callback: called when done; ends with calld_files_send_finish()
 * @user_data: for @callback
 *
 * Looks into a file and sends it as a message. A file in which a virus was found is sent without
 * its bytes: the message says so.
 */
void
calld_files_settle_async (CalldFiles *self,
                          CalldIdentity *who,
                          const CalldFileRecord *file,
                          guint64 connection_id,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Settling *settling = settling_new (who, connection_id);

  settling->file = calld_file_record_copy (file);
  g_task_set_task_data (task, settling, settling_free);
  go_on (task);
}

/* --- all in one ------------------------------------------------------------------------------- */

static void
on_all_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  Settling *settling = g_task_get_task_data (task);

  if (calld_blobs_write_finish (result, &settling->error))
    go_on (task);
  else
    calld_files_remove_async (self, settling->file, on_refused_removed, task);
}

static void
on_announced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = CALLD_FILES (source);
  Settling *settling = g_task_get_task_data (task);
  GError *error = NULL;

  settling->file = calld_files_open_upload_finish (self, result, NULL, &error);
  if (settling->file != NULL)
    calld_blobs_write_async (self->blobs, settling->file->id, 0, settling->bytes, TRUE,
                             on_all_written, task);
  else
    give_up (task, error);
}

/**
 * calld_files_send_async:
 * @self: the files
 * @who: who sends it
 * @order: what it is
 * @bytes: all of it
 * @connection_id: the connection that gets no copy of the message, or 0
 * @callback: called when done
 * @user_data: for @callback
 *
 * Sends a file that came in one piece. The same again within a minute, or with the same tempId,
 * gives the same message.
 */
void
calld_files_send_async (CalldFiles *self,
                        CalldIdentity *who,
                        const CalldFileOrder *order,
                        GBytes *bytes,
                        guint64 connection_id,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Settling *settling = settling_new (who, connection_id);
  CalldFileOrder whole = *order;

  whole.size = (gint64) g_bytes_get_size (bytes);
  settling->bytes = g_bytes_ref (bytes);
  g_task_set_task_data (task, settling, settling_free);
  calld_files_announce_async (self, who, &whole, NULL, on_announced, task);
}

/**
 * calld_files_send_finish:
 * @self: the files
 * @result: the result
 * @error: %CALL_ERROR_TOO_LARGE, %CALL_ERROR_INVALID for a type that is refused, or why it could
 * not be stored
 *
 * Returns: (transfer full): the message, or %NULL with @error
 */
CallMessage *
calld_files_send_finish (CalldFiles *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

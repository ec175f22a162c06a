/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-files"

#include "config.h"

#include "calld-files-private.h"

#include "calld-log.h"

#include "call-file-rules.h"
#include "call-message-rules.h"

/*
 * Files of conversations. One is announced, its bytes come, it is looked into, and then it is sent
 * as a message (calld-files-settle.c). Whoever may read the conversation may fetch it.
 */

#define MIB G_GINT64_CONSTANT (1048576)

G_DEFINE_FINAL_TYPE (CalldFiles, calld_files, G_TYPE_OBJECT)

/* --- announce --------------------------------------------------------------------------------- */

typedef struct {
  CalldFileRecord *file;
  CalldIdentity *who;
  gint64 offset;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  calld_file_record_free (opening->file);
  calld_identity_unref (opening->who);
  g_free (opening);
}

static GTask *
opening_new (CalldFiles *self,
             CalldIdentity *who,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  opening->who = calld_identity_ref (who);
  g_task_set_task_data (task, opening, opening_free);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

/* Takes @task. */
static void
return_file (GTask *task)
{
  Opening *opening = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&opening->file),
                         (GDestroyNotify) calld_file_record_free);
  g_object_unref (task);
}

static void
on_announced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_log_info ("file_announced", .user_id = opening->who->user_id, .count = opening->file->size,
                  .counted = "bytes");
  return_file (task);
}

static void
on_opened_to_announce (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (CalldConversation) conversation = NULL;
  CalldChange *change;
  GError *error = NULL;

  conversation = calld_chat_require_member_finish (CALLD_CHAT (source), result, &error);
  if (conversation == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  change = calld_change_new ();
  calld_change_add_file (change, opening->file, self->config->file_quota_mb * MIB,
                         self->config->files_max_mb * MIB);
  calld_store_commit_async (self->store, change, NULL, on_announced, task);
}

static gboolean
check_order (CalldFiles *self, const CalldFileOrder *order, GError **error)
{
  if (order->size > self->config->file_max_bytes) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE, "A file may have %u bytes at most",
                 self->config->file_max_bytes);
    return FALSE;
  }
  if (order->waveform != NULL && !call_file_rules_is_waveform (order->waveform)) {
    call_error_set_field (error, "waveform", "is 1 to %d digits", CALL_FILE_WAVEFORM_MAX);
    return FALSE;
  }
  return call_message_rules_check_temp_id (order->temp_id, error) &&
         (order->content == NULL ||
          call_message_rules_check_content (order->content, CALL_MESSAGE_FILE, error));
}

/**
 * calld_files_announce_async:
 * @self: the files
 * @who: who sends it
 * @order: what will come
 * @cancellable: (nullable): cancels
 * @callback: called when done; ends with calld_files_open_upload_finish()
 * @user_data: for @callback
 *
 * Makes room for a file whose bytes are to come, if @who may write in the conversation.
 */
void
calld_files_announce_async (CalldFiles *self,
                            CalldIdentity *who,
                            const CalldFileOrder *order,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = opening_new (self, who, cancellable, callback, user_data);
  Opening *opening = g_task_get_task_data (task);
  gint64 now = calld_clock_now_ms (self->clock);
  g_autofree char *name = call_file_rules_clean_name (order->name);
  GError *error = NULL;

  if (!check_order (self, order, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  opening->file = calld_file_record_new (order->conversation_id, who->user_id, name, order->size,
                                         now);
  opening->file->content = g_strdup (order->content);
  opening->file->reply_to_id = g_strdup (order->reply_to_id);
  opening->file->temp_id = g_strdup (order->temp_id);
  opening->file->duration_ms = CLAMP (order->duration_ms, 0, G_MAXINT);
  opening->file->waveform = g_strdup (order->waveform);
  opening->file->expires_at = now +
                              self->config->upload_expire_hours * 3600 * G_GINT64_CONSTANT (1000);
  calld_chat_require_member_async (self->chat, who, order->conversation_id, CALLD_GROUP_SEND,
                                   cancellable, on_opened_to_announce, task);
}

/* --- an upload that goes on ------------------------------------------------------------------- */

static void
on_measured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  opening->offset = calld_blobs_measure_finish (result, &error);
  if (error == NULL) {
    return_file (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_upload (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  opening->file = calld_store_get_file_finish (CALLD_STORE (source), result, &error);
  /* Who asks for an upload of somebody else learns nothing, not even that there is one. */
  if (opening->file != NULL && (!g_str_equal (opening->file->user_id, opening->who->user_id) ||
                                opening->file->state >= CALLD_FILE_INFECTED))
    error = g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such upload");
  if (error != NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
  } else if (opening->file->state != CALLD_FILE_UPLOADING) {
    opening->offset = opening->file->size;
    return_file (task);
  } else
    calld_blobs_measure_async (self->blobs, CALLD_BLOBS_INCOMING, opening->file->id, on_measured,
                               task);
}

/**
 * calld_files_open_upload_async:
 * @self: the files
 * @who: who asks: only who announced it finds it
 * @file_id: which
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Finds out how much of a file has come.
 */
void
calld_files_open_upload_async (CalldFiles *self,
                               CalldIdentity *who,
                               const char *file_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = opening_new (self, who, cancellable, callback, user_data);

  calld_store_get_file_async (self->store, file_id, cancellable, on_upload, task);
}

/**
 * calld_files_open_upload_finish:
 * @self: the files
 * @result: the result
 * @offset: (out) (optional): how many bytes are here
 * @error: %CALL_ERROR_NOT_FOUND, %CALL_ERROR_TOO_LARGE, or what membership says
 *
 * Returns: (transfer full): the file, or %NULL with @error
 */
CalldFileRecord *
calld_files_open_upload_finish (CalldFiles *self,
                                GAsyncResult *result,
                                gint64 *offset,
                                GError **error)
{
  if (offset != NULL)
    *offset = ((Opening *) g_task_get_task_data (G_TASK (result)))->offset;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- fetch ------------------------------------------------------------------------------------ */

static void
on_opened_to_fetch (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (CalldConversation) conversation = NULL;
  GError *error = NULL;

  conversation = calld_chat_require_member_finish (CALLD_CHAT (source), result, &error);
  if (conversation != NULL) {
    return_file (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_file (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  opening->file = calld_store_get_file_finish (CALLD_STORE (source), result, &error);
  if (opening->file != NULL && opening->file->state != CALLD_FILE_SENT)
    error = g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such file");
  if (error == NULL) {
    calld_chat_require_member_async (self->chat, opening->who, opening->file->conversation_id,
                                     CALLD_GROUP_READ, g_task_get_cancellable (task),
                                     on_opened_to_fetch, task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * calld_files_open_async:
 * @self: the files
 * @who: who wants it
 * @file_id: which
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Finds a file that was sent, for somebody who may read its conversation.
 */
void
calld_files_open_async (CalldFiles *self,
                        CalldIdentity *who,
                        const char *file_id,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = opening_new (self, who, cancellable, callback, user_data);

  calld_store_get_file_async (self->store, file_id, cancellable, on_file, task);
}

CalldFileRecord *
calld_files_open_finish (CalldFiles *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- remove ----------------------------------------------------------------------------------- */

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldFiles *self = g_task_get_source_object (task);
  CalldChange *change;
  GError *error = NULL;

  if (!calld_blobs_done_finish (result, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  change = calld_change_new ();
  calld_change_forget_file (change, g_task_get_task_data (task));
  calld_store_commit_async (self->store, change, NULL, on_forgotten, task);
}

/**
 * calld_files_remove_async:
 * @self: the files
 * @file: which
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes a file's bytes, and its row unless a message names it. Who may is the caller's to know.
 */
void
calld_files_remove_async (CalldFiles *self,
                          const CalldFileRecord *file,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_task_data (task, g_strdup (file->id), g_free);
  calld_blobs_remove_async (self->blobs, file->id, on_removed, task);
}

gboolean
calld_files_remove_finish (CalldFiles *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_files_dispose (GObject *object)
{
  CalldFiles *self = CALLD_FILES (object);

  calld_files_stop (self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chat);
  g_clear_pointer (&self->blobs, calld_blobs_unref);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->config, calld_config_unref);

  G_OBJECT_CLASS (calld_files_parent_class)->dispose (object);
}

static void
calld_files_class_init (CalldFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_files_dispose;
}

static void
calld_files_init (CalldFiles *self)
{
}

/**
 * calld_files_new:
 * @config: settings
 * @clock: the clock
 * @store: where rows are
 * @blobs: where bytes are
 * @chat: sends messages, and knows who may read them
 *
 * Returns: (transfer full): the files
 */
CalldFiles *
calld_files_new (CalldConfig *config,
                 CalldClock *clock,
                 CalldStore *store,
                 CalldBlobs *blobs,
                 CalldChat *chat)
{
  CalldFiles *self = g_object_new (CALLD_TYPE_FILES, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->blobs = calld_blobs_ref (blobs);
  self->chat = g_object_ref (chat);
  return self;
}

/**
 * calld_files_get_blobs:
 * @self: the files
 *
 * Returns: (transfer none): where bytes are
 */
CalldBlobs *
calld_files_get_blobs (CalldFiles *self)
{
  return self->blobs;
}

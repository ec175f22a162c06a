/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-blobs.h"
#include "calld-chat.h"

G_BEGIN_DECLS

/**
 * CalldFileOrder:
 * @conversation_id: where
 * @name: (nullable): what the client calls it
 * @size: how many bytes will come
 * @content: (nullable): what is said with it
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the sender's own id of the message
 * @duration_ms: how long the client says it plays, 0 if it does not say
 * @waveform: (nullable): how loud the client says its voice message is
 *
 * A file to be sent. Borrows everything.
 */
typedef struct {
  const char *conversation_id;
  const char *name;
  gint64 size;
  const char *content;
  const char *reply_to_id;
  const char *temp_id;
  gint64 duration_ms;
  const char *waveform;
} CalldFileOrder;

#define CALLD_TYPE_FILES (calld_files_get_type ())
G_DECLARE_FINAL_TYPE (CalldFiles, calld_files, CALLD, FILES, GObject)

CalldFiles *calld_files_new (CalldConfig *config,
                             CalldClock *clock,
                             CalldStore *store,
                             CalldBlobs *blobs,
                             CalldChat *chat);
CalldBlobs *calld_files_get_blobs (CalldFiles *self);
void calld_files_start (CalldFiles *self);
void calld_files_stop (CalldFiles *self);

void calld_files_announce_async (CalldFiles *self,
                                 CalldIdentity *who,
                                 const CalldFileOrder *order,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
void calld_files_open_upload_async (CalldFiles *self,
                                    CalldIdentity *who,
                                    const char *file_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CalldFileRecord *calld_files_open_upload_finish (CalldFiles *self,
                                                 GAsyncResult *result,
                                                 gint64 *offset,
                                                 GError **error);
void calld_files_open_async (CalldFiles *self,
                             CalldIdentity *who,
                             const char *file_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
CalldFileRecord *calld_files_open_finish (CalldFiles *self, GAsyncResult *result, GError **error);

void calld_files_settle_async (CalldFiles *self,
                               CalldIdentity *who,
                               const CalldFileRecord *file,
                               guint64 connection_id,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void calld_files_send_async (CalldFiles *self,
                             CalldIdentity *who,
                             const CalldFileOrder *order,
                             GBytes *bytes,
                             guint64 connection_id,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
CallMessage *calld_files_send_finish (CalldFiles *self, GAsyncResult *result, GError **error);

void calld_files_remove_async (CalldFiles *self,
                               const CalldFileRecord *file,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean calld_files_remove_finish (CalldFiles *self, GAsyncResult *result, GError **error);

G_END_DECLS

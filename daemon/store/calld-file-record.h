/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * CalldFileState:
 *
 * Where a file stands: "uploading" (its bytes come), "checking" (they are all there and are looked
 * at), "kept" (it is harmless, its message is about to be sent), "sent" (with its message),
 * "infected" (it was not harmless; its bytes are gone), "removed" (its bytes are gone, or go with
 * the next sweep).
 */
typedef enum {
  CALLD_FILE_UPLOADING,
  CALLD_FILE_CHECKING,
  CALLD_FILE_KEPT,
  CALLD_FILE_SENT,
  CALLD_FILE_INFECTED,
  CALLD_FILE_REMOVED,
} CalldFileState;

#define CALLD_TYPE_FILE_STATE (calld_file_state_get_type ())
GType calld_file_state_get_type (void) G_GNUC_CONST;

/**
 * CalldFileRecord:
 * @id: a UUID; also the name of its blob
 * @conversation_id: whose members may see it
 * @user_id: who uploads it
 * @state: where it stands
 * @name: for display
 * @type: its media type; empty until the bytes were looked at
 * @size: bytes, as announced and then as they are
 * @content: (nullable): what is said with it
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the sender's own id of the message
 * @duration_ms: how long it plays, 0 if it does not
 * @waveform: (nullable): its loudness, a digit for each part
 * @width: of a picture, 0 if it is none
 * @height: of a picture
 * @etag: (nullable): the SHA-256 of what is in it
 * @created_at: when it was announced
 * @expires_at: when an upload that is not whole is given up
 */
typedef struct {
  char *id;
  char *conversation_id;
  char *user_id;
  CalldFileState state;
  char *name;
  char *type;
  gint64 size;
  char *content;
  char *reply_to_id;
  char *temp_id;
  gint64 duration_ms;
  char *waveform;
  guint width;
  guint height;
  char *etag;
  gint64 created_at;
  gint64 expires_at;
} CalldFileRecord;

CalldFileRecord *calld_file_record_new (const char *conversation_id,
                                        const char *user_id,
                                        const char *name,
                                        gint64 size,
                                        gint64 now_ms);
CalldFileRecord *calld_file_record_copy (const CalldFileRecord *self);
void calld_file_record_free (CalldFileRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldFileRecord, calld_file_record_free)

G_END_DECLS

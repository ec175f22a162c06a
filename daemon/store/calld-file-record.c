/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-record"

#include "config.h"

#include "calld-file-record.h"

#include "call-id.h"

/* The nicks are the words in the database. */
G_DEFINE_ENUM_TYPE (CalldFileState,
                    calld_file_state,
                    G_DEFINE_ENUM_VALUE (CALLD_FILE_UPLOADING, "uploading"),
                    G_DEFINE_ENUM_VALUE (CALLD_FILE_CHECKING, "checking"),
                    G_DEFINE_ENUM_VALUE (CALLD_FILE_KEPT, "kept"),
                    G_DEFINE_ENUM_VALUE (CALLD_FILE_SENT, "sent"),
                    G_DEFINE_ENUM_VALUE (CALLD_FILE_INFECTED, "infected"),
                    G_DEFINE_ENUM_VALUE (CALLD_FILE_REMOVED, "removed"))

/**
 * calld_file_record_new:
 * @conversation_id: where
 * @user_id: whose
 * @name: for display, cleaned already
 * @size: bytes that will come
 * @now_ms: milliseconds since 1970
 *
 * Makes a file whose bytes are to come.
 *
 * Returns: (transfer full): the record
 */
CalldFileRecord *
calld_file_record_new (const char *conversation_id,
                       const char *user_id,
                       const char *name,
                       gint64 size,
                       gint64 now_ms)
{
  CalldFileRecord *self = g_new0 (CalldFileRecord, 1);

  self->id = call_id_new ();
  self->conversation_id = g_strdup (conversation_id);
  self->user_id = g_strdup (user_id);
  self->state = CALLD_FILE_UPLOADING;
  self->name = g_strdup (name);
  self->type = g_strdup ("");
  self->size = size;
  self->created_at = now_ms;
  return self;
}

CalldFileRecord *
calld_file_record_copy (const CalldFileRecord *self)
{
  CalldFileRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->conversation_id = g_strdup (self->conversation_id);
  copy->user_id = g_strdup (self->user_id);
  copy->name = g_strdup (self->name);
  copy->type = g_strdup (self->type);
  copy->content = g_strdup (self->content);
  copy->reply_to_id = g_strdup (self->reply_to_id);
  copy->temp_id = g_strdup (self->temp_id);
  copy->waveform = g_strdup (self->waveform);
  copy->etag = g_strdup (self->etag);
  return copy;
}

void
calld_file_record_free (CalldFileRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->conversation_id);
  g_free (self->user_id);
  g_free (self->name);
  g_free (self->type);
  g_free (self->content);
  g_free (self->reply_to_id);
  g_free (self->temp_id);
  g_free (self->waveform);
  g_free (self->etag);
  g_free (self);
}

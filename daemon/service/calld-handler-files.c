/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-handler"

#include "config.h"

#include "calld-handler-private.h"

#include "call-error.h"

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallMessage) message = calld_files_send_finish (CALLD_FILES (source), result, &error);

  calld_errand_sent (user_data, message, error);
}

/**
 * calld_handler_upload_file:
 * @errand: (transfer full): `upload_file`
 *
 * Sends a file that came whole with its event. A size that was announced must be the size that
 * came: else something was lost on the way.
 */
void
calld_handler_upload_file (CalldErrand *errand)
{
  const CallRequest *request = errand->request;
  CalldFileOrder order = {
    .conversation_id = request->group_id,
    .name = request->file_name,
    .content = request->content,
    .reply_to_id = request->reply_to_id,
    .temp_id = request->temp_id,
    .duration_ms = request->duration_ms,
  };

  if (request->file_size > 0 && request->file_size != (gint64) g_bytes_get_size (request->file)) {
    g_autoptr (GError) error = NULL;

    call_error_set_field (&error, "fileSize", "is not the size of the file that came");
    calld_errand_sent (errand, NULL, error);
    return;
  }
  calld_files_send_async (errand->self->parts.files, errand->who, &order, request->file,
                          errand->connection_id, on_sent, errand);
}

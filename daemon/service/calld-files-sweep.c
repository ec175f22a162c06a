/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-files"

#include "config.h"

#include "calld-files-private.h"
#include "calld-log.h"

#include "call-error.h"

/*
 * What is left to do with files: uploads that nobody goes on with, files whose message is gone or
 * that are too old, and at the start those an earlier daemon did not finish. A sweep takes one kind
 * after the other, and of each so many.
 */

#define SWEEP_MS (60 * 1000)
#define SWEEP_FILES 100
#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

static const CalldFileState order[] = {
  CALLD_FILE_REMOVED, CALLD_FILE_INFECTED, CALLD_FILE_UPLOADING,
  CALLD_FILE_SENT,    CALLD_FILE_CHECKING, CALLD_FILE_KEPT,
};

typedef struct {
  CalldFiles *self;
  CalldFileRecord *file;
} Resumption;

static void sweep (gpointer user_data);
static void sweep_next (CalldFiles *self);

/* --- what an earlier daemon did not finish ---------------------------------------------------- */

static void
resumption_free (Resumption *resumption)
{
  g_object_unref (resumption->self);
  calld_file_record_free (resumption->file);
  g_free (resumption);
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallMessage) message = calld_files_send_finish (CALLD_FILES (source), result, &error);

  if (message == NULL)
    calld_log_warning ("file_not_sent", .detail = error->message);
}

static void
on_user (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Resumption *resumption = user_data;
  CalldFiles *self = resumption->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldUserRecord) user = calld_store_get_user_finish (CALLD_STORE (source), result,
                                                                  &error);
  g_autoptr (CalldIdentity) who = NULL;

  if (user != NULL) {
    who = calld_identity_new (user->id, user->name, user->role, user->time_zone, NULL,
                              calld_clock_now_ms (self->clock) + HOUR_MS);
    calld_files_settle_async (self, who, resumption->file, 0, on_settled, NULL);
  } else
    calld_log_warning ("file_not_sent", .detail = error->message);
  resumption_free (resumption);
}

static void
resume (CalldFiles *self, const CalldFileRecord *file)
{
  Resumption *resumption = g_new0 (Resumption, 1);

  resumption->self = g_object_ref (self);
  resumption->file = calld_file_record_copy (file);
  calld_store_get_user_async (self->store, file->user_id, self->cancellable, on_user, resumption);
}

/* --- what is to go ---------------------------------------------------------------------------- */

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!calld_files_remove_finish (CALLD_FILES (source), result, &error))
    calld_log_warning ("file_not_removed", .detail = error->message);
}

/* Of what was announced before which time something is to be done; 0 for nothing. */
static gint64
get_bound (CalldFiles *self, CalldFileState state)
{
  gint64 now = calld_clock_now_ms (self->clock);
  gboolean starting = self->n_sweeps == 0;

  switch (state) {
  case CALLD_FILE_REMOVED:
    return now + 1;
  case CALLD_FILE_INFECTED:
    /* Its message is about to be sent; an hour later it is not. */
    return starting ? now + 1 : now - HOUR_MS;
  case CALLD_FILE_UPLOADING:
    return now - self->config->upload_expire_hours * HOUR_MS;
  case CALLD_FILE_SENT:
    return self->config->files_retention_days > 0
               ? now - self->config->files_retention_days * 24 * HOUR_MS
               : 0;
  case CALLD_FILE_CHECKING:
  case CALLD_FILE_KEPT:
  default:
    return starting ? now + 1 : 0;
  }
}

static void
on_files (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldFiles) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = calld_store_list_finish (CALLD_STORE (source), result, &error);
  CalldFileState state = order[self->sweep_step];

  for (guint i = 0; files != NULL && i < files->len; i++)
    if (state == CALLD_FILE_CHECKING || state == CALLD_FILE_KEPT)
      resume (self, files->pdata[i]);
    else
      calld_files_remove_async (self, files->pdata[i], on_removed, NULL);
  if (files == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    calld_log_warning ("files_sweep_failed", .detail = error->message);
  self->sweep_step++;
  sweep_next (self);
}

static void
sweep_next (CalldFiles *self)
{
  gint64 bound = 0;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  while (self->sweep_step < G_N_ELEMENTS (order) &&
         (bound = get_bound (self, order[self->sweep_step])) == 0)
    self->sweep_step++;
  if (self->sweep_step < G_N_ELEMENTS (order)) {
    calld_store_list_files_async (self->store, order[self->sweep_step], bound, SWEEP_FILES,
                                  self->cancellable, on_files, g_object_ref (self));
    return;
  }
  self->n_sweeps++;
  self->timer = calld_clock_add_timer (self->clock, SWEEP_MS, sweep, self);
}

static void
sweep (gpointer user_data)
{
  CalldFiles *self = user_data;

  self->timer = NULL;
  self->sweep_step = 0;
  sweep_next (self);
}

/**
 * calld_files_start:
 * @self: the files
 *
 * Begins to sweep, at once with what an earlier daemon left.
 */
void
calld_files_start (CalldFiles *self)
{
  if (self->cancellable != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  sweep (self);
}

/**
 * calld_files_stop:
 * @self: the files
 *
 * Sweeps no more. What is under way finishes unseen.
 */
void
calld_files_stop (CalldFiles *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->clock != NULL)
    calld_clock_clear (self->clock, &self->timer);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-blobs"

#include "config.h"

#include "calld-blobs.h"

#include "call-error.h"
#include "call-id.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The member that an error for want of room names. */
#define ROOM "storage"

struct _CalldBlobs {
  gatomicrefcount ref_count;
  char *folders[2]; /* by CalldBlobsPlace */
};

typedef struct {
  CalldBlobs *blobs;
  CalldBlobsPlace place;
  char *id;
  gint64 offset;
  gsize length;
  GBytes *bytes;
  gboolean sync;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  calld_blobs_unref (job->blobs);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job->id);
  g_free (job);
}

/* --- errors ----------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *what, int code)
{
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                         "The server has no room left for files: try again later");
    if (error != NULL)
      call_error_set_details (*error, g_variant_new_parsed ("{'field': <%s>}", ROOM));
  } else if (code == ENOENT)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such file");
  else
    g_set_error (error, CALL_ERROR, CALL_ERROR_FAILED, "A file could not be %s: %s", what,
                 g_strerror (code));
  return FALSE;
}

/**
 * calld_blobs_is_full:
 * @error: an error
 *
 * Returns: whether it says that the disk is full
 */
gboolean
calld_blobs_is_full (const GError *error)
{
  return g_error_matches (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE) &&
         g_strcmp0 (call_error_get_field (error), ROOM) == 0;
}

/* --- folders ---------------------------------------------------------------------------------- */

/* A name that was made or moved is on the disk once its folder is. */
static gboolean
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) == 0 && g_access (folder, R_OK | W_OK | X_OK) == 0)
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "Cannot keep files in \"%s\": %s.",
               folder, g_strerror (errno));
  return FALSE;
}

/**
 * calld_blobs_new:
 * @directory: where they are; made if it is not there
 * @error: %CALL_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full): the files, or %NULL with @error
 */
CalldBlobs *
calld_blobs_new (const char *directory, GError **error)
{
  g_autoptr (CalldBlobs) self = g_new0 (CalldBlobs, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->folders[CALLD_BLOBS_INCOMING] = g_build_filename (directory, "incoming", NULL);
  self->folders[CALLD_BLOBS_KEPT] = g_build_filename (directory, "kept", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (self->folders); i++)
    if (!make_folder (self->folders[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

CalldBlobs *
calld_blobs_ref (CalldBlobs *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
calld_blobs_unref (CalldBlobs *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->folders[CALLD_BLOBS_INCOMING]);
  g_free (self->folders[CALLD_BLOBS_KEPT]);
  g_free (self);
}

/* Ids made within the same minutes begin alike: the last two letters spread them. */
static char *
get_folder (CalldBlobs *self, CalldBlobsPlace place, const char *id)
{
  if (place == CALLD_BLOBS_INCOMING)
    return g_strdup (self->folders[place]);
  return g_build_filename (self->folders[place], id + strlen (id) - 2, NULL);
}

/**
 * calld_blobs_get_path:
 * @self: the files
 * @place: where it is
 * @id: its id, a UUID
 *
 * Returns: (transfer full): the path of a file, for programs that look into it
 */
char *
calld_blobs_get_path (CalldBlobs *self, CalldBlobsPlace place, const char *id)
{
  g_autofree char *folder = NULL;

  g_return_val_if_fail (call_id_is_valid (id), NULL);

  folder = get_folder (self, place, id);
  return g_build_filename (folder, id, NULL);
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void
run_job (CalldBlobs *self,
         Job *job,
         const char *id,
         GTaskThreadFunc work,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  job->blobs = calld_blobs_ref (self);
  job->id = g_strdup (id);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, work);
}

static gboolean
write_all (int fd, GBytes *bytes, gint64 offset)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize done = 0; done < length;) {
    gssize n = pwrite (fd, data + done, length - done, offset + (gint64) done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    done += (gsize) n;
  }
  return TRUE;
}

/* What went wrong leaves nothing behind: the file is as long as it was. */
static gboolean
append (int fd, const Job *job, GError **error)
{
  struct stat buf;
  int code;

  if (fstat (fd, &buf) < 0)
    return fail (error, "written", errno);
  if (buf.st_size != job->offset) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_CONFLICT,
                 "The upload has got %" G_GINT64_FORMAT " bytes", (gint64) buf.st_size);
    return FALSE;
  }
  if (write_all (fd, job->bytes, job->offset) && (!job->sync || fdatasync (fd) == 0))
    return TRUE;
  code = errno;
  if (ftruncate (fd, job->offset) < 0)
    g_warning ("A failed piece of an upload stays");
  return fail (error, "written", code);
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autofree char *path = calld_blobs_get_path (job->blobs, CALLD_BLOBS_INCOMING, job->id);
  GError *error = NULL;
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean ok;

  if (fd < 0) {
    fail (&error, "written", errno);
    g_task_return_error (task, error);
    return;
  }
  ok = append (fd, job, &error);
  if (ok && job->sync && !sync_folder (job->blobs->folders[CALLD_BLOBS_INCOMING]))
    ok = fail (&error, "written", errno);
  close (fd);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * calld_blobs_write_async:
 * @self: the files
 * @id: of an incoming one; it is made with the first piece
 * @offset: how long it is now
 * @bytes: what comes next
 * @sync: whether all of it must be on the disk when this is done
 * @callback: called when done
 * @user_data: for @callback
 *
 * Appends a piece, all of it or nothing. One piece at a time.
 */
void
calld_blobs_write_async (CalldBlobs *self,
                         const char *id,
                         gint64 offset,
                         GBytes *bytes,
                         gboolean sync,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->offset = offset;
  job->bytes = g_bytes_ref (bytes);
  job->sync = sync;
  run_job (self, job, id, write_thread, NULL, callback, user_data);
}

/**
 * calld_blobs_write_finish:
 * @result: the result
 * @error: %CALL_ERROR_CONFLICT if it was not so long; %CALL_ERROR_UNAVAILABLE if the disk is full
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_blobs_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * calld_blobs_done_finish:
 * @result: the result of cutting, keeping or removing
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_blobs_done_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
return_done (GTask *task, gboolean ok, const char *what)
{
  GError *error = NULL;

  if (ok) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  fail (&error, what, errno);
  g_task_return_error (task, error);
}

static void
cut_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autofree char *path = calld_blobs_get_path (job->blobs, CALLD_BLOBS_INCOMING, job->id);

  return_done (task, truncate (path, job->offset) == 0 || (errno == ENOENT && job->offset == 0),
               "shortened");
}

/**
 * calld_blobs_cut_async:
 * @self: the files
 * @id: of an incoming one
 * @size: how long it is to be
 * @callback: called when done
 * @user_data: for @callback
 *
 * Takes back what came after @size.
 */
void
calld_blobs_cut_async (CalldBlobs *self,
                       const char *id,
                       gint64 size,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->offset = size;
  run_job (self, job, id, cut_thread, NULL, callback, user_data);
}

static void
measure_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autofree char *path = calld_blobs_get_path (job->blobs, job->place, job->id);
  GError *error = NULL;
  struct stat buf;

  if (stat (path, &buf) == 0)
    g_task_return_int (task, (gssize) buf.st_size);
  else if (errno == ENOENT && job->place == CALLD_BLOBS_INCOMING)
    g_task_return_int (task, 0);
  else {
    fail (&error, "found", errno);
    g_task_return_error (task, error);
  }
}

/**
 * calld_blobs_measure_async:
 * @self: the files
 * @place: where it is
 * @id: which
 * @callback: called when done
 * @user_data: for @callback
 *
 * Finds out how long a file is; one of which nothing has come yet is empty.
 */
void
calld_blobs_measure_async (CalldBlobs *self,
                           CalldBlobsPlace place,
                           const char *id,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->place = place;
  run_job (self, job, id, measure_thread, NULL, callback, user_data);
}

/**
 * calld_blobs_measure_finish:
 * @result: the result
 * @error: %CALL_ERROR_NOT_FOUND
 *
 * Returns: bytes, or -1 with @error
 */
gint64
calld_blobs_measure_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

/* Whoever was killed between the move and its record moves again: then it has moved already. */
static void
keep_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autofree char *from = calld_blobs_get_path (job->blobs, CALLD_BLOBS_INCOMING, job->id);
  g_autofree char *to = calld_blobs_get_path (job->blobs, CALLD_BLOBS_KEPT, job->id);
  g_autofree char *folder = get_folder (job->blobs, CALLD_BLOBS_KEPT, job->id);
  gboolean ok = g_mkdir_with_parents (folder, 0700) == 0 &&
                (rename (from, to) == 0 || (errno == ENOENT && g_access (to, R_OK) == 0)) &&
                sync_folder (folder) && sync_folder (job->blobs->folders[CALLD_BLOBS_KEPT]);

  return_done (task, ok, "kept");
}

/**
 * calld_blobs_keep_async:
 * @self: the files
 * @id: of an incoming one that is whole and on the disk
 * @callback: called when done
 * @user_data: for @callback
 *
 * Moves a file to where it stays. Doing it again does no harm.
 */
void
calld_blobs_keep_async (CalldBlobs *self,
                        const char *id,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  run_job (self, g_new0 (Job, 1), id, keep_thread, NULL, callback, user_data);
}

static void
remove_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  gboolean ok = TRUE;

  for (int place = CALLD_BLOBS_INCOMING; ok && place <= CALLD_BLOBS_KEPT; place++) {
    g_autofree char *path = calld_blobs_get_path (job->blobs, (CalldBlobsPlace) place, job->id);

    ok = g_unlink (path) == 0 || errno == ENOENT;
  }
  return_done (task, ok, "removed");
}

/**
 * calld_blobs_remove_async:
 * @self: the files
 * @id: which, wherever it is
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes a file. One that is not there is removed already.
 */
void
calld_blobs_remove_async (CalldBlobs *self,
                          const char *id,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  run_job (self, g_new0 (Job, 1), id, remove_thread, NULL, callback, user_data);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autofree char *path = calld_blobs_get_path (job->blobs, job->place, job->id);
  g_autofree guint8 *buffer = g_malloc (MAX (job->length, 1));
  GError *error = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gssize n = fd < 0 ? -1 : pread (fd, buffer, job->length, job->offset);

  if (n < 0) {
    fail (&error, "read", errno);
    g_task_return_error (task, error);
  } else
    g_task_return_pointer (task, g_bytes_new_take (g_steal_pointer (&buffer), (gsize) n),
                           (GDestroyNotify) g_bytes_unref);
  if (fd >= 0)
    close (fd);
}

/**
 * calld_blobs_read_async:
 * @self: the files
 * @place: where it is
 * @id: which
 * @offset: from where
 * @length: how many bytes at most
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Reads a piece.
 */
void
calld_blobs_read_async (CalldBlobs *self,
                        CalldBlobsPlace place,
                        const char *id,
                        gint64 offset,
                        gsize length,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->place = place;
  job->offset = offset;
  job->length = length;
  run_job (self, job, id, read_thread, cancellable, callback, user_data);
}

/**
 * calld_blobs_read_finish:
 * @result: the result
 * @error: %CALL_ERROR_NOT_FOUND, or what the disk said
 *
 * Returns: (transfer full): what is there, perhaps less than was asked for; or %NULL with @error
 */
GBytes *
calld_blobs_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
list_folder (const char *folder, GPtrArray *ids)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inner = NULL;

    if (call_id_is_valid (name)) {
      g_ptr_array_add (ids, g_strdup (name));
      continue;
    }
    inner = g_build_filename (folder, name, NULL);
    if (strlen (name) == 2 && g_file_test (inner, G_FILE_TEST_IS_DIR))
      list_folder (inner, ids);
  }
}

static void
list_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  list_folder (job->blobs->folders[CALLD_BLOBS_INCOMING], ids);
  list_folder (job->blobs->folders[CALLD_BLOBS_KEPT], ids);
  g_task_return_pointer (task, ids, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * calld_blobs_list_async:
 * @self: the files
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the ids of all files, to find those that nobody knows of.
 */
void
calld_blobs_list_async (CalldBlobs *self, GAsyncReadyCallback callback, gpointer user_data)
{
  run_job (self, g_new0 (Job, 1), NULL, list_thread, NULL, callback, user_data);
}

/**
 * calld_blobs_list_finish:
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full) (element-type utf8): the ids, or %NULL with @error
 */
GPtrArray *
calld_blobs_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

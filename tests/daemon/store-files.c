/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-blobs.h"
#include "calld-test-clinic.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/*
 * Files: their bytes in a folder, and their rows with quotas.
 */

typedef struct {
  char *directory;
  CalldBlobs *blobs;
  char *id;
} Folder;

static void
folder_set_up (Folder *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("calld-blobs-XXXXXX", NULL);
  self->blobs = calld_blobs_new (self->directory, &error);
  g_assert_no_error (error);
  self->id = call_id_new ();
}

static void
folder_tear_down (Folder *self, gconstpointer data)
{
  calld_blobs_unref (self->blobs);
  remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->id);
}

static gboolean
try_write (Folder *self, gint64 offset, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;

  calld_blobs_write_async (self->blobs, self->id, offset, bytes, TRUE, await_cb, &result);
  return calld_blobs_write_finish (await (&result), error);
}

static void
write_text (Folder *self, gint64 offset, const char *text)
{
  g_autoptr (GError) error = NULL;

  try_write (self, offset, text, &error);
  g_assert_no_error (error);
}

static gint64
measure (Folder *self, CalldBlobsPlace place)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_blobs_measure_async (self->blobs, place, self->id, await_cb, &result);
  return calld_blobs_measure_finish (await (&result), NULL);
}

typedef void (*Deed) (CalldBlobs *self, const char *id, GAsyncReadyCallback cb, gpointer data);

static void
do_it (Folder *self, Deed deed)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  deed (self->blobs, self->id, await_cb, &result);
  calld_blobs_done_finish (await (&result), &error);
  g_assert_no_error (error);
}

static char *
read_text (Folder *self, CalldBlobsPlace place, gint64 offset, gsize length)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  calld_blobs_read_async (self->blobs, place, self->id, offset, length, NULL, await_cb, &result);
  bytes = calld_blobs_read_finish (await (&result), &error);
  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_pieces (Folder *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autofree char *part = NULL, *path = NULL;
  struct stat buf;

  g_assert_cmpint (measure (self, CALLD_BLOBS_INCOMING), ==, 0);
  write_text (self, 0, "Hello ");
  write_text (self, 6, "world");
  g_assert_cmpint (measure (self, CALLD_BLOBS_INCOMING), ==, 11);
  g_assert_cmpint (measure (self, CALLD_BLOBS_KEPT), ==, -1);
  do_it (self, calld_blobs_keep_async);
  do_it (self, calld_blobs_keep_async);
  g_assert_cmpint (measure (self, CALLD_BLOBS_KEPT), ==, 11);
  part = read_text (self, CALLD_BLOBS_KEPT, 4, 100);
  g_assert_cmpstr (part, ==, "o world");
  path = calld_blobs_get_path (self->blobs, CALLD_BLOBS_KEPT, self->id);
  g_assert_cmpint (stat (path, &buf), ==, 0);
  g_assert_cmpuint (buf.st_mode & 0777, ==, 0600);

  calld_blobs_list_async (self->blobs, await_cb, &result);
  ids = calld_blobs_list_finish (await (&result), NULL);
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_cmpstr (ids->pdata[0], ==, self->id);
  do_it (self, calld_blobs_remove_async);
  do_it (self, calld_blobs_remove_async);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_wrong_offset (Folder *self, gconstpointer data)
{
  static const gint64 offsets[] = { 0, 4, 6, 1000 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;

  write_text (self, 0, "Hello");
  for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (try_write (self, offsets[i], "x", &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_CONFLICT);
  }
  calld_blobs_cut_async (self->blobs, self->id, 4, await_cb, &result);
  g_assert_true (calld_blobs_done_finish (await (&result), NULL));
  write_text (self, 4, "!");
  text = read_text (self, CALLD_BLOBS_INCOMING, 0, 100);
  g_assert_cmpstr (text, ==, "Hell!");
}

/* A disk that takes half of a piece takes none of it. */
static void
test_full (Folder *self, gconstpointer data)
{
  struct rlimit limit, small;
  g_autofree char *piece = g_strnfill (3000, 'x');
  g_autoptr (GError) error = NULL;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  small = limit;
  small.rlim_cur = 4096;
  write_text (self, 0, piece);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (try_write (self, 3000, piece, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_true (calld_blobs_is_full (error));
  g_assert_cmpint (measure (self, CALLD_BLOBS_INCOMING), ==, 3000);
  write_text (self, 3000, "there is room again");
}

static void
test_no_folder (Folder *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (calld_blobs_new ("/proc/nowhere", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

/* --- rows ------------------------------------------------------------------------------------- */

static CalldFileRecord *
announce (Clinic *clinic, gint64 size)
{
  CalldFileRecord *file = calld_file_record_new (clinic->appointment->conversation_id,
                                                 clinic->doctor->id, "a.png", size, CLINIC_NOW);

  file->content = g_strdup ("look");
  return file;
}

static gboolean
add (Clinic *clinic, const CalldFileRecord *file, gint64 quota, gint64 total, GError **error)
{
  CalldChange *change = calld_change_new ();

  calld_change_add_file (change, file, quota, total);
  return clinic_commit (clinic, change, error);
}

static CalldFileRecord *
get (Clinic *clinic, const char *id)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_get_file_async (clinic->store, id, NULL, await_cb, &result);
  return calld_store_get_file_finish (clinic->store, await (&result), NULL);
}

static gboolean
update (Clinic *clinic, CalldFileRecord *file, CalldFileState state)
{
  CalldChange *change = calld_change_new ();
  CalldFileState before = file->state;

  file->state = state;
  calld_change_update_file (change, file, before);
  return clinic_commit (clinic, change, NULL);
}

static void
forget (Clinic *clinic, const char *id)
{
  CalldChange *change = calld_change_new ();

  calld_change_forget_file (change, id);
  g_assert_true (clinic_commit (clinic, change, NULL));
}

static void
test_rows (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldFileRecord) file = announce (clinic, 100);
  g_autoptr (CalldFileRecord) stored = NULL, sent = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) list = NULL;

  g_assert_true (add (clinic, file, 1000, 1000, NULL));
  calld_store_list_files_async (clinic->store, CALLD_FILE_UPLOADING, CLINIC_NOW + 1, 10, NULL,
                                await_cb, &result);
  list = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_free (file->type);
  file->type = g_strdup ("audio/ogg");
  file->duration_ms = 1500;
  file->waveform = g_strdup ("0190");
  file->width = 640;
  file->height = 480;
  file->etag = g_strdup ("abc");
  g_assert_true (update (clinic, file, CALLD_FILE_KEPT));
  stored = get (clinic, file->id);
  g_assert_cmpstr (stored->content, ==, "look");
  g_assert_cmpstr (stored->type, ==, "audio/ogg");
  g_assert_cmpstr (stored->waveform, ==, "0190");
  g_assert_cmpint (stored->duration_ms, ==, 1500);
  g_assert_cmpuint (stored->width, ==, 640);
  g_assert_cmpuint (stored->height, ==, 480);
  g_assert_cmpstr (stored->etag, ==, "abc");
  /* Only from the state it is in; and what was said goes with the message. */
  stored->state = CALLD_FILE_UPLOADING;
  g_assert_false (update (clinic, stored, CALLD_FILE_SENT));
  g_assert_true (update (clinic, file, CALLD_FILE_SENT));
  sent = get (clinic, file->id);
  g_assert_null (sent->content);
}

static void
test_quota (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldFileRecord) first = announce (clinic, 600);
  g_autoptr (CalldFileRecord) second = announce (clinic, 500);
  g_autoptr (GError) error = NULL, other = NULL;

  g_assert_true (add (clinic, first, 1000, 5000, NULL));
  g_assert_false (add (clinic, second, 1000, 5000, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
  g_assert_false (add (clinic, second, 5000, 1000, &other));
  g_assert_error (other, CALL_ERROR, CALL_ERROR_TOO_LARGE);
  forget (clinic, first->id);
  g_assert_null (get (clinic, first->id));
  g_assert_true (add (clinic, second, 500, 500, NULL));
}

/* A message shows its file, and still says what there was when it is gone. */
static void
test_message (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldFileRecord) file = announce (clinic, 600);
  g_autoptr (CalldFileRecord) left = NULL, next = announce (clinic, 600);
  g_autoptr (CalldMessageRecord) message = NULL, stored = NULL;
  g_autoptr (GAsyncResult) result = NULL, listed = NULL;
  g_autoptr (GPtrArray) list = NULL;
  CalldMessageQuery query = { .conversation_id = clinic->appointment->conversation_id };

  g_assert_true (add (clinic, file, 1000, 1000, NULL));
  message = calld_message_record_new (file->conversation_id, clinic->doctor->id, "look",
                                      CALL_MESSAGE_IMAGE, "t1", CLINIC_NOW);
  message->file = calld_file_record_copy (file);
  calld_store_append_message_async (clinic->store, message, NULL, await_cb, &result);
  stored = calld_store_append_message_finish (clinic->store, await (&result), NULL, NULL);
  g_assert_cmpstr (stored->file->id, ==, file->id);

  forget (clinic, file->id);
  calld_store_list_messages_async (clinic->store, &query, NULL, await_cb, &listed);
  list = calld_store_list_finish (clinic->store, await (&listed), NULL);
  g_assert_cmpuint (list->len, ==, 1);
  left = calld_file_record_copy (((CalldMessageRecord *) list->pdata[0])->file);
  g_assert_cmpint (left->state, ==, CALLD_FILE_REMOVED);
  g_assert_cmpstr (left->name, ==, "a.png");
  /* It does not count any more. */
  forget (clinic, file->id);
  g_assert_true (add (clinic, next, 600, 600, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);
#define FOLDER(path, func) g_test_add (path, Folder, NULL, folder_set_up, func, folder_tear_down)
  FOLDER ("/blobs/pieces", test_pieces);
  FOLDER ("/blobs/wrong-offset", test_wrong_offset);
  FOLDER ("/blobs/full", test_full);
  FOLDER ("/blobs/no-folder", test_no_folder);
#define CLINIC(path, func) g_test_add (path, Clinic, NULL, clinic_set_up, func, clinic_tear_down)
  CLINIC ("/store/files/rows", test_rows);
  CLINIC ("/store/files/quota", test_quota);
  CLINIC ("/store/files/message", test_message);
  return g_test_run ();
}

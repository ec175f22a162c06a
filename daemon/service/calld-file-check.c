/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-files"

#include "config.h"

#include "calld-file-check.h"

#include "calld-command.h"
#include "calld-log.h"

#include "call-error.h"
#include "call-file-rules.h"

#include <string.h>

/*
 * What is in a file: its type by its bytes, whether it is dangerous, and of sound and pictures how
 * long and how large. Foreign bytes are decoded by a program of its own (calld-probe), never here.
 */

#define HEAD_BYTES 4096
#define PROBE_MS (20 * 1000)
/* Of a picture or a sound; more is a mistake or an attack. */
#define SIDE_MAX 100000
#define DURATION_MAX_MS (7 * 24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct {
  CalldConfig *config;
  CalldClock *clock;
  char *path;
  CalldFileRecord *file; /* the caller's */
  CalldFileVerdict verdict;
  char *type;
  char *etag;
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  calld_config_unref (check->config);
  g_object_unref (check->clock);
  g_free (check->path);
  g_free (check->type);
  g_free (check->etag);
  g_free (check);
}

/* --- sound and pictures ----------------------------------------------------------------------- */

static gboolean
read_number (const char *line, const char *name, gint64 max, gint64 *number)
{
  guint64 value;

  if (!g_str_has_prefix (line, name) ||
      !g_ascii_string_to_unsigned (line + strlen (name), 10, 0, (guint64) max, &value, NULL))
    return FALSE;
  *number = (gint64) value;
  return TRUE;
}

/**
 * calld_file_probe_read:
 * @file: (inout): gets what was found
 * @report: what calld-probe wrote: lines of `name=value`
 *
 * Takes from the report what is within bounds; what a client said of its voice message gives way.
 */
void
calld_file_probe_read (CalldFileRecord *file, const char *report)
{
  g_auto (GStrv) lines = g_strsplit (report, "\n", 16);
  gint64 width = 0, height = 0, video = 0;

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i];

    read_number (line, "duration_ms=", DURATION_MAX_MS, &file->duration_ms);
    read_number (line, "width=", SIDE_MAX, &width);
    read_number (line, "height=", SIDE_MAX, &height);
    read_number (line, "video=", 1, &video);
    if (g_str_has_prefix (line, "waveform=") &&
        call_file_rules_is_waveform (line + strlen ("waveform="))) {
      g_free (file->waveform);
      file->waveform = g_strdup (line + strlen ("waveform="));
    }
  }
  file->width = width > 0 && height > 0 ? (guint) width : 0;
  file->height = width > 0 && height > 0 ? (guint) height : 0;
  if (video == 0) {
    const char *type = call_file_rules_settle_type (file->type, FALSE);

    if (type != file->type) {
      g_free (file->type);
      file->type = g_strdup (type);
    }
  }
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Check *check = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *report = NULL;
  int status = 0;

  /* A file that nobody can play is still a file. */
  report = calld_command_run_finish (result, &status, &error);
  if (report != NULL && status == 0)
    calld_file_probe_read (check->file, report);
  else
    calld_log_info ("file_not_probed", .detail = error != NULL ? error->message : "exit status",
                    .count = status, .counted = "status");
  g_task_return_boolean (task, TRUE);
}

/* Installed and built beside calld itself. */
static char *
find_probe (void)
{
  const char *named = g_getenv ("CALLD_PROBE");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  char *path = named != NULL ? g_strdup (named) : g_build_filename (folder, "calld-probe", NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    g_clear_pointer (&path, g_free);
  return path;
}

/* Takes @task. */
static void
probe (GTask *task)
{
  Check *check = g_task_get_task_data (task);
  CallMessageKind kind = call_file_rules_get_kind (check->file->type);
  g_autofree char *program = kind != CALL_MESSAGE_FILE ? find_probe () : NULL;
  const char *const argv[] = { program, check->path, NULL };

  if (program == NULL) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  calld_command_run_async (check->clock, argv, PROBE_MS, on_probed, task);
}

/* --- danger ----------------------------------------------------------------------------------- */

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Check *check = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  int status = 0;
  g_autofree char *output = calld_command_run_finish (result, &status, &error);

  if (output != NULL && status == 0) {
    probe (task);
    return;
  }
  if (output != NULL && status == 1) {
    check->verdict = CALLD_FILE_DANGEROUS;
    g_task_return_boolean (task, TRUE);
  } else {
    calld_log_error ("antivirus_failed", .detail = error != NULL ? error->message : "exit status",
                     .count = status, .counted = "status");
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                             "The file could not be checked: try again later");
  }
  g_object_unref (task);
}

/* Takes @task. What no command looks at is taken as it is. */
static void
scan (GTask *task)
{
  Check *check = g_task_get_task_data (task);
  g_auto (GStrv) words = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  if (check->config->antivirus_command == NULL ||
      !g_shell_parse_argv (check->config->antivirus_command, NULL, &words, NULL)) {
    probe (task);
    return;
  }
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, words[i]);
  g_ptr_array_add (argv, check->path);
  g_ptr_array_add (argv, NULL);
  calld_command_run_async (check->clock, (const char *const *) argv->pdata,
                           check->config->antivirus_timeout_seconds * 1000, on_scanned, task);
}

/* --- type ------------------------------------------------------------------------------------- */

static char *
sniff (const guint8 *head, gsize length)
{
  g_autofree char *guess = g_content_type_guess (NULL, head, length, NULL);
  g_autofree char *type = g_content_type_get_mime_type (guess);

  /* An empty file, or one of the many texts that no magic number knows. */
  if (type == NULL || length == 0 || g_str_equal (type, "application/x-zerosize"))
    return g_strdup ("application/octet-stream");
  return g_strdup (call_file_rules_settle_type (type, !g_str_has_prefix (type, "audio/")));
}

static void
examine_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Check *check = data;
  g_autoptr (GFile) file = g_file_new_for_path (check->path);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  GError *error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &error);
  g_autofree guint8 *buffer = g_malloc (256 * 1024);
  gsize n = 0;

  while (stream != NULL &&
         g_input_stream_read_all (G_INPUT_STREAM (stream), buffer, 256 * 1024, &n, NULL, &error)) {
    if (check->type == NULL)
      check->type = sniff (buffer, MIN (n, HEAD_BYTES));
    g_checksum_update (sum, buffer, (gssize) n);
    if (n < 256 * 1024)
      break;
  }
  if (error != NULL) {
    g_task_return_error (task, error);
    return;
  }
  check->etag = g_strdup (g_checksum_get_string (sum));
  g_task_return_boolean (task, TRUE);
}

static void
on_examined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Check *check = g_task_get_task_data (task);
  Check *found = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_free (check->file->type);
  check->file->type = g_steal_pointer (&found->type);
  g_free (check->file->etag);
  check->file->etag = g_steal_pointer (&found->etag);
  if (call_file_rules_get_policy (check->file->type) == CALL_FILE_REFUSED)
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_INVALID,
                             "Programs are not taken: put them into an archive");
  else
    scan (g_steal_pointer (&task));
}

static Check *
check_new (CalldConfig *config, CalldClock *clock, const char *path)
{
  Check *check = g_new0 (Check, 1);

  check->config = calld_config_ref (config);
  check->clock = g_object_ref (clock);
  check->path = g_strdup (path);
  return check;
}

/**
 * calld_file_check_async:
 * @config: settings
 * @clock: the clock
 * @path: where it is
 * @file: (inout): gets its type, its tag, and how long and large it is; stays until @callback
 * @callback: called when done
 * @user_data: for @callback
 *
 * Looks into a file that is whole.
 */
void
calld_file_check_async (CalldConfig *config,
                        CalldClock *clock,
                        const char *path,
                        CalldFileRecord *file,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GTask) examine = g_task_new (NULL, NULL, on_examined, task);
  Check *check = check_new (config, clock, path);

  check->file = file;
  g_task_set_task_data (task, check, check_free);
  g_task_set_task_data (examine, check_new (config, clock, path), check_free);
  g_task_run_in_thread (examine, examine_thread);
}

/**
 * calld_file_check_finish:
 * @result: the result
 * @verdict: (out): what was found
 * @error: %CALL_ERROR_INVALID for a type that is refused, %CALL_ERROR_UNAVAILABLE if the antivirus
 *   command failed
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_file_check_finish (GAsyncResult *result, CalldFileVerdict *verdict, GError **error)
{
  *verdict = ((Check *) g_task_get_task_data (G_TASK (result)))->verdict;
  return g_task_propagate_boolean (G_TASK (result), error);
}

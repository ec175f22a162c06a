/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What it costs to write many tracks to WAV files: calld against a Node back end of the same job,
 * the same senders, bytes and machine, in one run.
 *
 * usage: egress-bench [--tracks N] [--seconds N] [--frame-ms N] [--normalize] [--only calld|node]
 *
 * CPU is user and system time of the server's process over the time of sending; memory is the
 * growth of its resident set over the same time. Every byte of every file is compared.
 */
#include "config.h"

#include "livekit-sender.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BYTES_PER_MS 96
#define PATTERN (BYTES_PER_MS * 1000)
#define WAIT_US (60 * G_USEC_PER_SEC)

static int option_tracks = 200;
static int option_seconds = 10;
static int option_frame_ms = 20;
static gboolean option_normalize;
static char *option_only;

static const GOptionEntry entries[] = {
  { "tracks", 0, 0, G_OPTION_ARG_INT, &option_tracks, "tracks of 96 kB/s", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &option_seconds, "how long they are sent", "N" },
  { "frame-ms", 0, 0, G_OPTION_ARG_INT, &option_frame_ms, "length of a frame", "N" },
  { "normalize", 0, 0, G_OPTION_ARG_NONE, &option_normalize, "with the normaliser", NULL },
  { "only", 0, 0, G_OPTION_ARG_STRING, &option_only, "one of them", "calld|node" },
  G_OPTION_ENTRY_NULL,
};

typedef struct {
  const char *name;
  char *directory;
  GSubprocess *process;
  long pid;
  guint16 port;
} Server;

typedef struct {
  double cpu_percent;
  double kib_per_track;
  guint64 lost;
  double late_ms;
} Result;

/* Not silence, and not what a stereo signal looks like. */
static gint16 pattern[PATTERN / 2];

/* --- the server's process --------------------------------------------------------------------- */

static void
start (Server *self, const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *log = g_build_filename (self->directory, "log", NULL);

  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  self->process = g_subprocess_launcher_spawnv (launcher, argv, NULL);
  g_assert_nonnull (self->process);
  self->pid = strtol (g_subprocess_get_identifier (self->process), NULL, 10);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  while (self->port == 0) {
    g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

    g_assert_nonnull (line);
    if (strstr (line, "listening on") != NULL)
      self->port = (guint16) atoi (strrchr (line, ':') + 1);
  }
}

static double
get_cpu_seconds (const Server *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/stat", self->pid);
  g_autofree char *text = NULL;
  unsigned long user = 0, system_time = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (strrchr (text, ')') + 2,
                           "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                           &system_time),
                   ==, 2);
  return (double) (user + system_time) / (double) sysconf (_SC_CLK_TCK);
}

static double
get_resident_kib (const Server *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/statm", self->pid);
  g_autofree char *text = NULL;
  unsigned long pages = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %lu", &pages), ==, 1);
  return (double) pages * (double) sysconf (_SC_PAGESIZE) / 1024;
}

/* --- sending ---------------------------------------------------------------------------------- */

static LivekitSender *
dial_all (Server *self)
{
  LivekitSender *senders = g_new0 (LivekitSender, option_tracks);

  for (int i = 0; i < option_tracks; i++) {
    g_autofree char *target = g_strdup_printf (
        "/egress-audio?roomName=r&participant=p&trackId=TR_%d&meetingId=RM_1", i);

    g_assert_cmpuint (livekit_sender_dial (&senders[i], self->port, target), ==, 101);
  }
  return senders;
}

/* Each track has its own moment in the time of a frame. Returns: how late the last frame was */
static gint64
send_all (LivekitSender *senders, guint64 *sent)
{
  gsize bytes = (gsize) option_frame_ms * BYTES_PER_MS;
  gint64 begin = g_get_monotonic_time ();
  gint64 frames = (gint64) option_seconds * 1000 / option_frame_ms;
  gint64 late = 0;

  for (gint64 frame = 0; frame < frames; frame++) {
    gsize at = (gsize) (frame * (gint64) bytes % PATTERN);

    for (int i = 0; i < option_tracks; i++) {
      gint64 due = begin + (frame * option_frame_ms * 1000) +
                   (gint64) option_frame_ms * 1000 * i / option_tracks;
      gint64 wait = due - g_get_monotonic_time ();

      if (wait > 500)
        g_usleep ((gulong) wait); /* the pace of speech */
      late = MAX (late, -wait);
      g_assert_true (livekit_sender_send (&senders[i], (char *) pattern + at, bytes));
    }
    *sent += bytes;
  }
  return late;
}

/* --- the files -------------------------------------------------------------------------------- */

static gsize
count_equal (const char *path, guint64 expected)
{
  g_autofree char *data = NULL;
  gsize length = 0, header;
  gsize equal = 0;

  if (!g_file_get_contents (path, &data, &length, NULL) || length < 44)
    return 0;
  header = memcmp (data + 12, "JUNK", 4) == 0 ? 80 : 44;
  while (equal < length - header && equal < expected) {
    gsize n = MIN (PATTERN - equal % PATTERN, MIN (length - header, expected) - equal);

    if (!option_normalize &&
        memcmp (data + header + equal, (char *) pattern + equal % PATTERN, n) != 0)
      break;
    equal += n;
  }
  return equal;
}

static gboolean
is_closed (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, "\"close\"") != NULL;
}

static guint64
check_files (const char *folder, guint64 expected)
{
  gint64 until = g_get_monotonic_time () + WAIT_US;
  guint64 equal = 0;
  int closed = 0;
  const char *name;

  while (closed < option_tracks && g_get_monotonic_time () < until) {
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

    closed = 0;
    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      closed += g_str_has_suffix (name, ".jsonl") && is_closed (path);
    }
    g_usleep (100000); /* the server is writing the rest */
  }
  {
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, ".wav"))
        equal += count_equal (path, expected);
    }
  }
  return expected * (guint64) option_tracks - equal;
}

/* --- a run ------------------------------------------------------------------------------------ */

static void
measure (Server *self, const char *const *argv, const char *folder, Result *result)
{
  g_autofree LivekitSender *senders = NULL;
  g_autofree char *path = g_build_filename (self->directory, folder, NULL);
  const char *const remove[] = { "rm", "-rf", self->directory, NULL };
  double cpu, memory;
  guint64 sent = 0;

  start (self, argv);
  memory = get_resident_kib (self);
  senders = dial_all (self);
  cpu = get_cpu_seconds (self);
  result->late_ms = (double) send_all (senders, &sent) / 1000;
  result->cpu_percent = (get_cpu_seconds (self) - cpu) * 100 / option_seconds;
  result->kib_per_track = (get_resident_kib (self) - memory) / option_tracks;
  for (int i = 0; i < option_tracks; i++)
    livekit_sender_close (&senders[i]);
  result->lost = check_files (path, sent);
  g_subprocess_send_signal (self->process, 15);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  printf ("%-6s %4d tracks, frames of %2d ms, %d s: %6.2f %% of a core, %5.0f KiB a track, "
          "%" G_GUINT64_FORMAT " bytes lost (sender late by at most %.0f ms)\n",
          self->name, option_tracks, option_frame_ms, option_seconds, result->cpu_percent,
          result->kib_per_track, result->lost, result->late_ms);
}

static void
measure_calld (Result *result)
{
  Server self = { .name = "calld", .directory = g_dir_make_tmp ("egress-bench-XXXXXX", NULL) };
  g_autofree char *state = g_strdup_printf ("--state-directory=%s", self.directory);
  const char *argv[] = { g_getenv ("CALLD_BINARY"),
                         "--call-env=development",
                         "--no-dbus",
                         "--print-port",
                         "--port=0",
                         "--host=127.0.0.1",
                         state,
                         option_normalize ? "--audio-pipeline-normalize=true"
                                          : "--audio-pipeline-normalize=false",
                         NULL };

  measure (&self, argv, "storage/egress/audio/RM_1", result);
  g_free (self.directory);
}

static gboolean
measure_node (Result *result)
{
  Server self = { .name = "node" };
  g_autofree char *script = g_build_filename (g_getenv ("CALL_SOURCE_ROOT"),
                                              "tests/bench/egress-back-end.mjs", NULL);
  const char *check[] = { "node", script, "--check", NULL };
  int status = 1;

  if (!g_spawn_sync (NULL, (char **) check, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, NULL, NULL, &status, NULL) ||
      status != 0) {
    printf ("node: not compared (npm ci in tests/clients installs ws)\n");
    return FALSE;
  }
  self.directory = g_dir_make_tmp ("egress-bench-XXXXXX", NULL);
  measure (&self, (const char *[]){ "node", script, self.directory, NULL }, "RM_1", result);
  g_free (self.directory);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  Result ours = { 0 }, theirs = { 0 };
  struct rlimit limit;
  gboolean compared = FALSE;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  for (guint i = 0; i < G_N_ELEMENTS (pattern); i++)
    pattern[i] = (gint16) (i * 7919 % 20011 - 10000);
  if (g_strcmp0 (option_only, "node") != 0)
    measure_calld (&ours);
  if (g_strcmp0 (option_only, "calld") != 0)
    compared = measure_node (&theirs);
  if (compared && ours.cpu_percent > 0)
    printf ("node takes %.1f times the CPU\n", theirs.cpu_percent / ours.cpu_percent);
  return ours.lost > 0 ? 1 : 0;
}

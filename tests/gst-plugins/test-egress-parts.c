/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-name.h"
#include "egress-recorder.h"
#include "ivf-writer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW (G_GINT64_CONSTANT (1769903999123456)) /* 2026-01-31T23:59:59.123456Z */

static const GstCallEgressFormat mono = { .kind = GST_CALL_EGRESS_WAV,
                                          .wav = { 48000, 1 },
                                          .extension = "wav" };

/* --- fixture ---------------------------------------------------------------------------------- */

typedef struct {
  char *folder;
  GstCallEgressConfig config;
  guint written, troubled, resumed;
  guint64 lost;
  gboolean full;
} Fixture;

static void
on_written (gpointer owner, const char *path, const GstCallEgressLine *line)
{
  ((Fixture *) owner)->written++;
}

static void
on_troubled (gpointer owner, const GError *error)
{
  Fixture *self = owner;

  self->troubled++;
  self->full = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
on_resumed (gpointer owner, guint64 lost)
{
  Fixture *self = owner;

  self->resumed++;
  self->lost = lost;
}

static const GstCallEgressRecorderClass recorder_class = { on_written, on_troubled, on_resumed };

static void
set_up (Fixture *self, gconstpointer data)
{
  memset (self, 0, sizeof *self);
  self->folder = g_dir_make_tmp ("egress-XXXXXX", NULL);
  self->config = (GstCallEgressConfig){
    .location = self->folder,
    .meeting_id = (char *) "RM_1",
    .room = (char *) "consult-1",
    .participant = (char *) "alice",
    .track = (char *) "TR_1",
    .group_seconds = 2.0,
  };
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", self->folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (self->folder);
}

static char *
read_text (const char *path, gsize *length)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static char *
read_sidecar (const char *path)
{
  g_autofree char *sidecar = g_strconcat (path, GST_CALL_EGRESS_SIDECAR, NULL);

  return read_text (sidecar, NULL);
}

static guint
count (const char *text, const char *needle)
{
  guint n = 0;

  while ((text = strstr (text, needle)) != NULL) {
    text += strlen (needle);
    n++;
  }
  return n;
}

/* The header agrees with the length, and the last line of the sidecar with both. */
static guint64
check_wav (const char *path)
{
  gsize length;
  g_autofree char *data = read_text (path, &length);
  g_autofree char *sidecar = read_sidecar (path);
  g_auto (GStrv) lines = g_strsplit (sidecar, "\n", -1);
  GstCallWavFormat format;
  GstCallEgressLine line;
  guint64 bytes, expected = 0;

  g_assert_true (gst_call_wav_header_parse ((guint8 *) data, length, &format, &bytes));
  g_assert_cmpuint (bytes, ==, length - GST_CALL_WAV_HEADER_SIZE);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autofree char *hash = NULL;

    if (!gst_call_egress_line_parse (lines[i], strlen (lines[i]), &line))
      continue;
    g_assert_cmpuint (line.offset, ==, expected);
    expected += line.bytes;
    g_assert_cmpuint (expected, <=, bytes);
    hash = g_compute_checksum_for_data (
        G_CHECKSUM_SHA256, (guint8 *) data + GST_CALL_WAV_HEADER_SIZE + line.offset, line.bytes);
    g_assert_nonnull (strstr (lines[i], hash));
  }
  g_assert_cmpuint (expected, ==, bytes);
  return bytes;
}

/* --- pure parts ------------------------------------------------------------------------------- */

static void
test_wav_header (void)
{
  const guint64 sizes[] = { 0,           2,         192000, G_MAXUINT32 - 73, G_MAXUINT32 - 72,
                            G_MAXUINT32, 1ull << 40 };
  guint8 header[GST_CALL_WAV_HEADER_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstCallWavFormat format = { 48000, 2 }, again;
    guint64 bytes;

    gst_call_wav_header_build (&format, sizes[i], header);
    g_assert_true (gst_call_wav_header_parse (header, sizeof header, &again, &bytes));
    g_assert_cmpuint (bytes, ==, sizes[i]);
    g_assert_cmpuint (again.channels, ==, 2);
    g_assert_true ((memcmp (header, "RF64", 4) == 0) == (sizes[i] + 72 > G_MAXUINT32));
    header[20] ^= 1;
    if (memcmp (header, "RIFF", 4) == 0)
      g_assert_false (gst_call_wav_header_parse (header, sizeof header, &again, &bytes));
    g_assert_false (gst_call_wav_header_parse (header, sizeof header - 1, &again, &bytes));
  }
}

static void
test_names (void)
{
  const struct {
    const char *text, *part;
  } cases[] = {
    { "consult-1", "consult-1" },
    { "../../etc/passwd", "-.-..-etc-passwd" },
    { "..", "x" },
    { "", "x" },
    { NULL, "x" },
    { "a/b\\c\nd", "a-b-c-d" },
    { ".hidden", "-hidden" },
    { "TR_ab.c", "TR_ab.c" },
    { "\xc3\xa9t\xc3\xa9", "-t" },
    { "///", "x" },
  };
  g_autofree char *name = gst_call_egress_name (NOW, "consult-1", "alice", "TR_1", "wav");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *part = gst_call_egress_part (cases[i].text, "x");

    g_assert_cmpstr (part, ==, cases[i].part);
  }
  g_assert_cmpstr (name, ==, "20260131T235959.123Z_consult-1_alice_TR_1.wav");
}

static void
test_ivf (void)
{
  GstCallIvfHeader header = { "VP80", 320, 240, 2 }, again;
  const guint8 key[] = { 0x10, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0 };
  guint8 bytes[GST_CALL_IVF_HEADER_SIZE];
  guint8 frame[GST_CALL_IVF_FRAME_HEADER_SIZE + 4] = { 0 };
  guint width, height;
  guint32 frames;

  gst_call_ivf_header_build (&header, bytes);
  g_assert_true (gst_call_ivf_header_parse (bytes, sizeof bytes, &again));
  g_assert_cmpstr (again.fourcc, ==, "VP80");
  g_assert_cmpuint (again.frames, ==, 2);
  gst_call_ivf_frame_header_build (4, 90000, frame);
  for (gsize i = 0; i <= sizeof frame; i++)
    g_assert_cmpuint (gst_call_ivf_scan (frame, i, &frames), ==, i < sizeof frame ? 0 : i);
  g_assert_true (gst_call_vp8_get_size (key, sizeof key, &width, &height));
  g_assert_cmpuint (width, ==, 320);
  g_assert_cmpuint (height, ==, 240);
}

static void
test_pool (void)
{
  g_autofree guint8 *data = g_malloc0 (GST_CALL_EGRESS_PAGE_SIZE);
  GstCallEgressBlock block = { 0 };
  gsize n = 0;

  while (gst_call_egress_block_append (&block, data, GST_CALL_EGRESS_PAGE_SIZE))
    n++;
  g_assert_cmpuint (n * GST_CALL_EGRESS_PAGE_SIZE, ==, GST_CALL_EGRESS_BLOCK_MAX);
  gst_call_egress_block_clear (&block);
  /* What the pool does not keep goes back to the system. */
  g_assert_cmpuint (gst_call_egress_block_count_spare (), ==, GST_CALL_EGRESS_SPARE_PAGES);
}

/* --- recorder --------------------------------------------------------------------------------- */

static void
add (GstCallEgressRecorder *recorder, gsize samples)
{
  static gint16 data[48000];
  static gint16 next;

  while (samples > 0) {
    gsize n = MIN (samples, 480);

    for (gsize i = 0; i < n; i++)
      data[i] = next++;
    gst_call_egress_recorder_add_samples (recorder, (guint8 *) data, n * 2, NOW);
    samples -= n;
  }
}

static void
test_groups (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder = gst_call_egress_recorder_new (&self->config, &recorder_class,
                                                                  self);
  g_autofree char *path = NULL;
  g_autofree char *sidecar = NULL;

  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 95999);
  g_assert_cmpuint (self->written, ==, 0);
  add (recorder, 1);
  g_assert_cmpuint (self->written, ==, 1);
  path = g_strdup (gst_call_egress_recorder_get_path (recorder));
  g_assert_cmpuint (check_wav (path), ==, 192000);
  gst_call_egress_recorder_add_gap (recorder, 4800, NOW);
  add (recorder, 480);
  gst_call_egress_recorder_set_muted (recorder, TRUE, NOW);
  g_assert_cmpuint (check_wav (path), ==, 192960);
  add (recorder, 48000);
  gst_call_egress_recorder_set_muted (recorder, FALSE, NOW);
  add (recorder, 100);
  gst_call_egress_recorder_close (recorder, "eos", NOW);
  gst_call_egress_recorder_free (recorder);
  g_assert_cmpuint (check_wav (path), ==, 193160);
  sidecar = read_sidecar (path);
  g_assert_nonnull (strstr (sidecar, "\"gaps\":[{\"position\":96000,\"missing\":4800}]"));
  g_assert_nonnull (strstr (sidecar, "{\"type\":\"mute\",\"position\":96480,"));
  g_assert_nonnull (strstr (sidecar, "{\"type\":\"unmute\",\"position\":96480,\"count\":48000,"));
  g_assert_nonnull (strstr (sidecar, "\"paused\":48000"));
  g_assert_nonnull (strstr (sidecar, "{\"type\":\"close\",\"position\":96580,"));
}

static void
test_by_size (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder;

  self->config.group_bytes = 1001; /* not a whole number of samples */
  recorder = gst_call_egress_recorder_new (&self->config, &recorder_class, self);
  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 5000);
  g_assert_cmpuint (self->written, ==, 10);
  gst_call_egress_recorder_free (recorder);
}

static void
test_format_changes (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder = gst_call_egress_recorder_new (&self->config, &recorder_class,
                                                                  self);
  GstCallEgressFormat stereo = mono;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  stereo.wav.channels = 2;
  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 480);
  gst_call_egress_recorder_flush (recorder, NOW);
  first = g_strdup (gst_call_egress_recorder_get_path (recorder));
  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  gst_call_egress_recorder_set_format (recorder, &stereo, NOW);
  add (recorder, 480);
  gst_call_egress_recorder_flush (recorder, NOW);
  second = g_strdup (gst_call_egress_recorder_get_path (recorder));
  gst_call_egress_recorder_free (recorder);
  /* The same track in the same millisecond: another name, nothing is overwritten. */
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (check_wav (first), ==, 960);
  g_assert_cmpuint (check_wav (second), ==, 960);
}

static void
test_quota (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder;
  GstCallEgressCounts counts;
  g_autofree char *path = NULL;

  self->config.limits.max_bytes = 200000;
  recorder = gst_call_egress_recorder_new (&self->config, &recorder_class, self);
  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 96000 * 3);
  path = g_strdup (gst_call_egress_recorder_get_path (recorder));
  g_assert_cmpuint (self->troubled, ==, 1);
  g_assert_true (self->full);
  gst_call_egress_recorder_get_counts (recorder, &counts);
  g_assert_cmpuint (counts.lost, ==, 192000);
  gst_call_egress_recorder_free (recorder);
  g_assert_cmpuint (check_wav (path), ==, 192000);
}

/* The limit on the size of files stands for a disk that is full in mid-write. */
static void
test_full_disk (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder = gst_call_egress_recorder_new (&self->config, &recorder_class,
                                                                  self);
  struct rlimit before, small;
  g_autofree char *path = NULL;
  g_autofree char *sidecar = NULL;

  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 96000);
  path = g_strdup (gst_call_egress_recorder_get_path (recorder));
  getrlimit (RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 250000;
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &small);
  add (recorder, 96000 * 2);
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_cmpuint (self->troubled, ==, 1);
  g_assert_cmpuint (check_wav (path), ==, 192000);
  add (recorder, 96000);
  g_assert_cmpuint (self->resumed, ==, 1);
  g_assert_cmpuint (self->lost, ==, 192000);
  gst_call_egress_recorder_free (recorder);
  g_assert_cmpuint (check_wav (path), ==, 384000);
  sidecar = read_sidecar (path);
  g_assert_nonnull (strstr (sidecar, "{\"type\":\"lost\",\"position\":96000,\"count\":192000,"));
}

static void
test_no_folder (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder = gst_call_egress_recorder_new (&self->config, &recorder_class,
                                                                  self);
  g_autofree char *meeting = g_build_filename (self->folder, "RM_1", NULL);

  g_assert_true (g_file_set_contents (meeting, "in the way", -1, NULL));
  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 96000 * 2);
  g_assert_cmpuint (self->troubled, ==, 1);
  g_assert_cmpint (g_unlink (meeting), ==, 0);
  add (recorder, 96000);
  g_assert_cmpuint (self->lost, ==, 192000);
  g_assert_cmpuint (check_wav (gst_call_egress_recorder_get_path (recorder)), ==, 192000);
  gst_call_egress_recorder_free (recorder);
}

/* Beyond 4 GiB, in a sparse file: the recovery reads the length, and writes RF64. */
static void
test_large (Fixture *self, gconstpointer data)
{
  GstCallEgressFile *file;
  GstCallEgressPlace place = { .folder = self->folder };
  GstCallEgressLimits limits = { 0 };
  GstCallEgressBlock block = { 0 };
  GstCallEgressLine line = { .count = 1 };
  GstCallWavFormat format;
  guint8 head[GST_CALL_WAV_HEADER_SIZE];
  guint64 bytes = 0;
  g_autofree char *path = NULL;
  int fd;

  file = gst_call_egress_file_new (&place, &mono, &limits, NOW, NULL);
  gst_call_egress_block_append (&block, "ab", 2);
  g_assert_true (gst_call_egress_file_append (file, &block, &line, NULL));
  gst_call_egress_block_clear (&block);
  path = g_strdup (gst_call_egress_file_get_path (file));
  gst_call_egress_file_close (file, NOW, "eos", NULL);
  {
    /* The sidecar claims all of it, as if the blocks were there. */
    g_autofree char *sidecar = g_strconcat (path, GST_CALL_EGRESS_SIDECAR, NULL);
    GstCallEgressLine large = { .count = 1ull << 32, .bytes = 1ull << 33 };
    g_autofree char *json = gst_call_egress_line_to_json (&large);

    g_assert_true (g_file_set_contents (sidecar, json, -1, NULL));
  }
  g_assert_cmpint (truncate (path, (off_t) (1ull << 33) + GST_CALL_WAV_HEADER_SIZE + 1), ==, 0);
  g_assert_true (gst_call_egress_recover_file (path, NULL, NULL));
  fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (pread (fd, head, sizeof head, 0), ==, sizeof head);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, (off_t) (1ull << 33) + GST_CALL_WAV_HEADER_SIZE);
  close (fd);
  g_assert_true (gst_call_wav_header_parse (head, sizeof head, &format, &bytes));
  g_assert_cmpuint (bytes, ==, 1ull << 33);
  g_assert_true (memcmp (head, "RF64", 4) == 0);
}

/* --- after a crash ---------------------------------------------------------------------------- */

/* What a process leaves that dies between any two bytes it writes. */
static void
test_torn (Fixture *self, gconstpointer data)
{
  g_autofree char *logs = g_build_filename (self->folder, "logs", NULL);
  g_autofree char *log = g_build_filename (logs, "RM_1.log", NULL);
  g_autofree char *path = NULL;
  g_autofree char *sidecar = NULL;
  g_autofree char *text = NULL;
  GstCallEgressRecorder *recorder;
  gsize length;

  self->config.logs = logs;
  recorder = gst_call_egress_recorder_new (&self->config, &recorder_class, self);
  g_assert_true (gst_call_egress_recorder_prepare (recorder, NULL));
  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 96000 * 2);
  path = g_strdup (gst_call_egress_recorder_get_path (recorder));
  sidecar = g_strconcat (path, GST_CALL_EGRESS_SIDECAR, NULL);
  text = read_text (sidecar, &length);
  gst_call_egress_recorder_free (recorder);

  for (gsize cut = length; cut > length - 400; cut -= 57) {
    gsize log_length;
    g_autofree char *log_text = read_text (log, &log_length);
    g_autofree char *after = NULL;

    g_assert_true (g_file_set_contents (log, log_text, (gssize) (log_length - 30), NULL));
    g_assert_true (g_file_set_contents (sidecar, text, (gssize) cut, NULL));
    g_assert_cmpint (truncate (path, GST_CALL_WAV_HEADER_SIZE + 384000 - 11), ==, 0);
    g_assert_cmpuint (gst_call_egress_recover (self->folder, logs), ==, 0);
    after = read_sidecar (path);
    if (strstr (after, "\"lost\"") == NULL)
      g_assert_cmpuint (check_wav (path), ==, 384000 - 12);
    g_assert_cmpuint (count (after, "\"type\":\"close\""), ==, 1);
    g_assert_true (g_str_has_suffix (after, "\"reason\":\"recovered\"}\n"));
    /* Once is enough. */
    g_assert_cmpuint (gst_call_egress_recover (self->folder, logs), ==, 0);
    {
      g_autofree char *again = read_sidecar (path);

      g_assert_cmpstr (after, ==, again);
    }
  }
}

static void
test_left_alone (Fixture *self, gconstpointer data)
{
  GstCallEgressRecorder *recorder = gst_call_egress_recorder_new (&self->config, &recorder_class,
                                                                  self);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  gst_call_egress_recorder_set_format (recorder, &mono, NOW);
  add (recorder, 96000);
  before = read_sidecar (gst_call_egress_recorder_get_path (recorder));
  g_assert_cmpuint (gst_call_egress_recover (self->folder, NULL), ==, 0);
  after = read_sidecar (gst_call_egress_recorder_get_path (recorder));
  g_assert_cmpstr (before, ==, after);
  gst_call_egress_recorder_free (recorder);
}

/* A real process, really killed, again and again. */
static void
test_killed (Fixture *self, gconstpointer data)
{
  g_autofree char *logs = g_build_filename (self->folder, "logs", NULL);
  g_autofree char *log = g_build_filename (logs, "RM_1.log", NULL);

  self->config.logs = logs;
  self->config.group_bytes = 4096;
  for (guint round = 0; round < 20; round++) {
    int ready[2];
    char byte;
    pid_t child;

    g_assert_cmpint (pipe (ready), ==, 0);
    child = fork ();
    if (child == 0) {
      GstCallEgressRecorder *recorder = gst_call_egress_recorder_new (&self->config, NULL, NULL);

      gst_call_egress_recorder_prepare (recorder, NULL);
      gst_call_egress_recorder_set_format (recorder, &mono, g_get_real_time ());
      for (guint i = 0;; i++) {
        add (recorder, 4801);
        if (i == round * 3 && write (ready[1], "x", 1) != 1)
          _exit (1);
      }
    }
    g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
    kill (child, SIGKILL);
    g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
    close (ready[0]);
    close (ready[1]);
  }
  g_assert_cmpuint (gst_call_egress_recover (self->folder, logs), ==, 0);
  {
    g_autofree char *meeting = g_build_filename (self->folder, "RM_1", NULL);
    g_autofree char *log_text = read_text (log, NULL);
    g_autoptr (GDir) dir = g_dir_open (meeting, 0, NULL);
    const char *name;
    guint n = 0;

    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (meeting, name, NULL);
      g_autofree char *sidecar = NULL;
      g_autofree char *flushes = g_strdup_printf (" flush file=%s ", name);

      if (!g_str_has_suffix (name, ".wav"))
        continue;
      check_wav (path);
      sidecar = read_sidecar (path);
      g_assert_cmpuint (count (log_text, flushes), ==, count (sidecar, "\"type\":\"block\""));
      n++;
    }
    g_assert_cmpuint (n, ==, 20);
  }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/egress/wav-header", test_wav_header);
  g_test_add_func ("/egress/names", test_names);
  g_test_add_func ("/egress/ivf", test_ivf);
  g_test_add_func ("/egress/pool", test_pool);
  ADD ("/egress/recorder/groups", test_groups);
  ADD ("/egress/recorder/by-size", test_by_size);
  ADD ("/egress/recorder/format-changes", test_format_changes);
  ADD ("/egress/recorder/quota", test_quota);
  ADD ("/egress/recorder/full-disk", test_full_disk);
  ADD ("/egress/recorder/no-folder", test_no_folder);
  ADD ("/egress/recorder/large", test_large);
  ADD ("/egress/recover/torn", test_torn);
  ADD ("/egress/recover/left-alone", test_left_alone);
  ADD ("/egress/recover/killed", test_killed);
  return g_test_run ();
}

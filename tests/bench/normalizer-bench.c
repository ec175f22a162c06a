/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* callnormalizer beside ffmpeg's loudnorm (one pass, live) and webrtcdsp's gain control: what each
 * makes of the same speech, how late, and at what cost. All in one run, since machines differ.
 * Usage: normalizer-bench [CAST]: which voices, 0 to 2 */
#include "speech-signals.h"

#include <gst/check/gstharness.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TARGET (-16.0)
#define RAW                                                                          \
  "rawaudioparse use-sink-caps=false format=pcm pcm-format=f32le sample-rate=48000 " \
  "num-channels=1"
#define S16 "audioconvert dithering=none ! audio/x-raw,format=S16LE,layout=interleaved"
#define F32 "audioconvert ! audio/x-raw,format=F32LE"
#define FFMPEG "ffmpeg -v quiet -y -probesize 32 -f f32le -ar 48000 -ac 1 -i "
#define STEP 24 /* frames: half a millisecond */
#define CAPS_S16 "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"

typedef enum { OURS, LOUDNORM, WEBRTC, N_PLAYERS } Player;

static const struct {
  const char *name;
  const char *element; /* of GStreamer; otherwise */
  const char *filter;  /* of ffmpeg */
} players[N_PLAYERS] = {
  { "callnormalizer", "callnormalizer target-loudness=-16 true-peak-limit=-1.5", NULL },
  { "loudnorm", NULL, "loudnorm=I=-16:TP=-1.5:LRA=11:dual_mono=true,aresample=48000" },
  { "webrtcdsp",
    "webrtcdsp echo-cancel=false noise-suppression=false high-pass-filter=false gain-control=true",
    NULL },
};

typedef struct {
  SpeechFigures figures[SPEECH_N_KINDS];
  double cpu;     /* % of a core in real time */
  double latency; /* ms */
} Result;

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* --- running ----------------------------------------------------------------------- */

static double
seconds_of (struct timeval time)
{
  return time.tv_sec + time.tv_usec / 1e6;
}

static double
cpu_seconds (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return seconds_of (usage.ru_utime) + seconds_of (usage.ru_stime);
}

static double
run_pipeline (const char *in, const char *element, const char *out)
{
  g_autofree char *line = g_strdup_printf ("filesrc location=%s blocksize=1920 ! " RAW " ! " S16
                                           " ! %s ! " F32 " ! filesink location=%s",
                                           in, element, out);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  double before = cpu_seconds (RUSAGE_SELF);

  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_true (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return cpu_seconds (RUSAGE_SELF) - before;
}

static double
run_ffmpeg (const char *in, const char *filter, const char *out)
{
  g_autofree char *line = g_strdup_printf (FFMPEG "%s -af %s -threads 1 -ac 1 -f f32le %s", in,
                                           filter, out);
  g_autoptr (GError) error = NULL;
  double before = cpu_seconds (RUSAGE_CHILDREN);
  int status;

  g_spawn_command_line_sync (line, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return cpu_seconds (RUSAGE_CHILDREN) - before;
}

/* What the filter costs, without what reads and writes the files. */
static double
run (Player player, const char *in, const char *out)
{
  if (players[player].filter != NULL) {
    double idle = run_ffmpeg (in, "anull", out);

    return run_ffmpeg (in, players[player].filter, out) - idle;
  } else {
    double idle = run_pipeline (in, "identity", out);

    return run_pipeline (in, players[player].element, out) - idle;
  }
}

static double
measure (Result *result, Player player, const SpeechSignal *signal, SpeechKind kind)
{
  g_autofree char *in = path_of ("in.f32"), *out = path_of ("out.f32"), *bytes = NULL;
  double cpu;
  gsize length;

  g_file_set_contents (in, signal->samples->data, signal->samples->len * sizeof (float), NULL);
  cpu = run (player, in, out);
  g_assert_true (g_file_get_contents (out, &bytes, &length, NULL));
  speech_figures_measure (&result->figures[kind], signal, (const float *) bytes,
                          (guint) (length / sizeof (float)), TARGET);
  return cpu;
}

/* --- latency ------------------------------------------------------------------------- */

/* How much goes in before the first comes out, and what the element says of itself. */
static double
element_latency (const char *element)
{
  GstHarness *harness = gst_harness_new_parse (element);
  GstClockTime told;
  gsize in = 0;

  gst_harness_set_src_caps_str (harness, CAPS_S16);
  while (gst_harness_buffers_received (harness) == 0 && in < 48000) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, STEP * sizeof (gint16), NULL);

    gst_buffer_memset (buffer, 0, 1, STEP * sizeof (gint16));
    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (in, GST_SECOND, 48000);
    gst_harness_push (harness, buffer);
    in += STEP;
  }
  told = gst_harness_query_latency (harness);
  gst_harness_teardown (harness);
  return MAX ((in - STEP) / 48.0, told / 1e6);
}

/* How much ffmpeg must be given before anything comes out, at a tenth of a second a time. */
static double
ffmpeg_latency (const char *filter)
{
  g_autofree char *line = g_strdup_printf (
      FFMPEG "pipe:0 -af %s -ac 1 -f f32le -flush_packets 1 pipe:1", filter);
  g_auto (GStrv) words = NULL;
  static const float silence[4800];
  struct pollfd answer = { .events = POLLIN };
  double seconds = 0;
  int to, from;
  GPid pid;

  g_shell_parse_argv (line, NULL, &words, NULL);
  if (!g_spawn_async_with_pipes (NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                 NULL, NULL, &pid, &to, &from, NULL, NULL))
    return NAN;
  answer.fd = from;
  while (seconds < 10 && poll (&answer, 1, 100) == 0) {
    if (write (to, silence, sizeof (silence)) != (gssize) sizeof (silence))
      break;
    seconds += 0.1;
  }
  close (to);
  close (from);
  g_spawn_close_pid (pid);
  return seconds * 1000;
}

static double
latency_of (Player player)
{
  if (players[player].filter != NULL)
    return ffmpeg_latency (players[player].filter) - ffmpeg_latency ("anull");
  return element_latency (players[player].element);
}

/* --- the table ------------------------------------------------------------------------- */

static void
print_figures (const SpeechFigures *f)
{
  g_autofree char *converged = f->converged < 0 ? g_strdup ("never")
                                                : g_strdup_printf ("%.1f", f->converged);

  printf (" | %+6.1f %5s %5.1f %+5.2f", f->error, converged, f->deviation, f->true_peak);
}

static void
print_head (void)
{
  printf ("%-22s", "target -16, -1.5 dBTP");
  for (guint p = 0; p < N_PLAYERS; p++)
    printf (" | %-25s", players[p].name);
  printf ("\n%-22s", "");
  for (guint p = 0; p < N_PLAYERS; p++)
    printf (" | %6s %5s %5s %6s", "err LU", "conv", "dev", "TP");
  printf ("\n");
}

static void
print_ratios (const Result *results, SpeechKind kind, const char *what)
{
  const SpeechFigures *ours = &results[OURS].figures[kind];

  printf ("%-34s", what);
  for (guint p = LOUDNORM; p < N_PLAYERS; p++) {
    const SpeechFigures *theirs = &results[p].figures[kind];

    printf (" | %s: error %.1f to %.1f, dev %.1f to %.1f (%.2f of it)", players[p].name,
            fabs (ours->error), fabs (theirs->error), ours->deviation, theirs->deviation,
            ours->deviation / MAX (theirs->deviation, 0.01));
  }
  printf ("\n");
}

static void
print_costs (const Result *results)
{
  printf ("%-22s", "latency, ms");
  for (guint p = 0; p < N_PLAYERS; p++)
    printf (" | %25.1f", results[p].latency);
  printf ("\n%-22s", "CPU, % of a core");
  for (guint p = 0; p < N_PLAYERS; p++)
    printf (" | %25.2f", results[p].cpu);
  printf ("\n\nours to theirs:\n%-34s", "latency and CPU");
  for (guint p = LOUDNORM; p < N_PLAYERS; p++)
    printf (" | %s: %.4f of the latency, %.2f of the CPU", players[p].name,
            results[OURS].latency / results[p].latency, results[OURS].cpu / results[p].cpu);
  printf ("\n");
}

static void
run_all (Result *results, guint cast)
{
  double seconds = 0;

  print_head ();
  for (guint kind = 0; kind < SPEECH_N_KINDS; kind++) {
    g_autoptr (SpeechSignal) signal = speech_signal_new (kind, cast);

    seconds += signal->samples->len / (double) SPEECH_RATE;
    printf ("%-22s", signal->name);
    for (guint p = 0; p < N_PLAYERS; p++) {
      results[p].cpu += measure (&results[p], p, signal, kind);
      print_figures (&results[p].figures[kind]);
    }
    printf ("\n");
    fflush (stdout);
  }
  for (guint p = 0; p < N_PLAYERS; p++) {
    results[p].cpu *= 100 / seconds;
    results[p].latency = latency_of (p);
  }
}

int
main (int argc, char *argv[])
{
  Result results[N_PLAYERS] = { 0 };
  g_autofree char *command = NULL;

  gst_init (&argc, &argv);
  folder = g_dir_make_tmp ("normalizer-bench-XXXXXX", NULL);
  run_all (results, argc > 1 ? (guint) atoi (argv[1]) : 0);
  print_costs (results);
  print_ratios (results, SPEECH_AFTER_SILENCE, "after silence");
  print_ratios (results, SPEECH_STEPS, "level steps");
  print_ratios (results, SPEECH_CLAPS, "claps");
  print_ratios (results, SPEECH_NOISY, "noisy room");
  command = g_strdup_printf ("rm -rf %s", folder);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "block-receiver.h"
#include "call-http-policy.h"
#include "wav-header.h"

#include <gst/check/gstharness.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* callimentivsink against a service that is well, ill, slow, rude, or away. */

#define RATE 8000
#define CAPS "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved"
#define BLOCK_SECONDS 0.1
#define BLOCK_BYTES 1600
#define SENDER "--sender"

typedef struct {
  BlockReceiver *receiver;
  guint port;
  char *folder;
  GstHarness *harness;
  guint n_pushed; /* samples, which count */
} Fixture;

static void
start_sink (Fixture *fixture, const char *scheme)
{
  g_autofree char *location = g_strdup_printf ("%s://127.0.0.1:%u/ingest", scheme, fixture->port);
  GstElement *element = gst_element_factory_make ("callimentivsink", NULL);

  g_object_set (element, "location", location, "spool-dir", fixture->folder, "meeting-id", "RM_1",
                "participant", "Zoë & co", "track", "TR_1", "group-seconds", BLOCK_SECONDS,
                "retry-delay-ms", 1, "api-key", "secret", "drain-timeout", 60 * GST_SECOND, NULL);
  fixture->harness = gst_harness_new_with_element (element, "sink", NULL);
  gst_harness_set_src_caps_str (fixture->harness, CAPS);
  gst_object_unref (element);
}

static void
stop_sink (Fixture *fixture)
{
  g_clear_pointer (&fixture->harness, gst_harness_teardown);
}

static void
start_receiver (Fixture *fixture)
{
  fixture->receiver = block_receiver_new (fixture->port);
  fixture->port = block_receiver_get_port (fixture->receiver);
}

/* The port stays known, and nobody listens on it. */
static void
stop_receiver (Fixture *fixture)
{
  g_clear_pointer (&fixture->receiver, block_receiver_free);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  *fixture = (Fixture){ .folder = g_dir_make_tmp ("imentiv-XXXXXX", NULL) };
  start_receiver (fixture);
  start_sink (fixture, "http");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf %s", fixture->folder);

  stop_sink (fixture);
  stop_receiver (fixture);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  g_free (fixture->folder);
}

/* Samples count, so that the receiver sees what is missing or twice. */
static GstBuffer *
make_samples (guint first, guint n)
{
  g_autofree gint16 *samples = g_new (gint16, n);

  for (guint i = 0; i < n; i++)
    samples[i] = GINT16_TO_LE ((gint16) (first + i));
  return gst_buffer_new_memdup (samples, n * sizeof (gint16));
}

static void
push (Fixture *fixture, guint n_samples)
{
  GstBuffer *buffer = make_samples (fixture->n_pushed, n_samples);

  g_assert_cmpint (gst_harness_push (fixture->harness, buffer), ==, GST_FLOW_OK);
  fixture->n_pushed += n_samples;
}

static void
push_blocks (Fixture *fixture, guint n)
{
  for (guint i = 0; i < n; i++)
    push (fixture, BLOCK_BYTES / 2);
}

static void
end_stream (Fixture *fixture)
{
  g_assert_true (gst_harness_push_event (fixture->harness, gst_event_new_eos ()));
}

static guint64
stat_of (Fixture *fixture, const char *name)
{
  guint64 value;

  g_object_get (fixture->harness->element, name, &value, NULL);
  return value;
}

/* Each block once, in order, and every sample in its place. */
static void
assert_taken (Fixture *fixture, guint n_blocks, guint n_samples)
{
  g_autoptr (GPtrArray) taken = block_receiver_get_taken (fixture->receiver);
  guint next = 0;

  g_assert_cmpuint (taken->len, ==, n_blocks);
  for (guint i = 0; i < taken->len; i++) {
    const BlockRequest *request = taken->pdata[i];
    gsize size;
    const gint16 *samples = g_bytes_get_data (request->body, &size);

    g_assert_cmpuint (request->sequence, ==, i + 1);
    for (gsize j = 0; j < size / 2; j++)
      g_assert_cmpint (GINT16_FROM_LE (samples[j]), ==, (gint16) next++);
  }
  g_assert_cmpuint (next, ==, n_samples);
}

static void
test_delivers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) requests = NULL;
  const BlockRequest *request;

  for (guint i = 0; i < 25; i++)
    push (fixture, 100 + i);
  end_stream (fixture);
  assert_taken (fixture, 4, fixture->n_pushed);
  requests = block_receiver_get_requests (fixture->receiver);
  request = requests->pdata[0];
  g_assert_cmpstr (request->query, ==,
                   "meetingId=RM_1&participant=Zo%C3%AB%20%26%20co&track=TR_1&sr=8000&ch=1");
  g_assert_cmpstr (request->content_type, ==, "audio/L16; rate=8000; channels=1");
  g_assert_cmpstr (request->authorization, ==, "Bearer secret");
  g_assert_cmpstr (request->meeting, ==, "RM_1");
  g_assert_cmpstr (request->participant, ==, "Zoë & co");
  g_assert_cmpstr (request->track, ==, "TR_1");
  g_assert_cmpuint (stat_of (fixture, "blocks-delivered"), ==, 4);
  g_assert_cmpuint (stat_of (fixture, "bytes-delivered"), ==, fixture->n_pushed * 2);
  g_assert_cmpuint (stat_of (fixture, "blocks-pending"), ==, 0);
}

static void
test_wav (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) taken = NULL;
  const BlockRequest *request;
  GstCallWavFormat format;
  guint64 bytes;
  gsize size;

  gst_util_set_object_arg (G_OBJECT (fixture->harness->element), "payload", "wav");
  push_blocks (fixture, 1);
  end_stream (fixture);
  taken = block_receiver_get_taken (fixture->receiver);
  request = taken->pdata[0];
  g_assert_cmpstr (request->content_type, ==, "audio/wav");
  g_assert_true (gst_call_wav_header_parse (g_bytes_get_data (request->body, &size),
                                            g_bytes_get_size (request->body), &format, &bytes));
  g_assert_cmpuint (bytes, ==, BLOCK_BYTES);
  g_assert_cmpuint (format.rate, ==, RATE);
}

/* What fails for a while: all arrives in the end, each once, in order. */
static const guint failing[] = { 500, 503, 408, 502, 500, 504, 200, 500, 401, 500 };
static const guint too_many[] = { 200, 429 };
static const guint hanging[] = { BLOCK_RECEIVER_HANGS, 200, BLOCK_RECEIVER_HANGS };

typedef struct {
  const char *path;
  const guint *statuses;
  guint n, n_failures;
} Plan;

static const Plan plans[] = {
  { "/imentiv-sink/failing", failing, G_N_ELEMENTS (failing), 9 },
  { "/imentiv-sink/too-many", too_many, G_N_ELEMENTS (too_many), 1 },
  { "/imentiv-sink/hanging", hanging, G_N_ELEMENTS (hanging), 2 },
};

static void
test_plan (Fixture *fixture, gconstpointer data)
{
  const Plan *plan = data;
  g_autoptr (GPtrArray) requests = NULL;

  stop_sink (fixture);
  start_sink (fixture, "http");
  if (plan->statuses == hanging) {
    gst_element_set_state (fixture->harness->element, GST_STATE_NULL);
    g_object_set (fixture->harness->element, "timeout-ms", 100, NULL);
    gst_harness_play (fixture->harness);
    gst_harness_set_src_caps_str (fixture->harness, CAPS);
  }
  block_receiver_plan (fixture->receiver, plan->statuses, plan->n);
  push_blocks (fixture, 5);
  end_stream (fixture);
  assert_taken (fixture, 5, fixture->n_pushed);
  g_assert_cmpuint (stat_of (fixture, "failures"), ==, plan->n_failures);
  g_assert_cmpuint (stat_of (fixture, "blocks-lost"), ==, 0);
  requests = block_receiver_get_requests (fixture->receiver);
  for (guint i = 1; i < requests->len; i++) {
    const BlockRequest *before = requests->pdata[i - 1], *request = requests->pdata[i];

    /* A block that failed comes again before any other. */
    if (before->status != 200)
      g_assert_cmpstr (request->key, ==, before->key);
    if (before->status == 429)
      g_assert_cmpint (request->time - before->time, >=, 990 * 1000);
  }
}

/* What is refused is out of the way, kept, and can be sent again. */
static void
test_dead (Fixture *fixture, gconstpointer data)
{
  static const guint statuses[] = { 200, 400, 200 };

  block_receiver_plan (fixture->receiver, statuses, G_N_ELEMENTS (statuses));
  push_blocks (fixture, 3);
  end_stream (fixture);
  g_assert_cmpuint (stat_of (fixture, "blocks-delivered"), ==, 2);
  g_assert_cmpuint (stat_of (fixture, "blocks-dead"), ==, 1);
  g_signal_emit_by_name (fixture->harness->element, "replay");
  block_receiver_wait (fixture->receiver, 3);
  {
    g_autoptr (GPtrArray) taken = block_receiver_get_taken (fixture->receiver);
    const BlockRequest *last = taken->pdata[2];

    g_assert_cmpuint (last->sequence, ==, 2);
  }
}

/* An hour of blocks while nobody listens: nobody waits, and nothing is lost. */
static void
test_down (Fixture *fixture, gconstpointer data)
{
  stop_receiver (fixture);
  push_blocks (fixture, 1800);
  g_assert_cmpuint (stat_of (fixture, "blocks-pending"), ==, 1800);
  start_receiver (fixture);
  block_receiver_wait (fixture->receiver, 1800);
  assert_taken (fixture, 1800, fixture->n_pushed);
  g_assert_cmpuint (stat_of (fixture, "blocks-lost"), ==, 0);
}

static guint
count_lost_messages (GstBus *bus)
{
  guint n = 0;
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    const GstStructure *structure = gst_message_get_structure (message);

    n += gst_message_has_name (message, "callimentivsink") &&
         g_strcmp0 (gst_structure_get_string (structure, "event"), "lost") == 0;
    gst_message_unref (message);
  }
  return n;
}

/* What does not fit the spool is lost, and counted, and told. */
static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = fixture->harness->element;
  guint told = 0;

  gst_element_set_state (element, GST_STATE_NULL);
  g_object_set (element, "spool-max-bytes", (guint64) 10 * (BLOCK_BYTES + 300), "drain-timeout",
                (guint64) 0, NULL);
  gst_element_set_bus (element, bus);
  gst_harness_play (fixture->harness);
  gst_harness_set_src_caps_str (fixture->harness, CAPS);
  stop_receiver (fixture);
  push_blocks (fixture, 50);
  while (stat_of (fixture, "blocks-lost") + stat_of (fixture, "blocks-pending") < 50 ||
         stat_of (fixture, "blocks-lost") < 35)
    g_thread_yield ();
  g_assert_cmpuint (stat_of (fixture, "bytes-lost"), ==,
                    stat_of (fixture, "blocks-lost") * BLOCK_BYTES);
  end_stream (fixture);
  /* A block is told of just after it was counted, by another thread. */
  while ((told += count_lost_messages (bus)) < stat_of (fixture, "blocks-lost"))
    g_thread_yield ();
  g_assert_cmpuint (told, ==, stat_of (fixture, "blocks-lost"));
  gst_element_set_bus (element, NULL);
}

/* Somebody who speaks no TLS gets nothing, and blocks wait. */
static void
test_tls (Fixture *fixture, gconstpointer data)
{
  stop_sink (fixture);
  start_sink (fixture, "https");
  g_object_set (fixture->harness->element, "drain-timeout", (guint64) 0, NULL);
  push_blocks (fixture, 3);
  while (stat_of (fixture, "failures") < 4)
    g_thread_yield ();
  end_stream (fixture);
  g_assert_cmpuint (stat_of (fixture, "blocks-pending"), ==, 3);
  stop_sink (fixture);
  start_sink (fixture, "http");
  block_receiver_wait (fixture->receiver, 3);
  assert_taken (fixture, 3, fixture->n_pushed);
}

/* The launch line of the documentation, towards our receiver. */
static void
test_line (Fixture *fixture, gconstpointer data)
{
  g_autofree char *source = g_build_filename (g_getenv ("CALL_SOURCE_ROOT"),
                                              "gst-plugins/gstcallimentivsink.c", NULL);
  g_autoptr (GRegex) newline = g_regex_new ("\\s*\\n \\*\\s*", 0, 0, NULL);
  g_autofree char *text = NULL, *start = NULL, *line = NULL;
  g_autofree char *host = g_strdup_printf ("127.0.0.1:%u", fixture->port);
  g_autofree char *folder = g_strconcat ("spool-dir=", fixture->folder, "/line", NULL);
  g_autoptr (GString) filled = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  start = g_strdup (strstr (text, "gst-launch-1.0 ") + strlen ("gst-launch-1.0 "));
  *strstr (start, "]|") = '\0';
  line = g_regex_replace_literal (newline, start, -1, 0, " ", 0, NULL);
  filled = g_string_new (line);
  g_assert_cmpuint (g_string_replace (filled, "127.0.0.1:8088", host, 1), ==, 1);
  g_assert_cmpuint (g_string_replace (filled, "spool-dir=spool", folder, 1), ==, 1);
  pipeline = gst_parse_launch (filled->str, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  block_receiver_wait (fixture->receiver, 4);
}

/* --- killed ---------------------------------------------------------------------- */

/* The process that will be killed: sends as fast as it can. */
G_NORETURN static void
send_for_ever (const char *folder, guint port)
{
  Fixture fixture = { .folder = (char *) folder, .port = port };

  start_sink (&fixture, "http");
  for (;;) {
    push_blocks (&fixture, 1);
    while (stat_of (&fixture, "blocks-pending") > 20)
      g_thread_yield ();
  }
}

static GPid
spawn_sender (Fixture *fixture)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *port = g_strdup_printf ("%u", fixture->port);
  char *argv[] = { self, (char *) SENDER, fixture->folder, port, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* kill -9, and another start: every block that reached the spool arrives, and counts once. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  GPid pid;
  guint n;

  stop_sink (fixture);
  pid = spawn_sender (fixture);
  block_receiver_wait (fixture->receiver, 100);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  start_sink (fixture, "http");
  end_stream (fixture);
  {
    g_autoptr (GPtrArray) taken = block_receiver_get_taken (fixture->receiver);

    n = taken->len;
  }
  g_assert_cmpuint (n, >=, 100);
  assert_taken (fixture, n, n * BLOCK_BYTES / 2);
  g_assert_cmpuint (stat_of (fixture, "blocks-torn"), ==, 0);
}

/* --- decisions -------------------------------------------------------------------- */

static void
test_policy (void)
{
  static const struct {
    guint status;
    GstCallHttpOutcome outcome;
  } cases[] = {
    { 200, GST_CALL_HTTP_DELIVERED }, { 202, GST_CALL_HTTP_DELIVERED },
    { 0, GST_CALL_HTTP_RETRY },       { 408, GST_CALL_HTTP_RETRY },
    { 429, GST_CALL_HTTP_RETRY },     { 500, GST_CALL_HTTP_RETRY },
    { 401, GST_CALL_HTTP_RETRY },     { 599, GST_CALL_HTTP_RETRY },
    { 400, GST_CALL_HTTP_BURY },      { 404, GST_CALL_HTTP_BURY },
    { 301, GST_CALL_HTTP_BURY },      { 413, GST_CALL_HTTP_BURY },
  };
  GstCallHttpBlock wild = { "a\r\nX: y", NULL, "t&x=1#", 48000, 2, TRUE };
  g_autofree char *meta = gst_call_http_policy_make_meta (&wild);
  g_autofree char *url = gst_call_http_policy_make_url ("http://h/p?v=2", "a=b");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (gst_call_http_policy_judge (cases[i].status), ==, cases[i].outcome);
  for (guint i = 1; i < 40; i++)
    g_assert_cmpuint (gst_call_http_policy_delay_ms (i, 500), ==, MIN (250u << MIN (i, 12), 30000));
  g_assert_cmpuint (gst_call_http_policy_retry_after_ms ("7"), ==, 7000);
  g_assert_cmpuint (gst_call_http_policy_retry_after_ms ("99999"), ==, 300000);
  g_assert_cmpuint (gst_call_http_policy_retry_after_ms ("soon"), ==, 0);
  g_assert_cmpuint (gst_call_http_policy_retry_after_ms (NULL), ==, 0);
  g_assert_cmpstr (meta, ==,
                   "meetingId=a__X%3A%20y&participant=&track=t%26x%3D1%23&sr=48000&ch=2\n"
                   "Content-Type: audio/wav\nX-Meeting-Id: a__X: y\nX-Participant-Id: \n"
                   "X-Track-Id: t&x=1#");
  g_assert_cmpstr (url, ==, "http://h/p?v=2&a=b");
}

#define TEST(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  gst_init (&argc, &argv);
  if (argc == 4 && g_str_equal (argv[1], SENDER))
    send_for_ever (argv[2], (guint) g_ascii_strtoull (argv[3], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imentiv-sink/policy", test_policy);
  TEST ("/imentiv-sink/delivers", test_delivers);
  TEST ("/imentiv-sink/wav", test_wav);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    g_test_add (plans[i].path, Fixture, &plans[i], set_up, test_plan, tear_down);
  TEST ("/imentiv-sink/dead", test_dead);
  TEST ("/imentiv-sink/down", test_down);
  TEST ("/imentiv-sink/full", test_full);
  TEST ("/imentiv-sink/tls", test_tls);
  TEST ("/imentiv-sink/line", test_line);
  TEST ("/imentiv-sink/killed", test_killed);
  return g_test_run ();
}

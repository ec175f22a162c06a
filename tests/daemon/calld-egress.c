/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-egress-pool.h"
#include "calld-fixture.h"
#include "livekit-sender.h"

#include <string.h>

/* The real calld, and what LiveKit's egress sends to it. */

#define HEADER 80
#define FRAME 960 /* 10 ms, 48 kHz, mono */
#define WAIT_US (60 * G_USEC_PER_SEC)

static const char *const flags[] = { "--call-env=development", NULL };

typedef struct {
  CalldFixture *calld;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->calld = calld_fixture_new (data != NULL ? data : flags);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  calld_fixture_free (self->calld);
}

/* --- files ------------------------------------------------------------------------------------ */

static GPtrArray *
list_files (Fixture *self, const char *folder, const char *suffix)
{
  g_autofree char *path = g_build_filename (self->calld->directory, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      g_ptr_array_add (files, g_build_filename (path, name, NULL));
  return files;
}

static gboolean
says (const char *path, const char *what)
{
  g_autofree char *sidecar = g_strconcat (path, ".jsonl", NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (sidecar, &text, NULL, NULL) && strstr (text, what) != NULL;
}

static gboolean
is_closed (const char *path)
{
  return says (path, "\"type\":\"close\"");
}

static gboolean
has_block (const char *path)
{
  return says (path, "\"type\":\"block\"");
}

/* Waits until there is one closed file of a meeting. */
static char *
wait_for_file (Fixture *self, const char *folder, const char *suffix, guint n)
{
  gint64 until = g_get_monotonic_time () + WAIT_US;

  while (TRUE) {
    g_autoptr (GPtrArray) files = list_files (self, folder, suffix);
    guint closed = 0;

    for (guint i = 0; i < files->len; i++)
      closed += is_closed (g_ptr_array_index (files, i));
    if (closed == n)
      return g_strdup (files->pdata[0]);
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    g_usleep (20000); /* looks again */
  }
}

static char *
read_wav (const char *path, gsize *length)
{
  char *data = NULL;
  guint32 bytes;

  g_assert_true (g_file_get_contents (path, &data, length, NULL));
  g_assert_cmpuint (*length, >=, HEADER);
  memcpy (&bytes, data + HEADER - 4, 4);
  g_assert_cmpuint (GUINT32_FROM_LE (bytes), ==, *length - HEADER);
  return data;
}

static void
fill (gint16 *samples, guint n, guint from)
{
  for (guint i = 0; i < n; i++)
    samples[i] = (gint16) ((from + i) * 31 % 20011 - 10000);
}

static GByteArray *
make_samples (guint n)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_set_size (bytes, n * 2);
  fill ((gint16 *) (gpointer) bytes->data, n, 0);
  return bytes;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
test_wav (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) samples = make_samples (48000);
  g_autofree char *path = NULL;
  g_autofree char *wav = NULL;
  g_autofree char *log_path = g_build_filename (self->calld->directory,
                                                "storage/pipeline-logs/RM_1.log", NULL);
  g_autofree char *log = NULL;
  LivekitSender sender;
  gsize length, at = 0, step = 1;
  guint8 opcode;
  g_autofree char *pong = NULL;

  g_assert_cmpuint (livekit_sender_dial (&sender, self->calld->port,
                                         "/egress-audio?roomName=consult-1&participant=alice"
                                         "&trackId=TR_1&meetingId=RM_1&groupSeconds=0.2"),
                    ==, 101);
  /* Frames that end between the bytes of a sample. */
  while (at < samples->len) {
    gsize n = MIN (step, samples->len - at);

    g_assert_true (livekit_sender_send (&sender, samples->data + at, n));
    at += n;
    step = step % 4001 + 977;
  }
  livekit_sender_ping (&sender);
  pong = livekit_sender_read (&sender, &opcode, &length);
  g_assert_cmpuint (opcode, ==, 10);
  g_assert_cmpmem (pong, length, "ping", 4);
  livekit_sender_close (&sender);

  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 1);
  g_assert_nonnull (strstr (path, "Z_consult-1_alice_TR_1.wav"));
  wav = read_wav (path, &length);
  g_assert_cmpmem (wav + HEADER, length - HEADER, samples->data, samples->len);
  g_assert_true (g_file_get_contents (log_path, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, " flush file="));
  g_assert_nonnull (strstr (log, " close file="));
}

static void
test_mute (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) samples = make_samples (9600);
  g_autofree char *path = NULL;
  g_autofree char *wav = NULL;
  LivekitSender sender;
  gsize length;

  livekit_sender_dial (&sender, self->calld->port, "/egress-audio?roomName=a&meetingId=RM_1");
  livekit_sender_send_muted (&sender, TRUE);
  livekit_sender_send (&sender, samples->data, 9600);
  livekit_sender_send_muted (&sender, FALSE);
  livekit_sender_send (&sender, samples->data + 9600, 9600);
  livekit_sender_close (&sender);
  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 1);
  wav = read_wav (path, &length);
  g_assert_cmpmem (wav + HEADER, length - HEADER, samples->data + 9600, 9600);
}

/* LiveKit sends stereo, whatever the URL says. */
static void
test_really_stereo (Fixture *self, gconstpointer data)
{
  g_autofree gint16 *stereo = g_new (gint16, 96000);
  g_autofree gint16 *mono = g_new (gint16, 48000);
  g_autofree char *path = NULL;
  g_autofree char *wav = NULL;
  g_autofree char *log = NULL;
  LivekitSender sender;
  gsize length;

  fill (mono, 48000, 0);
  for (guint i = 0; i < 96000; i++)
    stereo[i] = mono[i / 2];
  livekit_sender_dial (&sender, self->calld->port, "/egress-audio?roomName=a&meetingId=RM_1");
  for (guint i = 0; i < 96000 * 2; i += LIVEKIT_FRAME_BYTES)
    livekit_sender_send (&sender, (char *) stereo + i, LIVEKIT_FRAME_BYTES);
  livekit_sender_close (&sender);
  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 1);
  wav = read_wav (path, &length);
  g_assert_cmpuint ((guint8) wav[58], ==, 1);
  g_assert_cmpmem (wav + HEADER, length - HEADER, mono, 96000);
  log = calld_fixture_read_log (self->calld);
  g_assert_nonnull (strstr (log, "egress_format_wrong"));
}

static void
test_video (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *ivf = NULL;
  LivekitSender sender;
  gsize length;

  g_assert_cmpuint (livekit_sender_dial (&sender, self->calld->port,
                                         "/egress-video?roomName=a&meetingId=RM_1&codec=vp8"),
                    ==, 101);
  livekit_sender_send (&sender, "\x10\0\0\x9d\x01\x2a\x40\x01\xf0\0", 10);
  livekit_sender_send (&sender, "delta", 5);
  livekit_sender_close (&sender);
  path = wait_for_file (self, "storage/egress/video/RM_1", ".ivf", 1);
  g_assert_true (g_file_get_contents (path, &ivf, &length, NULL));
  g_assert_cmpuint (length, ==, 32 + 12 + 10 + 12 + 5);
  g_assert_cmpmem (ivf + length - 5, 5, "delta", 5);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  const struct {
    const char *target;
    guint status;
  } cases[] = {
    { "/egress-audio", 400 },
    { "/egress-audio?roomName=a&channels=9", 400 },
    { "/egress-video?roomName=a", 400 },
    { "/egress-video?roomName=a&codec=av1", 400 },
    { "/egress-audio?roomName=a&expires=1&signature=00", 401 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    LivekitSender sender;

    g_assert_cmpuint (livekit_sender_dial (&sender, self->calld->port, cases[i].target), ==,
                      cases[i].status);
  }
}

static void
test_unsigned (Fixture *self, gconstpointer data)
{
  LivekitSender sender;

  g_assert_cmpuint (livekit_sender_dial (&sender, self->calld->port, "/egress-audio?roomName=a"),
                    ==, 401);
}

static void
test_paths (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  LivekitSender sender;
  gint16 samples[480] = { 0 };

  livekit_sender_dial (&sender, self->calld->port,
                       "/egress-audio?roomName=..%2F..%2Fa&participant=%2Fetc%2Fpasswd"
                       "&trackId=..%5C..&meetingId=..%2F..%2F..%2Ftmp");
  livekit_sender_send (&sender, samples, sizeof samples);
  livekit_sender_close (&sender);
  path = wait_for_file (self, "storage/egress/audio/-.-..-..-tmp", ".wav", 1);
  g_assert_nonnull (strstr (path, "Z_-.-..-a_-etc-passwd_track.wav"));
}

/* It sends the head of a frame, and is gone. */
static void
test_vanishes (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) samples = make_samples (4800);
  g_autofree char *path = NULL;
  g_autofree char *wav = NULL;
  LivekitSender sender;
  gsize length;

  livekit_sender_dial (&sender, self->calld->port, "/egress-audio?roomName=a&meetingId=RM_1");
  livekit_sender_send (&sender, samples->data, samples->len);
  livekit_sender_send_raw (&sender, "\x82\xfe\x07\x80masknot all of it", 21);
  livekit_sender_vanish (&sender);
  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 1);
  wav = read_wav (path, &length);
  g_assert_cmpmem (wav + HEADER, length - HEADER, samples->data, samples->len);
}

static void
test_too_large (Fixture *self, gconstpointer data)
{
  g_autofree char *frame = g_malloc0 (10 * 1024 * 1024);
  g_autofree char *close_frame = NULL;
  LivekitSender sender;
  guint8 opcode = 0;
  gsize length = 0;

  livekit_sender_dial (&sender, self->calld->port, "/egress-audio?roomName=a&meetingId=RM_1");
  livekit_sender_send (&sender, frame, 10 * 1024 * 1024);
  close_frame = livekit_sender_read (&sender, &opcode, &length);
  if (close_frame != NULL) {
    g_assert_cmpuint (opcode, ==, 8);
    g_assert_cmpmem (close_frame, 2, "\x03\xf1", 2); /* 1009 */
  }
  livekit_sender_vanish (&sender);
}

static void
test_two_senders (Fixture *self, gconstpointer data)
{
  static const char target[] = "/egress-audio?roomName=a&meetingId=RM_1&participant=p&trackId=TR_1";
  g_autofree char *path = NULL;
  g_autofree char *close_frame = NULL;
  gint16 samples[480] = { 0 };
  LivekitSender first, second;
  guint8 opcode;
  gsize length;

  livekit_sender_dial (&first, self->calld->port, target);
  livekit_sender_send (&first, samples, sizeof samples);
  livekit_sender_dial (&second, self->calld->port, target);
  close_frame = livekit_sender_read (&first, &opcode, &length);
  g_assert_cmpuint (opcode, ==, 8);
  g_assert_cmpstr (close_frame + 2, ==, "superseded");
  livekit_sender_vanish (&first);
  livekit_sender_send (&second, samples, sizeof samples);
  livekit_sender_close (&second);
  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 2);
}

static void
test_resume (Fixture *self, gconstpointer data)
{
  static const char target[] = "/egress-audio?roomName=a&meetingId=RM_1&resume=s1&offset=0";
  g_autoptr (GByteArray) samples = make_samples (48000);
  g_autofree char *path = NULL;
  g_autofree char *wav = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  LivekitSender sender;
  guint64 position;
  guint8 opcode;
  gsize length;

  livekit_sender_dial (&sender, self->calld->port, target);
  text = livekit_sender_read (&sender, &opcode, &length);
  g_assert_cmpstr (text, ==, "{\"position\":0}");
  livekit_sender_send (&sender, samples->data, 30001);
  livekit_sender_vanish (&sender);
  livekit_sender_dial (&sender, self->calld->port, target);
  again = livekit_sender_read (&sender, &opcode, &length);
  g_assert_true (g_str_has_prefix (again, "{\"position\":"));
  position = g_ascii_strtoull (again + strlen ("{\"position\":"), NULL, 10);
  g_assert_true (position == 0 || position == 30001);
  livekit_sender_send (&sender, samples->data + position, samples->len - position);
  livekit_sender_send_text (&sender, "{\"end\":true}");
  livekit_sender_close (&sender);
  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 1);
  wav = read_wav (path, &length);
  g_assert_cmpmem (wav + HEADER, length - HEADER, samples->data, samples->len);
}

/* Killed in the middle; the next calld mends what is there. */
static void
test_killed (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) samples = make_samples (48000 * 4);
  g_autofree char *path = NULL;
  g_autofree char *wav = NULL;
  LivekitSender sender;
  gsize length;
  gint64 until = g_get_monotonic_time () + WAIT_US;

  livekit_sender_dial (&sender, self->calld->port,
                       "/egress-audio?roomName=a&meetingId=RM_1&groupSeconds=0.1");
  for (gsize at = 0; at < samples->len; at += FRAME)
    g_assert_true (livekit_sender_send (&sender, samples->data + at, FRAME));
  livekit_sender_send_muted (&sender, TRUE); /* so that it is not listened to any longer */
  while (TRUE) {
    g_autoptr (GPtrArray) files = list_files (self, "storage/egress/audio/RM_1", ".wav");

    if (files->len > 0 && has_block (g_ptr_array_index (files, 0)))
      break;
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    g_usleep (1000); /* looks again */
  }
  calld_fixture_kill (self->calld);
  livekit_sender_vanish (&sender);
  calld_fixture_start (self->calld);
  path = wait_for_file (self, "storage/egress/audio/RM_1", ".wav", 1);
  wav = read_wav (path, &length);
  g_assert_cmpuint (length - HEADER, <=, samples->len);
  g_assert_cmpint (memcmp (wav + HEADER, samples->data, length - HEADER), ==, 0);
}

static void
test_format (void)
{
  const struct {
    CalldEgressFormat declared;
    gsize bytes;
    double seconds;
    CalldEgressFormat expected;
  } cases[] = {
    { { 48000, 1 }, 192000, 2.0, { 48000, 1 } },  { { 48000, 1 }, 384000, 2.0, { 48000, 2 } },
    { { 48000, 2 }, 192000, 2.0, { 48000, 1 } },  { { 48000, 1 }, 64000, 2.0, { 16000, 1 } },
    { { 48000, 1 }, 9000000, 2.0, { 48000, 1 } }, { { 16000, 1 }, 384000, 2.0, { 48000, 2 } },
    { { 48000, 1 }, 384000, 0.5, { 48000, 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) samples = make_samples ((guint) cases[i].bytes / 2);
    CalldEgressFormat guess = calld_egress_format_guess (
        &cases[i].declared, samples->data, samples->len, (gint64) (cases[i].seconds * 1e6));

    g_assert_cmpuint (guess.rate, ==, cases[i].expected.rate);
    g_assert_cmpuint (guess.channels, ==, cases[i].expected.channels);
  }
}

/* Nobody takes what comes: it is dropped above the bound, and counted. */
static void
test_overflow (void)
{
  CalldEgressPool *pool = calld_egress_pool_new (1);
  CallEgressQuery query = { .room_name = (char *) "a", .sample_rate = 48000, .channels = 1 };
  CalldEgressTrack *track = calld_egress_track_new (pool, &query);
  CalldEgressTrackStats stats;
  const gsize piece = 64 * 1024;

  for (gsize sent = 0; sent < CALLD_EGRESS_TRACK_BYTES + 3 * piece; sent += piece)
    calld_egress_track_push (track, g_malloc0 (piece), piece, 0);
  calld_egress_track_get_stats (track, &stats);
  g_assert_cmpuint (stats.received, ==, CALLD_EGRESS_TRACK_BYTES + 3 * piece);
  g_assert_cmpuint (stats.dropped, ==, 3 * piece);
  calld_egress_pool_stop (pool);
  calld_egress_track_unref (track);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  static const char *const production[] = { NULL };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/calld-egress/format", test_format);
  g_test_add_func ("/calld-egress/overflow", test_overflow);
  ADD ("/calld-egress/wav", test_wav);
  ADD ("/calld-egress/mute", test_mute);
  ADD ("/calld-egress/really-stereo", test_really_stereo);
  ADD ("/calld-egress/video", test_video);
  ADD ("/calld-egress/refused", test_refused);
  g_test_add ("/calld-egress/unsigned", Fixture, production, set_up, test_unsigned, tear_down);
  ADD ("/calld-egress/paths", test_paths);
  ADD ("/calld-egress/vanishes", test_vanishes);
  ADD ("/calld-egress/too-large", test_too_large);
  ADD ("/calld-egress/two-senders", test_two_senders);
  ADD ("/calld-egress/resume", test_resume);
  ADD ("/calld-egress/killed", test_killed);
  return g_test_run ();
}

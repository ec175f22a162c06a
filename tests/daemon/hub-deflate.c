/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compression on the wire: permessage-deflate with memory that does not grow with connections. */
#include "config.h"

#include "calld-front-door.h"
#include "calld-hub-private.h"
#include "hub-raw.h"

#include "call-deflate.h"

#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#define OFFER "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
#define MAX_MESSAGE 1000000
#define FIN 0x80

static void
on_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message)
{
  g_autoptr (CalldFrame) frame = calld_frame_new (
      message->opcode == CALL_WEBSOCKET_TEXT ? CALLD_FRAME_TEXT : CALLD_FRAME_BINARY, message->data,
      message->length);

  g_assert_false (message->compressed);
  calld_peer_send (peer, frame, CALLD_SEND_DEFAULT);
}

static const CalldPeerClass echo_class = { .message = on_message };

static void
on_request (gpointer data, CalldPeer *peer, const CalldHead *head, const guint8 *body, gsize length)
{
  calld_peer_upgrade (peer, head, MAX_MESSAGE, NULL, &echo_class, NULL);
}

static void
run (const CalldHubOptions *options, HubScenario scenario)
{
  CalldRoute route = { .prefix = "/echo", .request = on_request };
  HubFixture fixture = { 0 };

  hub_fixture_init (&fixture, options);
  calld_reactor_add_route (calld_hub_get_reactor (fixture.hub), &route);
  hub_fixture_listen (&fixture);
  hub_fixture_run (&fixture, scenario, NULL);
  hub_fixture_clear (&fixture);
}

/* --- a client --------------------------------------------------------------------------------- */

static void
send_frame (int fd, guint8 first, const void *payload, gsize length)
{
  g_autoptr (GBytes) frame = call_websocket_frame_new_masked (
      (CallWebsocketOpcode) (first & 0x0f), TRUE, g_random_int (), payload, length);
  gsize size;
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (frame, &size), g_bytes_get_size (frame));

  bytes[0] = first;
  raw_send_bytes (fd, bytes, size);
}

static GByteArray *
deflate (const void *data, gsize length)
{
  g_autoptr (CallDeflater) deflater = call_deflater_new ();
  GByteArray *packed = g_byte_array_new ();

  g_assert_true (call_deflater_message (deflater, data, length, packed));
  return packed;
}

static void
send_packed (int fd, CallWebsocketOpcode opcode, const void *data, gsize length)
{
  g_autoptr (GByteArray) packed = deflate (data, length);

  send_frame (fd, (guint8) (FIN | CALL_WEBSOCKET_COMPRESSED | opcode), packed->data, packed->len);
}

/* Reads the echo of @text and says whether it came compressed. */
static gboolean
read_echo (int fd, const char *text, gsize length)
{
  gsize size = 0;
  guint8 first = 0;
  g_autofree char *payload = raw_read_any_frame (fd, &first, &size);

  g_assert_nonnull (payload);
  if ((first & CALL_WEBSOCKET_COMPRESSED) != 0) {
    g_autoptr (CallInflater) inflater = call_inflater_new ();
    g_autoptr (GByteArray) out = g_byte_array_new ();

    g_assert_cmpuint (size, <, length);
    g_assert_cmpint (call_inflater_message (inflater, payload, size, length, out), ==,
                     CALL_INFLATE_DONE);
    g_assert_cmpmem (out->data, out->len, text, length);
    return TRUE;
  }
  g_assert_cmpmem (payload, size, text, length);
  return FALSE;
}

static int
connect_with (HubFixture *fixture, const char *offer, const char *accepted)
{
  g_autofree char *head = NULL;
  int fd = raw_websocket_with (fixture->port, "/echo", offer, &head);

  if (accepted != NULL)
    g_assert_nonnull (strstr (head, accepted));
  else
    g_assert_null (strstr (head, "Sec-WebSocket-Extensions"));
  return fd;
}

static int
connect_packed (HubFixture *fixture)
{
  return connect_with (fixture, OFFER,
                       "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                       "client_no_context_takeover\r\n");
}

/* --- scenarios -------------------------------------------------------------------------------- */

static void
both_ways (HubFixture *fixture, gpointer user_data)
{
  g_autofree char *large = g_strnfill (50000, 'x');
  int fd = connect_packed (fixture);

  for (guint i = 0; i < 3; i++) {
    send_packed (fd, CALL_WEBSOCKET_TEXT, large, 50000);
    g_assert_true (read_echo (fd, large, 50000));
    send_packed (fd, CALL_WEBSOCKET_BINARY, large, 2000);
    g_assert_true (read_echo (fd, large, 2000));
    /* Short ones go out as they are, whatever they came as. */
    send_packed (fd, CALL_WEBSOCKET_TEXT, large, 1023);
    g_assert_false (read_echo (fd, large, 1023));
    raw_send_text (fd, "plain");
    g_assert_false (read_echo (fd, "plain", 5));
  }
  close (fd);
}

static void
fragments (HubFixture *fixture, gpointer user_data)
{
  g_autofree char *large = g_strnfill (50000, 'x');
  g_autoptr (GByteArray) packed = deflate (large, 50000);
  int fd = connect_packed (fixture);

  /* A message in three frames, with a ping in its middle (RFC 7692 section 7.2.3.2). */
  send_frame (fd, CALL_WEBSOCKET_COMPRESSED | CALL_WEBSOCKET_TEXT, packed->data, 10);
  raw_send_frame (fd, CALL_WEBSOCKET_PING, "p", 1);
  send_frame (fd, CALL_WEBSOCKET_CONTINUATION, packed->data + 10, 10);
  send_frame (fd, FIN | CALL_WEBSOCKET_CONTINUATION, packed->data + 20, packed->len - 20);
  g_assert_false (read_echo (fd, "p", 1));
  g_assert_true (read_echo (fd, large, 50000));
  close (fd);
}

static void
not_offered (HubFixture *fixture, gpointer user_data)
{
  g_autofree char *large = g_strnfill (5000, 'x');
  int fd = connect_with (fixture, "", NULL);

  raw_send_text (fd, large);
  g_assert_false (read_echo (fd, large, 5000));
  send_packed (fd, CALL_WEBSOCKET_TEXT, large, 5000);
  g_assert_cmpuint (raw_read_close (fd), ==, CALL_WEBSOCKET_CODE_PROTOCOL_ERROR);
  close (fd);

  fd = connect_with (
      fixture, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8\r\n", NULL);
  close (fd);
}

static void
switched_off (HubFixture *fixture, gpointer user_data)
{
  close (connect_with (fixture, OFFER, NULL));
}

static void
wrong (HubFixture *fixture, gpointer user_data)
{
  static const struct {
    guint8 first;
    const char *payload;
    guint code;
  } cases[] = {
    { 0xc1, "\xff\xff", CALL_WEBSOCKET_CODE_BAD_DATA },
    { 0xc2, "\xf2\x48\xcd", CALL_WEBSOCKET_CODE_BAD_DATA },
    { 0xc9, "ping", CALL_WEBSOCKET_CODE_PROTOCOL_ERROR },
    { 0xc0, "continuation", CALL_WEBSOCKET_CODE_PROTOCOL_ERROR },
    { 0xe1, "x", CALL_WEBSOCKET_CODE_PROTOCOL_ERROR },
  };
  char bad_text[100];

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    int fd = connect_packed (fixture);

    send_frame (fd, cases[i].first, cases[i].payload, strlen (cases[i].payload));
    g_assert_cmpuint (raw_read_close (fd), ==, cases[i].code);
    close (fd);
  }
  memset (bad_text, 0xff, sizeof bad_text);
  for (guint opcode = CALL_WEBSOCKET_TEXT; opcode <= CALL_WEBSOCKET_BINARY; opcode++) {
    int fd = connect_packed (fixture);

    send_packed (fd, (CallWebsocketOpcode) opcode, bad_text, sizeof bad_text);
    if (opcode == CALL_WEBSOCKET_TEXT)
      g_assert_cmpuint (raw_read_close (fd), ==, CALL_WEBSOCKET_CODE_BAD_DATA);
    else
      g_assert_false (read_echo (fd, bad_text, sizeof bad_text));
    close (fd);
  }
}

/* How much memory the process has ever had; /proc's high-water mark, in KiB. */
static guint64
get_peak (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + 6, NULL, 10);
}

/* A sanitizer keeps what was freed for a while, so that memory says nothing. */
static gboolean
is_sanitized (void)
{
#if defined(__SANITIZE_ADDRESS__)
  return TRUE;
#elif defined(__has_feature)
  return __has_feature (address_sanitizer);
#else
  return FALSE;
#endif
}

/* From here on the mark counts what happens now: "5" resets it (proc(5)). */
static gboolean
reset_peak (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && write (fd, "5", 1) == 1;

  if (fd >= 0)
    close (fd);
  return done;
}

static void
bomb (HubFixture *fixture, gpointer user_data)
{
  enum { SIZE = 20 * 1000 * 1000 };
  g_autoptr (GByteArray) packed = NULL;
  guint64 before;

  {
    g_autofree char *zeros = g_malloc0 (SIZE);

    packed = deflate (zeros, SIZE);
  }
  malloc_trim (0);
  if (!reset_peak ()) {
    g_test_skip ("the high-water mark cannot be reset");
    return;
  }
  before = get_peak ();
  for (guint i = 0; i < 20; i++) {
    int fd = connect_packed (fixture);

    send_frame (fd, 0xc1, packed->data, packed->len);
    g_assert_cmpuint (raw_read_close (fd), ==, CALL_WEBSOCKET_CODE_TOO_BIG);
    close (fd);
  }
  if (!is_sanitized ())
    g_assert_cmpuint (get_peak () - before, <, 8 * 1024);
}

/* What all incomplete messages may take together holds for what is unpacked too. */
static void
budget (HubFixture *fixture, gpointer user_data)
{
  g_autofree char *large = g_strnfill (MAX_MESSAGE, 'x');
  int fd = connect_packed (fixture);

  send_packed (fd, CALL_WEBSOCKET_TEXT, large, 50000);
  g_assert_true (read_echo (fd, large, 50000));
  send_packed (fd, CALL_WEBSOCKET_TEXT, large, MAX_MESSAGE);
  g_assert_cmpuint (raw_read_close (fd), ==, CALL_WEBSOCKET_CODE_TRY_LATER);
  close (fd);
}

/* --- memory of a connection ------------------------------------------------------------------- */

#define CROWD 300

static gsize
weigh_crowd (HubFixture *fixture, gboolean packed)
{
  g_autofree char *large = g_strnfill (5000, 'x');
  int fds[CROWD];
  gsize before, after;

  /* What is allocated once, and what a queue and an answer leave in malloc's hands, comes first. */
  close (packed ? connect_packed (fixture) : connect_with (fixture, "", NULL));
  before = mallinfo2 ().uordblks;
  for (guint i = 0; i < CROWD; i++) {
    fds[i] = packed ? connect_packed (fixture) : connect_with (fixture, "", NULL);
    if (packed)
      send_packed (fds[i], CALL_WEBSOCKET_TEXT, large, 5000);
    else
      raw_send_text (fds[i], large);
    g_assert_cmpint (read_echo (fds[i], large, 5000), ==, packed);
  }
  after = mallinfo2 ().uordblks;
  for (guint i = 0; i < CROWD; i++)
    close (fds[i]);
  return after > before ? after - before : 0;
}

static void
await_empty (HubFixture *fixture)
{
  CalldHubStats stats;
  int fd;

  /* Each turn of the loop publishes the counts anew, and a connection makes it turn. */
  do {
    fd = connect_with (fixture, "", NULL);
    raw_send_text (fd, "turn");
    g_assert_false (read_echo (fd, "turn", 4));
    calld_hub_get_stats (fixture->hub, &stats);
    close (fd);
  } while (stats.connections > 2);
}

static void
crowd (HubFixture *fixture, gpointer user_data)
{
  gsize plain, packed;

  weigh_crowd (fixture, TRUE);
  await_empty (fixture);
  plain = weigh_crowd (fixture, FALSE);
  await_empty (fixture);
  packed = weigh_crowd (fixture, TRUE);
  g_test_message ("%u connections: %" G_GSIZE_FORMAT " bytes plain, %" G_GSIZE_FORMAT " compressed",
                  CROWD, plain, packed);
  /* A window for each would be 32 KiB and more. */
  g_assert_cmpuint (packed, <, plain + CROWD * 64 + 200000);
}

/* --- tests ------------------------------------------------------------------------------------ */

#define SCENARIO(name, change)         \
  static void test_##name (void)       \
  {                                    \
    CalldHubOptions options;           \
                                       \
    calld_hub_options_init (&options); \
    change;                            \
    run (&options, name);              \
  }

SCENARIO (both_ways, (void) 0)
SCENARIO (fragments, (void) 0)
SCENARIO (not_offered, (void) 0)
SCENARIO (switched_off, options.compression = FALSE)
SCENARIO (wrong, (void) 0)
SCENARIO (bomb, (void) 0)
SCENARIO (budget, options.frame_memory = 500000)
SCENARIO (crowd, (void) 0)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deflate/both-ways", test_both_ways);
  g_test_add_func ("/deflate/fragments", test_fragments);
  g_test_add_func ("/deflate/not-offered", test_not_offered);
  g_test_add_func ("/deflate/switched-off", test_switched_off);
  g_test_add_func ("/deflate/wrong", test_wrong);
  g_test_add_func ("/deflate/bomb", test_bomb);
  g_test_add_func ("/deflate/budget", test_budget);
  g_test_add_func ("/deflate/crowd", test_crowd);
  return g_test_run ();
}

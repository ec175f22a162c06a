/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "crowd.h"
#include "load-figures.h"
#include "raw-client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Clients that do what they should not, beside a crowd that must not notice. */

#define ROOM 10
#define MIB (1024 * 1024)

/* --- clients that never read ------------------------------------------------------------------ */

/* What /metrics says behind a label. */
static void
assert_metric (Crowd *crowd, const char *label, guint value)
{
  static const char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
                                "Connection: close\r\n\r\n";
  RawClient *client = raw_client_new (crowd->server->port);
  const char *at;

  raw_client_send_bytes (client, request, sizeof request - 1);
  while (!raw_client_is_over (client))
    crowd_turn (crowd, 10);
  at = strstr (client->heard->str, label);
  g_assert_nonnull (at);
  g_assert_cmpuint (strtoul (strchr (at, ' ') + 1, NULL, 10), ==, value);
  raw_client_free (client);
}

/* Half of each room stops reading. They are closed when their bounded queues are full, and memory
 * stays bounded; the others hear everything. */
static void
test_deaf (void)
{
  Crowd *crowd = crowd_new (200, ROOM, NULL);
  guint64 before = load_process_get_memory (crowd->server->pid), most = 0;

  crowd->expects_departures = TRUE;
  crowd->text_length = 8000;
  for (guint i = 0; i < crowd->n_clients; i += 2)
    load_swarm_set_deaf (crowd->swarm, i, TRUE);
  /* Their sockets fill, then their queues; they would only notice if they read. */
  while (crowd->sent < 16000) {
    for (guint i = 1; i < crowd->n_clients; i += 2)
      crowd_say (crowd, i);
    g_assert_true (crowd_settle (crowd, 60));
    most = MAX (most, load_process_get_memory (crowd->server->pid));
  }
  g_print ("# %u messages of 8 kB, memory grew by %" G_GUINT64_FORMAT " KiB\n", crowd->sent,
           (most - MIN (before, most)) / 1024);
  assert_metric (crowd, "slow_reader_closed", 100);
  /* 100 queues of 1 MiB at most, whose frames are shared by each room. */
  if (!CROWD_SANITIZED)
    g_assert_cmpuint (most, <, before + 100 * MIB);
  for (guint i = 0; i < crowd->sent; i++)
    g_assert_cmpuint (((CrowdMessage *) crowd->messages->pdata[i])->heard, >=, ROOM / 2 - 1);
  crowd_free (crowd);
}

/* --- clients that take their time ------------------------------------------------------------- */

static void
drip (RawClient **slow, guint n, const char *bytes)
{
  for (guint i = 0; i < n; i++)
    raw_client_send_bytes (slow[i], bytes, 1);
}

/* Heads, upgrades and bodies of polls that come a byte at a time: cut off after some seconds. */
static void
test_slow_loris (void)
{
  static const char *const beginnings[] = {
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX: ",
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX: ",
    "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nContent-Length: 100000\r\n\r\n",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
  };
  Crowd *crowd = crowd_new (100, ROOM, NULL);
  RawClient *slow[100];
  guint open = G_N_ELEMENTS (slow);

  for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
    g_autofree char *sid = raw_client_open_poll (crowd->server->port);
    g_autoptr (GString) beginning = g_string_new (beginnings[i % G_N_ELEMENTS (beginnings)]);

    g_string_replace (beginning, "%s", sid, 0);
    slow[i] = raw_client_new (crowd->server->port);
    raw_client_send_bytes (slow[i], beginning->str, beginning->len);
  }
  /* The watchdog ends an endless wait; nobody holds on for longer than the hub's limits say. */
  while (open > 0) {
    crowd_chat (crowd, 100, 0.25);
    drip (slow, G_N_ELEMENTS (slow), "a");
    open = 0;
    for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
      open += raw_client_is_over (slow[i]) ? 0 : 1;
  }
  g_assert_true (crowd_settle (crowd, 60));
  crowd_assert_heard_by_all (crowd, 0);
  g_assert_cmpuint (crowd->departures, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    raw_client_free (slow[i]);
  crowd_free (crowd);
}

/* --- clients that speak nonsense -------------------------------------------------------------- */

typedef struct {
  const char *what;
  gboolean anonymous; /* says it before it has signed in */
  const char *packet; /* (nullable): a text frame */
  const char *bytes;  /* (nullable): bytes on the wire instead */
  gsize n_bytes;
  gboolean may_stay; /* is answered, and not closed */
  const char *then;  /* (nullable): another packet */
} Nonsense;

#define BYTES(text) NULL, text, sizeof (text) - 1
#define TEXT(text) text, NULL, 0

static const Nonsense nonsense[] = {
  { "event before CONNECT", TRUE, TEXT ("42[\"x\"]"), FALSE },
  { "binary event before CONNECT", TRUE, TEXT ("450-[\"x\"]"), FALSE },
  { "unknown namespace", TRUE, TEXT ("40/random,"), TRUE },
  { "second CONNECT", FALSE, TEXT ("40"), FALSE },
  { "CONNECT_ERROR", FALSE, TEXT ("44{\"message\":\"x\"}"), FALSE },
  { "unknown type", FALSE, TEXT ("47"), FALSE },
  { "no type", FALSE, TEXT ("4"), FALSE },
  { "event with an object", FALSE, TEXT ("42{}"), FALSE },
  { "event without a name", FALSE, TEXT ("42[]"), FALSE },
  { "event whose name is a list", FALSE, TEXT ("42[[]]"), FALSE },
  { "event cut off", FALSE, TEXT ("42[\"send_message\",{\"groupId\""), FALSE },
  { "event with bytes behind", FALSE, TEXT ("42[\"x\"]]"), FALSE },
  { "bad id of an ack", FALSE, TEXT ("43abc[]"), FALSE },
  { "ack nobody asked for", FALSE, TEXT ("439999[1]"), TRUE },
  { "ack with an object", FALSE, TEXT ("431{}"), FALSE },
  { "too many attachments", FALSE, TEXT ("4511-[\"x\"]"), FALSE },
  { "attachments without a number", FALSE, TEXT ("45-[\"x\"]"), FALSE },
  { "reserved name connect", FALSE, TEXT ("42[\"connect\"]"), FALSE },
  { "reserved name connect_error", FALSE, TEXT ("42[\"connect_error\"]"), FALSE },
  { "reserved name disconnect", FALSE, TEXT ("42[\"disconnect\"]"), FALSE },
  { "reserved name disconnecting", FALSE, TEXT ("42[\"disconnecting\"]"), FALSE },
  { "reserved name newListener", FALSE, TEXT ("42[\"newListener\"]"), FALSE },
  { "reserved name removeListener", FALSE, TEXT ("42[\"removeListener\"]"), FALSE },
  { "event nobody knows", FALSE, TEXT ("421[\"no_such_event\",{}]"), TRUE },
  { "request without its members", FALSE, TEXT ("421[\"send_message\",{}]"), TRUE },
  { "request with a number for a text", FALSE,
    TEXT ("421[\"join_group\",{\"groupId\":12345678901234567890}]"), TRUE },
  { "unknown type of Engine.IO", FALSE, TEXT ("9"), FALSE },
  { "ping of a client", FALSE, TEXT ("2"), FALSE },
  { "OPEN of a client", FALSE, TEXT ("0{}"), FALSE },
  { "empty text frame", FALSE, TEXT (""), FALSE },
  { "attachment without a header", FALSE, BYTES ("\x82\x82\0\0\0\0ab"), FALSE },
  { "text instead of an attachment", FALSE, TEXT ("451-[\"x\",{\"_placeholder\":true,\"num\":0}]"),
    FALSE, "42[\"x\"]" },
  { "frame without a mask", FALSE,
    BYTES ("\x81\x02"
           "ab"),
    FALSE },
  { "reserved bit", FALSE, BYTES ("\xa1\x82\0\0\0\0ab"), FALSE },
  { "reserved opcode", FALSE, BYTES ("\x83\x82\0\0\0\0ab"), FALSE },
  { "continuation of nothing", FALSE, BYTES ("\x80\x82\0\0\0\0ab"), FALSE },
  { "ping in fragments", FALSE, BYTES ("\x09\x82\0\0\0\0ab"), FALSE },
  { "ping too long", FALSE, BYTES ("\x89\xfe\x01\0\0\0\0\0"), FALSE },
  { "text that is no UTF-8", FALSE,
    BYTES ("\x81\x83\0\0\0\0"
           "4\xff\xfe"),
    FALSE },
  { "frame larger than all", FALSE, BYTES ("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"),
    FALSE },
  { "close with half a code", FALSE, BYTES ("\x88\x81\0\0\0\0\x03"), FALSE },
};

static void
say_nonsense (Crowd *crowd, const Nonsense *case_)
{
  RawClient *client = raw_client_new_websocket (crowd->server->port);
  g_autofree char *hello = load_server_hello (crowd->server, 0);

  if (!case_->anonymous) {
    raw_client_send_packet (client, hello);
    raw_client_await (client, "40{");
  }
  if (case_->bytes != NULL)
    raw_client_send_bytes (client, case_->bytes, case_->n_bytes);
  else
    raw_client_send_packet (client, case_->packet);
  if (case_->then != NULL)
    raw_client_send_packet (client, case_->then);
  if (case_->may_stay) {
    crowd_chat (crowd, 200, 0.05);
    if (raw_client_is_over (client))
      g_error ("%s: closed", case_->what);
  } else {
    gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

    while (!raw_client_is_over (client)) {
      crowd_chat (crowd, 200, 0.02);
      if (g_get_monotonic_time () > until)
        g_error ("%s: not closed", case_->what);
    }
  }
  raw_client_free (client);
}

static void
test_malformed (void)
{
  Crowd *crowd = crowd_new (100, ROOM, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    say_nonsense (crowd, &nonsense[i]);
  g_assert_true (crowd_settle (crowd, 60));
  crowd_assert_heard_by_all (crowd, 0);
  g_assert_cmpuint (crowd->departures, ==, 0);
  g_assert_cmpuint (crowd->refused, ==, 0);
  crowd_free (crowd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (240);
  g_test_add_func ("/faults/clients/never-read", test_deaf);
  g_test_add_func ("/faults/clients/slow-loris", test_slow_loris);
  g_test_add_func ("/faults/clients/malformed", test_malformed);
  return g_test_run ();
}

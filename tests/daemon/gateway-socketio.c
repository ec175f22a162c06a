/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO from the wire to the services and back. */
#include "config.h"

#include "gateway-fixture.h"

#include "call-notice.h"
#include "call-request.h"

#include <sys/socket.h>
#include <unistd.h>

/* --- scenarios -------------------------------------------------------------------------------- */

static void
signing_in (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int fd = raw_websocket (hub->port, GATEWAY_WEBSOCKET);

  raw_assert_prefix (fd, "0{");
  raw_send_text (fd, "40{\"token\":\"forged\"}");
  raw_assert_text (fd, "44{\"message\":\"unauthorized\",\"data\":{\"code\":\"unauthorized\"}}");
  /* It stays connected and may try again. */
  raw_send_text (fd, "40");
  raw_assert_prefix (fd, "44{");
  raw_send_text (fd, "40/other,{\"token\":\"user-1\"}");
  raw_assert_text (fd, "44/other,{\"message\":\"Invalid namespace\"}");
  g_assert_cmpint (gateway_get_count (&fixture->services->n_opened), ==, 0);
  raw_send_text (fd, "40{\"token\":\"user-1\"}");
  raw_assert_prefix (fd, "40{\"sid\":\"");
  raw_assert_prefix (fd, "42[\"connected\",{");
  gateway_wait_for (&fixture->services->n_opened, 1);
  close (fd);
  gateway_wait_for (&fixture->services->n_closed, 1);

  fd = raw_websocket (hub->port, GATEWAY_WEBSOCKET "&token=user-2");
  raw_assert_prefix (fd, "0{");
  raw_send_text (fd, "40");
  raw_assert_prefix (fd, "40{\"sid\":\"");
  gateway_wait_for (&fixture->services->n_opened, 2);
  /* Leaving the namespace ends the sign-in; nothing more is to be had on this transport. */
  raw_assert_prefix (fd, "42[\"connected\"");
  raw_send_text (fd, "41");
  gateway_wait_for (&fixture->services->n_closed, 2);
  raw_send_text (fd, "40");
  g_assert_cmpuint (raw_read_close (fd), ==, 1005);
  close (fd);
}

static void
release_kept (GatewayFixture *fixture, gpointer data)
{
  CalldReply *reply;

  fixture->services->keeps = FALSE;
  while ((reply = g_queue_pop_head (&fixture->services->kept)) != NULL) {
    if (data != NULL)
      calld_reply_accept (reply, data);
    else
      calld_reply_ok (reply, NULL, NULL);
  }
}

static void
gone_before_answer (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  g_autoptr (CalldIdentity) identity = calld_identity_new ("user-9", "A", CALL_ROLE_PATIENT, NULL,
                                                           NULL, G_MAXINT64);
  int fd = raw_websocket (hub->port, GATEWAY_WEBSOCKET);

  raw_assert_prefix (fd, "0{");
  raw_send_text (fd, "40{\"token\":\"slow\"}");
  gateway_wait_for (&fixture->services->n_kept, 1);
  close (fd);
  /* The news of it is ahead of whatever another client brings about later. */
  close (gateway_sign_in (fixture, "user-2"));
  gateway_in_main (fixture, release_kept, identity);
  gateway_wait_for (&fixture->services->n_closed, 1);
  g_assert_cmpint (gateway_get_count (&fixture->services->n_opened), ==, 1);
}

static void
requests (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int fd = gateway_sign_in (fixture, "user-1");

  raw_send_text (fd, "421[\"subscribe\",{\"channel\":\"appointments.x\"}]");
  raw_assert_prefix (fd, "431[{\"ok\":");
  raw_send_text (fd,
                 "422[\"call_alive\",{\"appointmentId\":\"0190c6a0-0000-7000-8000-000000000000\","
                 "\"callId\":\"0190c6a0-0000-7000-8000-000000000001\",\"media\":true}]");
  raw_assert_text (fd, "432[{\"ok\":true,\"generation\":7}]");
  raw_send_text (fd, "423[\"enter_waiting_room\",{\"appointmentId\":"
                     "\"0190c6a0-0000-7000-8000-000000000000\"}]");
  raw_assert_text (
      fd, "433[{\"ok\":false,\"error\":{\"code\":\"not_participant\",\"message\":\"No\"}}]");
  /* What cannot be understood is refused without asking anybody, and without an ack in silence. */
  raw_send_text (fd, "42[\"unheard_of\",{}]");
  raw_send_text (fd, "424[\"unheard_of\",{}]");
  raw_assert_prefix (fd, "434[{\"ok\":false,\"error\":{\"code\":\"invalid\"");
  raw_send_text (fd, "425[\"call_alive\",{\"appointmentId\":17}]");
  raw_assert_prefix (fd, "435[{\"ok\":false,\"error\":{\"code\":\"invalid\"");
  raw_send_text (fd, "426[17,{}]");
  raw_assert_prefix (fd, "436[{\"ok\":false");
  g_assert_cmpint (gateway_get_count (&fixture->services->n_handled), ==, 3);
  close (fd);
}

static void
bad_packets (HubFixture *hub, gpointer user_data)
{
  static const char *const bad[] = { "42[\"subscribe\",{}]", "4", "47", "45", "4\"x\"" };
  static const char *const bad_later[] = {
    "40{\"token\":\"user-1\"}", /* twice */
    "42{}",
    "42[]",
    "42[\"disconnect\"]",
    "44{\"message\":\"x\"}",
    "42abc[\"x\"]",
    "451-[\"x\",{\"_placeholder\":true,\"num\":0}]42[\"x\"]",
    "4511-[\"x\",{\"_placeholder\":true,\"num\":0}]", /* too many attachments */
    "42/other,[\"x\"]",
    "2",
    "0",
    "9",
    "",
  };
  GatewayFixture *fixture = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    int fd = raw_websocket (hub->port, GATEWAY_WEBSOCKET);

    raw_send_text (fd, bad[i]);
    g_assert_cmpuint (raw_read_close (fd), ==, 1005);
    close (fd);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_later); i++) {
    int fd = gateway_sign_in (fixture, "user-1");

    raw_send_text (fd, bad_later[i]);
    g_assert_cmpuint (raw_read_close (fd), ==, 1005);
    close (fd);
  }
  gateway_wait_for (&fixture->services->n_closed, G_N_ELEMENTS (bad_later));
}

static void
publish (GatewayFixture *fixture, gpointer data)
{
  static const char *const topics[] = { "appointments.1", "appointments.2", NULL };
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_MESSAGE_READ);

  notice->message_id = g_strdup ("m");
  notice->user_id = g_strdup ("u");
  notice->group_id = g_strdup ("g");
  calld_bus_publish (fixture->bus, topics, notice, CALLD_PUBLISH_NONE, GPOINTER_TO_SIZE (data));
}

static void
rooms (HubFixture *hub, gpointer user_data)
{
  static const char expected[] =
      "42[\"message_read\",{\"messageId\":\"m\",\"readBy\":\"u\",\"groupId\":\"g\"}]";
  GatewayFixture *fixture = user_data;
  int both = gateway_sign_in (fixture, "user-1");
  int second = gateway_sign_in (fixture, "user-2");
  int sender = gateway_sign_in (fixture, "user-3");
  int outside = gateway_sign_in (fixture, "user-4");
  guint64 except;

  gateway_wait_for (&fixture->services->n_opened, 4);
  /* The order of sign-ins is the order of "opened", so the third id is not the last one. */
  raw_send_text (both, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_send_text (both, "422[\"subscribe\",{\"channel\":\"appointments.2\"}]");
  raw_assert_prefix (both, "431");
  raw_assert_prefix (both, "432");
  raw_send_text (second, "421[\"subscribe\",{\"channel\":\"appointments.2\"}]");
  raw_assert_prefix (second, "431");
  raw_send_text (sender, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_assert_prefix (sender, "431");
  {
    gsize n;
    g_autofree guint64 *ids = calld_gateway_list (fixture->gateway, "user-3", &n);

    g_assert_cmpuint (n, ==, 1);
    except = ids[0];
  }
  gateway_in_main (fixture, publish, GSIZE_TO_POINTER (except));
  raw_assert_text (both, expected);
  raw_assert_text (second, expected);
  /* One copy only, and none for the sender or for those outside. */
  gateway_in_main (fixture, publish, NULL);
  raw_assert_text (both, expected);
  raw_assert_text (second, expected);
  raw_assert_text (sender, expected);
  g_assert_false (raw_wait (both, 50));
  g_assert_false (raw_wait (sender, 0));
  g_assert_false (raw_wait (outside, 0));
  close (both);
  close (second);
  close (sender);
  close (outside);
}

static void
kick (GatewayFixture *fixture, gpointer data)
{
  g_assert_cmpuint (calld_gateway_count (fixture->gateway, "user-1"), ==, 2);
  calld_gateway_kick_user (fixture->gateway, "user-1");
}

static void
kicking (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int one = gateway_sign_in (fixture, "user-1");
  int two = gateway_sign_in (fixture, "user-1");
  int other = gateway_sign_in (fixture, "user-2");

  gateway_in_main (fixture, kick, NULL);
  raw_assert_text (one, "41");
  raw_assert_text (two, "41");
  g_assert_cmpuint (raw_read_close (one), ==, 1005);
  g_assert_cmpuint (raw_read_close (two), ==, 1005);
  gateway_wait_for (&fixture->services->n_closed, 2);
  raw_send_text (other, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_assert_prefix (other, "431");
  close (one);
  close (two);
  close (other);
}

/* Overflow of what may be under way: the client is not read until the services answer. */
static void
pending_bound (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int fd = gateway_sign_in (fixture, "user-1");
  int other = gateway_sign_in (fixture, "user-2");

  fixture->services->keeps = TRUE;
  for (int i = 0; i < 100; i++) {
    g_autofree char *text = g_strdup_printf ("42%d[\"subscribe\",{\"channel\":\"appointments.1\"}]",
                                             i);

    raw_send_text (fd, text);
  }
  gateway_wait_for (&fixture->services->n_handled, 8);
  /* A ninth would come before the first of another client. */
  raw_send_text (other, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  gateway_wait_for (&fixture->services->n_handled, 9);
  gateway_in_main (fixture, release_kept, NULL);
  for (int i = 0; i < 100; i++) {
    g_autofree char *prefix = g_strdup_printf ("43%d[", i);

    raw_assert_prefix (fd, prefix);
  }
  raw_assert_prefix (other, "431");
  close (other);
  close (fd);
}

static int stands_still, may_go_on;

static void
stand_still (GatewayFixture *fixture, gpointer data)
{
  gateway_count (&stands_still);
  gateway_wait_for (&may_go_on, 1);
}

static gpointer
hold_main_context (gpointer data)
{
  gateway_in_main (data, stand_still, NULL);
  return NULL;
}

/* Overflow of the mail to the main context: while it stands still, nobody is read, and requests for
 * libsoup are refused. */
static void
main_stands_still (HubFixture *hub, gpointer user_data)
{
  enum { CLIENTS = 4, REQUESTS = 60 };
  GatewayFixture *fixture = user_data;
  CalldHubStats stats;
  GThread *holder;
  g_autofree char *answer = NULL;
  int fds[CLIENTS];
  int http;

  for (guint i = 0; i < CLIENTS; i++)
    fds[i] = gateway_sign_in (fixture, "user-1");
  holder = g_thread_new ("holder", hold_main_context, fixture);
  gateway_wait_for (&stands_still, 1);
  for (guint n = 0; n < REQUESTS; n++) {
    g_autofree char *text = g_strdup_printf ("42%u[\"subscribe\",{\"channel\":\"appointments.1\"}]",
                                             n);

    for (guint i = 0; i < CLIENTS; i++)
      raw_send_text (fds[i], text);
  }
  do
    calld_hub_get_stats (hub->hub, &stats);
  while (stats.mail < 16);
  http = raw_connect (hub->port);
  raw_send (http, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  answer = raw_read_answer (http);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 503 "));
  close (http);
  calld_hub_get_stats (hub->hub, &stats);
  g_assert_cmpuint (stats.mail, <=, 16 + CLIENTS);

  gateway_count (&may_go_on);
  g_thread_join (holder);
  for (guint i = 0; i < CLIENTS; i++) {
    for (guint n = 0; n < REQUESTS; n++) {
      g_autofree char *prefix = g_strdup_printf ("43%u[", n);

      raw_assert_prefix (fds[i], prefix);
    }
    close (fds[i]);
  }
}

static void
half_open (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int silent = gateway_sign_in (fixture, "user-1");
  int idle = raw_websocket (hub->port, GATEWAY_WEBSOCKET);

  /* Never signs in: closed by the connect timeout, long before any ping. */
  raw_assert_prefix (idle, "0{");
  g_assert_cmpuint (raw_read_close (idle), ==, 1005);
  /* Never answers a ping, as a machine whose network is gone. */
  raw_assert_text (silent, "2");
  g_assert_cmpuint (raw_read_close (silent), ==, 1005);
  gateway_wait_for (&fixture->services->n_closed, 1);
  close (silent);
  close (idle);
}

static void
flood (GatewayFixture *fixture, gpointer data)
{
  for (guint i = 0; i < 20; i++)
    publish (fixture, data);
}

/* Clients that subscribe and never read, among one that does. */
static void
slow_readers (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int good = gateway_sign_in (fixture, "user-good");
  int slow[100];
  CalldHubStats stats;

  raw_send_text (good, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_assert_prefix (good, "431");
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++) {
    int small = 2048;

    slow[i] = gateway_sign_in (fixture, "user-slow");
    setsockopt (slow[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    raw_send_text (slow[i], "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
    raw_assert_prefix (slow[i], "431");
  }
  do {
    gateway_in_main (fixture, flood, NULL);
    for (guint i = 0; i < 20; i++)
      raw_assert_prefix (good, "42[\"message_read\"");
    calld_hub_get_stats (hub->hub, &stats);
  } while (stats.closed_slow < G_N_ELEMENTS (slow));
  gateway_wait_for (&fixture->services->n_closed, G_N_ELEMENTS (slow));
  raw_send_text (good, "422[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_assert_prefix (good, "432");
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++)
    close (slow[i]);
  close (good);
}

static int drained;

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (calld_hub_drain_finish (CALLD_HUB (source), result, &error));
  g_assert_no_error (error);
  gateway_count (&drained);
}

static void
drain (GatewayFixture *fixture, gpointer data)
{
  calld_hub_drain_async (fixture->hub.hub, 300, NULL, on_drained, NULL);
}

static void
draining (HubFixture *hub, gpointer user_data)
{
  GatewayFixture *fixture = user_data;
  int fds[20];
  gint64 first = 0, last = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = gateway_sign_in (fixture, "user-1");
  gateway_in_main (fixture, drain, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    raw_assert_prefix (fds[i], "42[\"server_draining\",{\"reconnectAfterMs\":");
    if (i == 0)
      first = g_get_monotonic_time ();
    last = g_get_monotonic_time ();
    g_assert_cmpuint (raw_read_close (fds[i]), ==, 1005);
    close (fds[i]);
  }
  /* Spread over time, or they would all come back at once. */
  g_assert_cmpint (last - first, >=, 30 * 1000);
  gateway_wait_for (&drained, 1);
  gateway_wait_for (&fixture->services->n_closed, G_N_ELEMENTS (fds));
}

static void
many_members (HubFixture *hub, gpointer user_data)
{
  enum { N = 1500 };
  GatewayFixture *fixture = user_data;
  g_autofree int *fds = g_new (int, N);
  CalldHubStats stats;

  for (gsize i = 0; i < N; i++) {
    fds[i] = gateway_sign_in (fixture, "user-1");
    raw_send_text (fds[i], "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  }
  for (gsize i = 0; i < N; i++)
    raw_assert_prefix (fds[i], "431");
  gateway_in_main (fixture, publish, NULL);
  for (gsize i = 0; i < N; i++)
    raw_assert_prefix (fds[i], "42[\"message_read\"");
  /* The counts of a turn of the loop are there when the next one answers. */
  raw_send_text (fds[0], "422[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_assert_prefix (fds[0], "432");
  calld_hub_get_stats (hub->hub, &stats);
  g_assert_cmpuint (stats.members, ==, N);
  g_assert_cmpuint (stats.rooms, ==, 2);
  for (gsize i = 0; i < N; i++)
    close (fds[i]);
  gateway_wait_for (&fixture->services->n_closed, N);
  calld_hub_get_stats (hub->hub, &stats);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
quick_timers (CalldHubOptions *hub, CalldSocketioOptions *socketio)
{
  socketio->ping_interval_ms = 200;
  socketio->ping_timeout_ms = 100;
  socketio->connect_timeout_ms = 100;
}

static void
little_mail (CalldHubOptions *hub, CalldSocketioOptions *socketio)
{
  hub->max_mail = 16;
}

static void
few_pending (CalldHubOptions *hub, CalldSocketioOptions *socketio)
{
  socketio->max_pending = 8;
}

static void
test_signing_in (void)
{
  gateway_run (signing_in, NULL);
}

static void
test_gone_before_answer (void)
{
  gateway_run (gone_before_answer, NULL);
}

static void
test_requests (void)
{
  gateway_run (requests, NULL);
}

static void
test_bad_packets (void)
{
  gateway_run (bad_packets, NULL);
}

static void
test_rooms (void)
{
  gateway_run (rooms, NULL);
}

static void
test_kicking (void)
{
  gateway_run (kicking, NULL);
}

static void
test_pending_bound (void)
{
  gateway_run (pending_bound, few_pending);
}

static void
test_main_stands_still (void)
{
  gateway_run (main_stands_still, little_mail);
}

static void
test_half_open (void)
{
  gateway_run (half_open, quick_timers);
}

static void
test_slow_readers (void)
{
  gateway_run (slow_readers, NULL);
}

static void
test_draining (void)
{
  gateway_run (draining, NULL);
}

static void
test_many_members (void)
{
  gateway_run (many_members, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/socketio/signing-in", test_signing_in);
  g_test_add_func ("/socketio/gone-before-answer", test_gone_before_answer);
  g_test_add_func ("/socketio/requests", test_requests);
  g_test_add_func ("/socketio/bad-packets", test_bad_packets);
  g_test_add_func ("/socketio/rooms", test_rooms);
  g_test_add_func ("/socketio/kicking", test_kicking);
  g_test_add_func ("/socketio/pending-bound", test_pending_bound);
  g_test_add_func ("/socketio/main-stands-still", test_main_stands_still);
  g_test_add_func ("/socketio/half-open", test_half_open);
  g_test_add_func ("/socketio/slow-readers", test_slow_readers);
  g_test_add_func ("/socketio/draining", test_draining);
  g_test_add_func ("/socketio/many-members", test_many_members);
  return g_test_run ();
}

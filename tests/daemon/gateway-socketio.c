/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO from the wire to the services and back. */
#include "config.h"

#include "calld-bus-local.h"
#include "calld-gateway.h"
#include "calld-socketio.h"
#include "hub-raw.h"

#include "call-error.h"
#include "call-notice.h"
#include "call-request.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WEBSOCKET "/socket.io/?EIO=4&transport=websocket"

/* --- services that note what they hear -------------------------------------------------------- */

#define TEST_TYPE_SERVICES (test_services_get_type ())
G_DECLARE_FINAL_TYPE (TestServices, test_services, TEST, SERVICES, GObject)

struct _TestServices {
  GObject parent_instance;

  CalldGateway *gateway;
  gint n_opened;
  gint n_closed;
  gint n_handled;
  /* Requests that are not answered until somebody asks for it. */
  gboolean keeps;
  GQueue kept;
  guint64 last_id;
};

static void test_services_iface_init (CalldGatewayHandlerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestServices,
                               test_services,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALLD_TYPE_GATEWAY_HANDLER,
                                                      test_services_iface_init))

static void
services_authenticate (CalldGatewayHandler *handler,
                       const char *token,
                       const char *remote_address,
                       CalldReply *reply)
{
  g_autoptr (CalldIdentity) identity = NULL;

  g_assert_cmpstr (remote_address, ==, "127.0.0.1");
  if (g_strcmp0 (token, "slow") == 0)
    return g_queue_push_tail (&TEST_SERVICES (handler)->kept, reply);
  if (token == NULL || !g_str_has_prefix (token, "user-")) {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "No");

    calld_reply_error (reply, error);
    return;
  }
  identity = calld_identity_new (token, "A Name", CALL_ROLE_PATIENT, NULL, NULL, G_MAXINT64);
  calld_reply_accept (reply, identity);
}

static void
services_opened (CalldGatewayHandler *handler, const CalldConnection *connection)
{
  TestServices *self = TEST_SERVICES (handler);

  self->last_id = connection->id;
  g_atomic_int_inc (&self->n_opened);
}

static void
services_closed (CalldGatewayHandler *handler, const CalldConnection *connection)
{
  g_assert_null (calld_gateway_lookup (TEST_SERVICES (handler)->gateway, connection->id));
  g_atomic_int_inc (&TEST_SERVICES (handler)->n_closed);
}

static void
services_handle (CalldGatewayHandler *handler,
                 const CalldConnection *connection,
                 CallRequest *request,
                 CalldReply *reply)
{
  TestServices *self = TEST_SERVICES (handler);

  g_atomic_int_inc (&self->n_handled);
  if (self->keeps) {
    g_queue_push_tail (&self->kept, reply);
  } else if (request->kind == CALL_REQUEST_SUBSCRIBE) {
    calld_gateway_join (self->gateway, connection->id, request->channel);
    calld_reply_ok (reply, NULL, NULL);
  } else if (request->kind == CALL_REQUEST_CALL_ALIVE) {
    calld_reply_ok (reply, "generation", "7");
  } else {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT, "No");

    calld_reply_error (reply, error);
  }
  call_request_unref (request);
}

static void
test_services_iface_init (CalldGatewayHandlerInterface *iface)
{
  iface->authenticate = services_authenticate;
  iface->opened = services_opened;
  iface->closed = services_closed;
  iface->handle = services_handle;
}

static void
test_services_class_init (TestServicesClass *klass)
{
}

static void
test_services_init (TestServices *self)
{
  g_queue_init (&self->kept);
}

/* --- the fixture ------------------------------------------------------------------------------ */

typedef struct {
  HubFixture hub;
  CalldBus *bus;
  TestServices *services;
  CalldGateway *gateway;
} Fixture;

static void
run (HubScenario scenario, void (*adjust) (CalldHubOptions *hub, CalldSocketioOptions *socketio))
{
  Fixture fixture = { 0 };
  CalldHubOptions hub;
  CalldSocketioOptions socketio;

  calld_hub_options_init (&hub);
  calld_socketio_options_init (&socketio);
  if (adjust != NULL)
    adjust (&hub, &socketio);
  hub_fixture_init (&fixture.hub, &hub);
  fixture.bus = calld_bus_local_new ();
  fixture.services = g_object_new (TEST_TYPE_SERVICES, NULL);
  fixture.gateway = calld_gateway_new (fixture.hub.hub, fixture.bus,
                                       CALLD_GATEWAY_HANDLER (fixture.services));
  fixture.services->gateway = fixture.gateway;
  calld_socketio_attach (fixture.gateway, &socketio);
  hub_fixture_listen (&fixture.hub);

  hub_fixture_run (&fixture.hub, scenario, &fixture);

  calld_hub_stop (fixture.hub.hub);
  g_assert_finalize_object (fixture.gateway);
  g_assert_finalize_object (fixture.services);
  g_object_unref (fixture.bus);
  hub_fixture_clear (&fixture.hub);
}

/* Carries something out in the main context, and waits for it. */
typedef struct {
  void (*func) (Fixture *fixture, gpointer data);
  Fixture *fixture;
  gpointer data;
  gint done;
} Errand;

static gboolean
run_errand (gpointer data)
{
  Errand *errand = data;

  errand->func (errand->fixture, errand->data);
  g_atomic_int_set (&errand->done, 1);
  return G_SOURCE_REMOVE;
}

static void
in_main (Fixture *fixture, void (*func) (Fixture *fixture, gpointer data), gpointer data)
{
  Errand errand = { func, fixture, data, 0 };

  g_idle_add (run_errand, &errand);
  while (!g_atomic_int_get (&errand.done))
    g_usleep (100);
}

static void
wait_for (gint *counter, gint value)
{
  while (g_atomic_int_get (counter) < value)
    g_usleep (100);
  g_assert_cmpint (g_atomic_int_get (counter), ==, value);
}

static void
assert_text (int fd, const char *expected)
{
  g_autofree char *text = raw_read_text (fd);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_prefix (int fd, const char *prefix)
{
  g_autofree char *text = raw_read_text (fd);

  if (!g_str_has_prefix (text, prefix))
    g_error ("expected %s…, got %s", prefix, text);
}

static int
sign_in (Fixture *fixture, const char *user)
{
  int fd = raw_websocket (fixture->hub.port, WEBSOCKET);
  g_autofree char *connect = g_strdup_printf ("40{\"token\":\"%s\"}", user);

  assert_prefix (fd, "0{");
  raw_send_text (fd, connect);
  assert_prefix (fd, "40{\"sid\":\"");
  assert_prefix (fd, "42[\"connected\",{");
  return fd;
}

/* --- scenarios -------------------------------------------------------------------------------- */

static void
signing_in (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int fd = raw_websocket (hub->port, WEBSOCKET);

  assert_prefix (fd, "0{");
  raw_send_text (fd, "40{\"token\":\"forged\"}");
  assert_text (fd, "44{\"message\":\"unauthorized\",\"data\":{\"code\":\"unauthorized\"}}");
  /* It stays connected and may try again. */
  raw_send_text (fd, "40");
  assert_prefix (fd, "44{");
  raw_send_text (fd, "40/other,{\"token\":\"user-1\"}");
  assert_text (fd, "44/other,{\"message\":\"Invalid namespace\"}");
  g_assert_cmpint (g_atomic_int_get (&fixture->services->n_opened), ==, 0);
  raw_send_text (fd, "40{\"token\":\"user-1\"}");
  assert_prefix (fd, "40{\"sid\":\"");
  assert_prefix (fd, "42[\"connected\",{");
  wait_for (&fixture->services->n_opened, 1);
  close (fd);
  wait_for (&fixture->services->n_closed, 1);

  fd = raw_websocket (hub->port, WEBSOCKET "&token=user-2");
  assert_prefix (fd, "0{");
  raw_send_text (fd, "40");
  assert_prefix (fd, "40{\"sid\":\"");
  wait_for (&fixture->services->n_opened, 2);
  /* Leaving the namespace ends the sign-in; nothing more is to be had on this transport. */
  assert_prefix (fd, "42[\"connected\"");
  raw_send_text (fd, "41");
  wait_for (&fixture->services->n_closed, 2);
  raw_send_text (fd, "40");
  g_assert_cmpuint (raw_read_close (fd), ==, 1005);
  close (fd);
}

static void
release_kept (Fixture *fixture, gpointer data)
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
  Fixture *fixture = user_data;
  g_autoptr (CalldIdentity) identity = calld_identity_new ("user-9", "A", CALL_ROLE_PATIENT, NULL,
                                                           NULL, G_MAXINT64);
  int fd = raw_websocket (hub->port, WEBSOCKET);
  CalldHubStats stats;

  assert_prefix (fd, "0{");
  raw_send_text (fd, "40{\"token\":\"slow\"}");
  while (g_queue_is_empty (&fixture->services->kept))
    g_usleep (100);
  close (fd);
  do {
    g_usleep (1000);
    calld_hub_get_stats (hub->hub, &stats);
  } while (stats.members > 0);
  g_usleep (10000); /* the news of it is on its way to the main context */
  in_main (fixture, release_kept, identity);
  g_assert_cmpint (fixture->services->n_opened, ==, fixture->services->n_closed);
}

static void
requests (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int fd = sign_in (fixture, "user-1");

  raw_send_text (fd, "421[\"subscribe\",{\"channel\":\"appointments.x\"}]");
  assert_prefix (fd, "431[{\"ok\":");
  raw_send_text (fd,
                 "422[\"call_alive\",{\"appointmentId\":\"0190c6a0-0000-7000-8000-000000000000\","
                 "\"callId\":\"0190c6a0-0000-7000-8000-000000000001\",\"media\":true}]");
  assert_text (fd, "432[{\"ok\":true,\"generation\":7}]");
  raw_send_text (fd, "423[\"enter_waiting_room\",{\"appointmentId\":"
                     "\"0190c6a0-0000-7000-8000-000000000000\"}]");
  assert_text (fd,
               "433[{\"ok\":false,\"error\":{\"code\":\"not_participant\",\"message\":\"No\"}}]");
  /* What cannot be understood is refused without asking anybody, and without an ack in silence. */
  raw_send_text (fd, "42[\"unheard_of\",{}]");
  raw_send_text (fd, "424[\"unheard_of\",{}]");
  assert_prefix (fd, "434[{\"ok\":false,\"error\":{\"code\":\"invalid\"");
  raw_send_text (fd, "425[\"call_alive\",{\"appointmentId\":17}]");
  assert_prefix (fd, "435[{\"ok\":false,\"error\":{\"code\":\"invalid\"");
  raw_send_text (fd, "426[17,{}]");
  assert_prefix (fd, "436[{\"ok\":false");
  g_assert_cmpint (g_atomic_int_get (&fixture->services->n_handled), ==, 3);
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
  Fixture *fixture = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    int fd = raw_websocket (hub->port, WEBSOCKET);

    raw_send_text (fd, bad[i]);
    g_assert_cmpuint (raw_read_close (fd), ==, 1005);
    close (fd);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_later); i++) {
    int fd = sign_in (fixture, "user-1");

    raw_send_text (fd, bad_later[i]);
    g_assert_cmpuint (raw_read_close (fd), ==, 1005);
    close (fd);
  }
  wait_for (&fixture->services->n_closed, G_N_ELEMENTS (bad_later));
}

static void
publish (Fixture *fixture, gpointer data)
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
  Fixture *fixture = user_data;
  int both = sign_in (fixture, "user-1");
  int second = sign_in (fixture, "user-2");
  int sender = sign_in (fixture, "user-3");
  int outside = sign_in (fixture, "user-4");
  guint64 except;

  wait_for (&fixture->services->n_opened, 4);
  /* The order of sign-ins is the order of "opened", so the third id is not the last one. */
  raw_send_text (both, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  raw_send_text (both, "422[\"subscribe\",{\"channel\":\"appointments.2\"}]");
  assert_prefix (both, "431");
  assert_prefix (both, "432");
  raw_send_text (second, "421[\"subscribe\",{\"channel\":\"appointments.2\"}]");
  assert_prefix (second, "431");
  raw_send_text (sender, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  assert_prefix (sender, "431");
  {
    gsize n;
    g_autofree guint64 *ids = calld_gateway_list (fixture->gateway, "user-3", &n);

    g_assert_cmpuint (n, ==, 1);
    except = ids[0];
  }
  in_main (fixture, publish, GSIZE_TO_POINTER (except));
  assert_text (both, expected);
  assert_text (second, expected);
  /* One copy only, and none for the sender or for those outside. */
  in_main (fixture, publish, NULL);
  assert_text (both, expected);
  assert_text (second, expected);
  assert_text (sender, expected);
  g_assert_false (raw_wait (both, 50));
  g_assert_false (raw_wait (sender, 0));
  g_assert_false (raw_wait (outside, 0));
  close (both);
  close (second);
  close (sender);
  close (outside);
}

static void
kick (Fixture *fixture, gpointer data)
{
  g_assert_cmpuint (calld_gateway_count (fixture->gateway, "user-1"), ==, 2);
  calld_gateway_kick_user (fixture->gateway, "user-1");
}

static void
kicking (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int one = sign_in (fixture, "user-1");
  int two = sign_in (fixture, "user-1");
  int other = sign_in (fixture, "user-2");

  in_main (fixture, kick, NULL);
  assert_text (one, "41");
  assert_text (two, "41");
  g_assert_cmpuint (raw_read_close (one), ==, 1005);
  g_assert_cmpuint (raw_read_close (two), ==, 1005);
  wait_for (&fixture->services->n_closed, 2);
  raw_send_text (other, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  assert_prefix (other, "431");
  close (one);
  close (two);
  close (other);
}

/* Overflow of what may be under way: the client is not read until the services answer. */
static void
pending_bound (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int fd = sign_in (fixture, "user-1");

  fixture->services->keeps = TRUE;
  for (int i = 0; i < 100; i++) {
    g_autofree char *text = g_strdup_printf ("42%d[\"subscribe\",{\"channel\":\"appointments.1\"}]",
                                             i);

    raw_send_text (fd, text);
  }
  wait_for (&fixture->services->n_handled, 8);
  g_usleep (50000); /* time enough for a ninth to show */
  g_assert_cmpint (g_atomic_int_get (&fixture->services->n_handled), ==, 8);
  in_main (fixture, release_kept, NULL);
  for (int i = 0; i < 100; i++) {
    g_autofree char *prefix = g_strdup_printf ("43%d[", i);

    assert_prefix (fd, prefix);
  }
  close (fd);
}

static gint stands_still, may_go_on;

static void
stand_still (Fixture *fixture, gpointer data)
{
  g_atomic_int_set (&stands_still, 1);
  while (!g_atomic_int_get (&may_go_on))
    g_usleep (100);
}

static gpointer
hold_main_context (gpointer data)
{
  in_main (data, stand_still, NULL);
  return NULL;
}

/* Overflow of the mail to the main context: while it stands still, nobody is read, and requests for
 * libsoup are refused. */
static void
main_stands_still (HubFixture *hub, gpointer user_data)
{
  enum { CLIENTS = 4, REQUESTS = 60 };
  Fixture *fixture = user_data;
  CalldHubStats stats;
  GThread *holder;
  g_autofree char *answer = NULL;
  int fds[CLIENTS];
  int http;

  for (guint i = 0; i < CLIENTS; i++)
    fds[i] = sign_in (fixture, "user-1");
  holder = g_thread_new ("holder", hold_main_context, fixture);
  while (!g_atomic_int_get (&stands_still))
    g_usleep (100);
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

  g_atomic_int_set (&may_go_on, 1);
  g_thread_join (holder);
  for (guint i = 0; i < CLIENTS; i++) {
    for (guint n = 0; n < REQUESTS; n++) {
      g_autofree char *prefix = g_strdup_printf ("43%u[", n);

      assert_prefix (fds[i], prefix);
    }
    close (fds[i]);
  }
}

static void
half_open (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int silent = sign_in (fixture, "user-1");
  int idle = raw_websocket (hub->port, WEBSOCKET);

  /* Never signs in: closed by the connect timeout, long before any ping. */
  assert_prefix (idle, "0{");
  g_assert_cmpuint (raw_read_close (idle), ==, 1005);
  /* Never answers a ping, as a machine whose network is gone. */
  assert_text (silent, "2");
  g_assert_cmpuint (raw_read_close (silent), ==, 1005);
  wait_for (&fixture->services->n_closed, 1);
  close (silent);
  close (idle);
}

static void
flood (Fixture *fixture, gpointer data)
{
  for (guint i = 0; i < 20; i++)
    publish (fixture, data);
}

/* Clients that subscribe and never read, among one that does. */
static void
slow_readers (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int good = sign_in (fixture, "user-good");
  int slow[100];
  CalldHubStats stats;

  raw_send_text (good, "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  assert_prefix (good, "431");
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++) {
    int small = 2048;

    slow[i] = sign_in (fixture, "user-slow");
    setsockopt (slow[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    raw_send_text (slow[i], "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
    assert_prefix (slow[i], "431");
  }
  do {
    in_main (fixture, flood, NULL);
    for (guint i = 0; i < 20; i++)
      assert_prefix (good, "42[\"message_read\"");
    calld_hub_get_stats (hub->hub, &stats);
  } while (stats.closed_slow < G_N_ELEMENTS (slow));
  wait_for (&fixture->services->n_closed, G_N_ELEMENTS (slow));
  raw_send_text (good, "422[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  assert_prefix (good, "432");
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++)
    close (slow[i]);
  close (good);
}

static gint drained;

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (calld_hub_drain_finish (CALLD_HUB (source), result, &error));
  g_assert_no_error (error);
  g_atomic_int_set (&drained, 1);
}

static void
drain (Fixture *fixture, gpointer data)
{
  calld_hub_drain_async (fixture->hub.hub, 300, NULL, on_drained, NULL);
}

static void
draining (HubFixture *hub, gpointer user_data)
{
  Fixture *fixture = user_data;
  int fds[20];
  gint64 first = 0, last = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = sign_in (fixture, "user-1");
  in_main (fixture, drain, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    assert_prefix (fds[i], "42[\"server_draining\",{\"reconnectAfterMs\":");
    if (i == 0)
      first = g_get_monotonic_time ();
    last = g_get_monotonic_time ();
    g_assert_cmpuint (raw_read_close (fds[i]), ==, 1005);
    close (fds[i]);
  }
  /* Spread over time, or they would all come back at once. */
  g_assert_cmpint (last - first, >=, 30 * 1000);
  while (!g_atomic_int_get (&drained))
    g_usleep (1000);
  wait_for (&fixture->services->n_closed, G_N_ELEMENTS (fds));
}

static void
many_members (HubFixture *hub, gpointer user_data)
{
  enum { N = 1500 };
  Fixture *fixture = user_data;
  g_autofree int *fds = g_new (int, N);
  CalldHubStats stats;

  for (gsize i = 0; i < N; i++) {
    fds[i] = sign_in (fixture, "user-1");
    raw_send_text (fds[i], "421[\"subscribe\",{\"channel\":\"appointments.1\"}]");
  }
  for (gsize i = 0; i < N; i++)
    assert_prefix (fds[i], "431");
  in_main (fixture, publish, NULL);
  for (gsize i = 0; i < N; i++)
    assert_prefix (fds[i], "42[\"message_read\"");
  do {
    g_usleep (1000);
    calld_hub_get_stats (hub->hub, &stats);
  } while (stats.members != N);
  g_assert_cmpuint (stats.rooms, ==, 2);
  for (gsize i = 0; i < N; i++)
    close (fds[i]);
  wait_for (&fixture->services->n_closed, N);
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
  run (signing_in, NULL);
}

static void
test_gone_before_answer (void)
{
  run (gone_before_answer, NULL);
}

static void
test_requests (void)
{
  run (requests, NULL);
}

static void
test_bad_packets (void)
{
  run (bad_packets, NULL);
}

static void
test_rooms (void)
{
  run (rooms, NULL);
}

static void
test_kicking (void)
{
  run (kicking, NULL);
}

static void
test_pending_bound (void)
{
  run (pending_bound, few_pending);
}

static void
test_main_stands_still (void)
{
  run (main_stands_still, little_mail);
}

static void
test_half_open (void)
{
  run (half_open, quick_timers);
}

static void
test_slow_readers (void)
{
  run (slow_readers, NULL);
}

static void
test_draining (void)
{
  run (draining, NULL);
}

static void
test_many_members (void)
{
  run (many_members, NULL);
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

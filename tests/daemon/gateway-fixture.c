/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gateway-fixture.h"

#include "call-error.h"
#include "call-request.h"

/* Longer than anything takes; whoever gets here hangs. */
#define PATIENCE_S 30

/* Of all counters, which the main context and the scenario's thread share. */
static GMutex lock;
static GCond changed;

void
gateway_count (int *counter)
{
  g_mutex_lock (&lock);
  (*counter)++;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

int
gateway_get_count (const int *counter)
{
  int value;

  g_mutex_lock (&lock);
  value = *counter;
  g_mutex_unlock (&lock);
  return value;
}

void
gateway_wait_for (const int *counter, int value)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&lock);
  while (*counter < value)
    if (!g_cond_wait_until (&changed, &lock, deadline))
      g_error ("still %d instead of %d after %d s", *counter, value, PATIENCE_S);
  g_assert_cmpint (*counter, ==, value);
  g_mutex_unlock (&lock);
}

/* --- services that note what they hear -------------------------------------------------------- */

static void test_services_iface_init (CalldGatewayHandlerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestServices,
                               test_services,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALLD_TYPE_GATEWAY_HANDLER,
                                                      test_services_iface_init))

static void
keep (TestServices *self, CalldReply *reply)
{
  g_queue_push_tail (&self->kept, reply);
  gateway_count (&self->n_kept);
}

static void
services_authenticate (CalldGatewayHandler *handler,
                       const char *token,
                       const char *remote_address,
                       CalldReply *reply)
{
  g_autoptr (CalldIdentity) identity = NULL;

  g_assert_cmpstr (remote_address, ==, "127.0.0.1");
  if (g_strcmp0 (token, "slow") == 0)
    return keep (TEST_SERVICES (handler), reply);
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
  gateway_count (&self->n_opened);
}

static void
services_closed (CalldGatewayHandler *handler, const CalldConnection *connection)
{
  g_assert_null (calld_gateway_lookup (TEST_SERVICES (handler)->gateway, connection->id));
  gateway_count (&TEST_SERVICES (handler)->n_closed);
}

static void
services_handle (CalldGatewayHandler *handler,
                 const CalldConnection *connection,
                 CallRequest *request,
                 CalldReply *reply)
{
  TestServices *self = TEST_SERVICES (handler);

  gateway_count (&self->n_handled);
  if (self->keeps) {
    keep (self, reply);
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

void
gateway_run (HubScenario scenario, GatewayAdjust adjust)
{
  GatewayFixture fixture = { 0 };
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

/* --- from the scenario's thread ----------------------------------------------------------------
 */

typedef struct {
  GatewayErrand func;
  GatewayFixture *fixture;
  gpointer data;
  int done;
} Errand;

static gboolean
run_errand (gpointer data)
{
  Errand *errand = data;

  errand->func (errand->fixture, errand->data);
  gateway_count (&errand->done);
  return G_SOURCE_REMOVE;
}

/* Carries something out in the main context, and waits for it. */
void
gateway_in_main (GatewayFixture *fixture, GatewayErrand func, gpointer data)
{
  Errand errand = { func, fixture, data, 0 };

  g_idle_add (run_errand, &errand);
  gateway_wait_for (&errand.done, 1);
}

int
gateway_sign_in (GatewayFixture *fixture, const char *user)
{
  int fd = raw_websocket (fixture->hub.port, GATEWAY_WEBSOCKET);
  g_autofree char *connect = g_strdup_printf ("40{\"token\":\"%s\"}", user);

  raw_assert_prefix (fd, "0{");
  raw_send_text (fd, connect);
  raw_assert_prefix (fd, "40{\"sid\":\"");
  raw_assert_prefix (fd, "42[\"connected\",{");
  return fd;
}

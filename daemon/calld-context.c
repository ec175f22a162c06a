/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld"

#include "config.h"

#include "calld-context.h"

#include "calld-api-page-resources.h"
#include "calld-bus-local.h"
#include "calld-demo.h"
#include "calld-descriptors.h"
#include "calld-egress-keeper.h"
#include "calld-egress-socket.h"
#include "calld-goodbye.h"
#include "calld-handler.h"
#include "calld-jobs.h"
#include "calld-log.h"
#include "calld-peerjs.h"
#include "calld-server.h"
#include "calld-socketio.h"
#include "calld-watch.h"
#include "calld-web-resources.h"
#include "calld-webhooks.h"

/* How long an address that LiveKit was given may be used to connect. */
#define EGRESS_URL_SECONDS 600

struct _CalldContext {
  CalldConfig *config;
  CalldClock *clock;
  CalldAudit *audit;
  CalldStore *store;
  CalldAuth *auth;
  CalldBus *bus;
  CalldPresence *presence;
  CalldRoster *roster;
  CalldCompany *company;
  CalldWebhooks *webhooks;
  CalldBots *bots;
  CalldPush *push;
  CalldTurnstile *turnstile;
  CalldCalls *calls;
  CalldAppointments *appointments;
  CalldChat *chat;
  CalldConsents *consents;
  CalldMeetings *meetings;
  CalldBlobs *blobs;
  CalldFiles *files;
  CalldSearch *search;
  CalldJobs *jobs;
  CalldEgress *egress;
  CalldLivekit *livekit;
  CalldEgressKeeper *egress_keeper;
  CalldThrottle *throttle;
  CalldThrottle *connects;
  CalldHandler *handler;
  CalldParts parts;
  CalldServer *server;
  CalldHub *hub;
  CalldGateway *gateway;
  CalldWatch *watch;
  CalldGoodbye *goodbye;
  char *address;
  char *demo_link;
};

/* --- waiting, at the start and at the end only ------------------------------------------------ */

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* --- building --------------------------------------------------------------------------------- */

static gboolean
build_trust (CalldContext *self, GError **error)
{
  self->audit = calld_audit_new (self->config->audit_key);
  self->store = calld_store_open (self->config->database_url, self->audit, error);
  if (self->store == NULL)
    return FALSE;
  self->blobs = calld_blobs_new (self->config->files_directory, error);
  if (self->blobs == NULL)
    return FALSE;
  self->auth = calld_auth_new (self->config, self->clock, self->store, error);
  return self->auth != NULL;
}

/* LiveKit dials when it has joined the room. It sends two channels of 48 kHz, whatever it got. */
static char *
sign_track (const char *room_name,
            const char *participant,
            const char *track_id,
            gpointer user_data)
{
  CalldContext *self = user_data;
  const CallEgressQuery query = {
    .kind = CALL_EGRESS_AUDIO,
    .room_name = (char *) room_name,
    .participant = (char *) participant,
    .track_id = (char *) track_id,
    .sample_rate = 48000,
    .channels = 2,
  };

  return calld_egress_sign (self->egress, &query,
                            calld_clock_now_ms (self->clock) / 1000 + EGRESS_URL_SECONDS);
}

static void
build_services (CalldContext *self)
{
  gint64 grace_ms = (gint64) self->config->presence_grace_seconds * 1000;

  self->bus = calld_bus_local_new ();
  self->presence = calld_presence_new (self->clock, grace_ms);
  self->turnstile = calld_turnstile_new ();
  self->calls = calld_calls_new (self->config, self->clock, self->store, self->bus, self->presence,
                                 self->turnstile);
  self->appointments = calld_appointments_new (self->config, self->clock, self->store, self->bus,
                                               self->auth, self->presence, self->calls,
                                               self->turnstile);
  self->chat = calld_chat_new (self->config, self->clock, self->store, self->bus);
  self->search = calld_search_new (self->clock, self->store, self->chat);
  self->files = calld_files_new (self->config, self->clock, self->store, self->blobs, self->chat);
  self->roster = calld_roster_new (self->config, self->clock, self->store, self->bus);
  self->webhooks = calld_webhooks_new (self->config, self->clock, self->store, self->bus);
  self->bots = calld_bots_new (self->clock, self->store, self->auth, self->chat);
  self->push = calld_push_new (self->clock, self->store, self->bus, self->roster, self->webhooks);
  self->company = calld_company_new (self->clock, self->store, self->bus, self->chat, self->roster);
  self->consents = calld_consents_new (self->clock, self->store, self->appointments);
  self->meetings = calld_meetings_new (self->config, self->clock, self->store);
  self->jobs = calld_jobs_new (self->config, self->clock, self->store, self->appointments,
                               self->calls);
  self->egress = calld_egress_new (self->config, self->meetings);
  self->livekit = calld_livekit_new (self->config, self->clock, self->store, sign_track, self);
  self->throttle = calld_throttle_new (self->clock, self->config->rate_limit_per_minute,
                                       self->config->rate_limit_per_minute);
  if (self->config->connect_limit_per_minute > 0)
    self->connects = calld_throttle_new (self->clock, self->config->connect_limit_per_minute,
                                         self->config->connect_limit_per_minute);
  self->handler = calld_handler_new (&(CalldHandlerParts){
      .clock = self->clock,
      .store = self->store,
      .auth = self->auth,
      .presence = self->presence,
      .calls = self->calls,
      .appointments = self->appointments,
      .chat = self->chat,
      .files = self->files,
      .roster = self->roster,
      .company = self->company,
      .throttle = self->throttle,
      .connects = self->connects,
  });
}

static void
build_gateways (CalldContext *self)
{
  CalldSocketioOptions socketio;
  CalldPeerjsOptions peerjs;
  CalldEgressSocketOptions egress;

  self->gateway = calld_gateway_new (self->hub, self->bus, CALLD_GATEWAY_HANDLER (self->handler));
  calld_handler_set_gateway (self->handler, self->gateway);

  calld_socketio_options_init (&socketio);
  socketio.ping_interval_ms = self->config->ping_interval_ms;
  socketio.ping_timeout_ms = self->config->ping_timeout_ms;
  socketio.max_payload = self->config->max_payload_bytes;
  socketio.recovery = self->config->connection_recovery;
  socketio.cors_origins = (const char *const *) self->config->cors_origins;
  calld_socketio_attach (self->gateway, &socketio);

  calld_peerjs_options_init (&peerjs);
  calld_peerjs_attach (self->hub, &peerjs);

  calld_egress_socket_options_init (&egress);
  calld_egress_socket_attach (self->hub, self->egress, &egress);
}

static void
build_watch (CalldContext *self)
{
  CalldStatsSources sources = {
    .config = self->config,
    .clock = self->clock,
    .store = self->store,
    .hub = self->hub,
    .gateway = self->gateway,
    .calls = self->calls,
    .egress = self->egress,
    .began_us = self->parts.began_us,
  };

  self->parts.stats = sources;
  self->watch = calld_watch_new (&sources);
  self->parts.watchdog = calld_watch_get_watchdog (self->watch);
}

static gboolean
build_network (CalldContext *self, GError **error)
{
  CalldHubOptions options;

  self->parts = (CalldParts){
    .config = self->config,
    .clock = self->clock,
    .store = self->store,
    .auth = self->auth,
    .calls = self->calls,
    .appointments = self->appointments,
    .chat = self->chat,
    .company = self->company,
    .webhooks = self->webhooks,
    .bots = self->bots,
    .push = self->push,
    .consents = self->consents,
    .meetings = self->meetings,
    .livekit = self->livekit,
    .search = self->search,
    .files = self->files,
    .began_us = calld_clock_monotonic_us (self->clock),
  };
  self->server = calld_server_new (&self->parts);
  calld_hub_options_init (&options);
  options.max_connections = self->config->max_connections;
  options.large_path = "/api/uploads";
  options.large_bytes = self->config->file_max_bytes;
  options.proxies = self->config->proxies;
  options.compression = self->config->compression;
  options.compression_threshold = self->config->compression_threshold_bytes;
  options.certificate_file = self->config->tls_cert_file;
  options.key_file = self->config->tls_key_file;
  self->hub = calld_hub_new (&options, calld_server_get_soup (self->server), error);
  if (self->hub == NULL)
    return FALSE;
  self->parts.hub = self->hub;
  build_gateways (self);
  build_watch (self);
  return TRUE;
}

/**
 * calld_context_new:
 * @config: settings
 * @clock: the clock
 * @error: what is wrong: a database in use, a broken key …
 *
 * Builds a daemon that does not listen yet.
 *
 * Returns: (transfer full): the daemon, or %NULL with @error
 */
CalldContext *
calld_context_new (CalldConfig *config, CalldClock *clock, GError **error)
{
  g_autoptr (CalldContext) self = g_new0 (CalldContext, 1);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  g_resources_register (calld_web_get_resource ());
  g_resources_register (calld_api_page_get_resource ());
  if (!calld_descriptors_reserve (config->max_connections, error) || !build_trust (self, error))
    return NULL;
  build_services (self);
  if (!build_network (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- starting --------------------------------------------------------------------------------- */

static gboolean
prepare_clinic (CalldContext *self, gboolean demo, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!demo)
    return TRUE;
  calld_demo_seed_async (self->config, self->clock, self->store, self->auth, NULL, on_result,
                         &result);
  self->demo_link = calld_demo_seed_finish (wait_for (&result), error);
  return self->demo_link != NULL;
}

static gboolean
adopt_calls (CalldContext *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_calls_adopt_async (self->calls, NULL, on_result, &result);
  return calld_calls_adopt_finish (self->calls, wait_for (&result), error);
}

/**
 * calld_context_start:
 * @self: a daemon
 * @demo: whether to make the demo clinic
 * @error: why not: a port in use …
 *
 * Takes up what an earlier daemon left, then listens. When this returns the daemon is ready.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_context_start (CalldContext *self, gboolean demo, GError **error)
{
  const char *host = self->config->host;
  gboolean is_v6 = strchr (host, ':') != NULL;
  guint16 port;

  calld_egress_start (self->egress);
  if (!adopt_calls (self, error) || !calld_hub_listen (self->hub, host, self->config->port, error))
    return FALSE;
  port = calld_hub_get_port (self->hub);
  calld_config_set_bound_port (self->config, port);
  self->address = g_strdup_printf ("%s://%s%s%s:%u", calld_hub_get_scheme (self->hub),
                                   is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
  if (!prepare_clinic (self, demo, error))
    return FALSE;
  calld_jobs_start (self->jobs);
  calld_files_start (self->files);
  calld_search_start (self->search);
  calld_webhooks_start (self->webhooks);
  if (self->config->livekit_url != NULL)
    self->egress_keeper = calld_egress_keeper_new (self->config, self->clock, self->store,
                                                   self->meetings, self->livekit);
  return TRUE;
}

/* --- stopping --------------------------------------------------------------------------------- */

/**
 * calld_context_drain_async:
 * @self: a daemon
 * @callback: called when all are gone, DRAIN_TIMEOUT_SECONDS from now at the latest
 * @user_data: for @callback
 *
 * Says goodbye, once: /health/ready fails from now on, clients are told to come back later, each at
 * another time, and are sent away over DRAIN_SPREAD_SECONDS; requests that are under way are
 * answered.
 */
void
calld_context_drain_async (CalldContext *self, GAsyncReadyCallback callback, gpointer user_data)
{
  self->parts.draining = TRUE;
  calld_log_info ("draining", .count = (gint64) calld_calls_count (self->calls),
                  .counted = "calls");
  self->goodbye = calld_goodbye_new (self->config, self->clock, self->server, self->hub,
                                     g_task_new (NULL, NULL, callback, user_data));
}

/**
 * calld_context_drain_finish:
 * @self: a daemon
 * @result: the result
 * @error: what failed
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_context_drain_finish (CalldContext *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
close_store (CalldContext *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (self->store == NULL)
    return;
  calld_store_close_async (self->store, NULL, on_result, &result);
  if (!calld_store_close_finish (self->store, wait_for (&result), &error))
    calld_log_warning ("close_failed", .detail = error->message);
}

static void
close_roster (CalldContext *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (self->roster == NULL)
    return;
  calld_roster_close_async (self->roster, NULL, on_result, &result);
  if (!calld_roster_close_finish (self->roster, wait_for (&result), &error))
    calld_log_warning ("sightings_lost", .detail = error->message);
}

/**
 * calld_context_stop:
 * @self: a daemon
 *
 * Stops listening and working, and closes the database with all that is to be written. Whoever asks
 * for something meanwhile is told to come again: calld_context_drain_async() before this lets
 * requests end.
 */
void
calld_context_stop (CalldContext *self)
{
  self->parts.stopping = TRUE;
  if (self->jobs != NULL)
    calld_jobs_stop (self->jobs);
  if (self->files != NULL)
    calld_files_stop (self->files);
  if (self->search != NULL)
    calld_search_stop (self->search);
  if (self->webhooks != NULL)
    calld_webhooks_stop (self->webhooks);
  if (self->hub != NULL)
    calld_hub_stop (self->hub);
  close_roster (self);
  close_store (self);
}

/**
 * calld_context_free:
 * @self: (transfer full): a daemon that was stopped or never started
 */
void
calld_context_free (CalldContext *self)
{
  if (self->handler != NULL)
    calld_handler_set_gateway (self->handler, NULL);
  self->parts.watchdog = NULL;
  g_clear_pointer (&self->watch, calld_watch_free);
  g_clear_object (&self->gateway);
  g_clear_object (&self->hub);
  if (self->egress != NULL)
    calld_egress_stop (self->egress);
  g_clear_pointer (&self->goodbye, calld_goodbye_free);
  g_clear_object (&self->server);
  g_clear_object (&self->handler);
  g_clear_pointer (&self->throttle, calld_throttle_free);
  g_clear_pointer (&self->connects, calld_throttle_free);
  g_clear_object (&self->push);
  g_clear_object (&self->bots);
  g_clear_object (&self->webhooks);
  g_clear_object (&self->company);
  g_clear_object (&self->roster);
  g_clear_pointer (&self->egress_keeper, calld_egress_keeper_free);
  g_clear_object (&self->livekit);
  g_clear_object (&self->egress);
  g_clear_object (&self->jobs);
  g_clear_object (&self->meetings);
  g_clear_object (&self->consents);
  g_clear_object (&self->search);
  g_clear_object (&self->files);
  g_clear_pointer (&self->blobs, calld_blobs_unref);
  g_clear_object (&self->chat);
  g_clear_object (&self->appointments);
  g_clear_object (&self->calls);
  g_clear_pointer (&self->turnstile, calld_turnstile_free);
  g_clear_object (&self->presence);
  g_clear_object (&self->bus);
  g_clear_object (&self->auth);
  g_clear_object (&self->store);
  g_clear_pointer (&self->audit, calld_audit_unref);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->config, calld_config_unref);
  g_free (self->address);
  g_free (self->demo_link);
  g_free (self);
}

/* --- parts ------------------------------------------------------------------------------------ */

/**
 * calld_context_get_address:
 * @self: a daemon
 *
 * Returns: (transfer none) (nullable): where it listens, `http://127.0.0.1:4040`; %NULL before
 */
const char *
calld_context_get_address (CalldContext *self)
{
  return self->address;
}

/**
 * calld_context_get_demo_link:
 * @self: a daemon
 *
 * Returns: (transfer none) (nullable): the join link of the demo's visit; %NULL without a demo
 */
const char *
calld_context_get_demo_link (CalldContext *self)
{
  return self->demo_link;
}

/**
 * calld_context_get_report:
 * @self: a daemon
 *
 * Returns: (transfer full): how the daemon does
 */
CallStatsAnswer *
calld_context_get_report (CalldContext *self)
{
  return calld_watch_report (self->watch);
}

CalldConfig *
calld_context_get_config (CalldContext *self)
{
  return self->config;
}

CalldClock *
calld_context_get_clock (CalldContext *self)
{
  return self->clock;
}

CalldStore *
calld_context_get_store (CalldContext *self)
{
  return self->store;
}

CalldAuth *
calld_context_get_auth (CalldContext *self)
{
  return self->auth;
}

CalldBus *
calld_context_get_bus (CalldContext *self)
{
  return self->bus;
}

CalldHub *
calld_context_get_hub (CalldContext *self)
{
  return self->hub;
}

CalldGateway *
calld_context_get_gateway (CalldContext *self)
{
  return self->gateway;
}

CalldCalls *
calld_context_get_calls (CalldContext *self)
{
  return self->calls;
}

CalldAppointments *
calld_context_get_appointments (CalldContext *self)
{
  return self->appointments;
}

CalldChat *
calld_context_get_chat (CalldContext *self)
{
  return self->chat;
}

CalldWebhooks *
calld_context_get_webhooks (CalldContext *self)
{
  return self->webhooks;
}

CalldBots *
calld_context_get_bots (CalldContext *self)
{
  return self->bots;
}

CalldEgress *
calld_context_get_egress (CalldContext *self)
{
  return self->egress;
}

CalldLivekit *
calld_context_get_livekit (CalldContext *self)
{
  return self->livekit;
}

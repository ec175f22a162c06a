/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-server.h"

#include "calld-admission.h"
#include "calld-exchange-private.h"
#include "calld-log.h"
#include "calld-metrics.h"
#include "calld-problem.h"
#include "calld-resources.h"
#include "calld-routes.h"
#include "calld-throttle.h"

#include <string.h>

/*
 * Everything over HTTP that is not real-time. The hub hands connections over; the server finds the
 * route, bounds the body, finds out who asks, counts, and calls the resource.
 */

/* The limit `video-call` of requests and answers: nobody rings faster by hand. */
#define CALL_BURST 10
#define CALLS_PER_MINUTE 20

struct _CalldServer {
  GObject parent_instance;

  CalldParts *parts;
  SoupServer *soup;
  CalldThrottle *call_throttle;
  guint n_pending;
  void (*idle) (gpointer user_data);
  gpointer idle_data;
};

/* What is known of a request from its head to its end, kept with the message. */
typedef struct {
  CalldServer *server;
  gint64 began_us;
  gsize received;
  gboolean too_large;
  gboolean answered;
  CalldRouteFlags flags;
  char *user_id;
} Trace;

G_DEFINE_FINAL_TYPE (CalldServer, calld_server, G_TYPE_OBJECT)

/* --- headers ---------------------------------------------------------------------------------- */

/* A resource may replace these. */
static void
add_security_headers (CalldServer *self, SoupMessageHeaders *headers)
{
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Content-Security-Policy",
                                "default-src 'none'; frame-ancestors 'none'");
  if (g_str_has_prefix (self->parts->config->public_url, "https:"))
    soup_message_headers_replace (headers, "Strict-Transport-Security", "max-age=31536000");
}

static gboolean
is_allowed_origin (CalldServer *self, const char *origin)
{
  const char *const *origins = (const char *const *) self->parts->config->cors_origins;

  return g_strv_contains (origins, origin) || g_strv_contains (origins, "*");
}

static void
add_cors_headers (CalldServer *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *origin = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Origin");

  if (origin == NULL)
    return;
  soup_message_headers_append (headers, "Vary", "Origin");
  if (!is_allowed_origin (self, origin))
    return;
  soup_message_headers_replace (headers, "Access-Control-Allow-Origin", origin);
  soup_message_headers_replace (
      headers, "Access-Control-Expose-Headers",
      "Retry-After, ETag, Location, Content-Range, " CALLD_UPLOAD_ANSWERS);
}

static void
reply_preflight (CalldExchange *exchange, const char *path)
{
  if (g_str_has_prefix (path, "/api/uploads"))
    calld_resource_uploads_describe (exchange);
  calld_exchange_add_header (exchange, "Access-Control-Allow-Methods",
                             "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
  calld_exchange_add_header (
      exchange, "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Range, If-Range, " CALLD_UPLOAD_QUESTIONS);
  calld_exchange_add_header (exchange, "Access-Control-Max-Age", "600");
  calld_exchange_reply_empty (exchange, 204);
}

/* --- who asks --------------------------------------------------------------------------------- */

static char *
bearer_token (SoupServerMessage *message)
{
  const char *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");

  /* RFC 9110 section 11.1: the scheme is compared without case. */
  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", strlen ("Bearer ")) != 0)
    return NULL;
  return g_strstrip (g_strdup (header + strlen ("Bearer ")));
}

static Trace *
trace_of (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), "calld-trace");
}

/* Takes @exchange. */
static void
call_handler (CalldServer *self, CalldExchange *exchange)
{
  const CalldRoute *route = calld_exchange_get_route (exchange);
  CalldIdentity *identity = calld_exchange_get_identity (exchange);
  g_autoptr (GError) error = NULL;
  guint retry = 0;

  if ((route->flags & CALLD_ROUTE_CALL) &&
      !calld_throttle_take (self->call_throttle, identity->user_id, &retry, &error)) {
    g_autofree char *seconds = g_strdup_printf ("%u", retry);

    calld_metrics_add (CALLD_COUNT_CALLS_LIMITED, 1);
    calld_log_warning ("calls_limited", .user_id = identity->user_id);
    calld_exchange_add_header (exchange, "Retry-After", seconds);
    calld_exchange_reply_error (exchange, error);
    return;
  }
  if (calld_exchange_check_input (exchange, &error))
    route->handle (exchange);
  else
    calld_exchange_reply_error (exchange, error);
}

static void
on_admitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  Trace *trace = trace_of (calld_exchange_get_message (exchange));
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldIdentity) identity = calld_admission_finish (result, &error);

  if (identity == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  trace->user_id = g_strdup (identity->user_id);
  calld_exchange_set_identity (exchange, identity);
  call_handler (trace->server, exchange);
}

/* --- from the head to the handler ------------------------------------------------------------- */

static GError *
verdict_error (CalldRouteVerdict verdict, const CalldRouteMatch *match)
{
  if (verdict == CALLD_ROUTE_BAD_PARAM)
    return calld_problem_new_field (match->bad_param, "The id in the address is no UUID");
  if (verdict == CALLD_ROUTE_BAD_METHOD)
    return g_error_new_literal (CALL_ERROR, CALL_ERROR_INVALID,
                                "This address does not know the method");
  return g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such address");
}

/* Takes @exchange. */
static void
refuse_route (CalldExchange *exchange, CalldRouteVerdict verdict, CalldRouteMatch *match)
{
  SoupServerMessage *message = g_object_ref (calld_exchange_get_message (exchange));
  g_autoptr (GError) error = verdict_error (verdict, match);

  if (match->allow != NULL)
    calld_exchange_add_header (exchange, "Allow", match->allow);
  calld_exchange_reply_error (exchange, error);
  /* The error table has no word with this status; the body says `invalid`. */
  if (verdict == CALLD_ROUTE_BAD_METHOD)
    soup_server_message_set_status (message, 405, NULL);
  g_object_unref (message);
}

/* Takes @exchange, whose route is known. */
static void
admit (CalldServer *self, CalldExchange *exchange, Trace *trace)
{
  CalldParts *parts = self->parts;
  g_autofree char *token = NULL;
  const char *link = NULL;

  trace->flags = calld_exchange_get_route (exchange)->flags;
  if (trace->flags & CALLD_ROUTE_OPEN) {
    call_handler (self, exchange);
    return;
  }
  token = bearer_token (calld_exchange_get_message (exchange));
  if (trace->flags & CALLD_ROUTE_LINK)
    link = calld_exchange_get_query (exchange, "link");
  if (token == NULL && link != NULL)
    calld_admission_by_link_async (parts->auth, parts->store, link,
                                   calld_exchange_get_param (exchange), NULL, on_admitted,
                                   exchange);
  else
    calld_admission_async (parts->auth, parts->store, token, NULL, on_admitted, exchange);
}

static void
on_request (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  CalldServer *self = user_data;
  const char *method = soup_server_message_get_method (message);
  Trace *trace = trace_of (message);
  CalldExchange *exchange;
  CalldRouteMatch match;
  CalldRouteVerdict verdict;
  const CalldRoute *routes;
  gsize n_routes;

  if (calld_exchange_take_end (calld_exchange_peek_stream (message)))
    return;
  exchange = calld_exchange_new (self->parts, message);
  if (self->parts->stopping) {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                                                    "The server is shutting down");

    calld_exchange_reply_error (exchange, error);
    return;
  }
  if (trace->too_large) {
    g_autoptr (GError) error = g_error_new (CALL_ERROR, CALL_ERROR_TOO_LARGE,
                                            "A body may have %d bytes at most",
                                            CALLD_SERVER_BODY_MAX);

    calld_exchange_reply_error (exchange, error);
    return;
  }
  if (g_str_equal (method, "OPTIONS")) {
    reply_preflight (exchange, path);
    return;
  }
  routes = calld_routes_get (&n_routes);
  verdict = calld_router_match (routes, n_routes, method, path, &match);
  if (verdict != CALLD_ROUTE_FOUND) {
    refuse_route (exchange, verdict, &match);
    calld_route_match_clear (&match);
    return;
  }
  calld_exchange_set_match (exchange, &match);
  admit (self, exchange, trace);
}

/* --- the body --------------------------------------------------------------------------------- */

static void
refuse_body (SoupServerMessage *message, Trace *trace)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  trace->too_large = TRUE;
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                "close");
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  Trace *trace = user_data;
  GIOStream *stream;

  /* Of a stream that was refused the rest is thrown away, so that the client hears why; the hub has
   * seen to it that there is an end. */
  if (calld_exchange_take_chunk (calld_exchange_peek_stream (message), chunk) ||
      (trace->flags & CALLD_ROUTE_STREAM))
    return;
  trace->received += g_bytes_get_size (chunk);
  if (trace->received > CALLD_SERVER_BODY_MAX && !trace->too_large)
    refuse_body (message, trace);
  if (trace->received <= 4 * CALLD_SERVER_BODY_MAX)
    return;
  /* Whoever goes on after that reads no answer: it would only cost us. */
  calld_log_warning ("body_cut_off", .user_id = trace->user_id);
  stream = soup_server_message_steal_connection (message);
  g_io_stream_close (stream, NULL, NULL);
  g_object_unref (stream);
}

static void
refuse_early (SoupServerMessage *message)
{
  g_autoptr (CallErrorBody) body = call_error_body_new (CALL_ERROR_TOO_LARGE,
                                                        "The body is too long");
  g_autofree char *json = call_error_body_to_json (body);

  soup_server_message_set_status (message, 413, NULL);
  soup_server_message_set_response (message, "application/json; charset=utf-8", SOUP_MEMORY_COPY,
                                    json, strlen (json));
}

/* --- the whole of a request ------------------------------------------------------------------- */

static void
trace_free (Trace *trace)
{
  CalldServer *self = trace->server;

  self->n_pending--;
  if (self->n_pending == 0 && self->idle != NULL)
    self->idle (self->idle_data);
  g_object_unref (self);
  g_free (trace->user_id);
  g_free (trace);
}

static void
on_answered (SoupServerMessage *message, gpointer user_data)
{
  Trace *trace = user_data;

  trace->answered = TRUE;
}

/* Only the path is logged: a query may hold a token. */
static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  Trace *trace = user_data;
  guint status = soup_server_message_get_status (message);
  CalldLogLevel level = status >= 500 && trace->answered     ? CALLD_LOG_WARNING
                        : (trace->flags & CALLD_ROUTE_QUIET) ? CALLD_LOG_DEBUG
                                                             : CALLD_LOG_INFO;
  g_autofree char *line = g_strdup_printf ("%s %s", soup_server_message_get_method (message),
                                           g_uri_get_path (soup_server_message_get_uri (message)));

  /* libsoup says 500 for a connection that was cut; nobody was answered that. */
  gboolean cut_off = !trace->answered;
  gint64 latency_us = calld_clock_monotonic_us (trace->server->parts->clock) - trace->began_us;

  if (cut_off) {
    calld_log_at (level, "http_cut_off", .user_id = trace->user_id, .detail = line,
                  .latency_us = latency_us);
    return;
  }
  calld_metrics_count_http (status);
  calld_metrics_observe (CALLD_SERIES_HTTP, latency_us);
  calld_log_at (level, "http", .user_id = trace->user_id, .detail = line, .count = status,
                .counted = "status", .latency_us = latency_us);
}

/* Calls the handler of a route that takes its body piece by piece; the body waits until it says so.
 */
static gboolean
begin_stream (CalldServer *self, SoupServerMessage *message, const char *path, Trace *trace)
{
  const char *method = soup_server_message_get_method (message);
  CalldExchange *exchange;
  CalldRouteMatch match;
  const CalldRoute *routes;
  gsize n_routes;

  routes = calld_routes_get (&n_routes);
  if (self->parts->stopping)
    return FALSE;
  if (calld_router_match (routes, n_routes, method, path, &match) != CALLD_ROUTE_FOUND ||
      !(match.route->flags & CALLD_ROUTE_STREAM)) {
    calld_route_match_clear (&match);
    return FALSE;
  }
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  exchange = calld_exchange_new (self->parts, message);
  calld_exchange_mark_stream (exchange);
  calld_exchange_set_match (exchange, &match);
  admit (self, exchange, trace);
  return TRUE;
}

/* Runs when the head is there, before the body. */
static void
on_head (SoupServer *soup,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer user_data)
{
  CalldServer *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  Trace *trace = g_new0 (Trace, 1);

  trace->server = g_object_ref (self);
  trace->began_us = calld_clock_monotonic_us (self->parts->clock);
  self->n_pending++;
  g_object_set_data_full (G_OBJECT (message), "calld-trace", trace, (GDestroyNotify) trace_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), trace);
  g_signal_connect (message, "wrote-body", G_CALLBACK (on_answered), trace);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), trace);

  add_security_headers (self, soup_server_message_get_response_headers (message));
  add_cors_headers (self, message);
  if (begin_stream (self, message, path, trace))
    return;
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > CALLD_SERVER_BODY_MAX) {
    refuse_body (message, trace);
    refuse_early (message);
  }
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_server_dispose (GObject *object)
{
  CalldServer *self = CALLD_SERVER (object);

  if (self->soup != NULL) {
    soup_server_remove_handler (self->soup, NULL);
    soup_server_disconnect (self->soup);
  }
  g_clear_object (&self->soup);
  g_clear_pointer (&self->call_throttle, calld_throttle_free);

  G_OBJECT_CLASS (calld_server_parent_class)->dispose (object);
}

static void
calld_server_class_init (CalldServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_server_dispose;
}

static void
calld_server_init (CalldServer *self)
{
}

/**
 * calld_server_new:
 * @parts: what the resources work on; outlives the server
 *
 * Returns: (transfer full): a server that listens nowhere: the hub hands connections over
 */
CalldServer *
calld_server_new (CalldParts *parts)
{
  CalldServer *self = g_object_new (CALLD_TYPE_SERVER, NULL);

  self->parts = parts;
  self->call_throttle = calld_throttle_new (parts->clock, CALL_BURST, CALLS_PER_MINUTE);
  self->soup = soup_server_new ("server-header", "calld", NULL);
  soup_server_add_early_handler (self->soup, NULL, on_head, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  return self;
}

/**
 * calld_server_get_soup:
 * @self: the server
 *
 * Returns: (transfer none): what connections are handed over to
 */
SoupServer *
calld_server_get_soup (CalldServer *self)
{
  return self->soup;
}

/**
 * calld_server_get_n_pending:
 * @self: the server
 *
 * Returns: how many requests are under way
 */
guint
calld_server_get_n_pending (CalldServer *self)
{
  return self->n_pending;
}

/**
 * calld_server_set_idle_func:
 * @self: the server
 * @func: (nullable): called whenever the last request that was under way has ended
 * @user_data: for @func
 */
void
calld_server_set_idle_func (CalldServer *self, void (*func) (gpointer), gpointer user_data)
{
  self->idle = func;
  self->idle_data = user_data;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-exchange-private.h"

#include "calld-metrics.h"
#include "calld-problem.h"

#include <string.h>

/* How long somebody who is told to come again waits, where nothing more is known. */
#define RETRY_SECONDS 5

/**
 * calld_exchange_new:
 * @parts: what the handler works on
 * @message: the request; it is paused until the reply
 *
 * Returns: (transfer full): an exchange; one of the reply functions frees it
 */
CalldExchange *
calld_exchange_new (CalldParts *parts, SoupServerMessage *message)
{
  CalldExchange *self = g_new0 (CalldExchange, 1);

  self->parts = parts;
  self->message = g_object_ref (message);
  soup_server_message_pause (message);
  return self;
}

void
calld_exchange_free (CalldExchange *self)
{
  g_object_set_data (G_OBJECT (self->message), CALLD_EXCHANGE_STREAM, NULL);
  calld_route_match_clear (&self->match);
  g_clear_pointer (&self->identity, calld_identity_unref);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->body, call_record_unref);
  g_clear_object (&self->message);
  g_free (self->address);
  g_free (self);
}

/**
 * calld_exchange_set_match:
 * @self: an exchange
 * @match: (transfer full): what the router found; cleared
 */
void
calld_exchange_set_match (CalldExchange *self, CalldRouteMatch *match)
{
  self->match = *match;
  memset (match, 0, sizeof *match);
}

/**
 * calld_exchange_set_identity:
 * @self: an exchange
 * @identity: who asks
 */
void
calld_exchange_set_identity (CalldExchange *self, CalldIdentity *identity)
{
  self->identity = calld_identity_ref (identity);
}

CalldParts *
calld_exchange_get_parts (CalldExchange *self)
{
  return self->parts;
}

SoupServerMessage *
calld_exchange_get_message (CalldExchange *self)
{
  return self->message;
}

const CalldRoute *
calld_exchange_get_route (CalldExchange *self)
{
  return self->match.route;
}

/**
 * calld_exchange_get_identity:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): who asks; never %NULL but on open routes
 */
CalldIdentity *
calld_exchange_get_identity (CalldExchange *self)
{
  return self->identity;
}

/**
 * calld_exchange_get_param:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the first parameter of the path
 */
const char *
calld_exchange_get_param (CalldExchange *self)
{
  return self->match.params[0];
}

/**
 * calld_exchange_get_second_param:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the second parameter of the route's pattern
 */
const char *
calld_exchange_get_second_param (CalldExchange *self)
{
  return self->match.params[1];
}

/**
 * calld_exchange_get_query:
 * @self: an exchange
 * @name: a parameter
 *
 * Returns: (transfer none) (nullable): its value in the query of the address
 */
const char *
calld_exchange_get_query (CalldExchange *self, const char *name)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (self->message));

  if (query == NULL)
    return NULL;
  if (self->query == NULL)
    self->query = soup_form_decode (query);
  return g_hash_table_lookup (self->query, name);
}

/**
 * calld_exchange_get_address:
 * @self: an exchange
 *
 * Returns: (transfer none): the address of the other end, "unknown" if it has none
 */
const char *
calld_exchange_get_address (CalldExchange *self)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (self->message);

  if (self->address == NULL && G_IS_INET_SOCKET_ADDRESS (remote))
    self->address = g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  return self->address != NULL ? self->address : "unknown";
}

/* No body at all is an empty object. */
gpointer
calld_exchange_parse_body (CalldExchange *self, const CallSchema *schema, GError **error)
{
  g_autoptr (GBytes) bytes = soup_message_body_flatten (
      soup_server_message_get_request_body (self->message));
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (length == 0)
    return call_record_parse (schema, "{}", 2, error);
  return call_record_parse (schema, text, (gssize) length, error);
}

/**
 * calld_exchange_get_body:
 * @self: an exchange whose route asks for a body
 *
 * Returns: (transfer none): the record of the route's schema; good until the reply
 */
gpointer
calld_exchange_get_body (CalldExchange *self)
{
  return self->body;
}

/* --- replies ---------------------------------------------------------------------------------- */

/**
 * calld_exchange_add_header:
 * @self: an exchange
 * @name: a header
 * @value: its value
 *
 * Sets a header of the answer.
 */
void
calld_exchange_add_header (CalldExchange *self, const char *name, const char *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message), name,
                                value);
}

/**
 * calld_exchange_reply_bytes:
 * @self: (transfer full): an exchange
 * @status: the status
 * @content_type: what @bytes are
 * @bytes: the body
 */
void
calld_exchange_reply_bytes (CalldExchange *self,
                            guint status,
                            const char *content_type,
                            GBytes *bytes)
{
  SoupServerMessage *message = self->message;

  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         content_type, NULL);
  soup_server_message_set_status (message, status, NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), bytes);
  soup_server_message_unpause (message);
  calld_exchange_free (self);
}

/**
 * calld_exchange_reply_empty:
 * @self: (transfer full): an exchange
 * @status: the status
 */
void
calld_exchange_reply_empty (CalldExchange *self, guint status)
{
  soup_server_message_set_status (self->message, status, NULL);
  soup_server_message_unpause (self->message);
  calld_exchange_free (self);
}

static void
reply_json (CalldExchange *self, guint status, char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (json, strlen (json));

  calld_exchange_reply_bytes (self, status, "application/json; charset=utf-8", bytes);
}

/**
 * calld_exchange_reply:
 * @self: (transfer full): an exchange
 * @status: the status
 * @record: (transfer full): the body, a record of the wire
 */
void
calld_exchange_reply (CalldExchange *self, guint status, gpointer record)
{
  char *json = call_record_to_json (record);

  call_record_unref (record);
  reply_json (self, status, json);
}

/**
 * calld_exchange_reply_error:
 * @self: (transfer full): an exchange
 * @error: why not
 *
 * Answers with the status and the body of docs/protocol.md §2.
 */
void
calld_exchange_reply_error (CalldExchange *self, const GError *error)
{
  g_autoptr (GError) leaving = NULL;
  g_autoptr (CallErrorBody) body = NULL;
  CallError code = calld_problem_get_code (error);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  gboolean again;

  /* What fails because everything is being taken down is not broken: it works again soon. */
  if (self->parts->stopping && code == CALL_ERROR_FAILED) {
    code = CALL_ERROR_UNAVAILABLE;
    leaving = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                                   "The server is shutting down");
  }
  body = calld_problem_get_body (leaving != NULL ? leaving : error);
  calld_metrics_count_error (code);
  again = code == CALL_ERROR_RATE_LIMITED || code == CALL_ERROR_UNAVAILABLE;
  if (again && soup_message_headers_get_one (headers, "Retry-After") == NULL) {
    g_autofree char *seconds = g_strdup_printf ("%d", RETRY_SECONDS);

    calld_exchange_add_header (self, "Retry-After", seconds);
  }
  if (code == CALL_ERROR_UNAUTHORIZED)
    calld_exchange_add_header (self, "WWW-Authenticate", "Bearer");
  reply_json (self, call_error_to_status (code), call_error_body_to_json (body));
}

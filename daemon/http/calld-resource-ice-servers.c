/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body.h"
#include "call-ice-server.h"
#include "call-turn-credential.h"

static CallIceServer *
turn_server (CalldParts *parts, const char *user_id)
{
  const CalldConfig *config = parts->config;
  gint64 expires = calld_clock_now_ms (parts->clock) / 1000 + config->turn_ttl_seconds;
  g_autofree char *username = call_turn_credential_username (user_id, expires);
  g_autofree char *password = call_turn_credential_password (config->turn_secret, username);

  return call_ice_server_new ((const char *const *) config->turn_urls, username, password);
}

/* GET /api/ice-servers: a credential of one's own, for a limited time (docs/protocol.md §1). */
void
calld_resource_ice_servers (CalldExchange *exchange)
{
  CalldParts *parts = calld_exchange_get_parts (exchange);
  const CalldConfig *config = parts->config;
  const char *user_id = calld_exchange_get_identity (exchange)->user_id;
  CallIceAnswer *answer = call_record_new (&call_ice_answer);

  if (answer->ice_servers == NULL)
    answer->ice_servers = g_ptr_array_new_with_free_func (g_object_unref);
  if (config->stun_urls[0] != NULL)
    g_ptr_array_add (answer->ice_servers,
                     call_ice_server_new ((const char *const *) config->stun_urls, NULL, NULL));
  if (config->turn_urls[0] != NULL && config->turn_secret != NULL)
    g_ptr_array_add (answer->ice_servers, turn_server (parts, user_id));
  answer->ttl_seconds = config->turn_ttl_seconds;
  calld_exchange_reply (exchange, 200, answer);
}

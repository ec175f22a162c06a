/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-openapi.h"
#include "calld-resources.h"
#include "calld-routes.h"

#include <string.h>

/* The documents of the API. The tables they are written from never change while we run, so each is
 * written once. */

static void
reply_document (CalldExchange *exchange, GBytes *document)
{
  calld_exchange_add_header (exchange, "Cache-Control", "no-cache");
  calld_exchange_reply_bytes (exchange, 200, "application/json; charset=utf-8", document);
}

/* GET /api/openapi.json */
void
calld_resource_openapi (CalldExchange *exchange)
{
  static GBytes *document = NULL;

  if (document == NULL) {
    gsize n_routes;
    const CalldRoute *routes = calld_routes_get (&n_routes);
    char *text = calld_openapi_write (routes, n_routes);

    document = g_bytes_new_take (text, strlen (text));
  }
  reply_document (exchange, document);
}

/* GET /api/asyncapi.json */
void
calld_resource_asyncapi (CalldExchange *exchange)
{
  static GBytes *document = NULL;

  if (document == NULL) {
    char *text = calld_asyncapi_write ();

    document = g_bytes_new_take (text, strlen (text));
  }
  reply_document (exchange, document);
}

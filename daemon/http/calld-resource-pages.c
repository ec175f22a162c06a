/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body.h"
#include "call-error.h"

#include <string.h>

#define WEB "/org/libcall/web/"

/* The page may talk to this server only, and be shown in no frame. Web sockets are named because
 * some browsers do not count them as 'self'; nothing of a foreign origin can run here anyway. */
#define PAGE_POLICY                                                                       \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " \
  "font-src 'self'; media-src 'self' blob: mediastream:; connect-src 'self' ws: wss:; "   \
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "         \
  "frame-ancestors 'none'"

typedef struct {
  const char *suffix;
  const char *content_type;
} Type;

static const Type types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".woff2", "font/woff2" },
  { ".ogg", "audio/ogg" },
  { ".wav", "audio/wav" },
  { ".json", "application/json; charset=utf-8" },
  { ".webmanifest", "application/manifest+json" },
};

static const char *
type_of (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].suffix))
      return types[i].content_type;
  return "application/octet-stream";
}

/* The resources never change while we run, so each is hashed once. */
static const char *
etag_of (const char *path, GBytes *bytes)
{
  static GHashTable *etags = NULL;
  g_autofree char *sum = NULL;
  const char *etag;

  if (etags == NULL)
    etags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  etag = g_hash_table_lookup (etags, path);
  if (etag != NULL)
    return etag;
  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_hash_table_insert (etags, g_strdup (path), g_strdup_printf ("\"%.32s\"", sum));
  return g_hash_table_lookup (etags, path);
}

/* RFC 9110 section 13.1.2: a list of tags, or a star. */
static gboolean
is_known (CalldExchange *exchange, const char *etag)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (
      calld_exchange_get_message (exchange));
  const char *known = soup_message_headers_get_list (headers, "If-None-Match");

  return known != NULL && (g_str_equal (known, "*") || strstr (known, etag) != NULL);
}

static void
reply_resource (CalldExchange *exchange, const char *name)
{
  g_autofree char *path = g_strconcat (WEB, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  const char *etag;

  if (bytes == NULL) {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_FOUND,
                                                    "There is no such page");

    calld_exchange_reply_error (exchange, error);
    return;
  }
  etag = etag_of (path, bytes);
  calld_exchange_add_header (exchange, "ETag", etag);
  calld_exchange_add_header (exchange, "Cache-Control", "no-cache");
  calld_exchange_add_header (exchange, "Content-Security-Policy", PAGE_POLICY);
  calld_exchange_add_header (exchange, "Permissions-Policy",
                             "camera=(self), microphone=(self), geolocation=()");
  if (is_known (exchange, etag))
    calld_exchange_reply_empty (exchange, 304);
  else
    calld_exchange_reply_bytes (exchange, 200, type_of (name), bytes);
}

/* GET /join */
void
calld_resource_join_page (CalldExchange *exchange)
{
  reply_resource (exchange, "join.html");
}

/* GET /swagger */
void
calld_resource_swagger_page (CalldExchange *exchange)
{
  reply_resource (exchange, "swagger/index.html");
}

/* GET /swagger/{path} */
void
calld_resource_swagger_part (CalldExchange *exchange)
{
  g_autofree char *name = g_strconcat ("swagger/", calld_exchange_get_param (exchange), NULL);

  reply_resource (exchange, name);
}

/* GET /assets/{path} */
void
calld_resource_asset (CalldExchange *exchange)
{
  g_autofree char *name = g_strconcat ("assets/", calld_exchange_get_param (exchange), NULL);

  reply_resource (exchange, name);
}

static gboolean
wants_html (CalldExchange *exchange)
{
  const char *accept = soup_message_headers_get_list (
      soup_server_message_get_request_headers (calld_exchange_get_message (exchange)), "Accept");

  return accept != NULL && strstr (accept, "text/html") != NULL;
}

static void
reply_home_page (CalldExchange *exchange)
{
  static const char page[] =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>calld</title></head>\n"
      "<body><main><h1>calld</h1>\n<p>This server carries remote consultations and is running. "
      "Patients enter by the link of their appointment; clinicians use Call Desk.</p>\n"
      "<p>Version " PACKAGE_VERSION "</p></main></body></html>\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (page, sizeof page - 1);

  calld_exchange_reply_bytes (exchange, 200, "text/html; charset=utf-8", bytes);
}

/* GET / */
void
calld_resource_root (CalldExchange *exchange)
{
  CallRootAnswer *answer;

  calld_exchange_add_header (exchange, "Vary", "Accept");
  if (wants_html (exchange)) {
    reply_home_page (exchange);
    return;
  }
  answer = call_record_new (&call_root_answer);
  answer->name = g_strdup ("calld");
  answer->version = g_strdup (PACKAGE_VERSION);
  answer->status = g_strdup ("ok");
  calld_exchange_reply (exchange, 200, answer);
}

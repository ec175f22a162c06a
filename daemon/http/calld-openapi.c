/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-openapi.h"

#include "call-error-body.h"
#include "call-json-schema.h"

#include <string.h>

/*
 * The table of routes as an OpenAPI 3.1 document, https://spec.openapis.org/oas/v3.1.0. Nothing is
 * said here that the router and the server do not go by.
 */

#define JSON "application/json"
#define OPTIONAL_API "[/api]"
#define N_ERRORS (CALL_ERROR_MEDIA + 1)

typedef struct {
  CallJsonWriter *writer;
  CallJsonSchema schema;
} Document;

/* --- addresses -------------------------------------------------------------------------------- */

/* An address that may begin with /api or not is shown with it. */
static char *
get_path (const CalldRoute *route)
{
  if (!g_str_has_prefix (route->pattern, OPTIONAL_API))
    return g_strdup (route->pattern);
  return g_strconcat ("/api", route->pattern + strlen (OPTIONAL_API), NULL);
}

/* "POST /api/auth/login" → "post_api_auth_login" */
static char *
get_operation_id (const CalldRoute *route)
{
  g_autofree char *path = get_path (route);
  g_autofree char *both = g_strconcat (route->method, path, NULL);
  char *id = g_ascii_strdown (both, -1);

  g_strcanon (id, G_CSET_a_2_z G_CSET_DIGITS, '_');
  return id;
}

/* --- parameters ------------------------------------------------------------------------------- */

static void
begin_parameter (Document *self, const char *name, const char *in, const char *doc)
{
  call_json_begin_object (self->writer, NULL);
  call_json_add_string (self->writer, "name", name);
  call_json_add_string (self->writer, "in", in);
  call_json_add_string (self->writer, "description", doc);
  if (g_str_equal (in, "path"))
    call_json_add_bool (self->writer, "required", TRUE);
}

static void
write_path_parameters (Document *self, const CalldRoute *route)
{
  const char *begin = route->pattern;

  while ((begin = strchr (begin, '{')) != NULL) {
    const char *end = strchr (begin, '}');
    g_autofree char *name = g_strndup (begin + 1, (gsize) (end - begin) - 1);
    gboolean is_id = g_str_equal (name, "id");

    begin_parameter (self, name, "path", is_id ? "A UUID" : NULL);
    call_json_schema_write_type (&self->schema, "schema", is_id ? CALL_FIELD_ID : CALL_FIELD_STRING,
                                 0, NULL);
    call_json_end_object (self->writer);
    begin = end;
  }
}

static void
write_number_schema (Document *self, const CalldRouteParam *param)
{
  call_json_begin_object (self->writer, "schema");
  call_json_add_string (self->writer, "type", "integer");
  call_json_add_int (self->writer, "minimum", param->minimum);
  if (param->maximum < G_MAXINT64)
    call_json_add_int (self->writer, "maximum", param->maximum);
  call_json_end_object (self->writer);
}

/* Several values of an enumeration are given with commas between. */
static void
write_enum_schema (Document *self, const CalldRouteParam *param)
{
  gconstpointer get_type;

  memcpy (&get_type, &param->values, sizeof get_type);
  call_json_begin_object (self->writer, "schema");
  call_json_add_string (self->writer, "type", "array");
  call_json_schema_write_type (&self->schema, "items", CALL_FIELD_ENUM, 0, get_type);
  call_json_end_object (self->writer);
  call_json_add_string (self->writer, "style", "form");
  call_json_add_bool (self->writer, "explode", FALSE);
}

static void
write_query_parameters (Document *self, const CalldRoute *route)
{
  for (const CalldRouteParam *param = route->query; param != NULL && param->name != NULL; param++) {
    begin_parameter (self, param->name, "query", param->doc);
    if (param->type == CALL_FIELD_INT)
      write_number_schema (self, param);
    else if (param->type == CALL_FIELD_ENUM)
      write_enum_schema (self, param);
    else
      call_json_schema_write_type (&self->schema, "schema", param->type, (guint) param->maximum,
                                   NULL);
    call_json_end_object (self->writer);
  }
}

/* --- bodies ----------------------------------------------------------------------------------- */

static void
write_content (Document *self, const char *media, const CallSchema *schema)
{
  call_json_begin_object (self->writer, "content");
  call_json_begin_object (self->writer, media);
  if (schema != NULL)
    call_json_schema_write (&self->schema, "schema", NULL, schema);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

static gboolean
needs_body (const CallSchema *schema)
{
  for (guint i = 0; i < schema->n_fields; i++)
    if ((schema->fields[i].flags & CALL_FIELD_MAYBE) == 0)
      return TRUE;
  return FALSE;
}

static void
write_request_body (Document *self, const CalldRoute *route)
{
  if (route->body == NULL && route->consumes == NULL)
    return;
  call_json_begin_object (self->writer, "requestBody");
  if (route->body == NULL || needs_body (route->body))
    call_json_add_bool (self->writer, "required", TRUE);
  write_content (self, route->body != NULL ? JSON : route->consumes, route->body);
  call_json_end_object (self->writer);
}

static void
write_success (Document *self, const CalldRoute *route)
{
  g_autofree char *status = g_strdup_printf ("%u", route->status != 0 ? route->status : 200);

  call_json_begin_object (self->writer, status);
  call_json_add_string (self->writer, "description", route->summary);
  if (route->answer != NULL)
    write_content (self, JSON, route->answer);
  else if (route->produces != NULL)
    write_content (self, route->produces, NULL);
  call_json_end_object (self->writer);
}

/* --- refusals --------------------------------------------------------------------------------- */

/* What follows from the line itself, whatever its handler does. */
static guint32
get_refusals (const CalldRoute *route)
{
  guint32 refusals = route->refusals | CALLD_REFUSES (FAILED) | CALLD_REFUSES (UNAVAILABLE);

  if ((route->flags & CALLD_ROUTE_OPEN) == 0)
    refusals |= CALLD_REFUSES (UNAUTHORIZED);
  if ((route->flags & CALLD_ROUTE_CALL) != 0)
    refusals |= CALLD_REFUSES (RATE_LIMITED);
  if (route->body != NULL)
    refusals |= CALLD_REFUSES (INVALID) | CALLD_REFUSES (PROTOCOL) | CALLD_REFUSES (TOO_LARGE);
  if (route->query != NULL || strstr (route->pattern, "{id}") != NULL)
    refusals |= CALLD_REFUSES (INVALID);
  return refusals;
}

static void
write_refusal (Document *self, guint32 refusals, guint status)
{
  g_autofree char *name = g_strdup_printf ("%u", status);
  g_autoptr (GString) codes = g_string_new (NULL);

  for (guint code = 0; code < N_ERRORS; code++)
    if ((refusals & (1u << code)) != 0 && call_error_to_status ((CallError) code) == status)
      g_string_append_printf (codes, "%s%s", codes->len > 0 ? ", " : "",
                              call_error_to_code ((CallError) code));
  if (codes->len == 0)
    return;
  call_json_begin_object (self->writer, name);
  call_json_add_string (self->writer, "description", codes->str);
  call_json_begin_object (self->writer, "content");
  call_json_begin_object (self->writer, JSON);
  call_json_begin_object (self->writer, "schema");
  call_json_add_string (self->writer, "$ref", "#/components/schemas/Refusal");
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

static void
write_refusals (Document *self, const CalldRoute *route)
{
  static const guint statuses[] = { 400, 401, 403, 404, 409, 413, 429, 500, 503, 504 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    write_refusal (self, get_refusals (route), statuses[i]);
}

/* --- operations ------------------------------------------------------------------------------- */

static void
write_security (Document *self, const CalldRoute *route)
{
  call_json_begin_array (self->writer, "security");
  if ((route->flags & CALLD_ROUTE_OPEN) == 0) {
    call_json_begin_object (self->writer, NULL);
    call_json_begin_array (self->writer, "token");
    call_json_end_array (self->writer);
    call_json_end_object (self->writer);
  }
  call_json_end_array (self->writer);
}

static void
write_operation (Document *self, const CalldRoute *route)
{
  CallJsonWriter *writer = self->writer;
  g_autofree char *method = g_ascii_strdown (route->method, -1);
  g_autofree char *id = get_operation_id (route);
  g_autofree char *who = route->who != NULL ? g_strdup_printf ("For %s.", route->who) : NULL;
  const char *tags[] = { route->tag, NULL };

  call_json_begin_object (writer, method);
  call_json_add_string (writer, "operationId", id);
  call_json_add_strv (writer, "tags", tags);
  call_json_add_string (writer, "summary", route->summary);
  call_json_add_string (writer, "description", who);
  write_security (self, route);
  call_json_begin_array (writer, "parameters");
  write_path_parameters (self, route);
  write_query_parameters (self, route);
  call_json_end_array (writer);
  write_request_body (self, route);
  call_json_begin_object (writer, "responses");
  write_success (self, route);
  write_refusals (self, route);
  call_json_end_object (writer);
  call_json_end_object (writer);
}

/* The table may name an address at several places; the document names each once. */
static void
write_paths (Document *self, const CalldRoute *routes, gsize n_routes)
{
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  call_json_begin_object (self->writer, "paths");
  for (gsize i = 0; i < n_routes; i++) {
    g_autofree char *path = get_path (&routes[i]);

    if (!g_hash_table_add (done, g_strdup (path)))
      continue;
    call_json_begin_object (self->writer, path);
    for (gsize j = i; j < n_routes; j++)
      if (g_str_equal (routes[j].pattern, routes[i].pattern))
        write_operation (self, &routes[j]);
    call_json_end_object (self->writer);
  }
  call_json_end_object (self->writer);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
write_info (Document *self)
{
  call_json_add_string (self->writer, "openapi", "3.1.0");
  call_json_begin_object (self->writer, "info");
  call_json_add_string (self->writer, "title", "calld");
  call_json_add_string (self->writer, "version", PACKAGE_VERSION);
  call_json_add_string (
      self->writer, "description",
      "Remote consultations: appointments, waiting rooms, calls and chat. Times are ISO 8601 in "
      "UTC with milliseconds, ids are UUIDs, unknown members are ignored. Every refusal is an "
      "error with a code. What happens as it happens is in the AsyncAPI document.");
  call_json_end_object (self->writer);
}

static void
write_components (Document *self)
{
  static const CallField refusal_fields[] = {
    { "error", 0, CALL_FIELD_STRUCT, CALL_FIELD_NEEDED, 0, &call_error_body_schema },
  };
  static const CallSchema refusal = { 0, refusal_fields, G_N_ELEMENTS (refusal_fields), NULL };

  call_json_begin_object (self->writer, "components");
  call_json_begin_object (self->writer, "securitySchemes");
  call_json_begin_object (self->writer, "token");
  call_json_add_string (self->writer, "type", "http");
  call_json_add_string (self->writer, "scheme", "bearer");
  call_json_add_string (self->writer, "bearerFormat", "JWT");
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
  call_json_begin_object (self->writer, "schemas");
  call_json_schema_write (&self->schema, "Refusal", "Refusal", &refusal);
  call_json_schema_write_models (&self->schema);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

/**
 * calld_openapi_write:
 * @routes: (array length=n_routes): the table of routes
 * @n_routes: its length
 *
 * Writes the document. A pure function.
 *
 * Returns: (transfer full): JSON
 */
char *
calld_openapi_write (const CalldRoute *routes, gsize n_routes)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autoptr (GPtrArray) models = g_ptr_array_new ();
  Document self = { &writer, { &writer, models } };

  call_json_begin_object (&writer, NULL);
  write_info (&self);
  write_paths (&self, routes, n_routes);
  write_components (&self);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

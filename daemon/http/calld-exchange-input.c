/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-exchange-private.h"

#include "calld-problem.h"

#include "call-enums.h"
#include "call-error.h"
#include "call-id.h"
#include "call-time.h"

#include <string.h>

/* What comes with a request, checked by the line of the table before its handler runs. */

#define TEXT_MAX 256
#define VALUES_MAX 16

/* --- the query -------------------------------------------------------------------------------- */

static const char *
check_enum (GType type, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", VALUES_MAX + 1);
  int value;

  for (gsize i = 0; words[i] != NULL; i++)
    if (i == VALUES_MAX || !call_enum_from_nick (type, words[i], &value))
      return "There is no such value";
  return NULL;
}

static const char *
check_text (const CalldRouteParam *param, const char *text)
{
  gsize limit = param->maximum > 0 ? (gsize) param->maximum : TEXT_MAX;

  if (strlen (text) > limit)
    return "This is too long";
  return g_utf8_validate (text, -1, NULL) ? NULL : "This is no UTF-8";
}

/* What is wrong with a value, or NULL. */
static const char *
check_param (const CalldRouteParam *param, const char *text)
{
  guint64 number;
  gint64 time;

  switch (param->type) {
  case CALL_FIELD_TIME:
    return call_time_parse (text, &time) ? NULL : "A time looks like 2026-03-02T14:00:00.000Z";
  case CALL_FIELD_INT:
    return g_ascii_string_to_unsigned (text, 10, (guint64) param->minimum, (guint64) param->maximum,
                                       &number, NULL)
               ? NULL
               : "This is no number in its range";
  case CALL_FIELD_ID:
    return call_id_is_valid (text) ? NULL : "This is no UUID";
  case CALL_FIELD_ENUM:
    return check_enum (param->values (), text);
  case CALL_FIELD_STRING:
    return check_text (param, text);
  case CALL_FIELD_WORD:
  case CALL_FIELD_PEER_ID:
  case CALL_FIELD_UINT:
  case CALL_FIELD_BOOL:
  case CALL_FIELD_STRV:
  case CALL_FIELD_ID_LIST:
  case CALL_FIELD_MAP:
  case CALL_FIELD_MODEL:
  case CALL_FIELD_MODEL_LIST:
  case CALL_FIELD_STRUCT:
  case CALL_FIELD_RAW:
  case CALL_FIELD_BYTES:
  default:
    g_return_val_if_reached ("This cannot be asked for");
  }
}

static gboolean
check_query (CalldExchange *self, const CalldRouteParam *params, GError **error)
{
  for (const CalldRouteParam *param = params; param != NULL && param->name != NULL; param++) {
    const char *text = calld_exchange_get_query (self, param->name);
    const char *problem = text != NULL && *text != '\0' ? check_param (param, text) : NULL;

    if (problem != NULL) {
      g_propagate_error (error, calld_problem_new_field (param->name, problem));
      return FALSE;
    }
  }
  return TRUE;
}

/* --- the whole -------------------------------------------------------------------------------- */

/**
 * calld_exchange_check_input:
 * @self: an exchange whose route is known
 * @error: %CALL_ERROR_INVALID with the field, or %CALL_ERROR_PROTOCOL
 *
 * Checks the query and reads the body as the route's line says.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_exchange_check_input (CalldExchange *self, GError **error)
{
  const CalldRoute *route = calld_exchange_get_route (self);

  if (!check_query (self, route->query, error))
    return FALSE;
  if (route->body == NULL)
    return TRUE;
  self->body = calld_exchange_parse_body (self, route->body, error);
  return self->body != NULL;
}

/**
 * calld_exchange_get_number:
 * @self: an exchange
 * @name: a %CALL_FIELD_INT of the route's query
 * @fallback: what it is if it is missing
 *
 * Returns: the number
 */
guint64
calld_exchange_get_number (CalldExchange *self, const char *name, guint64 fallback)
{
  const char *text = calld_exchange_get_query (self, name);

  return text != NULL && *text != '\0' ? g_ascii_strtoull (text, NULL, 10) : fallback;
}

/**
 * calld_exchange_get_time:
 * @self: an exchange
 * @name: a %CALL_FIELD_TIME of the route's query
 *
 * Returns: the time in milliseconds since 1970, 0 if it is missing
 */
gint64
calld_exchange_get_time (CalldExchange *self, const char *name)
{
  const char *text = calld_exchange_get_query (self, name);
  gint64 time = 0;

  return text != NULL && call_time_parse (text, &time) ? time : 0;
}

/**
 * calld_exchange_get_values:
 * @self: an exchange
 * @name: a %CALL_FIELD_ENUM of the route's query
 * @type: its enumeration, with values below 32
 *
 * Returns: a mask of 1 << value, 0 if it is missing
 */
guint
calld_exchange_get_values (CalldExchange *self, const char *name, GType type)
{
  const char *text = calld_exchange_get_query (self, name);
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ",", VALUES_MAX);
  guint mask = 0;
  int value;

  for (gsize i = 0; words[i] != NULL; i++)
    if (call_enum_from_nick (type, words[i], &value))
      mask |= 1u << value;
  return mask;
}

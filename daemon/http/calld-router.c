/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-router"

#include "config.h"

#include "calld-router.h"

#include <string.h>

#include "call-id.h"

#define OPTIONAL_API "[/api]"

typedef enum {
  FIT_NO,
  FIT_BAD_PARAM,
  FIT_YES,
} Fit;

/* The rest of a path below a folder, safe to append to a resource path. */
static gboolean
is_safe_rest (const char *rest)
{
  if (*rest == '\0' || *rest == '/' || strstr (rest, "..") != NULL || strstr (rest, "//") != NULL)
    return FALSE;
  return strspn (rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") ==
         strlen (rest);
}

static void
clear_params (CalldRouteMatch *match)
{
  for (gsize i = 0; i < CALLD_ROUTE_PARAMS_MAX; i++)
    g_clear_pointer (&match->params[i], g_free);
}

/* Matches one `{name}`; @path is after the slash. On success moves @path behind the value. */
static Fit
fit_param (const char *name, const char **path, guint index, CalldRouteMatch *match)
{
  gsize length = strcspn (*path, "/");

  if (g_str_has_prefix (name, "{path}")) {
    if (!is_safe_rest (*path))
      return FIT_NO;
    length = strlen (*path);
  }
  if (length == 0)
    return FIT_NO;

  match->params[index] = g_strndup (*path, length);
  *path += length;
  if (g_str_has_prefix (name, "{id}") && !call_id_is_valid (match->params[index])) {
    match->bad_param = "id";
    return FIT_BAD_PARAM;
  }
  return FIT_YES;
}

static Fit
fit_segments (const char *pattern, const char *path, CalldRouteMatch *match)
{
  Fit fit = FIT_YES;
  guint n_params = 0;

  while (*pattern != '\0') {
    if (*pattern == '{') {
      Fit one = fit_param (pattern, &path, n_params++, match);

      if (one == FIT_NO)
        return FIT_NO;
      fit = MIN (fit, one);
      pattern = strchr (pattern, '}') + 1;
    } else if (*pattern++ != *path++) {
      return FIT_NO;
    }
  }
  return *path == '\0' ? fit : FIT_NO;
}

static Fit
fit_pattern (const char *pattern, const char *path, CalldRouteMatch *match)
{
  Fit fit;

  if (!g_str_has_prefix (pattern, OPTIONAL_API))
    return fit_segments (pattern, path, match);

  pattern += strlen (OPTIONAL_API);
  fit = fit_segments (pattern, path, match);
  if (fit == FIT_NO && g_str_has_prefix (path, "/api/")) {
    clear_params (match);
    fit = fit_segments (pattern, path + strlen ("/api"), match);
  }
  return fit;
}

static gboolean
serves (const CalldRoute *route, const char *method)
{
  return g_str_equal (route->method, method) ||
         (g_str_equal (method, "HEAD") && g_str_equal (route->method, "GET"));
}

static void
allow (CalldRouteMatch *match, const char *method)
{
  g_autofree char *old = match->allow;

  match->allow = g_strdup_printf ("%s%s%s%s", old != NULL ? old : "", old != NULL ? ", " : "",
                                  method, g_str_equal (method, "GET") ? ", HEAD" : "");
}

/**
 * calld_router_match:
 * @routes: (array length=n_routes): the table
 * @n_routes: its length
 * @method: the request's method
 * @path: the request's path, decoded, without query
 * @match: (out caller-allocates): the answer; clear it afterwards, whatever the verdict
 *
 * Looks up a request. A pure function. One trailing slash is ignored.
 *
 * Returns: the verdict
 */
CalldRouteVerdict
calld_router_match (const CalldRoute *routes,
                    gsize n_routes,
                    const char *method,
                    const char *path,
                    CalldRouteMatch *match)
{
  g_autofree char *trimmed = NULL;
  const char *bad_param = NULL;
  gsize length = strlen (path);

  if (length > 1 && path[length - 1] == '/')
    path = trimmed = g_strndup (path, length - 1);

  memset (match, 0, sizeof *match);
  for (gsize i = 0; i < n_routes; i++) {
    Fit fit = fit_pattern (routes[i].pattern, path, match);

    if (fit == FIT_YES && serves (&routes[i], method)) {
      match->route = &routes[i];
      return CALLD_ROUTE_FOUND;
    }
    if (fit == FIT_YES)
      allow (match, routes[i].method);
    else if (fit == FIT_BAD_PARAM)
      bad_param = match->bad_param;
    clear_params (match);
  }

  match->bad_param = bad_param;
  if (match->allow != NULL)
    return CALLD_ROUTE_BAD_METHOD;
  return bad_param != NULL ? CALLD_ROUTE_BAD_PARAM : CALLD_ROUTE_UNKNOWN;
}

/**
 * calld_route_match_clear:
 * @match: an answer of calld_router_match()
 *
 * Frees what @match holds.
 */
void
calld_route_match_clear (CalldRouteMatch *match)
{
  clear_params (match);
  g_clear_pointer (&match->allow, g_free);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CALLD_ROUTE_PARAMS_MAX 2

typedef struct _CalldExchange CalldExchange;

/**
 * CalldRouteFlags:
 * @CALLD_ROUTE_NONE: needs a signed-in user
 * @CALLD_ROUTE_OPEN: needs nobody
 * @CALLD_ROUTE_CALL: counts against the limit of call requests of a user
 * @CALLD_ROUTE_QUIET: asked often by machines; logged as debug only
 *
 * What the server does before a route's handler runs.
 */
typedef enum {
  CALLD_ROUTE_NONE = 0,
  CALLD_ROUTE_OPEN = 1 << 0,
  CALLD_ROUTE_CALL = 1 << 1,
  CALLD_ROUTE_QUIET = 1 << 2,
} CalldRouteFlags;

/**
 * CalldRoute:
 * @method: `GET` (which serves HEAD too), `POST` …
 * @pattern: segments; `{id}` is a UUID, `{path}` is the rest of a path below a folder; a leading
 *   `[/api]` may be present or not
 * @flags: what is done before @handle
 * @handle: the handler; it replies to the exchange, now or later
 *
 * A line of the table of routes.
 */
typedef struct {
  const char *method;
  const char *pattern;
  CalldRouteFlags flags;
  void (*handle) (CalldExchange *exchange);
} CalldRoute;

/**
 * CalldRouteVerdict:
 * @CALLD_ROUTE_FOUND: a handler exists
 * @CALLD_ROUTE_UNKNOWN: no such path
 * @CALLD_ROUTE_BAD_PARAM: the path exists, but a parameter is malformed
 * @CALLD_ROUTE_BAD_METHOD: the path exists, but not with this method
 *
 * What the table says to a request.
 */
typedef enum {
  CALLD_ROUTE_FOUND,
  CALLD_ROUTE_UNKNOWN,
  CALLD_ROUTE_BAD_PARAM,
  CALLD_ROUTE_BAD_METHOD,
} CalldRouteVerdict;

/**
 * CalldRouteMatch:
 * @route: the route, if found
 * @params: the values of the pattern's parameters, in order
 * @bad_param: the name of the malformed parameter
 * @allow: the methods that the path does know, for the header `Allow`
 *
 * The table's answer. Clear it with calld_route_match_clear().
 */
typedef struct {
  const CalldRoute *route;
  char *params[CALLD_ROUTE_PARAMS_MAX];
  const char *bad_param;
  char *allow;
} CalldRouteMatch;

CalldRouteVerdict calld_router_match (const CalldRoute *routes,
                                      gsize n_routes,
                                      const char *method,
                                      const char *path,
                                      CalldRouteMatch *match);
void calld_route_match_clear (CalldRouteMatch *match);

G_END_DECLS

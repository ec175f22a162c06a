/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-record.h"

G_BEGIN_DECLS

#define CALLD_ROUTE_PARAMS_MAX 2

typedef struct _CalldExchange CalldExchange;

/**
 * CalldRouteFlags:
 * @CALLD_ROUTE_NONE: needs a signed-in user
 * @CALLD_ROUTE_OPEN: needs nobody
 * @CALLD_ROUTE_CALL: counts against the limit of call requests of a user
 * @CALLD_ROUTE_QUIET: asked often by machines; logged as debug only
 * @CALLD_ROUTE_STREAM: its body is not gathered: the handler is called before it, and takes it with
 *   calld_exchange_read()
 * @CALLD_ROUTE_LINK: a signed address does in place of a token
 *
 * What the server does before a route's handler runs.
 */
typedef enum {
  CALLD_ROUTE_NONE = 0,
  CALLD_ROUTE_OPEN = 1 << 0,
  CALLD_ROUTE_CALL = 1 << 1,
  CALLD_ROUTE_QUIET = 1 << 2,
  CALLD_ROUTE_STREAM = 1 << 3,
  CALLD_ROUTE_LINK = 1 << 4,
} CalldRouteFlags;

/**
 * CalldRouteParam:
 * @name: of the parameter, %NULL at the end of a list
 * @type: %CALL_FIELD_STRING, _ID, _TIME, _INT, or _ENUM
 * @minimum: of %CALL_FIELD_INT
 * @maximum: of %CALL_FIELD_INT; of %CALL_FIELD_STRING its longest length, 0 for 256
 * @values: (nullable): of %CALL_FIELD_ENUM, its get_type function; several may be given with commas
 * @doc: what it means, one line
 *
 * A parameter in the query of an address. It may always be missing, and an empty one is missing.
 */
typedef struct {
  const char *name;
  CallFieldType type;
  gint64 minimum;
  gint64 maximum;
  GType (*values) (void);
  const char *doc;
} CalldRouteParam;

/** CALLD_REFUSES: a code of #CallError in the mask of what a route may refuse with. */
#define CALLD_REFUSES(code) (1u << CALL_ERROR_##code)

/**
 * CalldRoute:
 * @method: `GET` (which serves HEAD too), `POST` …
 * @pattern: segments; `{id}` is a UUID, `{path}` is the rest of a path below a folder; a leading
 *   `[/api]` may be present or not
 * @flags: what is done before @handle
 * @handle: the handler; it replies to the exchange, now or later
 * @tag: the chapter of the documents it belongs to
 * @summary: what it does, one line
 * @who: (nullable): who may, where that is not everybody who is signed in
 * @query: (nullable) (array zero-terminated=1): what the address may ask besides; checked before
 *   @handle
 * @body: (nullable): what the body must be; read before @handle, which finds the record with
 *   calld_exchange_get_body()
 * @consumes: (nullable): the media type of a body that is no JSON; @handle reads it
 * @status: of the answer when all went well; 0 for 200
 * @answer: (nullable): what the answer is
 * @produces: (nullable): the media type of an answer that is no JSON
 * @refusals: mask of CALLD_REFUSES(): what @handle may say no with, besides what follows from the
 *   line itself
 *
 * A line of the table of routes. The router dispatches by it, the server checks queries and bodies
 * by it, and the documents of the API are written from it.
 */
typedef struct {
  const char *method;
  const char *pattern;
  CalldRouteFlags flags;
  void (*handle) (CalldExchange *exchange);
  const char *tag;
  const char *summary;
  const char *who;
  const CalldRouteParam *query;
  const CallSchema *body;
  const char *consumes;
  guint status;
  const CallSchema *answer;
  const char *produces;
  guint32 refusals;
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

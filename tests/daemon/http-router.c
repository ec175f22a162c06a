/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib.h>

#include "calld-router.h"

#define ID "0190a1b2-0000-7000-8000-000000000001"

static const CalldRoute routes[] = {
  { "GET", "/", CALLD_ROUTE_OPEN, NULL },
  { "GET", "/api/appointments", CALLD_ROUTE_NONE, NULL },
  { "POST", "/api/appointments", CALLD_ROUTE_NONE, NULL },
  { "GET", "/api/appointments/{id}", CALLD_ROUTE_NONE, NULL },
  { "POST", "[/api]/appointments/{id}/call/request", CALLD_ROUTE_CALL, NULL },
  { "GET", "/assets/{path}", CALLD_ROUTE_OPEN, NULL },
};

typedef struct {
  const char *method;
  const char *path;
  CalldRouteVerdict verdict;
  int route;
  const char *param;
} Case;

static const Case cases[] = {
  { "GET", "/", CALLD_ROUTE_FOUND, 0, NULL },
  { "HEAD", "/", CALLD_ROUTE_FOUND, 0, NULL },
  { "GET", "/api/appointments", CALLD_ROUTE_FOUND, 1, NULL },
  { "GET", "/api/appointments/", CALLD_ROUTE_FOUND, 1, NULL },
  { "POST", "/api/appointments", CALLD_ROUTE_FOUND, 2, NULL },
  { "PUT", "/api/appointments", CALLD_ROUTE_BAD_METHOD, -1, NULL },
  { "GET", "/api/appointments/" ID, CALLD_ROUTE_FOUND, 3, ID },
  { "GET", "/api/appointments/1", CALLD_ROUTE_BAD_PARAM, -1, NULL },
  { "GET", "/api/appointments/" ID "/", CALLD_ROUTE_FOUND, 3, ID },
  { "GET", "/api/appointments/" ID "/x", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "/api/appointments//", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "/appointments/" ID, CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "POST", "/appointments/" ID "/call/request", CALLD_ROUTE_FOUND, 4, ID },
  { "POST", "/api/appointments/" ID "/call/request", CALLD_ROUTE_FOUND, 4, ID },
  { "POST", "/api/api/appointments/" ID "/call/request", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "POST", "/api/appointments/../call/request", CALLD_ROUTE_BAD_PARAM, -1, NULL },
  { "GET", "/appointments/" ID "/call/request", CALLD_ROUTE_BAD_METHOD, -1, NULL },
  { "GET", "/assets/app.js", CALLD_ROUTE_FOUND, 5, "app.js" },
  { "GET", "/assets/fonts/a-b_c.woff2", CALLD_ROUTE_FOUND, 5, "fonts/a-b_c.woff2" },
  { "GET", "/assets/../secret", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "/assets//etc/passwd", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "/assets/", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "/assets/a b", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "", CALLD_ROUTE_UNKNOWN, -1, NULL },
  { "GET", "//", CALLD_ROUTE_FOUND, 0, NULL },
  { "GET", "/nothing", CALLD_ROUTE_UNKNOWN, -1, NULL },
};

static void
test_match (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    CalldRouteMatch match;
    CalldRouteVerdict verdict;

    g_test_message ("%s %s", c->method, c->path);
    verdict = calld_router_match (routes, G_N_ELEMENTS (routes), c->method, c->path, &match);
    g_assert_cmpint (verdict, ==, c->verdict);
    g_assert_true (match.route == (c->route < 0 ? NULL : &routes[c->route]));
    g_assert_cmpstr (match.params[0], ==, c->param);
    calld_route_match_clear (&match);
  }
}

static void
test_allow (void)
{
  CalldRouteMatch match;

  calld_router_match (routes, G_N_ELEMENTS (routes), "DELETE", "/api/appointments", &match);
  g_assert_cmpstr (match.allow, ==, "GET, HEAD, POST");
  calld_route_match_clear (&match);

  calld_router_match (routes, G_N_ELEMENTS (routes), "GET", "/api/appointments/17", &match);
  g_assert_cmpstr (match.bad_param, ==, "id");
  g_assert_null (match.allow);
  calld_route_match_clear (&match);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/router/match", test_match);
  g_test_add_func ("/http/router/allow", test_allow);
  return g_test_run ();
}

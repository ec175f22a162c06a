/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which pages of other origins may read the answers of long polls. */
#include "config.h"

#include "gateway-fixture.h"

#include <string.h>
#include <unistd.h>

#define POLL "/socket.io/?EIO=4&transport=polling"
#define CLINIC "https://clinic.example"

/* One request; @more: further lines, each with its CRLF. */
static char *
ask (HubFixture *hub, const char *method, const char *target, const char *more)
{
  g_autofree char *request = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                              "%s\r\n",
                                              method, target, more);
  int fd = raw_connect (hub->port);
  char *answer;

  raw_send (fd, request);
  answer = raw_read_to_end (fd);
  close (fd);
  return answer;
}

static void
assert_has (const char *answer, const char *line)
{
  g_autofree char *whole = g_strconcat ("\r\n", line, "\r\n", NULL);

  if (strstr (answer, whole) == NULL)
    g_error ("no “%s” in: %s", line, answer);
}

static void
allowed (HubFixture *hub, gpointer user_data)
{
  static const struct {
    const char *target;
    const char *status;
  } cases[] = {
    { POLL, "HTTP/1.1 200 " },
    { POLL "&sid=nobody", "HTTP/1.1 400 " },
    { "/socket.io/?EIO=3&transport=polling", "HTTP/1.1 400 " },
    { "/socket.io/", "HTTP/1.1 400 " },
    { "/socket.io/?EIO=4&transport=websocket", "HTTP/1.1 400 " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *answer = ask (hub, "GET", cases[i].target, "Origin: " CLINIC "\r\n");

    g_assert_true (g_str_has_prefix (answer, cases[i].status));
    assert_has (answer, "Access-Control-Allow-Origin: " CLINIC);
    assert_has (answer, "Access-Control-Allow-Credentials: true");
    assert_has (answer, "Vary: Origin");
    assert_has (answer, "Cache-Control: no-store");
  }
}

static void
preflight (HubFixture *hub, gpointer user_data)
{
  g_autofree char *answer = ask (hub, "OPTIONS", POLL,
                                 "Origin: " CLINIC "\r\nAccess-Control-Request-Method: POST\r\n"
                                 "Access-Control-Request-Headers: x-one, x-two\r\n");

  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 204 "));
  assert_has (answer, "Access-Control-Allow-Origin: " CLINIC);
  assert_has (answer, "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE");
  assert_has (answer, "Access-Control-Allow-Headers: x-one, x-two");
  g_assert_null (strstr (answer, "Content-Length"));
}

/* Pages that are nobody's get the answer, but their browser does not let them read it. */
static void
others (HubFixture *hub, gpointer user_data)
{
  static const char *const origins[] = {
    "Origin: https://elsewhere.example\r\n",
    "Origin: http://clinic.example\r\n",
    "Origin: https://clinic.example:8443\r\n",
    "Origin: https://clinic.example.evil.example\r\n",
    "Origin: null\r\n",
    "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++) {
    g_autofree char *get = ask (hub, "GET", POLL, origins[i]);
    g_autofree char *options = ask (hub, "OPTIONS", POLL, origins[i]);

    g_assert_true (g_str_has_prefix (get, "HTTP/1.1 200 "));
    g_assert_null (strstr (get, "Access-Control-Allow-Origin"));
    g_assert_null (strstr (options, "Access-Control-Allow-Origin"));
  }
}

static void
nobody (HubFixture *hub, gpointer user_data)
{
  g_autofree char *answer = ask (hub, "GET", POLL, "Origin: " CLINIC "\r\n");

  g_assert_null (strstr (answer, "Access-Control"));
}

static void
everybody (HubFixture *hub, gpointer user_data)
{
  g_autofree char *answer = ask (hub, "GET", POLL, "Origin: http://anywhere\r\n");
  g_autofree char *forged = ask (hub, "GET", POLL, "Origin: http://any where\r\n");

  assert_has (answer, "Access-Control-Allow-Origin: *");
  g_assert_null (strstr (answer, "Access-Control-Allow-Credentials"));
  g_assert_true (g_str_has_prefix (forged, "HTTP/1.1 400 "));
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
for_clinic (CalldHubOptions *hub, CalldSocketioOptions *socketio)
{
  static const char *const origins[] = { "https://other.example", CLINIC, NULL };

  socketio->cors_origins = origins;
}

static void
for_everybody (CalldHubOptions *hub, CalldSocketioOptions *socketio)
{
  static const char *const origins[] = { "*", NULL };

  socketio->cors_origins = origins;
}

static void
test_allowed (void)
{
  gateway_run (allowed, for_clinic);
}

static void
test_preflight (void)
{
  gateway_run (preflight, for_clinic);
}

static void
test_others (void)
{
  gateway_run (others, for_clinic);
}

static void
test_nobody (void)
{
  gateway_run (nobody, NULL);
}

static void
test_everybody (void)
{
  gateway_run (everybody, for_everybody);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cors/allowed", test_allowed);
  g_test_add_func ("/cors/preflight", test_preflight);
  g_test_add_func ("/cors/others", test_others);
  g_test_add_func ("/cors/nobody", test_nobody);
  g_test_add_func ("/cors/everybody", test_everybody);
  return g_test_run ();
}

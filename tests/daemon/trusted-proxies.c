/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose request it is, behind proxies: the table, and the front door that asks it. */
#include "config.h"

#include "calld-front-door.h"
#include "calld-hub-private.h"
#include "calld-proxies.h"
#include "hub-raw.h"

#include "call-error.h"

#include <string.h>
#include <unistd.h>

static const char *const networks[] = { "10.0.0.0/8", "127.0.0.1", "fd00::/8", NULL };

typedef struct {
  const char *peer;
  const char *forwarded;
  const char *client;
} Case;

static const Case cases[] = {
  { "10.0.0.1", NULL, "10.0.0.1" },
  { "10.0.0.1", "", "10.0.0.1" },
  { "10.0.0.1", "192.0.2.1", "192.0.2.1" },
  { "10.0.0.1", " 192.0.2.1 ", "192.0.2.1" },
  { "10.0.0.1", "192.0.2.1:4711", "192.0.2.1" },
  { "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1" },
  { "10.0.0.1", "[2001:db8::1]", "2001:db8::1" },
  { "10.0.0.1", "2001:db8::1", "2001:db8::1" },
  { "fd00::5", "::ffff:192.0.2.1", "192.0.2.1" },
  /* a chain of ours */
  { "10.0.0.1", "192.0.2.1, 10.0.0.2, fd00::1", "192.0.2.1" },
  { "127.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3" },
  /* what the client wrote itself counts for nothing */
  { "10.0.0.1", "203.0.113.9, 192.0.2.1", "192.0.2.1" },
  { "10.0.0.1", "10.0.0.9, 192.0.2.1, 10.0.0.2", "192.0.2.1" },
  { "192.0.2.1", "203.0.113.9", "192.0.2.1" },
  { "11.0.0.1", "203.0.113.9", "11.0.0.1" },
  /* what is no address ends the search */
  { "10.0.0.1", "192.0.2.1, unknown", "10.0.0.1" },
  { "10.0.0.1", "192.0.2.1,", "10.0.0.1" },
  { "10.0.0.1", "192.0.2.1, , 10.0.0.2", "10.0.0.2" },
  { "10.0.0.1", "[::1", "10.0.0.1" },
  { "10.0.0.1", "example.org", "10.0.0.1" },
};

static void
test_table (void)
{
  g_autoptr (CalldProxies) proxies = calld_proxies_new (networks, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GInetAddress) peer = g_inet_address_new_from_string (cases[i].peer);
    g_autoptr (GInetAddress) client = calld_proxies_find_client (proxies, peer, cases[i].forwarded);
    g_autofree char *text = g_inet_address_to_string (client);

    g_test_message ("%s: %s", cases[i].peer, cases[i].forwarded);
    g_assert_cmpstr (text, ==, cases[i].client);
  }
}

static void
test_bounds (void)
{
  g_autoptr (CalldProxies) proxies = calld_proxies_new (networks, NULL);
  g_autoptr (GInetAddress) peer = g_inet_address_new_from_string ("10.0.0.1");
  g_autoptr (GString) list = g_string_new ("192.0.2.1");
  g_autoptr (GInetAddress) client = NULL;

  for (guint i = 0; i < 2 * CALLD_PROXIES_HOPS_MAX; i++)
    g_string_append (list, ", 10.0.0.2");
  client = calld_proxies_find_client (proxies, peer, list->str);
  g_assert_true (calld_proxies_contain (proxies, client));
}

static void
test_bad_network (void)
{
  static const char *const bad[] = { "10.0.0.0/8", "10.0.0.0/33", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (calld_proxies_new (bad, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "10.0.0.0/33"));
}

/* --- the front door --------------------------------------------------------------------------- */

static void
who_request (gpointer data,
             CalldPeer *peer,
             const CalldHead *head,
             const guint8 *body,
             gsize length)
{
  g_autofree char *text = calld_address_to_string (calld_peer_get_address (peer));

  calld_peer_answer_text (peer, 200, "text/plain", NULL, text);
}

static void
on_soup_request (SoupServer *server,
                 SoupServerMessage *message,
                 const char *path,
                 GHashTable *query,
                 gpointer user_data)
{
  const char *host = soup_server_message_get_remote_host (message);

  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, host, strlen (host));
  soup_server_message_set_status (message, 200, NULL);
}

static void
assert_client (int fd, const char *path, const char *forwarded, const char *expected)
{
  g_autofree char *header = forwarded != NULL
                                ? g_strdup_printf ("X-Forwarded-For: %s\r\n", forwarded)
                                : NULL;
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path,
                                              header != NULL ? header : "");
  g_autofree char *answer = NULL;

  raw_send (fd, request);
  answer = raw_read_answer (fd);
  g_assert_true (g_str_has_suffix (answer, expected));
}

/* One connection of a proxy carries the requests of many: for the reactor and for libsoup. */
static void
behind_a_proxy (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);

  for (guint i = 0; i < 3; i++) {
    assert_client (fd, "/who", "192.0.2.1", "\n192.0.2.1");
    assert_client (fd, "/page", "203.0.113.5, 192.0.2.2", "\n192.0.2.2");
    assert_client (fd, "/who", NULL, "\n127.0.0.1");
    assert_client (fd, "/page", NULL, "\n127.0.0.1");
    assert_client (fd, "/who", "2001:db8::7", "\n2001:db8::7");
  }
  close (fd);
}

static void
without_proxies (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);

  assert_client (fd, "/who", "192.0.2.1", "\n127.0.0.1");
  assert_client (fd, "/page", "192.0.2.1", "\n127.0.0.1");
  close (fd);
}

static void
run (const CalldProxies *proxies, HubScenario scenario)
{
  CalldRoute route = { .prefix = "/who", .request = who_request };
  HubFixture fixture = { 0 };
  CalldHubOptions options;

  calld_hub_options_init (&options);
  options.proxies = proxies;
  hub_fixture_init (&fixture, &options);
  soup_server_add_handler (fixture.server, NULL, on_soup_request, NULL, NULL);
  calld_reactor_add_route (calld_hub_get_reactor (fixture.hub), &route);
  hub_fixture_listen (&fixture);
  hub_fixture_run (&fixture, scenario, NULL);
  hub_fixture_clear (&fixture);
}

static void
test_behind_a_proxy (void)
{
  g_autoptr (CalldProxies) proxies = calld_proxies_new (networks, NULL);

  run (proxies, behind_a_proxy);
}

static void
test_without_proxies (void)
{
  run (NULL, without_proxies);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxies/table", test_table);
  g_test_add_func ("/proxies/bounds", test_bounds);
  g_test_add_func ("/proxies/bad-network", test_bad_network);
  g_test_add_func ("/proxies/behind-a-proxy", test_behind_a_proxy);
  g_test_add_func ("/proxies/without-proxies", test_without_proxies);
  return g_test_run ();
}

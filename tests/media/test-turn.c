/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-ice-server.h"
#include "media-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* A real coturn with credentials that expire: media over the relay only, and a secret that is
 * wrong. */

#define LONG 40.0
#define SECRET "of the two of us"

typedef struct {
  char *directory;
  GSubprocess *coturn;
  guint port;
  MediaPair *pair;
} Fixture;

/* Ports that nobody has: taken and given back. */
static guint
find_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static char *
write_config (Fixture *fixture)
{
  g_autofree char *pid_file = g_build_filename (fixture->directory, "pid", NULL);
  g_autofree char *database = g_build_filename (fixture->directory, "db", NULL);
  g_autofree char *text = g_strdup_printf (
      "use-auth-secret\nstatic-auth-secret=%s\nrealm=test.invalid\n"
      "listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port=%u\n"
      "allow-loopback-peers\nno-cli\nno-tls\nno-dtls\nlog-file=stdout\nsimple-log\n"
      "pidfile=%s\nuserdb=%s\n",
      SECRET, fixture->port, pid_file, database);
  char *path = g_build_filename (fixture->directory, "turnserver.conf", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static gboolean
is_listening (guint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                                              port, NULL, NULL);

  return connection != NULL;
}

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_coturn (Fixture *fixture)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("call-turn-XXXXXX", NULL);
  fixture->port = find_port ();
  config = write_config (fixture);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  fixture->coturn = g_subprocess_launcher_spawn (launcher, &error, "turnserver", "-c", config,
                                                 NULL);
  g_assert_no_error (error);
  wait_until (is_listening (fixture->port), LONG);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  start_coturn (fixture);
  fixture->pair = media_pair_new ();
  for (guint i = 0; i < 2; i++)
    g_object_set (fixture->pair->sides[i].engine, "relay-only", TRUE, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const files[] = { "turnserver.conf", "pid", "db" };

  media_pair_free (fixture->pair);
  g_subprocess_send_signal (fixture->coturn, SIGTERM);
  g_subprocess_wait (fixture->coturn, NULL, NULL);
  g_object_unref (fixture->coturn);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (fixture->directory, files[i], NULL);

    g_unlink (path);
  }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
}

/* As the server makes them: "<expiry>:<name>" and its keyed hash
 * (draft-uberti-behave-turn-rest-00). */
static void
add_server (Fixture *fixture, const char *secret, const char *transport)
{
  g_autofree char *url = g_strdup_printf ("turn:127.0.0.1:%u?transport=%s", fixture->port,
                                          transport);
  const char *const urls[] = { url, NULL };
  g_autofree char *username = g_strdup_printf ("%" G_GINT64_FORMAT ":peer",
                                               g_get_real_time () / G_USEC_PER_SEC + 600);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *) secret, strlen (secret));
  g_autofree char *credential = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_hmac_update (hmac, (const guchar *) username, -1);
  g_hmac_get_digest (hmac, digest, &length);
  credential = g_base64_encode (digest, length);
  g_ptr_array_add (fixture->pair->link->ice_servers,
                   call_ice_server_new (urls, username, credential));
}

static gboolean
is_relayed (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (side->engine);

  return g_strcmp0 (stats->candidate_local, "relay") == 0;
}

static void
test_relayed (Fixture *fixture, gconstpointer data)
{
  add_server (fixture, SECRET, data);
  media_pair_start (fixture->pair);
  wait_until (media_pair_is_flowing (fixture->pair), LONG);
  for (guint i = 0; i < 2; i++) {
    guint frames = media_eye_get_frames (fixture->pair->sides[i].eye);

    wait_until (media_eye_get_frames (fixture->pair->sides[i].eye) > frames + 20, LONG);
    wait_until (is_relayed (&fixture->pair->sides[i]), LONG);
  }
}

/* webrtcbin says nothing about a refused allocation; the engine does. */
static void
test_wrong_secret (Fixture *fixture, gconstpointer data)
{
  add_server (fixture, "something else", "udp");
  media_pair_start (fixture->pair);
  wait_until (fixture->pair->sides[0].n_failed > 0, LONG);
  g_assert_error (fixture->pair->sides[0].error, CALL_ERROR, CALL_ERROR_MEDIA);
  g_assert_nonnull (strstr (fixture->pair->sides[0].error->message, "TURN"));
  g_assert_cmpint (call_engine_get_state (fixture->pair->sides[0].engine), ==, CALL_ENGINE_FAILED);
}

/* With credentials that work the next generation does. */
static void
test_renewed (Fixture *fixture, gconstpointer data)
{
  add_server (fixture, "something else", "udp");
  media_pair_start (fixture->pair);
  wait_until (fixture->pair->sides[0].n_failed > 0, LONG);
  g_ptr_array_set_size (fixture->pair->link->ice_servers, 0);
  add_server (fixture, SECRET, "udp");
  fixture->pair->link->generation++;
  loopback_link_start_generation (fixture->pair->link);
  wait_until (media_pair_is_flowing (fixture->pair), LONG);
}

int
main (int argc, char **argv)
{
  g_autofree char *coturn = g_find_program_in_path ("turnserver");

  g_test_init (&argc, &argv, NULL);
  if (coturn == NULL) {
    g_test_skip ("coturn is not installed");
    return 0;
  }
#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/turn/udp", "udp", test_relayed);
  ADD ("/turn/tcp", "tcp", test_relayed);
  ADD ("/turn/wrong-secret", NULL, test_wrong_secret);
  ADD ("/turn/renewed", NULL, test_renewed);
  return g_test_run ();
}

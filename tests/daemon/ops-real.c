/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-caller.h"

#include <signal.h>
#include <string.h>

/* Figures, statistics and goodbyes of the real calld. */

#define CLIENTS 200
#define SPREAD_MS 2000

/* --- metrics ---------------------------------------------------------------------------------- */

static guint
get_text (Caller *caller, const char *path, const char *header, char **text)
{
  g_autofree char *url = g_strconcat (caller->calld->address, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (header != NULL) {
    g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

    soup_message_headers_append (soup_message_get_request_headers (message), parts[0], parts[1]);
  }
  bytes = soup_session_send_and_read (caller->session, message, NULL, &error);
  g_assert_no_error (error);
  *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return soup_message_get_status (message);
}

/* What the text format allows in a sample; its name must belong to the family before it. */
static void
check_sample (const char *line, const char *family)
{
  static GRegex *sample = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *name = NULL;

  if (sample == NULL)
    sample = g_regex_new ("^([a-z_]+)(\\{[a-z_]+=\"[^\"\\\\]*\"\\})? (-?[0-9.]+(e[+-]?[0-9]+)?)$",
                          G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, NULL);
  if (!g_regex_match (sample, line, G_REGEX_MATCH_DEFAULT, &match))
    g_error ("no sample: %s", line);
  name = g_match_info_fetch (match, 1);
  g_assert_true (g_str_has_prefix (name, family));
}

static void
check_metrics (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) samples = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *family = g_strdup ("");

  g_assert_true (g_str_has_suffix (text, "\n"));
  for (guint i = 0; lines[i + 1] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "# HELP ")) {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 4);
      g_autofree char *type = g_strdup_printf ("# TYPE %s ", words[2]);

      g_assert_cmpuint (strlen (words[3]), >, 0);
      g_assert_true (g_hash_table_add (families, g_strdup (words[2])));
      g_assert_true (g_str_has_prefix (lines[++i], type));
      if (g_str_has_suffix (lines[i], " counter"))
        g_assert_true (g_str_has_suffix (words[2], "_total"));
      g_free (family);
      family = g_strdup (words[2]);
    } else {
      check_sample (lines[i], family);
      *strrchr (lines[i], ' ') = '\0';
      g_assert_true (g_hash_table_add (samples, lines[i]));
    }
  }
  g_assert_cmpuint (g_hash_table_size (families), >, 40);
}

static double
get_sample (const char *text, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\n%s ", name);
  const char *found = strstr (text, start);

  if (found == NULL)
    g_error ("%s is not in the metrics", name);
  return g_ascii_strtod (found + strlen (start), NULL);
}

static void
test_metrics (void)
{
  g_autoptr (CalldFixture) calld = calld_fixture_new (NULL);
  g_autoptr (Caller) caller = caller_new (calld);
  g_autofree char *text = NULL;
  g_autofree char *open = NULL;
  JsonObject *ack;

  caller_sign_in_clinician (caller);
  caller_connect (caller);
  ack = caller_emit (caller, "subscribe", "{\"channel\":\"appointments.%s\"}",
                     caller->appointment_id);
  json_object_unref (ack);
  ack = caller_emit (caller, "subscribe", "{\"channel\":\"nothing\"}");
  json_object_unref (ack);

  g_assert_cmpuint (get_text (caller, "/metrics", NULL, &text), ==, 200);
  check_metrics (text);
  g_assert_cmpfloat (get_sample (text, "calld_clients{transport=\"websocket\"}"), ==, 1);
  g_assert_cmpfloat (get_sample (text, "calld_clients{transport=\"polling\"}"), ==, 0);
  g_assert_cmpfloat (get_sample (text, "calld_protocol_clients{protocol=\"socketio\"}"), ==, 1);
  g_assert_cmpfloat (get_sample (text, "calld_users_online"), ==, 1);
  g_assert_cmpfloat (get_sample (text, "calld_events_total"), ==, 2);
  g_assert_cmpfloat (get_sample (text, "calld_errors_total{code=\"invalid\"}"), ==, 1);
  g_assert_cmpfloat (get_sample (text, "calld_event_latency_seconds_count"), >=, 1);
  g_assert_cmpfloat (get_sample (text, "calld_store_commit_seconds_count"), >, 0);
  g_assert_cmpfloat (get_sample (text, "process_resident_memory_bytes"), >, 1e6);

  get_text (caller, "/metrics", "Accept: application/openmetrics-text", &open);
  g_assert_true (g_str_has_suffix (open, "# EOF\n"));
  g_assert_nonnull (strstr (open, "# TYPE calld_events counter\ncalld_events_total 2\n"));
}

static void
test_metrics_token (void)
{
  const char *const flags[] = { "--public-url=https://consult.example.org", NULL };
  g_autoptr (CalldFixture) calld = NULL;
  g_autoptr (Caller) caller = NULL;
  g_autofree char *text = NULL;

  /* Behind a proxy every request comes from this machine: without a token nobody is answered. */
  calld = calld_fixture_new (flags);
  caller = caller_new (calld);
  g_assert_cmpuint (get_text (caller, "/metrics", NULL, &text), ==, 401);
  g_clear_pointer (&text, g_free);
  g_clear_pointer (&caller, caller_free);
  g_clear_pointer (&calld, calld_fixture_free);

  g_setenv ("METRICS_TOKEN", "a-token-of-some-length", TRUE);
  calld = calld_fixture_new (flags);
  caller = caller_new (calld);
  g_unsetenv ("METRICS_TOKEN");
  g_assert_cmpuint (
      get_text (caller, "/metrics", "Authorization: Bearer a-token-of-some-lengtH", &text), ==,
      401);
  g_clear_pointer (&text, g_free);
  g_assert_cmpuint (
      get_text (caller, "/metrics", "Authorization: Bearer a-token-of-some-length", &text), ==,
      200);
  check_metrics (text);
}

static void
test_stats_are_for_admins (void)
{
  g_autoptr (CalldFixture) calld = calld_fixture_new (NULL);
  g_autoptr (Caller) caller = caller_new (calld);

  json_object_unref (caller_get (caller, 401, "/api/stats"));
  caller_sign_in_clinician (caller);
  json_object_unref (caller_get (caller, 403, "/api/stats"));
}

/* --- saying goodbye --------------------------------------------------------------------------- */

static gint
compare (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : *(const gint64 *) a > *(const gint64 *) b;
}

/* The longest time in which nobody comes back, of those that are told to. */
static gint64
get_longest_gap (GArray *times)
{
  gint64 longest = 0;

  g_array_sort (times, compare);
  for (guint i = 1; i < times->len; i++)
    longest = MAX (longest,
                   g_array_index (times, gint64, i) - g_array_index (times, gint64, i - 1));
  return longest;
}

static void
test_drain_many (void)
{
  const char *const flags[] = { "--drain-spread-seconds=2", NULL };
  g_autoptr (CalldFixture) calld = calld_fixture_new (flags);
  g_autoptr (GPtrArray) callers = g_ptr_array_new_with_free_func ((GDestroyNotify) caller_free);
  g_autoptr (GArray) waits = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 shortest, longest;

  for (guint i = 0; i < CLIENTS; i++) {
    Caller *caller = caller_new (calld);

    g_ptr_array_add (callers, caller);
    if (i == 0) {
      caller_sign_in_clinician (caller);
    } else {
      caller->token = g_strdup (((Caller *) callers->pdata[0])->token);
    }
    caller_connect (caller);
  }
  calld_fixture_stop (calld);

  for (guint i = 0; i < CLIENTS; i++) {
    JsonObject *content = caller_wait (callers->pdata[i], "server_draining");
    gint64 wait = json_object_get_int_member (content, "reconnectAfterMs");

    g_array_append_val (waits, wait);
    json_object_unref (content);
    /* The transport is closed, which clients of Socket.IO answer by connecting again; a packet
     * "disconnect" would keep them away. */
    caller_wait_closed (callers->pdata[i]);
  }
  g_array_sort (waits, compare);
  shortest = g_array_index (waits, gint64, 0);
  longest = g_array_index (waits, gint64, CLIENTS - 1);
  /* Nobody comes back before the last one has gone, and they come over the whole time. */
  g_assert_cmpint (shortest, >=, 400);
  g_assert_cmpint (longest, <=, 2 * SPREAD_MS + 1000);
  g_assert_cmpint (longest - shortest, >=, SPREAD_MS);
  g_assert_cmpint (get_longest_gap (waits), <=, SPREAD_MS / 4);
}

typedef struct {
  Caller *caller;
  guint under_way;
  guint n_ok;
  guint n_unavailable;
  guint n_refused;
  guint n_cut_off;
  guint n_wrong;
} Hammer;

static void hit (Hammer *hammer);

static void
on_hit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Hammer *hammer = user_data;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result,
                                                                &error);
  guint status = soup_message_get_status (message);

  hammer->under_way--;
  if (bytes == NULL) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
      hammer->n_refused++;
    else
      hammer->n_cut_off++;
    return;
  }
  hammer->n_ok += status == 200;
  hammer->n_unavailable += status == 503;
  if (status != 200 && status != 503) {
    g_test_message ("status %u", status);
    hammer->n_wrong++;
  }
  hit (hammer);
}

static void
hit (Hammer *hammer)
{
  g_autofree char *url = g_strdup_printf ("%s/api/appointments/%s", hammer->caller->calld->address,
                                          hammer->caller->appointment_id);
  g_autofree char *bearer = g_strconcat ("Bearer ", hammer->caller->token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  hammer->under_way++;
  soup_session_send_and_read_async (hammer->caller->session, message, G_PRIORITY_DEFAULT, NULL,
                                    on_hit, hammer);
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

/* Whoever asks while calld stops is answered, or told to come again, but never that it broke. */
static void
drain_under_requests (guint n_signals)
{
  g_autoptr (CalldFixture) calld = calld_fixture_new (NULL);
  g_autoptr (Caller) caller = caller_new (calld);
  Hammer hammer = { .caller = caller };
  gboolean exited = FALSE;

  caller_sign_in_clinician (caller);
  for (guint i = 0; i < 8; i++)
    hit (&hammer);
  while (hammer.n_ok < 50)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < n_signals; i++)
    g_subprocess_send_signal (calld->process, SIGTERM);
  g_subprocess_wait_async (calld->process, NULL, on_exited, &exited);
  while (!exited || hammer.under_way > 0)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%u answered, %u told to come again, %u not let in, %u cut off", hammer.n_ok,
                  hammer.n_unavailable, hammer.n_refused, hammer.n_cut_off);
  g_assert_cmpuint (hammer.n_wrong, ==, 0);
  if (n_signals == 1)
    g_assert_cmpuint (hammer.n_cut_off, ==, 0);
  g_assert_true (g_subprocess_get_successful (calld->process));
}

static void
test_drain_under_requests (void)
{
  drain_under_requests (1);
}

static void
test_hurry_under_requests (void)
{
  drain_under_requests (2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ops/metrics", test_metrics);
  g_test_add_func ("/ops/metrics-token", test_metrics_token);
  g_test_add_func ("/ops/stats-are-for-admins", test_stats_are_for_admins);
  g_test_add_func ("/ops/drain/many-clients", test_drain_many);
  g_test_add_func ("/ops/drain/under-requests", test_drain_under_requests);
  g_test_add_func ("/ops/drain/in-a-hurry", test_hurry_under_requests);

  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "calld-call-figures.h"
#include "calld-exposition.h"
#include "calld-metrics.h"
#include "calld-process.h"

#include <string.h>

#define CALL_ID "0190a1b2-0000-7000-8000-00000000000a"
#define OTHER_ID "0190a1b2-0000-7000-8000-00000000000b"

/* --- figures ---------------------------------------------------------------------------------- */

static void
test_errors (void)
{
  guint64 before = calld_metrics_get_server_errors ();

  calld_metrics_count_error (CALL_ERROR_FORBIDDEN);
  calld_metrics_count_error (CALL_ERROR_UNAVAILABLE);
  calld_metrics_count_error ((CallError) 4711);
  g_assert_cmpuint (calld_metrics_get_errors (CALL_ERROR_FORBIDDEN), ==, 1);
  g_assert_cmpuint (calld_metrics_get_errors (CALL_ERROR_FAILED), ==, 1);
  g_assert_cmpuint (calld_metrics_get_server_errors (), ==, before + 2);
}

static void
test_http (void)
{
  calld_metrics_count_http (204);
  calld_metrics_count_http (404);
  calld_metrics_count_http (499);
  calld_metrics_count_http (0);
  calld_metrics_count_http (999);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_HTTP_2XX), ==, 1);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_HTTP_4XX), ==, 2);
}

static void
test_histogram (void)
{
  CalldHistogram before, histogram;

  calld_metrics_get_histogram (CALLD_SERIES_COMMIT, &before);
  for (guint i = 0; i < 98; i++)
    calld_metrics_observe (CALLD_SERIES_COMMIT, 1500);
  calld_metrics_observe (CALLD_SERIES_COMMIT, 150 * 1000);
  calld_metrics_observe (CALLD_SERIES_COMMIT, 3600 * (gint64) G_USEC_PER_SEC);
  calld_metrics_get_histogram (CALLD_SERIES_COMMIT, &histogram);
  calld_histogram_subtract (&histogram, &before);

  g_assert_cmpuint (histogram.count, ==, 100);
  g_assert_cmpint (calld_histogram_get_quantile (&histogram, CALLD_SERIES_COMMIT, 0.5), >, 1000);
  g_assert_cmpint (calld_histogram_get_quantile (&histogram, CALLD_SERIES_COMMIT, 0.5), <=, 2000);
  g_assert_cmpint (calld_histogram_get_quantile (&histogram, CALLD_SERIES_COMMIT, 0.99), >,
                   100 * 1000);
  g_assert_cmpint (calld_histogram_get_quantile (&histogram, CALLD_SERIES_COMMIT, 0.99), <=,
                   200 * 1000);
  g_assert_cmpint (calld_histogram_get_quantile (&histogram, CALLD_SERIES_COMMIT, 1), ==,
                   10 * (gint64) G_USEC_PER_SEC);
  g_assert_cmpint (calld_histogram_get_mean (&histogram), >, 36 * (gint64) G_USEC_PER_SEC);

  memset (&histogram, 0, sizeof histogram);
  g_assert_cmpint (calld_histogram_get_quantile (&histogram, CALLD_SERIES_COMMIT, 0.5), ==, 0);
  g_assert_cmpint (calld_histogram_get_mean (&histogram), ==, 0);
}

static gpointer
count_much (gpointer data)
{
  for (guint i = 0; i < 100000; i++) {
    calld_metrics_add (CALLD_COUNT_SIGN_INS, 1);
    calld_metrics_observe (CALLD_SERIES_HTTP, i);
  }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];
  CalldHistogram histogram;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, count_much, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  calld_metrics_get_histogram (CALLD_SERIES_HTTP, &histogram);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_SIGN_INS), ==, 400000);
  g_assert_cmpuint (histogram.count, ==, 400000);
}

/* --- calls ------------------------------------------------------------------------------------ */

static void
publish (CallNoticeKind kind, const char *call_id, gint64 at_ms, int reason, gint64 duration)
{
  g_autoptr (CallNotice) notice = call_notice_new (kind);

  notice->call_id = g_strdup (call_id);
  notice->at_ms = at_ms;
  notice->reason = reason;
  notice->duration_seconds = duration;
  calld_call_figures_take (notice);
}

static void
test_calls (void)
{
  CalldHistogram connect, duration;

  publish (CALL_NOTICE_CALL_REQUESTED, CALL_ID, 1000, -1, 0);
  publish (CALL_NOTICE_CALL_ACCEPTED, CALL_ID, 5000, -1, 0);
  publish (CALL_NOTICE_CALL_STARTED, CALL_ID, 6500, -1, 0);
  publish (CALL_NOTICE_CALL_STARTED, CALL_ID, 6600, -1, 0); /* the other side's */
  publish (CALL_NOTICE_CALL_ENDED, CALL_ID, 606500, CALL_END_HANG_UP, 600);
  publish (CALL_NOTICE_CALL_REQUESTED, OTHER_ID, 1000, -1, 0);
  publish (CALL_NOTICE_CALL_CANCELLED, OTHER_ID, 31000, CALL_END_NO_ANSWER, 0);
  publish (CALL_NOTICE_BUSY, NULL, 1000, -1, 0);

  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_CALLS_REQUESTED), ==, 2);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_CALLS_ACCEPTED), ==, 1);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_CALLS_CONNECTED), ==, 1);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_CALLS_BUSY), ==, 1);
  g_assert_cmpuint (calld_metrics_get_ends (CALL_END_HANG_UP), ==, 1);
  g_assert_cmpuint (calld_metrics_get_ends (CALL_END_NO_ANSWER), ==, 1);
  calld_metrics_get_histogram (CALLD_SERIES_CALL_CONNECT, &connect);
  calld_metrics_get_histogram (CALLD_SERIES_CALL_DURATION, &duration);
  g_assert_cmpint (calld_histogram_get_mean (&connect), ==, 1500 * 1000);
  g_assert_cmpint (calld_histogram_get_mean (&duration), ==, 600 * (gint64) G_USEC_PER_SEC);
}

/* Calls whose end is never published do not pile up. */
static void
test_forgotten_calls (void)
{
  for (guint i = 0; i < 30000; i++) {
    g_autofree char *id = g_strdup_printf ("%u", i);

    publish (CALL_NOTICE_CALL_ACCEPTED, id, 1000, -1, 0);
  }
  publish (CALL_NOTICE_CALL_STARTED, "29999", 2000, -1, 0);
  publish (CALL_NOTICE_CALL_STARTED, "0", 2000, -1, 0);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_CALLS_CONNECTED), ==, 2);
}

/* --- the text --------------------------------------------------------------------------------- */

static void
test_text (void)
{
  CalldExposition out = { g_string_new (NULL), FALSE, NULL };
  g_autofree char *text = NULL;

  calld_exposition_begin_counter (&out, "a_total", "Counts");
  calld_exposition_add (&out, "label", "quote \" slash \\ line \n end", 7);
  calld_exposition_begin_gauge (&out, "b", "Shows");
  calld_exposition_add_double (&out, NULL, NULL, 0.5);
  text = calld_exposition_finish (&out);
  g_assert_cmpstr (text, ==,
                   "# HELP a_total Counts\n# TYPE a_total counter\n"
                   "a_total{label=\"quote \\\" slash \\\\ line \\n end\"} 7\n"
                   "# HELP b Shows\n# TYPE b gauge\nb 0.5\n");
}

static void
test_openmetrics (void)
{
  CalldExposition out = { g_string_new (NULL), TRUE, NULL };
  g_autofree char *text = NULL;

  calld_exposition_begin_counter (&out, "a_total", "Counts");
  calld_exposition_add (&out, NULL, NULL, 7);
  calld_exposition_add_histogram (&out, "c_seconds", "Measures", CALLD_SERIES_CALL_CONNECT);
  text = calld_exposition_finish (&out);
  g_assert_true (g_str_has_prefix (text, "# HELP a Counts\n# TYPE a counter\na_total 7\n"));
  g_assert_true (g_str_has_suffix (text, "# EOF\n"));
  g_assert_nonnull (strstr (text, "c_seconds_bucket{le=\"1.0\"} "));
  g_assert_nonnull (strstr (text, "c_seconds_bucket{le=\"+Inf\"} "));
}

/* --- the process ------------------------------------------------------------------------------ */

static void
test_process (void)
{
  CalldProcess process;

  calld_process_look (&process);
  g_assert_cmpuint (process.resident_bytes, >, 1024 * 1024);
  g_assert_cmpuint (process.resident_bytes, <, G_GUINT64_CONSTANT (8) << 30);
  g_assert_cmpint (process.cpu_us, >, 0);
  g_assert_cmpuint (process.open_files, >=, 3);
  g_assert_cmpuint (process.max_files, >=, process.open_files);
  g_assert_cmpuint (process.threads, >=, 1);
}

static void
write_limit (const char *root, const char *group, const char *limit)
{
  g_autofree char *folder = g_strconcat (root, group, NULL);
  g_autofree char *path = g_build_filename (folder, "memory.max", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, limit, -1, NULL));
}

static void
test_control_group (void)
{
  g_autofree char *root = g_dir_make_tmp ("calld-cgroup-XXXXXX", NULL);

  g_assert_cmpuint (calld_process_get_limit ("0::/a/b/c\n", root), ==, 0);
  write_limit (root, "/a/b/c", "max\n");
  write_limit (root, "/a", "4096000\n");
  g_assert_cmpuint (calld_process_get_limit ("1:cpu:/x\n0::/a/b/c\n", root), ==, 4096000);
  write_limit (root, "/a/b", "1000\n");
  g_assert_cmpuint (calld_process_get_limit ("0::/a/b/c\n", root), ==, 1000);
  g_assert_cmpuint (calld_process_get_limit ("0::/\n", root), ==, 0);
  g_assert_cmpuint (calld_process_get_limit ("", root), ==, 0);

  for (guint i = 0; i < 3; i++) {
    static const char *const groups[] = { "/a/b/c", "/a/b", "/a" };
    g_autofree char *file = g_strconcat (root, groups[i], "/memory.max", NULL);
    g_autofree char *folder = g_strconcat (root, groups[i], NULL);

    g_unlink (file);
    g_rmdir (folder);
  }
  g_rmdir (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/metrics/errors", test_errors);
  g_test_add_func ("/metrics/http", test_http);
  g_test_add_func ("/metrics/histogram", test_histogram);
  g_test_add_func ("/metrics/threads", test_threads);
  g_test_add_func ("/metrics/calls", test_calls);
  g_test_add_func ("/metrics/forgotten-calls", test_forgotten_calls);
  g_test_add_func ("/metrics/text", test_text);
  g_test_add_func ("/metrics/openmetrics", test_openmetrics);
  g_test_add_func ("/metrics/process", test_process);
  g_test_add_func ("/metrics/control-group", test_control_group);

  return g_test_run ();
}

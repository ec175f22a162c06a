/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many messages a second the store takes, each acknowledged only when it is on the disk.
 *
 *   store-bench [IN-FLIGHT [SECONDS [DIRECTORY]]]
 *
 * Prints the median of the seconds, and what a lone writer waits for.
 */

#include "config.h"

#include "calld-store.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define CONVERSATIONS 100
/* The words of a usual chat message. */
#define TEXT "Good morning, how have you been since the last visit? Does the knee still hurt?"

typedef struct {
  CalldStore *store;
  CalldUserRecord *doctor;
  CalldUserRecord *patient;
  char *conversations[CONVERSATIONS];
  guint64 n_sent;
  guint64 n_stored;
  gboolean stop;
  guint in_flight;
} Bench;

static void send_next (Bench *bench);

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldMessageRecord) message = calld_store_append_message_finish (CALLD_STORE (source),
                                                                              result, NULL, &error);

  if (message == NULL)
    g_error ("%s", error->message);
  bench->n_stored++;
  bench->in_flight--;
  if (!bench->stop)
    send_next (bench);
}

static void
send_next (Bench *bench)
{
  char temp_id[32];
  g_autoptr (CalldMessageRecord) message = NULL;

  g_snprintf (temp_id, sizeof temp_id, "%" G_GUINT64_FORMAT, ++bench->n_sent);
  message = calld_message_record_new (bench->conversations[bench->n_sent % CONVERSATIONS],
                                      bench->n_sent & 1 ? bench->doctor->id : bench->patient->id,
                                      TEXT, CALL_MESSAGE_TEXT, temp_id, g_get_real_time () / 1000);
  bench->in_flight++;
  calld_store_append_message_async (bench->store, message, NULL, on_stored, bench);
}

static void
on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error))
    g_error ("%s", error->message);
  *(gboolean *) user_data = TRUE;
}

static void
commit (Bench *bench, CalldChange *change)
{
  gboolean done = FALSE;

  calld_store_commit_async (bench->store, change, NULL, on_committed, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Bench *bench, const char *directory)
{
  static const guint8 key[32] = { 1 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (key, sizeof key);
  g_autoptr (CalldAudit) audit = calld_audit_new (bytes);
  g_autofree char *url = g_strdup_printf ("sqlite://%s/bench.db", directory);
  g_autoptr (GError) error = NULL;
  CalldChange *change = calld_change_new ();

  bench->store = calld_store_open (url, audit, &error);
  if (bench->store == NULL)
    g_error ("%s", error->message);
  bench->doctor = calld_user_record_new ("A", NULL, CALL_ROLE_DOCTOR, "UTC", 1);
  bench->patient = calld_user_record_new ("B", NULL, CALL_ROLE_PATIENT, "UTC", 1);
  calld_change_add_user (change, bench->doctor);
  calld_change_add_user (change, bench->patient);
  for (guint i = 0; i < CONVERSATIONS; i++) {
    g_autoptr (CalldAppointmentRecord) visit = calld_appointment_record_new (
        bench->doctor->id, bench->patient->id, 1, 30, 1);

    bench->conversations[i] = g_strdup (visit->conversation_id);
    calld_change_add_appointment (change, visit);
  }
  commit (bench, change);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

static double
measure_alone (Bench *bench)
{
  double waits[200];

  bench->stop = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++) {
    gint64 start = g_get_monotonic_time ();

    send_next (bench);
    while (bench->in_flight > 0)
      g_main_context_iteration (NULL, TRUE);
    waits[i] = (double) (g_get_monotonic_time () - start) / 1000.0;
  }
  return median (waits, G_N_ELEMENTS (waits));
}

/* Of all threads, in microseconds; it does not depend on what else the machine does. */
static double
cpu_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double
measure_rate (Bench *bench, guint in_flight, guint seconds)
{
  g_autofree double *rates = g_new (double, seconds);

  bench->stop = FALSE;
  for (guint i = 0; i < in_flight; i++)
    send_next (bench);
  for (guint second = 0; second < seconds; second++) {
    gint64 start = g_get_monotonic_time (), passed;
    guint64 before = bench->n_stored;

    while ((passed = g_get_monotonic_time () - start) < G_USEC_PER_SEC)
      g_main_context_iteration (NULL, TRUE);
    rates[second] = (double) (bench->n_stored - before) * G_USEC_PER_SEC / (double) passed;
  }
  bench->stop = TRUE;
  while (bench->in_flight > 0)
    g_main_context_iteration (NULL, TRUE);
  return median (rates, seconds);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  calld_store_close_finish (CALLD_STORE (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static void
tear_down (Bench *bench, const char *directory)
{
  g_autofree char *file = g_build_filename (directory, "bench.db", NULL);
  g_autofree char *lock = g_strconcat (file, ".lock", NULL);
  gboolean closed = FALSE;

  calld_store_close_async (bench->store, NULL, on_closed, &closed);
  while (!closed)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&bench->store);
  for (guint i = 0; i < CONVERSATIONS; i++)
    g_free (bench->conversations[i]);
  calld_user_record_free (bench->doctor);
  calld_user_record_free (bench->patient);
  g_unlink (file);
  g_unlink (lock);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  guint in_flight = argc > 1 ? (guint) atoi (argv[1]) : 1000;
  guint seconds = argc > 2 ? (guint) MAX (atoi (argv[2]), 1) : 20;
  g_autofree char *directory = argc > 3 ? g_build_filename (argv[3], "store-bench", NULL)
                                        : g_dir_make_tmp ("store-bench-XXXXXX", NULL);
  Bench bench = { 0 };
  CalldStoreStats stats;
  double alone, rate, cpu;
  guint64 before;

  g_mkdir_with_parents (directory, 0700);
  set_up (&bench, directory);
  alone = measure_alone (&bench);
  cpu = cpu_us ();
  before = bench.n_stored;
  rate = measure_rate (&bench, in_flight, seconds);
  cpu = (cpu_us () - cpu) / (double) (bench.n_stored - before);
  calld_store_get_stats (bench.store, &stats);
  g_print (
      "store: %.0f messages/s sustained (median of %u s, %u in flight), "
      "%.1f per transaction, %.1f us of CPU each; alone a message waits %.2f ms (median of 200)\n",
      rate, seconds, in_flight, (double) stats.jobs / (double) stats.commits, cpu, alone);
  tear_down (&bench, directory);
  return rate >= 20000.0 ? 0 : 1;
}

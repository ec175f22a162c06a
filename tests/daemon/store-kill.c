/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What was acknowledged survives kill -9. A child opens the database, appends messages and audit
 * rows and acknowledges each on a pipe after the store did; the parent kills it in the middle and
 * looks.
 */

#include "config.h"

#include "calld-test-clinic.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define ROUNDS 5
#define IN_FLIGHT 64

/* --- the child --- */

typedef struct {
  Clinic clinic;
  int pipe;
  guint next;
} Writer;

static void append_next (Writer *writer);

typedef struct {
  Writer *writer;
  guint number;
} Append;

static void
on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Append *append = user_data;
  guint32 number = append->number;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, NULL))
    _exit (2);
  if (write (append->writer->pipe, &number, sizeof number) != sizeof number)
    _exit (3);
  append_next (append->writer);
}

static void
append_next (Writer *writer)
{
  Append *append = g_new (Append, 1);
  g_autofree char *text = g_strdup_printf ("%u", writer->next);
  g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", writer->next);
  g_autoptr (CalldMessageRecord) message = calld_message_record_new (
      writer->clinic.appointment->conversation_id, writer->clinic.appointment->doctor_id, text,
      CALL_MESSAGE_TEXT, text, CLINIC_NOW);
  g_autoptr (CalldAuditRecord) event = calld_audit_record_new (
      "join", writer->clinic.appointment->id, NULL, NULL, payload, CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  *append = (Append){ writer, writer->next++ };
  calld_change_append_message (change, message);
  calld_change_append_audit (change, event);
  calld_store_commit_async (writer->clinic.store, change, NULL, on_committed, append);
}

static G_NORETURN void
run_child (const char *directory, const char *appointment_id, guint first)
{
  static const guint8 key[32] = { 7 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (key, sizeof key);
  g_autoptr (GAsyncResult) result = NULL;
  Writer writer = { .pipe = STDOUT_FILENO, .next = first };

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  writer.clinic.url = g_strdup_printf ("sqlite://%s/calld.db", directory);
  writer.clinic.audit = calld_audit_new (bytes);
  clinic_open (&writer.clinic);
  calld_store_get_appointment_async (writer.clinic.store, appointment_id, NULL, await_cb, &result);
  writer.clinic.appointment = calld_store_get_appointment_finish (writer.clinic.store,
                                                                  await (&result), NULL);
  for (guint i = 0; i < IN_FLIGHT; i++)
    append_next (&writer);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* --- the parent --- */

static GPid
spawn_child (Clinic *clinic, guint first, int *out)
{
  g_autofree char *number = g_strdup_printf ("%u", first);
  char *argv[] = { (char *) "/proc/self/exe",
                   (char *) "--child",
                   clinic->directory,
                   clinic->appointment->id,
                   number,
                   NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                            out, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

/* Kills the child after @n acknowledgements and returns the highest number it acknowledged. */
static guint32
kill_after (GPid pid, int fd, guint n, GHashTable *acknowledged)
{
  guint32 number, highest = 0;
  int status;

  for (guint i = 0; read (fd, &number, sizeof number) == sizeof number; i++) {
    highest = MAX (highest, number);
    g_hash_table_add (acknowledged, GUINT_TO_POINTER (number));
    if (i == n)
      kill (pid, SIGKILL);
  }
  waitpid (pid, &status, 0);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
  close (fd);
  return highest;
}

/* Every text that is in the conversation; sequences have no gaps. */
static GHashTable *
read_texts (Clinic *clinic)
{
  GHashTable *texts = g_hash_table_new (NULL, NULL);
  CalldMessageQuery query = { clinic->appointment->conversation_id, 0, 0, 100000 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) messages = NULL;

  calld_store_list_messages_async (clinic->store, &query, NULL, await_cb, &result);
  messages = calld_store_list_finish (clinic->store, await (&result), NULL);
  for (guint i = 0; i < messages->len; i++) {
    const CalldMessageRecord *message = messages->pdata[i];

    g_assert_cmpuint (message->seq, ==, i + 1);
    g_assert_true (g_hash_table_add (texts, GUINT_TO_POINTER (atoi (message->content))));
  }
  return texts;
}

static guint
count_audit (Clinic *clinic)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  calld_store_list_audit_async (clinic->store, NULL, 0, 100000, NULL, await_cb, &result);
  rows = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_true (calld_audit_verify (clinic->audit, NULL, rows, &error));
  g_assert_no_error (error);
  return rows->len;
}

static void
test_kill (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GHashTable) acknowledged = g_hash_table_new (NULL, NULL);
  guint32 first = 1;

  for (guint round = 0; round < ROUNDS; round++) {
    g_autoptr (GHashTable) texts = NULL;
    GHashTableIter iter;
    gpointer number;
    GPid pid;
    int fd;

    clinic_close (clinic);
    pid = spawn_child (clinic, first, &fd);
    kill_after (pid, fd, 100 + 137 * round, acknowledged);
    clinic_open (clinic);

    texts = read_texts (clinic);
    g_hash_table_iter_init (&iter, acknowledged);
    while (g_hash_table_iter_next (&iter, &number, NULL))
      if (!g_hash_table_contains (texts, number))
        g_error ("message %u was acknowledged and is lost", GPOINTER_TO_UINT (number));
    /* Each message came with its audit row. */
    g_assert_cmpuint (count_audit (clinic), ==, g_hash_table_size (texts));
    g_test_message ("round %u: %u acknowledged, %u stored", round, g_hash_table_size (acknowledged),
                    g_hash_table_size (texts));
    first += 1000000;
  }
}

/* A call that was active when the daemon died: its lease runs out by itself. */
static void
test_lease_of_the_dead (Clinic *clinic, gconstpointer data)
{
  CalldChange *change = calld_change_new ();

  calld_change_take_lease (change, "appointment:x:active_call", "dead", CLINIC_NOW,
                           CLINIC_NOW + 45000);
  g_assert_true (clinic_commit (clinic, change, NULL));
  clinic_close (clinic);
  clinic_open (clinic);

  change = calld_change_new ();
  calld_change_take_lease (change, "appointment:x:active_call", "new", CLINIC_NOW + 44999,
                           CLINIC_NOW + 90000);
  clinic_refuse (clinic, change, CALL_ERROR_BUSY);
  change = calld_change_new ();
  calld_change_take_lease (change, "appointment:x:active_call", "new", CLINIC_NOW + 45000,
                           CLINIC_NOW + 90000);
  g_assert_true (clinic_commit (clinic, change, NULL));
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "--child") == 0)
    run_child (argv[2], argv[3], (guint) atoi (argv[4]));

  g_test_init (&argc, &argv, NULL);
  alarm (120);
  g_test_add ("/store/kill/nothing-acknowledged-is-lost", Clinic, NULL, clinic_set_up, test_kill,
              clinic_tear_down);
  g_test_add ("/store/kill/lease-of-the-dead", Clinic, NULL, clinic_set_up, test_lease_of_the_dead,
              clinic_tear_down);
  return g_test_run ();
}

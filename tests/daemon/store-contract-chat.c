/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every backend of CalldStore must do with groups, and with messages that change. */

#include "config.h"

#include "calld-test-clinic.h"

static CalldConversationRecord *
make_group (Clinic *clinic)
{
  CalldConversationRecord *group = calld_conversation_record_new (NULL, CALL_GROUP_GROUP, "Ward",
                                                                  CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  g_ptr_array_add (group->members, calld_member_record_new (group->id, clinic->doctor->id,
                                                            CALL_GROUP_ROLE_ADMIN, CLINIC_NOW));
  calld_change_add_conversation (change, group);
  g_assert_true (clinic_commit (clinic, change, NULL));
  return group;
}

static CalldConversationRecord *
get_group (Clinic *clinic, const char *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CalldConversationRecord *group;

  calld_store_get_conversation_async (clinic->store, id, NULL, await_cb, &result);
  group = calld_store_get_conversation_finish (clinic->store, await (&result), &error);
  g_assert_no_error (error);
  return group;
}

static void
test_members (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldConversationRecord) group = make_group (clinic);
  g_autoptr (CalldConversationRecord) now = NULL;
  g_autoptr (CalldMemberRecord) patient = calld_member_record_new (
      group->id, clinic->patient->id, CALL_GROUP_ROLE_MEMBER, CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  calld_change_expect_member (change, group->id, clinic->doctor->id, CALL_GROUP_ROLE_ADMIN);
  calld_change_add_member (change, patient, 2);
  calld_change_add_member (change, patient, 2);
  g_assert_true (clinic_commit (clinic, change, NULL));
  now = get_group (clinic, group->id);
  g_assert_cmpuint (now->members->len, ==, 2);

  change = calld_change_new ();
  calld_change_expect_member (change, group->id, clinic->patient->id, CALL_GROUP_ROLE_MODERATOR);
  clinic_refuse (clinic, change, CALL_ERROR_FORBIDDEN);
  change = calld_change_new ();
  calld_change_remove_member (change, group->id, clinic->doctor->id);
  calld_change_keep_admin (change, group->id);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);
  change = calld_change_new ();
  calld_change_remove_member (change, group->id, clinic->patient->id);
  calld_change_keep_admin (change, group->id);
  g_assert_true (clinic_commit (clinic, change, NULL));
  change = calld_change_new ();
  calld_change_remove_member (change, group->id, clinic->patient->id);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);
  /* A full group. */
  change = calld_change_new ();
  calld_change_add_member (change, patient, 1);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);
}

/* The same conversation again changes neither its name nor its members. */
static void
test_again (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldConversationRecord) group = make_group (clinic);
  g_autoptr (CalldConversationRecord) now = NULL;
  CalldChange *change = calld_change_new ();

  g_free (group->name);
  group->name = g_strdup ("Other");
  g_ptr_array_add (group->members, calld_member_record_new (group->id, clinic->patient->id,
                                                            CALL_GROUP_ROLE_ADMIN, CLINIC_NOW));
  calld_change_add_conversation (change, group);
  g_assert_true (clinic_commit (clinic, change, NULL));
  now = get_group (clinic, group->id);
  g_assert_cmpstr (now->name, ==, "Ward");
  g_assert_cmpuint (now->members->len, ==, 1);
}

static CalldMessageRecord *
change_message (Clinic *clinic,
                CalldMessageChangeKind kind,
                const char *id,
                const char *content,
                gboolean *repeated,
                GError **error)
{
  CalldMessageChange change = { kind, (char *) id, clinic->doctor->id, (char *) content,
                                CLINIC_NOW };
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_change_message_async (clinic->store, &change, NULL, await_cb, &result);
  return calld_store_change_message_finish (clinic->store, await (&result), repeated, error);
}

static void
test_change (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMessageRecord) said = clinic_say (clinic, "one", NULL, NULL);
  g_autoptr (CalldMessageRecord) edited = NULL, same = NULL, gone = NULL;
  g_autoptr (GError) error = NULL;
  gboolean repeated = FALSE;

  edited = change_message (clinic, CALLD_MESSAGE_EDIT, said->id, "two", &repeated, NULL);
  g_assert_cmpstr (edited->content, ==, "two");
  g_assert_cmpuint (edited->revision, ==, 1);
  g_assert_cmpint (edited->edited_at, ==, CLINIC_NOW);
  g_assert_false (repeated);
  same = change_message (clinic, CALLD_MESSAGE_EDIT, said->id, "two", &repeated, NULL);
  g_assert_true (repeated);
  g_assert_cmpuint (same->revision, ==, 1);
  gone = change_message (clinic, CALLD_MESSAGE_DELETE, said->id, NULL, &repeated, NULL);
  g_assert_cmpstr (gone->content, ==, "");
  g_assert_cmpstr (gone->deleted_by, ==, clinic->doctor->id);
  g_assert_null (change_message (clinic, CALLD_MESSAGE_EDIT, said->id, "x", NULL, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
}

static void
assert_resume (Clinic *clinic, guint64 *seq, gint64 *revision, guint limit, const char *expected)
{
  CalldResumeQuery query = { clinic->appointment->conversation_id, *seq, *revision, limit };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GString) texts = g_string_new (NULL);
  g_autoptr (CalldResumeRecord) record = NULL;

  calld_store_resume_async (clinic->store, &query, NULL, await_cb, &result);
  record = calld_store_resume_finish (clinic->store, await (&result), NULL);
  for (guint i = 0; i < record->messages->len; i++)
    g_string_append_printf (texts, "%s ",
                            ((CalldMessageRecord *) record->messages->pdata[i])->content);
  g_string_append (texts, record->more ? "more" : "end");
  g_assert_cmpstr (texts->str, ==, expected);
  *seq = record->seq;
  *revision = (gint64) record->revision;
}

static void
test_resume (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMessageRecord) a = clinic_say (clinic, "a", NULL, NULL);
  g_autoptr (CalldMessageRecord) b = clinic_say (clinic, "b", NULL, NULL);
  g_autoptr (CalldMessageRecord) c = NULL;
  guint64 seq = 0;
  gint64 revision = 0;

  assert_resume (clinic, &seq, &revision, 0, "a b end");
  calld_message_record_free (change_message (clinic, CALLD_MESSAGE_EDIT, b->id, "B", NULL, NULL));
  calld_message_record_free (change_message (clinic, CALLD_MESSAGE_EDIT, a->id, "A", NULL, NULL));
  c = clinic_say (clinic, "c", NULL, NULL);
  calld_message_record_free (change_message (clinic, CALLD_MESSAGE_EDIT, c->id, "C", NULL, NULL));
  assert_resume (clinic, &seq, &revision, 1, "B more");
  assert_resume (clinic, &seq, &revision, 1, "A more");
  assert_resume (clinic, &seq, &revision, 1, "C end");
  assert_resume (clinic, &seq, &revision, 1, "end");
  /* With the last sequence alone. */
  seq = 2;
  revision = -1;
  assert_resume (clinic, &seq, &revision, 0, "B A C end");
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (Clinic *clinic, gconstpointer data);
  } cases[] = {
    { "members", test_members },
    { "again", test_again },
    { "change", test_change },
    { "resume", test_resume },
  };

  g_test_init (&argc, &argv, NULL);
  alarm (60);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/store/sqlite/chat/%s", cases[i].name);

    g_test_add (path, Clinic, NULL, clinic_set_up, cases[i].func, clinic_tear_down);
  }
  return g_test_run ();
}

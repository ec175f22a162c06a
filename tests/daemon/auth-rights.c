/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-rights.h"

#include "call-error.h"

#define VISIT "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"

/* Who asks, about an appointment between "doctor" and "patient" and about the user "patient". */
enum {
  DOCTOR,
  PATIENT,
  LINK_PATIENT, /* with a token for VISIT only */
  STRAY_LINK,   /* the same patient, with a token for another visit */
  OTHER_DOCTOR,
  OTHER_PATIENT,
  ADMIN,
  SERVICE,
  N_ASKERS,
};

static const struct {
  const char *id;
  CallRole role;
  const char *appointment_id;
} askers[N_ASKERS] = {
  [DOCTOR] = { "doctor", CALL_ROLE_DOCTOR, NULL },
  [PATIENT] = { "patient", CALL_ROLE_PATIENT, NULL },
  [LINK_PATIENT] = { "patient", CALL_ROLE_PATIENT, VISIT },
  [STRAY_LINK] = { "patient", CALL_ROLE_PATIENT, OTHER },
  [OTHER_DOCTOR] = { "stranger", CALL_ROLE_DOCTOR, NULL },
  [OTHER_PATIENT] = { "stranger", CALL_ROLE_PATIENT, NULL },
  [ADMIN] = { "admin", CALL_ROLE_ADMIN, NULL },
  [SERVICE] = { "service", CALL_ROLE_SERVICE, NULL },
};

/* One letter for each asker, in their order: y yes, f forbidden, p not a participant. */
static const char *const expected[] = {
  /*                                      D P L S d p A V */
  [CALLD_ACTION_SHOW_SELF] = "yyypyyyy",
  [CALLD_ACTION_LIST_APPOINTMENTS] = "yyypyyyy",
  [CALLD_ACTION_CREATE_APPOINTMENT] = "yfppffyy",
  [CALLD_ACTION_SHOW_APPOINTMENT] = "yyypppyy",
  [CALLD_ACTION_CANCEL_APPOINTMENT] = "yyypppyy",
  [CALLD_ACTION_RESCHEDULE_APPOINTMENT] = "yffpffyy",
  [CALLD_ACTION_MAKE_LINK] = "yffpffyy",
  [CALLD_ACTION_READ_AUDIT] = "yffpffyf",
  [CALLD_ACTION_GIVE_CONSENT] = "yyyppppp",
  [CALLD_ACTION_READ_CONSENTS] = "yyypppyp",
  [CALLD_ACTION_CALL] = "yyyppppp",
  [CALLD_ACTION_REPORT_CALL] = "yyyppppp",
  [CALLD_ACTION_ENTER_WAITING_ROOM] = "yyyppppp",
  [CALLD_ACTION_SUBSCRIBE_APPOINTMENT] = "yyyppppp",
  [CALLD_ACTION_READ_MESSAGES] = "yyyppppp",
  [CALLD_ACTION_SEND_MESSAGE] = "yyyppppp",
  [CALLD_ACTION_CREATE_GROUP] = "yfppyfyy",
  [CALLD_ACTION_CREATE_DIRECT] = "yfppyfyy",
  [CALLD_ACTION_WRITE_TO_STAFF] = "yyppyyyy",
  [CALLD_ACTION_LIST_GROUPS] = "yyppyyyy",
  [CALLD_ACTION_SUBSCRIBE_USER] = "fyypffff",
  [CALLD_ACTION_MANAGE_USERS] = "fffpffyf",
  [CALLD_ACTION_READ_STATISTICS] = "fffpffyy",
  [CALLD_ACTION_MANAGE_WEBHOOKS] = "fffpffyf",
  [CALLD_ACTION_MANAGE_BOTS] = "fffpffyf",
  [CALLD_ACTION_SUBSCRIBE_PUSH] = "yyypyyyy",
  [CALLD_ACTION_OPERATE] = "fffpffyf",
};

static char
ask (guint asker, CalldAction action)
{
  const CalldSubject subject = { VISIT, "doctor", "patient", "patient" };
  g_autoptr (CalldIdentity) identity = calld_identity_new (
      askers[asker].id, "Name", askers[asker].role, "UTC", askers[asker].appointment_id, 0);
  g_autoptr (GError) error = NULL;

  if (calld_auth_can (identity, action, &subject, &error)) {
    g_assert_no_error (error);
    return 'y';
  }
  g_assert_true (error->domain == CALL_ERROR);
  g_assert_true (error->code == CALL_ERROR_FORBIDDEN || error->code == CALL_ERROR_NOT_PARTICIPANT);
  return error->code == CALL_ERROR_FORBIDDEN ? 'f' : 'p';
}

static void
test_every_pair (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (expected), ==, CALLD_ACTION_OPERATE + 1);
  for (guint action = 0; action < G_N_ELEMENTS (expected); action++) {
    char found[N_ASKERS + 1] = { 0 };

    for (guint asker = 0; asker < N_ASKERS; asker++)
      found[asker] = ask (asker, action);
    g_test_message ("action %u", action);
    g_assert_cmpstr (found, ==, expected[action]);
  }
}

static void
test_operator (void)
{
  g_autoptr (CalldIdentity) identity = calld_identity_new_operator ();

  g_assert_true (identity->local_operator);
  g_assert_true (calld_auth_can (identity, CALLD_ACTION_OPERATE, NULL, NULL));
  g_assert_false (calld_auth_can (identity, CALLD_ACTION_READ_MESSAGES, NULL, NULL));
}

/* The id alone is not enough: a doctor is no patient in somebody else's place. */
static void
test_role_counts (void)
{
  const CalldSubject subject = { VISIT, "me", "you", NULL };
  g_autoptr (CalldIdentity) identity = calld_identity_new ("me", "Name", CALL_ROLE_PATIENT, "UTC",
                                                           NULL, 0);

  g_assert_false (calld_auth_can (identity, CALLD_ACTION_CALL, &subject, NULL));
}

/* In a group, one letter for member, moderator, admin, somebody outside; then the same for an own
 * message: y yes, f forbidden, p not in it. */
static void
test_in_group (void)
{
  static const char *const in_group[CALLD_GROUP_N_ACTIONS] = {
    [CALLD_GROUP_READ] = "yyypyyy",           [CALLD_GROUP_SEND] = "yyypyyy",
    [CALLD_GROUP_EDIT_MESSAGE] = "fffpyyy",   [CALLD_GROUP_RECALL_MESSAGE] = "fffpyyy",
    [CALLD_GROUP_DELETE_MESSAGE] = "fyypyyy", [CALLD_GROUP_UPDATE] = "ffypffy",
    [CALLD_GROUP_ADD_MEMBER] = "fyypfyy",     [CALLD_GROUP_REMOVE_MEMBER] = "fyypfyy",
    [CALLD_GROUP_SET_ROLE] = "ffypffy",       [CALLD_GROUP_LEAVE] = "yyypyyy",
    [CALLD_GROUP_JOIN] = "yyypyyy",
  };
  g_autoptr (CalldIdentity) who = calld_identity_new ("u", "U", CALL_ROLE_DOCTOR, NULL, NULL, 1);

  for (guint action = 0; action < CALLD_GROUP_N_ACTIONS; action++)
    for (guint i = 0; in_group[action][i] != '\0'; i++) {
      const CalldGroupSubject subject = {
        .kind = CALL_GROUP_GROUP,
        .is_member = i != 3,
        .role = i != 3 ? (CallGroupRole) (i % 4) : CALL_GROUP_ROLE_MEMBER,
        .is_author = i > 3,
      };
      g_autoptr (GError) error = NULL;
      gboolean may = calld_auth_can_in_group (who, action, &subject, &error);

      g_assert_cmpint (may, ==, in_group[action][i] == 'y');
      if (in_group[action][i] == 'f')
        g_assert_error (error, CALL_ERROR, CALL_ERROR_FORBIDDEN);
      else if (!may)
        g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT);
    }
}

/* A moderator has no power over its like; two people have no members to take in; a link opens no
 * group; an open group lets anybody in, and no more than in. */
static void
test_in_group_limits (void)
{
  g_autoptr (CalldIdentity) who = calld_identity_new ("u", "U", CALL_ROLE_DOCTOR, NULL, NULL, 1);
  g_autoptr (CalldIdentity) link = calld_identity_new ("p", "P", CALL_ROLE_PATIENT, NULL, VISIT, 1);
  CalldGroupSubject subject = { .kind = CALL_GROUP_GROUP,
                                .is_member = TRUE,
                                .role = CALL_GROUP_ROLE_MODERATOR,
                                .target = CALL_GROUP_ROLE_MODERATOR };

  g_assert_false (calld_auth_can_in_group (who, CALLD_GROUP_REMOVE_MEMBER, &subject, NULL));
  subject.role = CALL_GROUP_ROLE_ADMIN;
  g_assert_true (calld_auth_can_in_group (who, CALLD_GROUP_REMOVE_MEMBER, &subject, NULL));
  g_assert_false (calld_auth_can_in_group (link, CALLD_GROUP_READ, &subject, NULL));
  subject.kind = CALL_GROUP_DIRECT;
  g_assert_false (calld_auth_can_in_group (who, CALLD_GROUP_ADD_MEMBER, &subject, NULL));
  subject = (CalldGroupSubject){ .kind = CALL_GROUP_GROUP, .open = TRUE };
  g_assert_true (calld_auth_can_in_group (who, CALLD_GROUP_JOIN, &subject, NULL));
  g_assert_false (calld_auth_can_in_group (who, CALLD_GROUP_READ, &subject, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rights/every-pair", test_every_pair);
  g_test_add_func ("/rights/operator", test_operator);
  g_test_add_func ("/rights/role-counts", test_role_counts);
  g_test_add_func ("/rights/in-group", test_in_group);
  g_test_add_func ("/rights/in-group-limits", test_in_group_limits);
  return g_test_run ();
}

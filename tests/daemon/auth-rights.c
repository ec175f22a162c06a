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
  [CALLD_ACTION_CALL] = "yyyppppp",
  [CALLD_ACTION_REPORT_CALL] = "yyyppppp",
  [CALLD_ACTION_ENTER_WAITING_ROOM] = "yyyppppp",
  [CALLD_ACTION_SUBSCRIBE_APPOINTMENT] = "yyyppppp",
  [CALLD_ACTION_READ_MESSAGES] = "yyyppppp",
  [CALLD_ACTION_SEND_MESSAGE] = "yyyppppp",
  [CALLD_ACTION_GIVE_CONSENT] = "yyyppppp",
  [CALLD_ACTION_READ_CONSENTS] = "yyypppyp",
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rights/every-pair", test_every_pair);
  g_test_add_func ("/rights/operator", test_operator);
  g_test_add_func ("/rights/role-counts", test_role_counts);
  return g_test_run ();
}

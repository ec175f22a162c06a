/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-presence-rules.h"
#include "call-typing-table.h"

/* --- presence --------------------------------------------------------------------------------- */

static void
test_reach (void)
{
  static const struct {
    guint n_connections;
    gboolean in_grace;
    gint64 idle_ms;
    gint64 away_after;
    CallPresenceReach reach;
  } cases[] = {
    { 0, FALSE, 0, 1000, CALL_PRESENCE_GONE },    { 0, TRUE, 0, 1000, CALL_PRESENCE_ACTIVE },
    { 0, TRUE, 1000, 1000, CALL_PRESENCE_IDLE },  { 1, FALSE, 999, 1000, CALL_PRESENCE_ACTIVE },
    { 1, FALSE, 1000, 1000, CALL_PRESENCE_IDLE }, { 3, FALSE, 999999, 0, CALL_PRESENCE_ACTIVE },
    { 3, FALSE, -5, 1000, CALL_PRESENCE_ACTIVE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (call_presence_rules_reach (cases[i].n_connections, cases[i].in_grace, 50000,
                                                cases[i].away_after, 50000 + cases[i].idle_ms),
                     ==, cases[i].reach);
}

/* Every choice with every reach. */
static void
test_merge (void)
{
  static const CallPresenceStatus wanted[4][3] = {
    { CALL_PRESENCE_OFFLINE, CALL_PRESENCE_AWAY, CALL_PRESENCE_ONLINE },
    { CALL_PRESENCE_OFFLINE, CALL_PRESENCE_AWAY, CALL_PRESENCE_AWAY },
    { CALL_PRESENCE_OFFLINE, CALL_PRESENCE_BUSY, CALL_PRESENCE_BUSY },
    { CALL_PRESENCE_OFFLINE, CALL_PRESENCE_OFFLINE, CALL_PRESENCE_OFFLINE },
  };

  for (int chosen = 0; chosen < 4; chosen++)
    for (int reach = 0; reach < 3; reach++)
      g_assert_cmpint (
          call_presence_rules_merge ((CallPresenceStatus) chosen, (CallPresenceReach) reach), ==,
          wanted[chosen][reach]);
}

static void
test_keep (void)
{
  g_assert_cmpint (call_presence_rules_keep (CALL_PRESENCE_OFFLINE), ==, CALL_PRESENCE_ONLINE);
  g_assert_cmpint (call_presence_rules_keep (CALL_PRESENCE_BUSY), ==, CALL_PRESENCE_BUSY);
  g_assert_cmpint (call_presence_rules_keep (CALL_PRESENCE_AWAY), ==, CALL_PRESENCE_AWAY);
}

/* --- typing ----------------------------------------------------------------------------------- */

static void
on_stopped (const CallTypist *typist, gpointer user_data)
{
  g_string_append_printf (user_data, "%s@%s ", typist->user_id, typist->group_id);
}

typedef struct {
  CallTypingTable *table;
  GString *stopped;
} Typing;

static void
typing_set_up (Typing *self, gconstpointer data)
{
  self->stopped = g_string_new (NULL);
  self->table = call_typing_table_new (on_stopped, self->stopped);
}

static void
typing_tear_down (Typing *self, gconstpointer data)
{
  call_typing_table_free (self->table);
  g_string_free (self->stopped, TRUE);
}

static void
test_repeat (Typing *self, gconstpointer data)
{
  g_assert_true (call_typing_table_start (self->table, "ana", "g", 1, 100));
  g_assert_false (call_typing_table_start (self->table, "ana", "g", 1, 1100));
  g_assert_false (call_typing_table_start (self->table, "ana", "g", 1, 2099));
  g_assert_true (call_typing_table_start (self->table, "ana", "g", 1, 2100));
  g_assert_true (call_typing_table_has (self->table, "ana", "g"));
  g_assert_false (call_typing_table_has (self->table, "ana", "h"));
  call_typing_table_stop (self->table, "ana", "g");
  call_typing_table_stop (self->table, "ana", "g");
  call_typing_table_stop (self->table, "bia", "g");
  g_assert_cmpstr (self->stopped->str, ==, "ana@g ");
  g_assert_cmpuint (call_typing_table_get_size (self->table), ==, 0);
}

static void
test_expire (Typing *self, gconstpointer data)
{
  g_assert_cmpint (call_typing_table_expire (self->table, 0), ==, 0);
  call_typing_table_start (self->table, "ana", "g", 1, 100);
  call_typing_table_start (self->table, "bia", "g", 2, 200);
  call_typing_table_start (self->table, "ana", "g", 1, 300);
  g_assert_cmpint (call_typing_table_expire (self->table, 5199), ==, 5200);
  g_assert_cmpstr (self->stopped->str, ==, "");
  g_assert_cmpint (call_typing_table_expire (self->table, 5200), ==, 5300);
  g_assert_cmpstr (self->stopped->str, ==, "bia@g ");
  g_assert_cmpint (call_typing_table_expire (self->table, 9000), ==, 0);
  g_assert_cmpstr (self->stopped->str, ==, "bia@g ana@g ");
}

/* A connection that goes takes along what was typed on it, and only that. */
static void
test_forget (Typing *self, gconstpointer data)
{
  call_typing_table_start (self->table, "ana", "g", 1, 100);
  call_typing_table_start (self->table, "ana", "h", 2, 100);
  call_typing_table_start (self->table, "ana", "i", 1, 100);
  call_typing_table_forget (self->table, "ana", 1);
  call_typing_table_forget (self->table, "bia", 2);
  g_assert_cmpstr (self->stopped->str, ==, "ana@g ana@i ");
  g_assert_true (call_typing_table_has (self->table, "ana", "h"));
}

static void
test_user_overflow (Typing *self, gconstpointer data)
{
  for (guint i = 0; i <= CALL_TYPING_USER_MAX; i++) {
    g_autofree char *group = g_strdup_printf ("%u", i);

    call_typing_table_start (self->table, "ana", group, 1, i);
    if (i == 1)
      call_typing_table_start (self->table, "ana", "0", 1, i);
  }
  g_assert_cmpstr (self->stopped->str, ==, "ana@1 ");
  g_assert_cmpuint (call_typing_table_get_size (self->table), ==, CALL_TYPING_USER_MAX);
}

static void
test_overflow (Typing *self, gconstpointer data)
{
  for (guint i = 0; i <= CALL_TYPING_MAX; i++) {
    g_autofree char *user = g_strdup_printf ("u%u", i);

    g_assert_true (call_typing_table_start (self->table, user, "g", i, i));
  }
  g_assert_cmpstr (self->stopped->str, ==, "u0@g ");
  g_assert_cmpuint (call_typing_table_get_size (self->table), ==, CALL_TYPING_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/presence/reach", test_reach);
  g_test_add_func ("/presence/merge", test_merge);
  g_test_add_func ("/presence/keep", test_keep);
#define ADD(path, func) \
  g_test_add ("/typing/" path, Typing, NULL, typing_set_up, func, typing_tear_down)
  ADD ("repeat", test_repeat);
  ADD ("expire", test_expire);
  ADD ("forget", test_forget);
  ADD ("user-overflow", test_user_overflow);
  ADD ("overflow", test_overflow);
  return g_test_run ();
}

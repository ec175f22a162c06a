/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is there and who types, over the real store, with a clock the tests move. */
#include "config.h"

#include "calld-company.h"
#include "calld-curfew.h"
#include "calld-office.h"
#include "calld-sightings.h"
#include "calld-store-social.h"
#include "calld-throttle.h"

#include "call-presence.h"

#define GRACE_MS 15000
#define AWAY_MS 300000

typedef struct {
  Office office;
  CalldRoster *roster;
  CalldCompany *company;
  const char *doctor;
  const char *patient;
  const char *stranger;
  const char *group;
} Fixture;

static void
open_services (Fixture *self)
{
  Office *office = &self->office;

  self->roster = calld_roster_new (office->config, office->clock, office->clinic.store,
                                   office->bus);
  self->company = calld_company_new (office->clock, office->clinic.store, office->bus, office->chat,
                                     self->roster);
}

static void
close_services (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_roster_close_async (self->roster, NULL, await_cb, &result);
  g_assert_true (calld_roster_close_finish (self->roster, await (&result), NULL));
  g_clear_object (&result);
  g_assert_finalize_object (self->company);
  g_assert_finalize_object (self->roster);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  office_set_up (&self->office, data);
  self->doctor = self->office.clinic.doctor->id;
  self->patient = self->office.clinic.patient->id;
  self->stranger = self->office.stranger_record->id;
  self->group = self->office.clinic.appointment->conversation_id;
  open_services (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close_services (self);
  office_tear_down (&self->office, data);
}

/* Lets what was done become known. */
static void
settle (Fixture *self)
{
  office_settle (&self->office);
  office_advance (&self->office, CALLD_ROSTER_TICK_MS);
}

static void
connect_user (Fixture *self, const char *user_id)
{
  calld_roster_connected (self->roster, user_id);
  settle (self);
}

static void
assert_told (Fixture *self, guint n, CallPresenceStatus status)
{
  const CallNotice *last = office_last (&self->office, CALL_NOTICE_CONTACT_STATUS);

  g_assert_cmpuint (office_count_heard (&self->office, "contact_status_changed"), ==, n);
  g_assert_cmpint (last->presence, ==, (int) status);
  office_forget (&self->office);
}

static void
assert_silent (Fixture *self)
{
  g_assert_cmpuint (office_count_heard (&self->office, "contact_status_changed"), ==, 0);
}

/* --- presence --------------------------------------------------------------------------------- */

/* Only those who are there and share a conversation hear of it. */
static void
test_contacts_only (Fixture *self, gconstpointer data)
{
  connect_user (self, self->patient);
  assert_silent (self);
  connect_user (self, self->doctor);
  office_assert_heard (&self->office, "contact_status_changed", self->patient);
  office_assert_not_heard_by (&self->office, "contact_status_changed", self->stranger);
  office_assert_not_heard_by (&self->office, "contact_status_changed", self->doctor);
  g_assert_cmpstr (office_last (&self->office, CALL_NOTICE_CONTACT_STATUS)->user_id, ==,
                   self->doctor);
  assert_told (self, 1, CALL_PRESENCE_ONLINE);
}

/* Several devices are one user; whoever comes back in time was never gone. */
static void
test_devices_and_grace (Fixture *self, gconstpointer data)
{
  connect_user (self, self->patient);
  connect_user (self, self->doctor);
  connect_user (self, self->doctor);
  assert_told (self, 1, CALL_PRESENCE_ONLINE);

  calld_roster_disconnected (self->roster, self->doctor);
  office_advance (&self->office, 2 * GRACE_MS);
  calld_roster_disconnected (self->roster, self->doctor);
  office_advance (&self->office, GRACE_MS - 1);
  g_assert_cmpint (calld_roster_get_status (self->roster, self->doctor), ==, CALL_PRESENCE_ONLINE);
  g_assert_false (calld_roster_is_connected (self->roster, self->doctor));
  connect_user (self, self->doctor);
  office_advance (&self->office, 2 * GRACE_MS);
  assert_silent (self);

  calld_roster_disconnected (self->roster, self->doctor);
  office_advance (&self->office, GRACE_MS);
  g_assert_cmpint (calld_roster_get_status (self->roster, self->doctor), ==, CALL_PRESENCE_OFFLINE);
  settle (self);
  assert_told (self, 1, CALL_PRESENCE_OFFLINE);
}

/* What happens within a tick is told by its end, and not at all if it ends as it began. */
static void
test_coalesced (Fixture *self, gconstpointer data)
{
  connect_user (self, self->patient);
  connect_user (self, self->doctor);
  office_forget (&self->office);
  for (guint i = 0; i < 100; i++)
    calld_roster_choose (self->roster, self->doctor,
                         i % 2 ? CALL_PRESENCE_BUSY : CALL_PRESENCE_AWAY);
  settle (self);
  assert_told (self, 1, CALL_PRESENCE_BUSY);
  calld_roster_choose (self->roster, self->doctor, CALL_PRESENCE_ONLINE);
  calld_roster_choose (self->roster, self->doctor, CALL_PRESENCE_BUSY);
  settle (self);
  assert_silent (self);
}

static void
test_away (Fixture *self, gconstpointer data)
{
  connect_user (self, self->patient);
  connect_user (self, self->doctor);
  office_forget (&self->office);
  calld_roster_choose (self->roster, self->patient, CALL_PRESENCE_BUSY);
  office_advance (&self->office, AWAY_MS);
  office_advance (&self->office, AWAY_MS / 5);
  settle (self);
  g_assert_cmpint (calld_roster_get_status (self->roster, self->doctor), ==, CALL_PRESENCE_AWAY);
  g_assert_cmpint (calld_roster_get_status (self->roster, self->patient), ==, CALL_PRESENCE_BUSY);
  office_forget (&self->office);
  calld_roster_touch (self->roster, self->doctor);
  settle (self);
  assert_told (self, 1, CALL_PRESENCE_ONLINE);
}

static CalldPresenceRecord *
stored (Fixture *self, const char *user_id)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_get_presence_async (self->office.clinic.store, user_id, NULL, await_cb, &result);
  return calld_store_get_presence_finish (self->office.clinic.store, await (&result), NULL);
}

/* A choice and the time of last sight outlive the daemon, but nobody stays hidden for ever. */
static void
test_stored (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldPresenceRecord) busy = NULL, seen = NULL, hidden = NULL;
  gint64 left_at;

  connect_user (self, self->doctor);
  calld_roster_choose (self->roster, self->doctor, CALL_PRESENCE_BUSY);
  office_advance (&self->office, CALLD_SIGHTINGS_DELAY_MS);
  busy = stored (self, self->doctor);
  g_assert_cmpint (busy->chosen, ==, CALL_PRESENCE_BUSY);
  g_assert_cmpint (busy->last_seen, ==, 0);

  left_at = calld_clock_now_ms (self->office.clock);
  calld_roster_disconnected (self->roster, self->doctor);
  office_advance (&self->office, GRACE_MS);
  office_advance (&self->office, CALLD_SIGHTINGS_DELAY_MS);
  seen = stored (self, self->doctor);
  g_assert_cmpint (seen->last_seen, ==, left_at);

  connect_user (self, self->doctor);
  g_assert_cmpint (calld_roster_get_status (self->roster, self->doctor), ==, CALL_PRESENCE_BUSY);
  calld_roster_choose (self->roster, self->doctor, CALL_PRESENCE_OFFLINE);
  g_assert_cmpint (calld_roster_get_status (self->roster, self->doctor), ==, CALL_PRESENCE_OFFLINE);
  close_services (self);
  open_services (self);
  hidden = stored (self, self->doctor);
  g_assert_cmpint (hidden->chosen, ==, CALL_PRESENCE_ONLINE);
  g_assert_cmpint (hidden->last_seen, ==, calld_clock_now_ms (self->office.clock));
}

static GPtrArray *
add_group (Fixture *self, guint n_members)
{
  g_autoptr (CalldConversationRecord) group = calld_conversation_record_new (NULL, CALL_GROUP_GROUP,
                                                                             "Todos", CLINIC_NOW);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  CalldChange *change = calld_change_new ();

  for (guint i = 0; i < n_members; i++) {
    g_autoptr (CalldUserRecord) user = calld_user_record_new ("U", NULL, CALL_ROLE_DOCTOR, "UTC",
                                                              CLINIC_NOW);

    calld_change_add_user (change, user);
    g_ptr_array_add (group->members, calld_member_record_new (group->id, user->id,
                                                              CALL_GROUP_ROLE_MEMBER, CLINIC_NOW));
    g_ptr_array_add (ids, g_strdup (user->id));
  }
  calld_change_add_conversation (change, group);
  g_assert_true (clinic_commit (&self->office.clinic, change, NULL));
  return ids;
}

/* Lets one tick pass and gives the receivers it had. */
static guint64
tick (Fixture *self)
{
  CalldRosterStats before, after;

  calld_roster_get_stats (self->roster, &before);
  calld_clock_advance (self->office.clock, CALLD_ROSTER_TICK_MS);
  do {
    office_settle (&self->office);
    calld_roster_get_stats (self->roster, &after);
    before.changes = after.changes - before.changes;
  } while (before.changes == 0 && after.waiting > 0);
  for (guint64 last = 0; last != after.changes;) {
    last = after.changes;
    office_settle (&self->office);
    calld_roster_get_stats (self->roster, &after);
  }
  return after.notices - before.notices;
}

/* All at once: each tick has its bound, everybody's state is told once, and nothing is left. */
static void
test_storm (Fixture *self, gconstpointer data)
{
  enum { N_GROUPS = 4, N_MEMBERS = 150 };
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_ptr_array_unref);
  CalldRosterStats stats;
  guint n_ticks = 0;

  for (guint g = 0; g < N_GROUPS; g++)
    g_ptr_array_add (groups, add_group (self, N_MEMBERS));
  for (guint g = 0; g < N_GROUPS; g++)
    for (guint i = 0; i < N_MEMBERS; i++)
      calld_roster_connected (self->roster, ((GPtrArray *) groups->pdata[g])->pdata[i]);
  office_settle (&self->office);
  do {
    g_assert_cmpuint (tick (self), <=, CALLD_ROSTER_BUDGET + N_MEMBERS);
    calld_roster_get_stats (self->roster, &stats);
    n_ticks++;
  } while (stats.waiting > 0);
  g_assert_cmpuint (stats.changes, ==, N_GROUPS * N_MEMBERS);
  g_assert_cmpuint (stats.notices, ==, N_GROUPS * N_MEMBERS * (N_MEMBERS - 1));
  g_assert_cmpuint (n_ticks, >=, stats.notices / (CALLD_ROSTER_BUDGET + N_MEMBERS));
  g_test_message ("%u users, %" G_GUINT64_FORMAT " notices in %u ticks", N_GROUPS * N_MEMBERS,
                  stats.notices, n_ticks);
}

/* Whoever shares a conversation with everybody is asked about, not told about. */
static void
test_too_many_contacts (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = add_group (self, CALLD_ROSTER_CONTACTS_MAX + 2);
  CalldRosterStats stats;

  connect_user (self, ids->pdata[0]);
  connect_user (self, ids->pdata[1]);
  calld_roster_get_stats (self->roster, &stats);
  g_assert_cmpuint (stats.skipped, ==, 2);
  assert_silent (self);
  g_assert_cmpint (calld_roster_get_status (self->roster, ids->pdata[1]), ==, CALL_PRESENCE_ONLINE);
}

/* Clients that come and go all the time make no table without end. */
static void
test_graces_are_bounded (Fixture *self, gconstpointer data)
{
  const guint max = self->office.config->max_connections;
  CalldRosterStats stats;

  for (guint i = 0; i < max + 1000; i++) {
    g_autofree char *user = call_id_new ();

    calld_roster_connected (self->roster, user);
    calld_roster_disconnected (self->roster, user);
    if (i % 1000 == 0)
      office_settle (&self->office);
  }
  office_settle (&self->office);
  calld_roster_get_stats (self->roster, &stats);
  g_assert_cmpuint (stats.users, <=, max + 1);
  for (guint i = 0; i < 10; i++)
    office_advance (&self->office, GRACE_MS);
  calld_roster_get_stats (self->roster, &stats);
  g_assert_cmpuint (stats.users, ==, 0);
}

static void
test_sightings_are_bounded (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldSightings) sightings = calld_sightings_new (self->office.clock,
                                                              self->office.clinic.store);
  g_autoptr (GAsyncResult) result = NULL;
  guint n_kept = 0;

  for (guint i = 0; i < CALLD_SIGHTINGS_MAX + 2 * CALLD_SIGHTINGS_BATCH; i++) {
    g_autofree char *user = call_id_new ();

    n_kept += calld_sightings_add (sightings, user, CALL_PRESENCE_ONLINE, CLINIC_NOW);
  }
  /* One batch is under way already. */
  g_assert_cmpuint (n_kept, ==, CALLD_SIGHTINGS_MAX + CALLD_SIGHTINGS_BATCH);
  g_assert_cmpuint (calld_sightings_get_size (sightings), ==, CALLD_SIGHTINGS_MAX);
  calld_sightings_flush_async (sightings, NULL, await_cb, &result);
  g_assert_true (calld_sightings_flush_finish (sightings, await (&result), NULL));
  g_assert_cmpuint (calld_sightings_get_size (sightings), ==, 0);
}

/* --- in a conversation ------------------------------------------------------------------------ */

static gboolean
type (Fixture *self, CalldIdentity *who, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_company_type_async (self->company, who, self->group, 5, NULL, await_cb, &result);
  return calld_company_type_finish (self->company, await (&result), error);
}

static void
test_typing (Fixture *self, gconstpointer data)
{
  Office *office = &self->office;
  g_autoptr (GError) error = NULL;

  g_assert_true (type (self, office->doctor, &error));
  g_assert_true (type (self, office->doctor, &error));
  g_assert_cmpuint (office_count_heard (office, "user_typing"), ==, 1);
  g_assert_cmpstr (office_last (office, CALL_NOTICE_USER_TYPING)->user_name, ==, "Ana Souza");
  office_advance (office, 4999);
  g_assert_cmpuint (office_count_heard (office, "user_stopped_typing"), ==, 0);
  office_advance (office, 1);
  g_assert_cmpuint (office_count_heard (office, "user_stopped_typing"), ==, 1);

  type (self, office->doctor, NULL);
  calld_company_stop_typing (self->company, self->doctor, self->group);
  calld_company_stop_typing (self->company, self->doctor, self->group);
  g_assert_cmpuint (office_count_heard (office, "user_stopped_typing"), ==, 2);
  type (self, office->doctor, NULL);
  calld_company_disconnected (self->company, self->doctor, 6);
  calld_company_disconnected (self->company, self->doctor, 5);
  g_assert_cmpuint (office_count_heard (office, "user_stopped_typing"), ==, 3);

  g_assert_false (type (self, office->stranger, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
  g_assert_cmpuint (office_count_heard (office, "user_typing"), ==, 3);
}

static void
test_online (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, refused = NULL;
  g_autoptr (GPtrArray) online = NULL;
  g_autoptr (GError) error = NULL;

  connect_user (self, self->patient);
  connect_user (self, self->stranger);
  calld_company_list_online_async (self->company, self->office.doctor, self->group, NULL, await_cb,
                                   &result);
  online = calld_company_list_online_finish (self->company, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (online->len, ==, 1);
  g_assert_cmpstr (call_presence_get_user_id (online->pdata[0]), ==, self->patient);
  g_assert_cmpstr (call_presence_get_user_name (online->pdata[0]), ==, "Bia Lima");

  calld_company_list_online_async (self->company, self->office.stranger, self->group, NULL,
                                   await_cb, &refused);
  g_assert_null (calld_company_list_online_finish (self->company, await (&refused), &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
}

/* --- small parts ------------------------------------------------------------------------------ */

static void
on_curfew (guint64 connection_id, gpointer user_data)
{
  g_string_append_printf (user_data, "%" G_GUINT64_FORMAT " ", connection_id);
}

static void
test_curfew (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (CLINIC_NOW);
  g_autoptr (GString) ended = g_string_new (NULL);
  g_autoptr (CalldCurfew) curfew = calld_curfew_new (clock, on_curfew, ended);

  calld_curfew_add (curfew, 1, CLINIC_NOW + 1000);
  calld_curfew_add (curfew, 2, CLINIC_NOW + 2000);
  calld_curfew_add (curfew, 3, CLINIC_NOW + 2000);
  calld_curfew_add (curfew, 4, 0);
  calld_curfew_remove (curfew, 3);
  calld_curfew_remove (curfew, 9);
  g_assert_cmpuint (calld_curfew_get_size (curfew), ==, 2);
  calld_clock_advance (clock, 999);
  g_assert_cmpstr (ended->str, ==, "");
  calld_clock_advance (clock, 1);
  g_assert_cmpstr (ended->str, ==, "1 ");
  /* Also when somebody sets the clock. */
  calld_clock_jump (clock, 3600000);
  g_assert_cmpstr (ended->str, ==, "1 2 ");
  g_assert_cmpuint (calld_curfew_get_size (curfew), ==, 0);
}

static void
test_throttle_sweep (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (CLINIC_NOW);
  g_autoptr (CalldThrottle) throttle = calld_throttle_new (clock, 100, 100);
  g_autoptr (GError) error = NULL;
  guint32 retry = 0;

  for (guint i = 0; i <= 100; i++)
    calld_throttle_take (throttle, "busy", NULL, i == 100 ? &error : NULL);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED);
  g_assert_true (g_variant_lookup (call_error_get_details (error), "retryAfter", "u", &retry));
  g_assert_cmpuint (retry, ==, 1);
  g_assert_true (calld_throttle_take (throttle, "idle", NULL, NULL));
  calld_clock_advance (clock, CALLD_THROTTLE_SWEEP_MS);
  g_assert_cmpuint (calld_throttle_get_n_keys (throttle), ==, 0);
  g_assert_cmpuint (calld_clock_get_n_timers (clock), ==, 0);
}

static void
test_address_keys (void)
{
  static const char *const cases[][2] = {
    { "192.0.2.1", "192.0.2.1" },
    { "2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64" },
    { "2001:db8:1:2::9", "2001:0db8:0001:0002::/64" },
    { "local", "local" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *key = calld_throttle_address_key (cases[i][0]);

    g_assert_cmpstr (key, ==, cases[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) g_test_add ("/company/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("contacts-only", test_contacts_only);
  ADD ("devices-and-grace", test_devices_and_grace);
  ADD ("coalesced", test_coalesced);
  ADD ("away", test_away);
  ADD ("stored", test_stored);
  ADD ("storm", test_storm);
  ADD ("too-many-contacts", test_too_many_contacts);
  ADD ("graces-are-bounded", test_graces_are_bounded);
  ADD ("sightings-are-bounded", test_sightings_are_bounded);
  ADD ("typing", test_typing);
  ADD ("online", test_online);
  g_test_add_func ("/company/curfew", test_curfew);
  g_test_add_func ("/company/throttle-sweep", test_throttle_sweep);
  g_test_add_func ("/company/address-keys", test_address_keys);
  return g_test_run ();
}

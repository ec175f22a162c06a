/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-roster"

#include "config.h"

#include "calld-roster.h"

#include "calld-log.h"
#include "calld-sightings.h"
#include "calld-store-social.h"

#include "call-notice.h"
#include "call-presence-rules.h"

/* How often idle users are looked for: a fraction of the time that makes them idle. */
#define SWEEP_MIN_MS 1000
#define SWEEP_MAX_MS 30000

/*
 * Whether users can be reached, by identity: all connections of a user count together, and a user
 * without any counts as there for a grace. What others know is told in ticks.
 */
struct _CalldRoster {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldSightings *sightings;
  gint64 grace_ms;
  gint64 away_ms;
  guint graces_max;
  GHashTable *users; /* id → User, owns */
  GQueue graces;     /* of User, the one that ends first at the head */
  GQueue waiting;    /* of User whose change is to be told, each once */
  CalldTimer *grace_timer;
  CalldTimer *tick_timer;
  CalldTimer *sweep_timer;
  /* What is left of the tick that is under way: users, and receivers. */
  gboolean is_telling;
  guint tick_users;
  guint budget;
  CalldRosterStats stats;
};

typedef struct {
  char *id;
  guint n_connections;
  CallPresenceStatus chosen;
  CallPresenceStatus told;
  gboolean is_known; /* chosen is what the store says, or newer */
  gboolean in_grace;
  gboolean is_waiting;
  gint64 active_at; /* monotonic milliseconds */
  gint64 grace_due; /* monotonic milliseconds */
  gint64 seen_at;   /* wall milliseconds */
  GList grace_link;
  GList waiting_link;
} User;

G_DEFINE_FINAL_TYPE (CalldRoster, calld_roster, G_TYPE_OBJECT)

static void tell_next (CalldRoster *self);

static gint64
monotonic_ms (CalldRoster *self)
{
  return calld_clock_monotonic_us (self->clock) / 1000;
}

/* --- users ------------------------------------------------------------------------------------ */

static void
user_free (gpointer data)
{
  User *user = data;

  g_free (user->id);
  g_free (user);
}

static User *
ensure_user (CalldRoster *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  if (user != NULL)
    return user;
  user = g_new0 (User, 1);
  user->id = g_strdup (user_id);
  user->told = CALL_PRESENCE_OFFLINE;
  user->grace_link.data = user;
  user->waiting_link.data = user;
  g_hash_table_insert (self->users, user->id, user);
  return user;
}

/* Of somebody who came and went before anybody was told there is nothing to tell. */
static void
drop_if_gone (CalldRoster *self, User *user)
{
  if (user->n_connections > 0 || user->in_grace || user->told != CALL_PRESENCE_OFFLINE)
    return;
  if (user->is_waiting)
    g_queue_unlink (&self->waiting, &user->waiting_link);
  g_hash_table_remove (self->users, user->id);
}

static CallPresenceStatus
status_of (CalldRoster *self, const User *user)
{
  CallPresenceReach reach = call_presence_rules_reach (
      user->n_connections, user->in_grace, user->active_at, self->away_ms, monotonic_ms (self));

  /* Before the store has answered nobody is shown whom the user may want to hide from. */
  return user->is_known ? call_presence_rules_merge (user->chosen, reach) : user->told;
}

/* --- telling ---------------------------------------------------------------------------------- */

static void
on_tick (gpointer user_data)
{
  CalldRoster *self = user_data;

  self->tick_timer = NULL;
  self->is_telling = TRUE;
  self->tick_users = self->waiting.length;
  self->budget = CALLD_ROSTER_BUDGET;
  tell_next (self);
}

static void
arm_tick (CalldRoster *self)
{
  if (!self->is_telling && self->tick_timer == NULL && !g_queue_is_empty (&self->waiting))
    self->tick_timer = calld_clock_add_timer (self->clock, CALLD_ROSTER_TICK_MS, on_tick, self);
}

/* Something about @user may have changed. */
static void
consider (CalldRoster *self, User *user)
{
  if (user->is_waiting || status_of (self, user) == user->told)
    return;
  user->is_waiting = TRUE;
  g_queue_push_tail_link (&self->waiting, &user->waiting_link);
  arm_tick (self);
}

typedef struct {
  CalldRoster *roster;
  char *user_id;
  CallPresenceStatus status;
  gint64 at;
} Telling;

static void
telling_free (Telling *telling)
{
  g_object_unref (telling->roster);
  g_free (telling->user_id);
  g_free (telling);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Telling, telling_free)

static void
publish (CalldRoster *self, const Telling *telling, GPtrArray *contacts)
{
  g_autoptr (GPtrArray) topics = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_CONTACT_STATUS);

  for (guint i = 0; i < contacts->len; i++)
    if (calld_roster_is_connected (self, contacts->pdata[i]))
      g_ptr_array_add (topics, calld_topic_user (contacts->pdata[i]));
  if (topics->len == 0)
    return;
  self->stats.notices += topics->len;
  self->budget -= MIN (self->budget, topics->len);
  g_ptr_array_add (topics, NULL);
  notice->user_id = g_strdup (telling->user_id);
  notice->presence = telling->status;
  notice->at_ms = telling->at;
  calld_bus_publish (self->bus, (const char *const *) topics->pdata, notice, CALLD_PUBLISH_VOLATILE,
                     0);
}

static void
on_contacts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Telling) telling = user_data;
  CalldRoster *self = telling->roster;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = calld_store_list_finish (CALLD_STORE (source), result, &error);
  User *user = g_hash_table_lookup (self->users, telling->user_id);

  if (contacts == NULL)
    calld_log_warning ("presence_not_told", .user_id = telling->user_id, .detail = error->message);
  else if (contacts->len > CALLD_ROSTER_CONTACTS_MAX)
    self->stats.skipped++;
  else
    publish (self, telling, contacts);
  if (user != NULL)
    drop_if_gone (self, user);
  tell_next (self);
}

/* Takes @user out of the queue. */
static void
tell (CalldRoster *self, User *user, CallPresenceStatus status)
{
  Telling *telling = g_new0 (Telling, 1);

  user->told = status;
  self->stats.changes++;
  telling->roster = g_object_ref (self);
  telling->user_id = g_strdup (user->id);
  telling->status = status;
  telling->at = calld_clock_now_ms (self->clock);
  calld_store_list_contacts_async (self->store, user->id, CALLD_ROSTER_CONTACTS_MAX + 1, NULL,
                                   on_contacts, telling);
}

/* One after the other: the store is asked for the contacts of one user at a time. */
static void
tell_next (CalldRoster *self)
{
  GList *link;

  while (self->tick_users > 0 && self->budget > 0 &&
         (link = g_queue_pop_head_link (&self->waiting)) != NULL) {
    User *user = link->data;
    CallPresenceStatus status = status_of (self, user);

    self->tick_users--;
    user->is_waiting = FALSE;
    if (status != user->told) {
      tell (self, user, status);
      return;
    }
    drop_if_gone (self, user);
  }
  self->is_telling = FALSE;
  arm_tick (self);
}

/* --- coming and going ------------------------------------------------------------------------- */

static void
note (CalldRoster *self, const User *user, gint64 last_seen)
{
  if (!calld_sightings_add (self->sightings, user->id, call_presence_rules_keep (user->chosen),
                            last_seen))
    calld_log_debug ("sighting_lost", .user_id = user->id);
}

static void on_grace_over (gpointer user_data);

static void
arm_grace (CalldRoster *self)
{
  User *first = g_queue_peek_head (&self->graces);

  calld_clock_clear (self->clock, &self->grace_timer);
  if (first != NULL)
    self->grace_timer = calld_clock_add_timer (
        self->clock, MAX (first->grace_due - monotonic_ms (self), 0), on_grace_over, self);
}

static void
end_grace (CalldRoster *self, User *user)
{
  user->in_grace = FALSE;
  g_queue_unlink (&self->graces, &user->grace_link);
}

static void
end_first_grace (CalldRoster *self)
{
  User *user = g_queue_peek_head (&self->graces);

  end_grace (self, user);
  if (user->is_known)
    note (self, user, user->seen_at);
  user->chosen = call_presence_rules_keep (user->chosen);
  consider (self, user);
  drop_if_gone (self, user);
}

static void
on_grace_over (gpointer user_data)
{
  CalldRoster *self = user_data;
  gint64 now = monotonic_ms (self);
  User *first;

  self->grace_timer = NULL;
  while ((first = g_queue_peek_head (&self->graces)) != NULL && first->grace_due <= now)
    end_first_grace (self);
  arm_grace (self);
}

static void
on_presence (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Telling) asking = user_data;
  CalldRoster *self = asking->roster;
  g_autoptr (CalldPresenceRecord) record = calld_store_get_presence_finish (CALLD_STORE (source),
                                                                            result, NULL);
  User *user = g_hash_table_lookup (self->users, asking->user_id);

  /* A choice made meanwhile is newer. No row, or no answer: nothing was chosen. */
  if (user == NULL || user->is_known)
    return;
  user->is_known = TRUE;
  user->chosen = record != NULL ? record->chosen : CALL_PRESENCE_ONLINE;
  consider (self, user);
}

static void
load (CalldRoster *self, User *user)
{
  Telling *asking = g_new0 (Telling, 1);

  asking->roster = g_object_ref (self);
  asking->user_id = g_strdup (user->id);
  calld_store_get_presence_async (self->store, user->id, NULL, on_presence, asking);
}

static void
on_sweep (gpointer user_data)
{
  CalldRoster *self = user_data;
  GHashTableIter iter;
  gpointer user;

  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, NULL, &user))
    consider (self, user);
  self->sweep_timer = calld_clock_add_timer (
      self->clock, CLAMP (self->away_ms / 10, SWEEP_MIN_MS, SWEEP_MAX_MS), on_sweep, self);
}

/**
 * calld_roster_connected:
 * @self: the roster
 * @user_id: who has one connection more
 */
void
calld_roster_connected (CalldRoster *self, const char *user_id)
{
  User *user = ensure_user (self, user_id);
  gboolean is_first = user->n_connections == 0 && !user->in_grace;

  user->n_connections++;
  user->active_at = monotonic_ms (self);
  if (user->in_grace) {
    end_grace (self, user);
    arm_grace (self);
  }
  if (is_first && !user->is_known)
    load (self, user);
  consider (self, user);
  if (self->away_ms > 0 && self->sweep_timer == NULL)
    self->sweep_timer = calld_clock_add_timer (
        self->clock, CLAMP (self->away_ms / 10, SWEEP_MIN_MS, SWEEP_MAX_MS), on_sweep, self);
}

/**
 * calld_roster_disconnected:
 * @self: the roster
 * @user_id: who has one connection less
 *
 * With the last one the grace begins.
 */
void
calld_roster_disconnected (CalldRoster *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  if (user == NULL || user->n_connections == 0 || --user->n_connections > 0)
    return;
  user->seen_at = calld_clock_now_ms (self->clock);
  user->in_grace = TRUE;
  user->grace_due = monotonic_ms (self) + self->grace_ms;
  g_queue_push_tail_link (&self->graces, &user->grace_link);
  /* Clients that come and go all the time make no table without end. */
  if (self->graces.length > self->graces_max)
    end_first_grace (self);
  if (self->grace_timer == NULL)
    arm_grace (self);
}

/**
 * calld_roster_touch:
 * @self: the roster
 * @user_id: who did something
 *
 * Somebody uses one of their devices.
 */
void
calld_roster_touch (CalldRoster *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  if (user == NULL)
    return;
  user->active_at = monotonic_ms (self);
  consider (self, user);
}

/**
 * calld_roster_choose:
 * @self: the roster
 * @user_id: who chooses
 * @status: what to be; %CALL_PRESENCE_ONLINE takes a choice back
 *
 * A user chooses what others see, on all devices. It is kept for the next time, but for "offline".
 */
void
calld_roster_choose (CalldRoster *self, const char *user_id, CallPresenceStatus status)
{
  User *user = ensure_user (self, user_id);
  CallPresenceStatus before = user->chosen;
  gboolean was_known = user->is_known;

  user->chosen = status;
  user->is_known = TRUE;
  if (!was_known || before != status)
    note (self, user, 0);
  consider (self, user);
  drop_if_gone (self, user);
}

/* --- questions -------------------------------------------------------------------------------- */

/**
 * calld_roster_get_status:
 * @self: the roster
 * @user_id: a user
 *
 * Returns: what others see of the user at this moment
 */
CallPresenceStatus
calld_roster_get_status (CalldRoster *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  return user != NULL ? status_of (self, user) : CALL_PRESENCE_OFFLINE;
}

/**
 * calld_roster_is_connected:
 * @self: the roster
 * @user_id: a user
 *
 * Returns: whether the user has a connection at this moment, seen or not
 */
gboolean
calld_roster_is_connected (CalldRoster *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  return user != NULL && user->n_connections > 0;
}

/**
 * calld_roster_get_stats:
 * @self: the roster
 * @stats: (out caller-allocates): the counts
 */
void
calld_roster_get_stats (CalldRoster *self, CalldRosterStats *stats)
{
  *stats = self->stats;
  stats->users = g_hash_table_size (self->users);
  stats->waiting = self->waiting.length;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (calld_sightings_flush_finish (CALLD_SIGHTINGS (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * calld_roster_close_async:
 * @self: the roster
 * @cancellable: (nullable): does not stop the writing
 * @callback: called when done
 * @user_data: for @callback
 *
 * Writes of everybody who is there that they were seen now, since the daemon stops.
 */
void
calld_roster_close_async (CalldRoster *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  gint64 now = calld_clock_now_ms (self->clock);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    User *user = value;

    if (user->is_known)
      note (self, user, user->n_connections > 0 ? now : user->seen_at);
  }
  calld_sightings_flush_async (self->sightings, NULL, on_flushed, task);
}

gboolean
calld_roster_close_finish (CalldRoster *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_roster_dispose (GObject *object)
{
  CalldRoster *self = CALLD_ROSTER (object);

  if (self->clock != NULL) {
    calld_clock_clear (self->clock, &self->grace_timer);
    calld_clock_clear (self->clock, &self->tick_timer);
    calld_clock_clear (self->clock, &self->sweep_timer);
  }
  g_clear_object (&self->sightings);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (calld_roster_parent_class)->dispose (object);
}

static void
calld_roster_finalize (GObject *object)
{
  CalldRoster *self = CALLD_ROSTER (object);

  g_hash_table_unref (self->users);
  G_OBJECT_CLASS (calld_roster_parent_class)->finalize (object);
}

static void
calld_roster_class_init (CalldRosterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_roster_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_roster_finalize;
}

static void
calld_roster_init (CalldRoster *self)
{
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, user_free);
  g_queue_init (&self->graces);
  g_queue_init (&self->waiting);
}

/**
 * calld_roster_new:
 * @config: the grace, the time after which idle users are away, and the most connections
 * @clock: the clock
 * @store: knows who is whose contact, and keeps choices and times of last sight
 * @bus: where changes are told
 *
 * Returns: (transfer full): a roster on which nobody is
 */
CalldRoster *
calld_roster_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus)
{
  CalldRoster *self = g_object_new (CALLD_TYPE_ROSTER, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->sightings = calld_sightings_new (clock, store);
  self->grace_ms = (gint64) config->presence_grace_seconds * 1000;
  self->away_ms = (gint64) config->presence_away_seconds * 1000;
  self->graces_max = config->max_connections;
  return self;
}

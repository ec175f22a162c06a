/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* How often changes are told: of what happens in between only the end counts. */
#define CALLD_ROSTER_TICK_MS 1000
/* Receivers of notices in one tick. What is left waits for the next one, where again the latest
 * state is told: a join storm costs time, not the square of those who come. */
#define CALLD_ROSTER_BUDGET 10000
/* Whoever has more contacts than this is asked about, and not told about. */
#define CALLD_ROSTER_CONTACTS_MAX 1000

/**
 * CalldRosterStats:
 * @users: users remembered: present, in their grace, or with a change that is not told yet
 * @waiting: users whose change waits to be told
 * @changes: changes told so far
 * @notices: receivers of them so far
 * @skipped: changes not told, because a user has too many contacts
 *
 * What a roster counts.
 */
typedef struct {
  guint users;
  guint waiting;
  guint64 changes;
  guint64 notices;
  guint64 skipped;
} CalldRosterStats;

#define CALLD_TYPE_ROSTER (calld_roster_get_type ())
G_DECLARE_FINAL_TYPE (CalldRoster, calld_roster, CALLD, ROSTER, GObject)

CalldRoster *
calld_roster_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus);

void calld_roster_connected (CalldRoster *self, const char *user_id);
void calld_roster_disconnected (CalldRoster *self, const char *user_id);
void calld_roster_touch (CalldRoster *self, const char *user_id);
void calld_roster_choose (CalldRoster *self, const char *user_id, CallPresenceStatus status);

CallPresenceStatus calld_roster_get_status (CalldRoster *self, const char *user_id);
gboolean calld_roster_is_connected (CalldRoster *self, const char *user_id);
void calld_roster_get_stats (CalldRoster *self, CalldRosterStats *stats);

void calld_roster_close_async (CalldRoster *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean calld_roster_close_finish (CalldRoster *self, GAsyncResult *result, GError **error);

G_END_DECLS

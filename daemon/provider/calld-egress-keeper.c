/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-livekit"

#include "config.h"

#include "calld-egress-keeper.h"

#include "calld-livekit-policy.h"
#include "calld-log.h"
#include "calld-store-meeting.h"

#define LOOK_MS 60000

/**
 * CalldEgressKeeper:
 *
 * Asks LiveKit for tracks as they are published, if LIVEKIT_EGRESS wants that, and looks every
 * minute whether what its webhooks told of egresses is still so.
 */
struct _CalldEgressKeeper {
  grefcount refs;
  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldMeetings *meetings;
  CalldLivekit *livekit;
  GCancellable *cancellable;
  CalldTimer *next_look;
  gulong heard;
  guint n_starts;
};

static void look (gpointer data);

static CalldEgressKeeper *
calld_egress_keeper_ref (CalldEgressKeeper *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

static void
calld_egress_keeper_unref (CalldEgressKeeper *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->cancellable);
  g_object_unref (self->livekit);
  g_object_unref (self->meetings);
  g_object_unref (self->store);
  g_object_unref (self->clock);
  calld_config_unref (self->config);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldEgressKeeper, calld_egress_keeper_unref)

/* --- tracks that are published ----------------------------------------------------- */

typedef struct {
  CalldEgressKeeper *keeper;
  char *room_name;
  char *track_id;
  char *participant;
  guint attempt;
} Wish;

static void
wish_free (Wish *wish)
{
  wish->keeper->n_starts--;
  calld_egress_keeper_unref (wish->keeper);
  g_free (wish->room_name);
  g_free (wish->track_id);
  g_free (wish->participant);
  g_free (wish);
}

static void try_wish (gpointer data);

static void
on_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wish *wish = user_data;
  CalldEgressKeeper *self = wish->keeper;
  g_autoptr (GError) error = NULL;
  CallLivekitEgress *egress = calld_livekit_start_egress_finish (CALLD_LIVEKIT (source), result,
                                                                 &error);
  gint64 delay_ms;

  if (egress == NULL && !g_cancellable_is_cancelled (self->cancellable) &&
      calld_livekit_may_retry (error, wish->attempt, &delay_ms)) {
    calld_clock_add_timer (self->clock, delay_ms, try_wish, wish);
    return;
  }
  if (egress == NULL)
    calld_log_warning ("egress_not_started", .detail = error->message, .count = wish->attempt,
                       .counted = "attempts");
  call_livekit_egress_free (egress);
  wish_free (wish);
}

static void
try_wish (gpointer data)
{
  Wish *wish = data;

  wish->attempt++;
  calld_livekit_start_egress_async (wish->keeper->livekit, wish->room_name, wish->track_id,
                                    wish->participant, wish->keeper->cancellable, on_tried, wish);
}

static void
on_heard (CalldEgressKeeper *self, const CallLivekitEvent *event)
{
  Wish *wish;

  if (!calld_livekit_wants_track (self->config->livekit_egress, event))
    return;
  if (self->n_starts >= CALLD_EGRESS_STARTS_MAX) {
    calld_log_warning ("egress_not_asked_for", .detail = "too many are being asked for already");
    return;
  }
  self->n_starts++;
  wish = g_new0 (Wish, 1);
  wish->keeper = calld_egress_keeper_ref (self);
  wish->room_name = g_strdup (event->room_name);
  wish->track_id = g_strdup (event->track_id);
  wish->participant = g_strdup (event->participant);
  try_wish (wish);
}

/* --- webhooks that got lost -------------------------------------------------------- */

static void
look_again (CalldEgressKeeper *self)
{
  if (!g_cancellable_is_cancelled (self->cancellable) && self->next_look == NULL)
    self->next_look = calld_clock_add_timer (self->clock, LOOK_MS, look, self);
}

static void
on_reconciled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldEgressKeeper) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_log_warning ("egress_not_reconciled", .detail = error->message);
  look_again (self);
}

typedef struct {
  CalldEgressKeeper *keeper;
  GPtrArray *theirs;
} Look;

static void
on_ours (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Look *found = user_data;
  g_autoptr (CalldEgressKeeper) self = found->keeper;
  g_autoptr (GPtrArray) theirs = found->theirs;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ours = calld_store_list_finish (CALLD_STORE (source), result, &error);
  CalldChange *change = ours != NULL ? calld_livekit_reconcile (ours, theirs,
                                                                calld_clock_now_ms (self->clock))
                                     : NULL;

  if (ours == NULL)
    calld_log_warning ("egress_not_reconciled", .detail = error->message);
  if (change == NULL) {
    look_again (self);
    return;
  }
  calld_log_info ("egress_reconciled", .count = calld_change_get_n_steps (change),
                  .counted = "egresses that were over");
  calld_store_commit_async (self->store, change, NULL, on_reconciled,
                            calld_egress_keeper_ref (self));
}

static void
on_theirs (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldEgressKeeper) self = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *theirs = calld_livekit_list_egress_finish (self->livekit, result, &error);
  Look *found;

  if (theirs == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      calld_log_warning ("livekit_unreachable", .detail = error->message);
    look_again (self);
    return;
  }
  found = g_new (Look, 1);
  *found = (Look){ calld_egress_keeper_ref (self), theirs };
  calld_store_list_egresses_async (self->store, NULL, on_ours, found);
}

static void
look (gpointer data)
{
  CalldEgressKeeper *self = data;

  self->next_look = NULL;
  calld_livekit_list_egress_async (self->livekit, self->cancellable, on_theirs,
                                   calld_egress_keeper_ref (self));
}

/**
 * calld_egress_keeper_new:
 * @config: settings; LIVEKIT_URL must be there
 * @clock: the clock
 * @store: where egresses are kept
 * @meetings: what tells of webhooks
 * @livekit: who is asked
 *
 * Begins to keep.
 *
 * Returns: (transfer full): the keeper
 */
CalldEgressKeeper *
calld_egress_keeper_new (CalldConfig *config,
                         CalldClock *clock,
                         CalldStore *store,
                         CalldMeetings *meetings,
                         CalldLivekit *livekit)
{
  CalldEgressKeeper *self = g_new0 (CalldEgressKeeper, 1);

  g_ref_count_init (&self->refs);
  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->meetings = g_object_ref (meetings);
  self->livekit = g_object_ref (livekit);
  self->cancellable = g_cancellable_new ();
  self->heard = g_signal_connect_swapped (meetings, "heard", G_CALLBACK (on_heard), self);
  look (self);
  return self;
}

/**
 * calld_egress_keeper_free:
 * @self: (transfer full) (nullable): a keeper
 *
 * Gives up what is under way. Egresses go on; LiveKit ends them when their sockets close.
 */
void
calld_egress_keeper_free (CalldEgressKeeper *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  calld_clock_clear (self->clock, &self->next_look);
  g_clear_signal_handler (&self->heard, self->meetings);
  calld_egress_keeper_unref (self);
}

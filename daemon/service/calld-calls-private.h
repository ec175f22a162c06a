/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-calls.h"

G_BEGIN_DECLS

/**
 * CalldLiveCall:
 * @calls: whose
 * @record: the call as last committed
 * @lease_until: until when it counts as busy
 * @media_at: when media was last heard of, or its beginning
 * @noted_at: when each side's sign of life was last written
 * @switches: what each side last said of its devices
 * @lost: which sides left only because their connections went
 * @timer: the end of ringing, or the next look for media
 *
 * A call that is not over, as this daemon remembers it. The store is the truth; this carries the
 * timers, and answers what is asked often.
 */
typedef struct {
  CalldCalls *calls;
  CalldCallRecord *record;
  gint64 lease_until;
  gint64 media_at;
  gint64 noted_at[2];
  CalldCallSwitches switches[2];
  gboolean lost[2];
  CalldTimer *timer;
} CalldLiveCall;

struct _CalldCalls {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldPresence *presence;
  CalldTurnstile *turnstile;
  GHashTable *live; /* appointment id → CalldLiveCall */
};

CalldLiveCall *calld_calls_get_live (CalldCalls *self, const char *appointment_id);
CalldLiveCall *calld_calls_find_user (CalldCalls *self, const char *user_id);
void calld_calls_remember (CalldCalls *self, const CalldCallRecord *record);
void calld_calls_forget (CalldCalls *self, const char *appointment_id);
CalldLiveCall *calld_calls_note_alive (CalldCalls *self, const CalldCallOrder *order);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-livekit.h"
#include "calld-meetings.h"

G_BEGIN_DECLS

/* Starts under way at once; a track more than that is not asked for. */
#define CALLD_EGRESS_STARTS_MAX 256

typedef struct _CalldEgressKeeper CalldEgressKeeper;

CalldEgressKeeper *calld_egress_keeper_new (CalldConfig *config,
                                            CalldClock *clock,
                                            CalldStore *store,
                                            CalldMeetings *meetings,
                                            CalldLivekit *livekit);
void calld_egress_keeper_free (CalldEgressKeeper *self);

G_END_DECLS

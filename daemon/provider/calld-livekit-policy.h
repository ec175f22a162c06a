/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-change-meeting.h"
#include "calld-config.h"

#include "call-livekit.h"

G_BEGIN_DECLS

/* What to do about egress, without doing it. */

gboolean calld_livekit_wants_track (CalldTracks policy, const CallLivekitEvent *event);
CalldChange *calld_livekit_reconcile (GPtrArray *ours, GPtrArray *theirs, gint64 now_ms);
gboolean calld_livekit_may_retry (const GError *error, guint attempt, gint64 *delay_ms);
CalldChange *
calld_livekit_note_egress (const CallLivekitEgress *egress, const char *participant, gint64 now_ms);

G_END_DECLS

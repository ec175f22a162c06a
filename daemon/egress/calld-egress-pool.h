/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-egress-track.h"

G_BEGIN_DECLS

CalldEgressPool *calld_egress_pool_new (guint threads);
void calld_egress_pool_run (CalldEgressPool *self);
void calld_egress_pool_stop (CalldEgressPool *self);

/* For tracks. */
CalldEgressPool *calld_egress_pool_ref (CalldEgressPool *self);
void calld_egress_pool_unref (CalldEgressPool *self);
void calld_egress_pool_add (CalldEgressPool *self, CalldEgressTrack *track);
gboolean calld_egress_pool_take (CalldEgressPool *self, gsize bytes);
void calld_egress_pool_give_back (CalldEgressPool *self, gsize bytes);
void calld_egress_track_work (CalldEgressTrack *self);

G_END_DECLS

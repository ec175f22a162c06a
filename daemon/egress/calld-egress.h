/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-config.h"
#include "calld-egress-track.h"
#include "calld-meetings.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalldEgressStats:
 * @tracks: tracks that are coming in
 * @total: tracks since the start
 * @bytes: bytes that came
 * @dropped: bytes that found no room in a queue
 * @lost: samples or frames that could not be written
 *
 * What all tracks have done.
 */
typedef struct {
  guint tracks;
  guint64 total;
  guint64 bytes;
  guint64 dropped;
  guint64 lost;
} CalldEgressStats;

#define CALLD_TYPE_EGRESS (calld_egress_get_type ())
G_DECLARE_FINAL_TYPE (CalldEgress, calld_egress, CALLD, EGRESS, GObject)

CalldEgress *calld_egress_new (CalldConfig *config, CalldMeetings *meetings);
void calld_egress_start (CalldEgress *self);
void calld_egress_stop (CalldEgress *self);
gboolean calld_egress_is_available (CalldEgress *self);
void calld_egress_get_stats (CalldEgress *self, CalldEgressStats *stats);
char *calld_egress_sign (CalldEgress *self, const CallEgressQuery *query, gint64 expires_seconds);

/* For the sockets; the reactor's thread. */
gboolean
calld_egress_verify (CalldEgress *self, CallEgressKind kind, const char *query, GError **error);
CalldEgressTrack *calld_egress_open (CalldEgress *self, const CallEgressQuery *query);
void calld_egress_run (CalldEgress *self);
void calld_egress_close (CalldEgress *self, CalldEgressTrack *track);

G_END_DECLS

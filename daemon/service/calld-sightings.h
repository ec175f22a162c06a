/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* Rows that wait at most; what comes then is not kept: a time of last sight is worth no more. */
#define CALLD_SIGHTINGS_MAX 20000
/* Rows in one transaction, and how long the first of them waits for company. */
#define CALLD_SIGHTINGS_BATCH 500
#define CALLD_SIGHTINGS_DELAY_MS 5000

/**
 * CalldSightings:
 *
 * Writes what users chose to be and when they were last seen: not at every event, but many at once,
 * and of each user only the latest. Main context only.
 */
#define CALLD_TYPE_SIGHTINGS (calld_sightings_get_type ())
G_DECLARE_FINAL_TYPE (CalldSightings, calld_sightings, CALLD, SIGHTINGS, GObject)

CalldSightings *calld_sightings_new (CalldClock *clock, CalldStore *store);
gboolean calld_sightings_add (CalldSightings *self,
                              const char *user_id,
                              CallPresenceStatus chosen,
                              gint64 last_seen);
guint calld_sightings_get_size (CalldSightings *self);
void calld_sightings_flush_async (CalldSightings *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean calld_sightings_flush_finish (CalldSightings *self, GAsyncResult *result, GError **error);

G_END_DECLS

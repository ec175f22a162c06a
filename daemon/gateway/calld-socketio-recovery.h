/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-reactor.h"

G_BEGIN_DECLS

/* How long a client may be away, as in the reference. */
#define CALLD_SOCKETIO_AWAY_MS (2 * 60 * 1000)
/* What is kept of one client: more, and the oldest goes, and with it the way back. */
#define CALLD_SOCKETIO_LOG_FRAMES 128
#define CALLD_SOCKETIO_LOG_BYTES (256 * 1024)
/* What is kept of all: above it, a client that would need more loses its log. */
#define CALLD_SOCKETIO_LOGS_BYTES (64 * 1024 * 1024)

/**
 * CalldSocketioGoneFunc:
 * @app_data: what was given
 * @reactor: the reactor
 * @id: a connection
 *
 * Called when a client that was away is not awaited any more under its old id.
 */
typedef void (*CalldSocketioGoneFunc) (gpointer app_data, CalldReactor *reactor, guint64 id);

/**
 * CalldSocketioRecoveries:
 *
 * The clients of a server that may come back to where they were. The reactor's thread.
 */
typedef struct _CalldSocketioRecoveries CalldSocketioRecoveries;

/**
 * CalldSocketioRecovery:
 *
 * What a client needs to come back: its ids, and the last events it was sent. While it is away it
 * stands in for it: it has its id and is in its rooms, so that what changes there is seen.
 */
typedef struct _CalldSocketioRecovery CalldSocketioRecovery;

CalldSocketioRecoveries *calld_socketio_recoveries_new (CalldReactor *reactor,
                                                        CalldSocketioGoneFunc gone,
                                                        gpointer app_data);
void calld_socketio_recoveries_free (CalldSocketioRecoveries *self);
CalldSocketioRecovery *calld_socketio_recoveries_take (CalldSocketioRecoveries *self,
                                                       const char *pid,
                                                       const char *offset,
                                                       const char *owner,
                                                       CalldMember *member);

CalldSocketioRecovery *
calld_socketio_recovery_new (CalldSocketioRecoveries *table, const char *sid, const char *owner);
void calld_socketio_recovery_free (CalldSocketioRecovery *self);
const char *calld_socketio_recovery_get_sid (CalldSocketioRecovery *self);
const char *calld_socketio_recovery_get_pid (CalldSocketioRecovery *self);
void calld_socketio_recovery_note (CalldSocketioRecovery *self, CalldFrame *frame);
GPtrArray *calld_socketio_recovery_get_missed (CalldSocketioRecovery *self, const char *offset);
gboolean calld_socketio_recovery_await (CalldSocketioRecovery *self, CalldClient *client);

char *calld_socketio_offset_new (void);

G_END_DECLS

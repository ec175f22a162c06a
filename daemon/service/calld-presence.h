/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-identity.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalldWaiter:
 * @appointment_id: whose waiting room
 * @user_id: who waits
 * @name: for display to the other side
 * @role: as what
 * @since: since when, milliseconds since 1970
 *
 * Somebody in a waiting room.
 */
typedef struct {
  const char *appointment_id;
  const char *user_id;
  const char *name;
  CallRole role;
  gint64 since;
} CalldWaiter;

#define CALLD_TYPE_PRESENCE (calld_presence_get_type ())
G_DECLARE_FINAL_TYPE (CalldPresence, calld_presence, CALLD, PRESENCE, GObject)

CalldPresence *calld_presence_new (CalldClock *clock, gint64 grace_ms);

void calld_presence_connected (CalldPresence *self, guint64 connection_id, const char *user_id);
void calld_presence_disconnected (CalldPresence *self, guint64 connection_id);
gboolean calld_presence_is_connected (CalldPresence *self, const char *user_id);

gboolean calld_presence_enter_waiting_room (CalldPresence *self,
                                            const char *appointment_id,
                                            const CalldIdentity *who,
                                            guint64 connection_id,
                                            GError **error);
void calld_presence_leave_waiting_room (CalldPresence *self,
                                        const char *appointment_id,
                                        const char *user_id);
GPtrArray *calld_presence_list_waiting (CalldPresence *self, const char *appointment_id);

gboolean calld_presence_enter_call (CalldPresence *self,
                                    const char *appointment_id,
                                    const char *user_id,
                                    guint64 connection_id,
                                    GError **error);
void
calld_presence_leave_call (CalldPresence *self, const char *appointment_id, const char *user_id);
void calld_presence_forget_appointment (CalldPresence *self, const char *appointment_id);

G_END_DECLS

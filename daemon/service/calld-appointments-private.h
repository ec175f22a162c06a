/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"

#include "call-notice.h"

G_BEGIN_DECLS

struct _CalldAppointments {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldAuth *auth;
  CalldPresence *presence;
  CalldCalls *calls;
  CalldTurnstile *turnstile;
  /* appointment id → the two user ids: of those with somebody in the waiting room, so that leaving
   * one needs no store */
  GHashTable *rooms;
};

gboolean calld_appointments_may (CalldIdentity *who,
                                 CalldAction action,
                                 const CalldAppointmentRecord *record,
                                 GError **error);
void calld_appointments_post (CalldAppointments *self,
                              const CalldAppointmentRecord *record,
                              CallNotice *notice);
void calld_appointments_post_updated (CalldAppointments *self,
                                      const CalldAppointmentRecord *record);
void calld_appointments_on_waiting_changed (CalldAppointments *self,
                                            const CalldWaiter *waiter,
                                            gboolean waiting);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-auth.h"
#include "calld-bus.h"
#include "calld-calls.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-presence.h"
#include "calld-store.h"
#include "calld-turnstile.h"

#include "call-appointment.h"
#include "call-body.h"

G_BEGIN_DECLS

#define CALLD_TYPE_APPOINTMENTS (calld_appointments_get_type ())
G_DECLARE_FINAL_TYPE (CalldAppointments, calld_appointments, CALLD, APPOINTMENTS, GObject)

CalldAppointments *calld_appointments_new (CalldConfig *config,
                                           CalldClock *clock,
                                           CalldStore *store,
                                           CalldBus *bus,
                                           CalldAuth *auth,
                                           CalldPresence *presence,
                                           CalldCalls *calls,
                                           CalldTurnstile *turnstile);

CallAppointment *calld_appointments_view (CalldAppointments *self,
                                          const CalldAppointmentRecord *record);

/* --- asking ------------------------------------------------------------------------------------
 */

void calld_appointments_open_async (CalldAppointments *self,
                                    CalldIdentity *who,
                                    CalldAction action,
                                    const char *appointment_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CalldAppointmentRecord *
calld_appointments_open_finish (CalldAppointments *self, GAsyncResult *result, GError **error);
void calld_appointments_list_async (CalldAppointments *self,
                                    CalldIdentity *who,
                                    const CalldAppointmentQuery *query,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GPtrArray *
calld_appointments_list_finish (CalldAppointments *self, GAsyncResult *result, GError **error);
void calld_appointments_list_audit_async (CalldAppointments *self,
                                          CalldIdentity *who,
                                          const char *appointment_id,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
GPtrArray *calld_appointments_list_audit_finish (CalldAppointments *self,
                                                 GAsyncResult *result,
                                                 GError **error);
void calld_appointments_make_link_async (CalldAppointments *self,
                                         CalldIdentity *who,
                                         const char *appointment_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
CallLinkAnswer *
calld_appointments_make_link_finish (CalldAppointments *self, GAsyncResult *result, GError **error);

/* --- changing ----------------------------------------------------------------------------------
 */

void calld_appointments_create_async (CalldAppointments *self,
                                      CalldIdentity *who,
                                      const CallAppointmentBody *body,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_appointments_cancel_async (CalldAppointments *self,
                                      CalldIdentity *who,
                                      const char *appointment_id,
                                      const char *reason,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_appointments_reschedule_async (CalldAppointments *self,
                                          CalldIdentity *who,
                                          const char *appointment_id,
                                          const CallRescheduleBody *body,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
void calld_appointments_close_window_async (CalldAppointments *self,
                                            const char *appointment_id,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
CallAppointment *
calld_appointments_change_finish (CalldAppointments *self, GAsyncResult *result, GError **error);

/* --- the waiting room --------------------------------------------------------------------------
 */

void calld_appointments_enter_waiting_room_async (CalldAppointments *self,
                                                  CalldIdentity *who,
                                                  const char *appointment_id,
                                                  guint64 connection_id,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);
void calld_appointments_leave_waiting_room (CalldAppointments *self,
                                            CalldIdentity *who,
                                            const char *appointment_id);

G_END_DECLS

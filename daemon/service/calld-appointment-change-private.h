/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments-private.h"

#include "call-appointment-machine.h"

G_BEGIN_DECLS

/* One change of an appointment on its way: the data of its task. */

typedef enum {
  CALLD_CHANGE_CREATE,
  CALLD_CHANGE_CANCEL,
  CALLD_CHANGE_RESCHEDULE,
  CALLD_CHANGE_CLOSE_WINDOW,
} CalldAppointmentChangeKind;

typedef struct {
  CalldAppointmentChangeKind kind;
  CalldIdentity *who; /* NULL: the server */
  char *appointment_id;
  char *reason;
  char *doctor_id;
  char *patient_id;
  gint64 scheduled_at;
  guint minutes;
  gint64 began_us;

  CalldAppointmentRecord *record; /* as it becomes */
  CalldAppointmentRecord *next;   /* of a reschedule */
  gboolean inside;
} CalldAppointmentChange;

void calld_appointment_change_done (GTask *task, GError *error);
void calld_appointment_change_audit (CalldAppointments *self,
                                     CalldAppointmentChange *change,
                                     CalldChange *writes,
                                     const char *type);
gboolean calld_appointment_change_move (CalldAppointments *self,
                                        CalldAppointmentChange *change,
                                        CallAppointmentEvent event,
                                        const CalldAppointmentUpdate *extra,
                                        CalldChange *writes,
                                        GError **error);
void calld_appointment_change_end_call (CalldAppointments *self,
                                        const char *appointment_id,
                                        CallEndReason reason);
void calld_appointment_change_commit (GTask *task, CalldChange *writes);

/* calld-appointment-window.c; takes the task */
void calld_appointment_change_close_window (GTask *task);

G_END_DECLS

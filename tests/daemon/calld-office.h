/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"
#include "calld-bus-local.h"
#include "calld-calls.h"
#include "calld-chat.h"
#include "calld-jobs.h"
#include "calld-presence.h"
#include "calld-problem.h"
#include "calld-test-clinic.h"

#include "call-notice.h"

/*
 * Office:
 *
 * The services over a real store, with a clock that tests move and an ear on the bus. No network.
 */
typedef struct {
  Clinic clinic;
  CalldConfig *config;
  CalldClock *clock;
  CalldBus *bus;
  CalldAuth *auth;
  CalldPresence *presence;
  CalldTurnstile *turnstile;
  CalldCalls *calls;
  CalldAppointments *appointments;
  CalldChat *chat;
  CalldJobs *jobs;
  CalldIdentity *doctor;
  CalldIdentity *patient;
  CalldIdentity *stranger;
  CalldUserRecord *stranger_record;
  CalldAppointmentRecord *other_appointment; /* doctor and stranger, at the same time */
  GPtrArray *heard;                          /* "Event topic topic …" */
  GPtrArray *notices;                        /* CallNotice */
} Office;

void office_set_up (Office *self, gconstpointer test_data);
void office_tear_down (Office *self, gconstpointer test_data);
void office_open_services (Office *self);
void office_close_services (Office *self);
void office_restart (Office *self);

gpointer office_try (Office *self,
                     CalldIdentity *who,
                     CalldCallAction action,
                     const char *call_id,
                     const char *peer,
                     GError **error);
gpointer office_do (Office *self, CalldIdentity *who, CalldCallOrder order, GError **error);
void office_ok (Office *self,
                CalldIdentity *who,
                CalldCallAction action,
                const char *call_id,
                const char *peer);
void office_refused (Office *self,
                     CalldIdentity *who,
                     CalldCallAction action,
                     const char *call_id,
                     const char *peer,
                     CallError code);
char *office_request (Office *self, CalldIdentity *who);
char *office_talk (Office *self);

void office_advance (Office *self, gint64 ms);
void office_settle (Office *self);
void office_forget (Office *self);
guint office_count_heard (Office *self, const char *event);
const CallNotice *office_last (Office *self, CallNoticeKind kind);
void office_assert_heard (Office *self, const char *event, const char *user_id);
void office_assert_not_heard_by (Office *self, const char *event, const char *user_id);
guint office_count_audit (Office *self, const char *type);
CallAppointmentStatus office_status (Office *self);
guint office_count_active (Office *self);
gboolean office_has_lease (Office *self, const char *name);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-call-case.h"
#include "calld-call-machine.h"

#include "call-appointment-machine.h"
#include "call-error.h"

G_BEGIN_DECLS

/*
 * The steps that decisions about a call are put together from; private to calld-call-case.c. Each
 * adds to the change, the outbox or the answer of a case.
 */

void calld_call_letter_free (CalldCallLetter *letter);
int calld_call_side_of (const CalldCallRecord *call, const char *user_id);
gboolean calld_call_is_living (const CalldCallRecord *call);
gboolean calld_call_refuse (GError **error, CallError code, const char *message);
gint64 calld_call_duration_of (const CalldCallRecord *call);
void calld_call_audit (CalldCallCase *self, const char *type, const char *payload);
void calld_call_audit_generation (CalldCallCase *self, const char *type);
CallNotice *calld_call_notice_by (CalldCallCase *self, CallNoticeKind kind);
void calld_call_post (CalldCallCase *self, CallNotice *notice, gboolean to_people);
void calld_call_post_to_other (CalldCallCase *self, CallNotice *notice);
void calld_call_take_leases (CalldCallCase *self, gint64 ttl_ms);
void calld_call_release_user_lease (CalldCallCase *self, const CalldCallRecord *call, int side);
void calld_call_release_leases (CalldCallCase *self, const CalldCallRecord *call);
gboolean calld_call_step (CalldCallCase *self, CalldCallEvent event, GError **error);
void calld_call_write_call (CalldCallCase *self);
void calld_call_move_appointment (CalldCallCase *self, CallAppointmentEvent event);
void calld_call_finish_call (CalldCallCase *self, CallEndReason reason);
void calld_call_post_ended (CalldCallCase *self);
void calld_call_post_cancelled (CalldCallCase *self);
void calld_call_audit_end (CalldCallCase *self, const char *type);
void calld_call_answer_empty (CalldCallCase *self);

G_END_DECLS

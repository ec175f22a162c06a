/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-access.h"
#include "calld-record.h"

#include "call-appointment.h"
#include "call-audit-event.h"
#include "call-file.h"
#include "call-group-member.h"
#include "call-message.h"
#include "call-user.h"

G_BEGIN_DECLS

CallAppointment *calld_view_appointment (const CalldAppointmentRecord *record,
                                         CalldWindow window,
                                         const CalldCallRecord *call,
                                         GPtrArray *waiters);
GDateTime *calld_view_time (gint64 unix_ms);
CallGroupMember *calld_view_member (const CalldMemberRecord *record);
CallMessage *calld_view_message (const CalldMessageRecord *record);
CallFile *calld_view_file (const CalldFileRecord *record);
CallUser *calld_view_user (const CalldUserRecord *record);
CallAuditEvent *calld_view_audit (const CalldAuditRecord *record);

G_END_DECLS

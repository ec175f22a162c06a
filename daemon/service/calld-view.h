/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-access.h"
#include "calld-record.h"

#include "call-appointment.h"
#include "call-audit-event.h"
#include "call-file.h"
#include "call-message.h"
#include "call-user.h"

G_BEGIN_DECLS

CallAppointment *calld_view_appointment (const CalldAppointmentRecord *record,
                                         CalldWindow window,
                                         const CalldCallRecord *call,
                                         GPtrArray *waiters);
CallMessage *calld_view_message (const CalldMessageRecord *record);
CallFile *calld_view_file (const CalldFileRecord *record);
CallUser *calld_view_user (const CalldUserRecord *record);
CallAuditEvent *calld_view_audit (const CalldAuditRecord *record);

G_END_DECLS

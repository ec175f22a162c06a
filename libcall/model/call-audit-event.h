/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_AUDIT_EVENT (call_audit_event_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallAuditEvent, call_audit_event, CALL, AUDIT_EVENT, GObject)

CALL_AVAILABLE_IN_ALL
CallAuditEvent *call_audit_event_new (gint64 seq,
                                      const char *kind,
                                      const char *user_id,
                                      const char *call_id,
                                      GDateTime *at,
                                      const char *payload,
                                      const char *hash);

CALL_AVAILABLE_IN_ALL
gint64 call_audit_event_get_seq (CallAuditEvent *self);
CALL_AVAILABLE_IN_ALL
const char *call_audit_event_get_kind (CallAuditEvent *self);
CALL_AVAILABLE_IN_ALL
const char *call_audit_event_get_user_id (CallAuditEvent *self);
CALL_AVAILABLE_IN_ALL
const char *call_audit_event_get_call_id (CallAuditEvent *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_audit_event_get_at (CallAuditEvent *self);
CALL_AVAILABLE_IN_ALL
const char *call_audit_event_get_payload (CallAuditEvent *self);
CALL_AVAILABLE_IN_ALL
const char *call_audit_event_get_hash (CallAuditEvent *self);

G_END_DECLS

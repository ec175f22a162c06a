/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-record.h"

G_BEGIN_DECLS

typedef struct _CallUser CallUser;
typedef struct _CallAppointment CallAppointment;
typedef struct _CallActiveCall CallActiveCall;
typedef struct _CallMessage CallMessage;
typedef struct _CallAuditEvent CallAuditEvent;
typedef struct _CallIceServer CallIceServer;
typedef struct _CallFile CallFile;
typedef struct _CallGroup CallGroup;
typedef struct _CallGroupMember CallGroupMember;
typedef struct _CallPresence CallPresence;

/* Objects of the model and JSON objects, as docs/protocol.md writes them. */
extern const CallModelCodec call_dto_user;
extern const CallModelCodec call_dto_appointment;
extern const CallModelCodec call_dto_active_call;
extern const CallModelCodec call_dto_message;
extern const CallModelCodec call_dto_audit_event;
extern const CallModelCodec call_dto_ice_server;
extern const CallModelCodec call_dto_file;
extern const CallModelCodec call_dto_quote;
extern const CallModelCodec call_dto_group_member;
extern const CallModelCodec call_dto_group;
extern const CallModelCodec call_dto_presence;

void call_dto_write (CallJsonWriter *writer,
                     const char *name,
                     const CallModelCodec *codec,
                     gpointer model);
char *call_dto_to_json (const CallModelCodec *codec, gpointer model);
gpointer
call_dto_parse (const CallModelCodec *codec, const char *text, gssize length, GError **error);

G_END_DECLS

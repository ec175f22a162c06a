/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-record.h"

G_BEGIN_DECLS

/* What the codecs of call-dto.c write, for the documents of the API. */
extern const CallSchema call_dto_user_shape;
extern const CallSchema call_dto_active_call_shape;
extern const CallSchema call_dto_appointment_shape;
extern const CallSchema call_dto_message_shape;
extern const CallSchema call_dto_audit_event_shape;
extern const CallSchema call_dto_ice_server_shape;

G_END_DECLS

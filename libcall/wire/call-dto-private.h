/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-dto.h"

#include "call-time.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the codecs write, for the documents of the API. */
extern const CallSchema call_dto_user_shape;
extern const CallSchema call_dto_active_call_shape;
extern const CallSchema call_dto_appointment_shape;
extern const CallSchema call_dto_file_shape;
extern const CallSchema call_dto_message_shape;
extern const CallSchema call_dto_quote_shape;
extern const CallSchema call_dto_presence_shape;
extern const CallSchema call_dto_group_member_shape;
extern const CallSchema call_dto_group_shape;
extern const CallSchema call_dto_audit_event_shape;
extern const CallSchema call_dto_ice_server_shape;

/* Shared by the files that turn objects into JSON and back. */

void call_dto_add_date_time (CallJsonWriter *writer, const char *name, GDateTime *time);
gboolean call_dto_get_date_time (JsonObject *object,
                                 const char *name,
                                 CallJsonFlags flags,
                                 GDateTime **time,
                                 GError **error);
gboolean call_dto_get_name (JsonObject *object,
                            const char *name,
                            CallJsonFlags flags,
                            const char **text,
                            GError **error);

G_END_DECLS

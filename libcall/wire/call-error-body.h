/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-error.h"
#include "call-record.h"

G_BEGIN_DECLS

/**
 * CallErrorBody:
 * @record: the schema
 * @code: (nullable): the word of the error; see call_error_to_code()
 * @message: (nullable): an English sentence
 * @field: (nullable): the member that was wrong, of `invalid`
 * @opens_at_ms: when the access window opens, or 0
 * @closes_at_ms: when it closes, or 0
 * @opens_at_local: (nullable): the same for people, in @time_zone
 * @time_zone: (nullable): IANA name
 * @status: a #CallAppointmentStatus of `wrong_status`, or -1
 * @reason: (nullable): of `not_eligible`: inactive or licence_expired
 * @call_id: (nullable): the active call, of `busy`
 * @retry_after: of `rate_limited`: in how many seconds to try again, or 0
 *
 * What is inside `{"error":…}` (docs/protocol.md section 2).
 */
typedef struct {
  CallRecord record;
  char *code;
  char *message;
  char *field;
  gint64 opens_at_ms;
  gint64 closes_at_ms;
  char *opens_at_local;
  char *time_zone;
  int status;
  char *reason;
  char *call_id;
  guint retry_after;
} CallErrorBody;

extern const CallSchema call_error_body_schema;

CallErrorBody *call_error_body_new (CallError code, const char *message);
CallErrorBody *call_error_body_new_from_error (const GError *error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallErrorBody, call_record_unref)

char *call_error_body_to_json (const CallErrorBody *body);
CallErrorBody *call_error_body_parse (const char *text, gssize length);
GError *call_error_body_to_error (const CallErrorBody *body, guint http_status);

G_END_DECLS

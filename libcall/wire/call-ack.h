/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-error-body.h"

G_BEGIN_DECLS

typedef struct _CallAppointment CallAppointment;
typedef struct _CallMessage CallMessage;

/**
 * CallAck:
 * @error: (nullable): why the request was refused; %NULL when it was not
 * @generation: of `call_alive`, else 0
 * @appointment: (nullable): of `enter_waiting_room`
 * @message: (nullable): of `send_message`
 *
 * The answer to a request over Socket.IO. Start from `{ 0 }`; the fields are owned by it.
 */
typedef struct {
  CallErrorBody *error;
  guint generation;
  CallAppointment *appointment;
  CallMessage *message;
} CallAck;

void call_ack_clear (CallAck *ack);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallAck, call_ack_clear)
char *call_ack_to_json (const CallAck *ack);
gboolean call_ack_parse (CallAck *ack, JsonNode *data, GError **error);

G_END_DECLS

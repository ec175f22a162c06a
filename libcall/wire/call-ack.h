/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-error-body.h"

G_BEGIN_DECLS

typedef struct _CallAppointment CallAppointment;
typedef struct _CallMessage CallMessage;
typedef struct _CallGroup CallGroup;

/**
 * CallAck:
 * @error: (nullable): why the request was refused; %NULL when it was not
 * @generation: of `call_alive`, else 0
 * @appointment: (nullable): of `enter_waiting_room`
 * @message: (nullable): of `send_message`, and of what changes a message
 * @group: (nullable): of `join_group`
 * @messages: (nullable) (element-type CallMessage): of `resume`: what was missed
 * @users: (nullable) (element-type CallPresence): of `get_online_users`
 * @seq: of `resume`: the last sequence of @messages
 * @revision: of `resume`: the revision up to which @messages go
 * @more: of `resume`: whether to ask again from there
 *
 * The answer to a request over Socket.IO. Start from `{ 0 }`; the fields are owned by it.
 */
typedef struct {
  CallErrorBody *error;
  guint generation;
  CallAppointment *appointment;
  CallMessage *message;
  CallGroup *group;
  GPtrArray *messages;
  GPtrArray *users;
  gint64 seq;
  gint64 revision;
  gboolean more;
} CallAck;

void call_ack_clear (CallAck *ack);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallAck, call_ack_clear)
char *call_ack_to_json (const CallAck *ack);
gboolean call_ack_parse (CallAck *ack, JsonNode *data, GError **error);

G_END_DECLS

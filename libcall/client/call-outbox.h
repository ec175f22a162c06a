/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-message.h"

G_BEGIN_DECLS

#define CALL_TYPE_OUTBOX (call_outbox_get_type ())
G_DECLARE_FINAL_TYPE (CallOutbox, call_outbox, CALL, OUTBOX, GObject)

/* How many messages may wait. Over it the newest is refused, so that its writer knows. */
#define CALL_OUTBOX_MAX 200

CallOutbox *call_outbox_new (void);
gboolean call_outbox_push (CallOutbox *self, CallMessage *message, GError **error);
CallMessage *call_outbox_begin (CallOutbox *self);
void call_outbox_again (CallOutbox *self);
CallMessage *call_outbox_remove (CallOutbox *self, const char *temp_id);
guint call_outbox_get_length (CallOutbox *self);
GPtrArray *call_outbox_take_all (CallOutbox *self);

G_END_DECLS

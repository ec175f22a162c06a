/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-message.h"

G_BEGIN_DECLS

void call_message_absorb (CallMessage *self, CallMessage *fresh);
void call_message_set_status (CallMessage *self, CallMessageStatus status);

G_END_DECLS

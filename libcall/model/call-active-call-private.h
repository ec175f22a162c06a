/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-active-call.h"

G_BEGIN_DECLS

void call_active_call_add_peer (CallActiveCall *self, const char *user_id, const char *peer_id);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

CALL_AVAILABLE_IN_ALL
char *call_id_new (void);
CALL_AVAILABLE_IN_ALL
char *call_id_new_sorted (gint64 unix_ms);
CALL_AVAILABLE_IN_ALL
char *call_id_new_named (const char *name);
CALL_AVAILABLE_IN_ALL
gboolean call_id_is_valid (const char *id);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

char *call_turn_credential_username (const char *user, gint64 expires_seconds);
char *call_turn_credential_password (const char *secret, const char *username);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/**
 * CallUtf8State:
 *
 * Where a check of UTF-8 stands between two pieces of one text. Zero is the start of a character.
 */
typedef guint8 CallUtf8State;

#define CALL_UTF8_ACCEPT 0
#define CALL_UTF8_REJECT 12

CallUtf8State call_utf8_feed (CallUtf8State state, const void *data, gsize length);
gboolean call_utf8_is_valid (const void *data, gsize length);

G_END_DECLS

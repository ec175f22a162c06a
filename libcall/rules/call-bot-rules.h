/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is said to a program. Pure, any thread. */

gboolean call_bot_rules_is_addressed (const char *content, const char *bot_name);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-error.h"

G_BEGIN_DECLS

/* Who may change what in a conversation, and what a message may be. Pure, any thread.
 * Times are milliseconds since 1970, UTC. */

#define CALL_MESSAGE_MAX_LENGTH 10000       /* characters */
#define CALL_MESSAGE_TEMP_ID_MAX_LENGTH 128 /* bytes */

typedef struct {
  guint recall_seconds; /* how long the sender may take a message back, 0 never */
} CallMessageRules;

#define CALL_MESSAGE_RULES_DEFAULT \
  {                                \
    300                            \
  }

gboolean
call_message_rules_check_content (const char *content, CallMessageKind kind, GError **error);
gboolean call_message_rules_check_temp_id (const char *temp_id, GError **error);
gboolean call_message_rules_may_edit (CallMessageKind kind, const char *content, GError **error);
gboolean call_message_rules_may_recall (const CallMessageRules *rules,
                                        gint64 created_at,
                                        gint64 now,
                                        GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What webhooks get: docs/protocol.md section 8. */

#define CALL_WEBHOOK_EVENT_HEADER "X-Libcall-Event"
#define CALL_WEBHOOK_DELIVERY_HEADER "X-Libcall-Delivery"
#define CALL_WEBHOOK_SIGNATURE_HEADER "X-Libcall-Signature"

char *call_webhook_to_json (const char *id, const char *event, gint64 at_ms, const char *data_json);
char *call_webhook_sign (const char *secret, gint64 now_seconds, const char *body);

G_END_DECLS

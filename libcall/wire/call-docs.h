/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-notice.h"
#include "call-request.h"

G_BEGIN_DECLS

/* What members and events mean, one line each, for the documents of the API. */

const char *call_docs_get_member (const char *owner, const char *member);
const char *call_docs_get_request (CallRequestKind kind);
const CallSchema *call_docs_get_ack (CallRequestKind kind);
const char *call_docs_get_notice (CallNoticeKind kind);

G_END_DECLS

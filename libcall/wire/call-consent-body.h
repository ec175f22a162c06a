/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-consent.h"
#include "call-record.h"

G_BEGIN_DECLS

/* The bodies of the REST requests about consents, as in call-body.h. */

/* POST /api/appointments/{id}/consents */
typedef struct {
  CallRecord record;
  char *kind;
  gboolean given;
  char *text_version;
  char *language;
} CallConsentBody;
extern const CallSchema call_consent_body;

/* Its answer */
typedef struct {
  CallRecord record;
  CallConsent *consent;
} CallConsentAnswer;
extern const CallSchema call_consent_answer;

/* GET /api/appointments/{id}/consents; (element-type CallConsent) */
typedef struct {
  CallRecord record;
  GPtrArray *consents;
} CallConsentsAnswer;
extern const CallSchema call_consents_answer;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallConsentBody, call_record_unref)

G_END_DECLS

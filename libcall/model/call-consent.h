/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_CONSENT (call_consent_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallConsent, call_consent, CALL, CONSENT, GObject)

CALL_AVAILABLE_IN_ALL
CallConsent *call_consent_new (const char *id,
                               const char *appointment_id,
                               const char *user_id,
                               const char *kind,
                               const char *mode,
                               const char *text_version,
                               const char *language,
                               gboolean granted,
                               GDateTime *at);

CALL_AVAILABLE_IN_ALL
const char *call_consent_get_id (CallConsent *self);
CALL_AVAILABLE_IN_ALL
const char *call_consent_get_appointment_id (CallConsent *self);
CALL_AVAILABLE_IN_ALL
const char *call_consent_get_user_id (CallConsent *self);
CALL_AVAILABLE_IN_ALL
const char *call_consent_get_kind (CallConsent *self);
CALL_AVAILABLE_IN_ALL
const char *call_consent_get_mode (CallConsent *self);
CALL_AVAILABLE_IN_ALL
const char *call_consent_get_text_version (CallConsent *self);
CALL_AVAILABLE_IN_ALL
const char *call_consent_get_language (CallConsent *self);
CALL_AVAILABLE_IN_ALL
gboolean call_consent_get_granted (CallConsent *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_consent_get_at (CallConsent *self);

G_END_DECLS

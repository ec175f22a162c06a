/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-consent-body.h"

#include "call-dto-private.h"
#include "call-dto.h"

#include <json-glib/json-glib.h>

#define LANGUAGE_MAX 35 /* RFC 5646 section 4.4.1 */

static const CallField consent_body_fields[] = {
  CALL_NEEDED (CallConsentBody, "kind", kind, WORD),
  CALL_NEEDED (CallConsentBody, "given", given, BOOL),
  CALL_NEEDED (CallConsentBody, "textVersion", text_version, WORD),
  CALL_MEMBER (CallConsentBody,
               "language",
               language,
               STRING,
               CALL_FIELD_NEEDED,
               LANGUAGE_MAX,
               NULL),
};
const CallSchema call_consent_body = CALL_SCHEMA (CallConsentBody, consent_body_fields);

static void
write_consent (CallJsonWriter *writer, gpointer model)
{
  CallConsent *consent = model;

  call_json_add_string (writer, "id", call_consent_get_id (consent));
  call_json_add_string (writer, "userId", call_consent_get_user_id (consent));
  call_json_add_string (writer, "kind", call_consent_get_kind (consent));
  call_json_add_bool (writer, "given", call_consent_get_granted (consent));
  call_json_add_string (writer, "textVersion", call_consent_get_text_version (consent));
  call_json_add_string (writer, "language", call_consent_get_language (consent));
  call_json_add_string (writer, "mode", call_consent_get_mode (consent));
  call_dto_add_date_time (writer, "at", call_consent_get_at (consent));
}

static gpointer
read_consent (JsonObject *object, GError **error)
{
  const char *id = NULL, *user_id = NULL, *kind = NULL, *mode = NULL, *version = NULL,
             *language = NULL;
  g_autoptr (GDateTime) at = NULL;
  gboolean given = FALSE;

  if (!call_json_get_id (object, "id", CALL_JSON_REQUIRED, &id, error) ||
      !call_json_get_id (object, "userId", CALL_JSON_REQUIRED, &user_id, error) ||
      !call_dto_get_name (object, "kind", CALL_JSON_REQUIRED, &kind, error) ||
      !call_json_get_bool (object, "given", CALL_JSON_REQUIRED, &given, error) ||
      !call_dto_get_name (object, "textVersion", CALL_JSON_REQUIRED, &version, error) ||
      !call_dto_get_name (object, "language", CALL_JSON_REQUIRED, &language, error) ||
      !call_dto_get_name (object, "mode", CALL_JSON_OPTIONAL, &mode, error) ||
      !call_dto_get_date_time (object, "at", CALL_JSON_REQUIRED, &at, error))
    return NULL;
  return call_consent_new (id, NULL, user_id, kind, mode, version, language, given, at);
}

#define FIELD(name, Type, flags)               \
  {                                            \
    name, 0, CALL_FIELD_##Type, flags, 0, NULL \
  }
static const CallField consent_shape_fields[] = {
  FIELD ("id", ID, CALL_FIELD_NEEDED),
  FIELD ("userId", ID, CALL_FIELD_NEEDED),
  FIELD ("kind", WORD, CALL_FIELD_NEEDED),
  FIELD ("given", BOOL, CALL_FIELD_NEEDED),
  FIELD ("textVersion", WORD, CALL_FIELD_NEEDED),
  FIELD ("language", STRING, CALL_FIELD_NEEDED),
  FIELD ("mode", WORD, CALL_FIELD_MAYBE),
  FIELD ("at", TIME, CALL_FIELD_NEEDED),
};
static const CallSchema consent_shape = { 0, consent_shape_fields,
                                          G_N_ELEMENTS (consent_shape_fields), NULL };
static const CallModelCodec consent_codec = { write_consent, read_consent, "Consent",
                                              &consent_shape };

static const CallField consent_answer_fields[] = {
  CALL_MEMBER (CallConsentAnswer, "consent", consent, MODEL, CALL_FIELD_NEEDED, 0, &consent_codec),
};
const CallSchema call_consent_answer = CALL_SCHEMA (CallConsentAnswer, consent_answer_fields);

static const CallField consents_answer_fields[] = {
  CALL_MEMBER (CallConsentsAnswer,
               "consents",
               consents,
               MODEL_LIST,
               CALL_FIELD_NEEDED,
               0,
               &consent_codec),
};
const CallSchema call_consents_answer = CALL_SCHEMA (CallConsentsAnswer, consents_answer_fields);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-consent.h"

/**
 * CallConsent:
 *
 * That somebody agreed, or did not, to a text that was shown. Immutable; a withdrawal is another
 * record.
 */
struct _CallConsent {
  GObject parent_instance;

  char *id;
  char *appointment_id;
  char *user_id;
  char *kind;
  char *mode;
  char *text_version;
  char *language;
  gboolean granted;
  GDateTime *at;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_APPOINTMENT_ID,
  PROP_USER_ID,
  PROP_KIND,
  PROP_MODE,
  PROP_TEXT_VERSION,
  PROP_LANGUAGE,
  PROP_GRANTED,
  PROP_AT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallConsent, call_consent, G_TYPE_OBJECT)

static void
call_consent_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallConsent *self = CALL_CONSENT (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case PROP_APPOINTMENT_ID:
    self->appointment_id = g_value_dup_string (value);
    break;
  case PROP_USER_ID:
    self->user_id = g_value_dup_string (value);
    break;
  case PROP_KIND:
    self->kind = g_value_dup_string (value);
    break;
  case PROP_MODE:
    self->mode = g_value_dup_string (value);
    break;
  case PROP_TEXT_VERSION:
    self->text_version = g_value_dup_string (value);
    break;
  case PROP_LANGUAGE:
    self->language = g_value_dup_string (value);
    break;
  case PROP_GRANTED:
    self->granted = g_value_get_boolean (value);
    break;
  case PROP_AT:
    self->at = g_value_dup_boxed (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_consent_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallConsent *self = CALL_CONSENT (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_APPOINTMENT_ID:
    g_value_set_string (value, self->appointment_id);
    break;
  case PROP_USER_ID:
    g_value_set_string (value, self->user_id);
    break;
  case PROP_KIND:
    g_value_set_string (value, self->kind);
    break;
  case PROP_MODE:
    g_value_set_string (value, self->mode);
    break;
  case PROP_TEXT_VERSION:
    g_value_set_string (value, self->text_version);
    break;
  case PROP_LANGUAGE:
    g_value_set_string (value, self->language);
    break;
  case PROP_GRANTED:
    g_value_set_boolean (value, self->granted);
    break;
  case PROP_AT:
    g_value_set_boxed (value, self->at);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_consent_finalize (GObject *object)
{
  CallConsent *self = CALL_CONSENT (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->appointment_id, g_free);
  g_clear_pointer (&self->user_id, g_free);
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->mode, g_free);
  g_clear_pointer (&self->text_version, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->at, g_date_time_unref);

  G_OBJECT_CLASS (call_consent_parent_class)->finalize (object);
}

static void
call_consent_class_init (CallConsentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_consent_set_property;
  object_class->get_property = call_consent_get_property;
  object_class->finalize = call_consent_finalize;

  /**
   * CallConsent:id:
   *
   * The id of the record.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallConsent:appointment-id:
   *
   * The appointment it was given for.
   */
  props[PROP_APPOINTMENT_ID] = g_param_spec_string ("appointment-id", NULL, NULL, NULL, flags);
  /**
   * CallConsent:user-id:
   *
   * Who gave or refused it.
   */
  props[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, flags);
  /**
   * CallConsent:kind:
   *
   * What it is about: "visit", "recording" or "analysis".
   */
  props[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, flags);
  /**
   * CallConsent:mode:
   *
   * How it was given: "click" or "recorded".
   */
  props[PROP_MODE] = g_param_spec_string ("mode", NULL, NULL, NULL, flags);
  /**
   * CallConsent:text-version:
   *
   * The version of the text that was shown or read aloud.
   */
  props[PROP_TEXT_VERSION] = g_param_spec_string ("text-version", NULL, NULL, NULL, flags);
  /**
   * CallConsent:language:
   *
   * The language of that text, as in BCP 47.
   */
  props[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);
  /**
   * CallConsent:granted:
   *
   * Whether it was given, not refused or withdrawn.
   */
  props[PROP_GRANTED] = g_param_spec_boolean ("granted", NULL, NULL, FALSE, flags);
  /**
   * CallConsent:at:
   *
   * When.
   */
  props[PROP_AT] = g_param_spec_boxed ("at", NULL, NULL, G_TYPE_DATE_TIME, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_consent_init (CallConsent *self)
{
}

/**
 * call_consent_new:
 * @id: the id of the record
 * @appointment_id: the appointment it was given for
 * @user_id: who gave or refused it
 * @kind: what it is about: "visit", "recording" or "analysis"
 * @mode: how it was given: "click" or "recorded"
 * @text_version: the version of the text that was shown or read aloud
 * @language: (nullable): the language of that text, as in BCP 47
 * @granted: whether it was given, not refused or withdrawn
 * @at: (nullable): when
 *
 * Makes a [class@Call.Consent]. Strings and dates are copied or referenced.
 *
 * Returns: (transfer full): a new object
 */
CallConsent *
call_consent_new (const char *id,
                  const char *appointment_id,
                  const char *user_id,
                  const char *kind,
                  const char *mode,
                  const char *text_version,
                  const char *language,
                  gboolean granted,
                  GDateTime *at)
{
  return g_object_new (CALL_TYPE_CONSENT, "id", id, "appointment-id", appointment_id, "user-id",
                       user_id, "kind", kind, "mode", mode, "text-version", text_version,
                       "language", language, "granted", granted, "at", at, NULL);
}

/**
 * call_consent_get_id:
 * @self: a [class@Call.Consent]
 *
 * Gets the id of the record.
 *
 * Returns: (transfer none): the id of the record
 */
const char *
call_consent_get_id (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->id;
}

/**
 * call_consent_get_appointment_id:
 * @self: a [class@Call.Consent]
 *
 * Gets the appointment it was given for.
 *
 * Returns: (transfer none): the appointment it was given for
 */
const char *
call_consent_get_appointment_id (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->appointment_id;
}

/**
 * call_consent_get_user_id:
 * @self: a [class@Call.Consent]
 *
 * Gets who gave or refused it.
 *
 * Returns: (transfer none): who gave or refused it
 */
const char *
call_consent_get_user_id (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->user_id;
}

/**
 * call_consent_get_kind:
 * @self: a [class@Call.Consent]
 *
 * Gets what it is about: "visit", "recording" or "analysis".
 *
 * Returns: (transfer none): what it is about: "visit", "recording" or "analysis"
 */
const char *
call_consent_get_kind (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->kind;
}

/**
 * call_consent_get_mode:
 * @self: a [class@Call.Consent]
 *
 * Gets how it was given: "click" or "recorded".
 *
 * Returns: (transfer none): how it was given: "click" or "recorded"
 */
const char *
call_consent_get_mode (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->mode;
}

/**
 * call_consent_get_text_version:
 * @self: a [class@Call.Consent]
 *
 * Gets the version of the text that was shown or read aloud.
 *
 * Returns: (transfer none): the version of the text that was shown or read aloud
 */
const char *
call_consent_get_text_version (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->text_version;
}

/**
 * call_consent_get_language:
 * @self: a [class@Call.Consent]
 *
 * Gets the language of that text, as in BCP 47.
 *
 * Returns: (transfer none) (nullable): the language of that text, as in BCP 47
 */
const char *
call_consent_get_language (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->language;
}

/**
 * call_consent_get_granted:
 * @self: a [class@Call.Consent]
 *
 * Gets whether it was given, not refused or withdrawn.
 *
 * Returns: whether it was given, not refused or withdrawn
 */
gboolean
call_consent_get_granted (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), FALSE);

  return self->granted;
}

/**
 * call_consent_get_at:
 * @self: a [class@Call.Consent]
 *
 * Gets when.
 *
 * Returns: (transfer none) (nullable): when
 */
GDateTime *
call_consent_get_at (CallConsent *self)
{
  g_return_val_if_fail (CALL_IS_CONSENT (self), NULL);

  return self->at;
}

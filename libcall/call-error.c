/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"

typedef struct {
  const char *code;
  guint status;
} ErrorWord;

static const ErrorWord words[] = {
  [CALL_ERROR_FAILED] = { "internal", 500 },
  [CALL_ERROR_INVALID] = { "invalid", 400 },
  [CALL_ERROR_UNAUTHORIZED] = { "unauthorized", 401 },
  [CALL_ERROR_BAD_CREDENTIALS] = { "bad_credentials", 401 },
  [CALL_ERROR_FORBIDDEN] = { "forbidden", 403 },
  [CALL_ERROR_NOT_PARTICIPANT] = { "not_participant", 403 },
  [CALL_ERROR_TOO_EARLY] = { "too_early", 403 },
  [CALL_ERROR_TOO_LATE] = { "too_late", 403 },
  [CALL_ERROR_WRONG_STATUS] = { "wrong_status", 403 },
  [CALL_ERROR_NOT_ELIGIBLE] = { "not_eligible", 403 },
  [CALL_ERROR_NOT_FOUND] = { "not_found", 404 },
  [CALL_ERROR_BUSY] = { "busy", 409 },
  [CALL_ERROR_CONFLICT] = { "conflict", 409 },
  [CALL_ERROR_WRONG_STATE] = { "wrong_state", 409 },
  [CALL_ERROR_TOO_LARGE] = { "too_large", 413 },
  [CALL_ERROR_RATE_LIMITED] = { "rate_limited", 429 },
  [CALL_ERROR_UNAVAILABLE] = { "unavailable", 503 },
  [CALL_ERROR_TIMED_OUT] = { "timed_out", 504 },
  [CALL_ERROR_PROTOCOL] = { "protocol", 400 },
  [CALL_ERROR_MEDIA] = { "media", 500 },
};

typedef struct {
  GVariant *details;
} CallErrorPrivate;

static void
call_error_private_init (CallErrorPrivate *priv)
{
}

static void
call_error_private_copy (const CallErrorPrivate *src, CallErrorPrivate *dest)
{
  dest->details = src->details != NULL ? g_variant_ref (src->details) : NULL;
}

static void
call_error_private_clear (CallErrorPrivate *priv)
{
  g_clear_pointer (&priv->details, g_variant_unref);
}

G_DEFINE_EXTENDED_ERROR (CallError, call_error)

/**
 * call_error_to_code:
 * @error: an error code
 *
 * The word of @error in an error body.
 *
 * Returns: the word, "internal" for an unknown @error
 */
const char *
call_error_to_code (CallError error)
{
  return (guint) error < G_N_ELEMENTS (words) ? words[error].code : words[CALL_ERROR_FAILED].code;
}

/**
 * call_error_to_status:
 * @error: an error code
 *
 * The HTTP status that goes with @error.
 *
 * Returns: a status from 400 to 504
 */
guint
call_error_to_status (CallError error)
{
  return (guint) error < G_N_ELEMENTS (words) ? words[error].status
                                              : words[CALL_ERROR_FAILED].status;
}

/**
 * call_error_from_code:
 * @code: (nullable): the word of an error body
 * @status: the HTTP status it came with, or 0
 *
 * Reads an error of the wire. An unknown word falls back to the first error with @status, so that a
 * newer server is still understood.
 *
 * Returns: the error code
 */
CallError
call_error_from_code (const char *code, guint status)
{
  for (gsize i = 0; code != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].code, code))
      return i;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].status == status)
      return i;
  return CALL_ERROR_FAILED;
}

/**
 * call_error_set_details: (skip)
 * @error: an error of %CALL_ERROR
 * @details: (transfer floating) (nullable): a dictionary of type a{sv}
 *
 * Adds to @error what its code and message leave open. The names are those of the members of an
 * error body (docs/protocol.md section 2): "field", "opensAt" and so on; times are of type x, in
 * milliseconds since 1970, all others of type s.
 */
void
call_error_set_details (GError *error, GVariant *details)
{
  CallErrorPrivate *priv;

  g_return_if_fail (error != NULL && error->domain == CALL_ERROR);
  g_return_if_fail (details == NULL || g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT));

  priv = call_error_get_private (error);
  call_error_private_clear (priv);
  if (details != NULL)
    priv->details = g_variant_ref_sink (details);
}

/**
 * call_error_get_details: (skip)
 * @error: any error
 *
 * What call_error_set_details() added.
 *
 * Returns: (transfer none) (nullable): the dictionary, or %NULL for none or another domain's error
 */
GVariant *
call_error_get_details (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return error->domain == CALL_ERROR ? call_error_get_private (error)->details : NULL;
}

/**
 * call_error_get_field: (skip)
 * @error: any error
 *
 * Which member of a request was wrong.
 *
 * Returns: (transfer none) (nullable): its name, valid as long as @error
 */
const char *
call_error_get_field (const GError *error)
{
  GVariant *details = call_error_get_details (error);
  const char *field = NULL;

  if (details != NULL)
    g_variant_lookup (details, "field", "&s", &field);
  return field;
}

/**
 * call_error_set_field: (skip)
 * @error: (out) (optional): where to put the error
 * @field: the member that is wrong
 * @format: what is wrong with it, a format of printf()
 * @...: its arguments
 *
 * Sets an error of code %CALL_ERROR_INVALID that names a member of a request.
 */
void
call_error_set_field (GError **error, const char *field, const char *format, ...)
{
  g_autofree char *what = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "“%s” %s", field, what);
  g_variant_dict_insert (&dict, "field", "s", field);
  call_error_set_details (*error, g_variant_dict_end (&dict));
}

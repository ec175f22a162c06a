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

G_DEFINE_QUARK (call-error-quark, call_error)

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
  return (guint) error < G_N_ELEMENTS (words) ? words[error].status : words[CALL_ERROR_FAILED].status;
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

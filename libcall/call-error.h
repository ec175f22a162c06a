/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/**
 * CALL_ERROR:
 *
 * The error domain of the library and of the daemon. The words in quotes are the `code` of an error
 * body on the wire (docs/protocol.md); the HTTP status is [func@Call.error_to_status]'s.
 */
#define CALL_ERROR (call_error_quark ())

/**
 * CallError:
 * @CALL_ERROR_FAILED: something broke that the caller cannot mend; "internal", 500
 * @CALL_ERROR_INVALID: the request is malformed or a field is out of range; "invalid", 400
 * @CALL_ERROR_UNAUTHORIZED: no token, or one that is expired or forged; "unauthorized", 401
 * @CALL_ERROR_BAD_CREDENTIALS: wrong e-mail or password; "bad_credentials", 401
 * @CALL_ERROR_FORBIDDEN: signed in, but not allowed; "forbidden", 403
 * @CALL_ERROR_NOT_PARTICIPANT: neither doctor nor patient of this appointment; "not_participant",
 * 403
 * @CALL_ERROR_TOO_EARLY: the access window has not opened; "too_early", 403
 * @CALL_ERROR_TOO_LATE: the access window is over; "too_late", 403
 * @CALL_ERROR_WRONG_STATUS: the appointment is not scheduled or in progress; "wrong_status", 403
 * @CALL_ERROR_NOT_ELIGIBLE: the doctor is not active, or the licence has lapsed; "not_eligible",
 * 403
 * @CALL_ERROR_NOT_FOUND: no such thing, or not yours; "not_found", 404
 * @CALL_ERROR_BUSY: another call is active; "busy", 409
 * @CALL_ERROR_CONFLICT: the thing changed meanwhile, or exists already; "conflict", 409
 * @CALL_ERROR_WRONG_STATE: the state machine has no such edge; "wrong_state", 409
 * @CALL_ERROR_TOO_LARGE: over a size limit; "too_large", 413
 * @CALL_ERROR_RATE_LIMITED: too many requests; "rate_limited", 429
 * @CALL_ERROR_UNAVAILABLE: try again later: draining, overloaded or offline; "unavailable", 503
 * @CALL_ERROR_TIMED_OUT: no answer in time; "timed_out", 504
 * @CALL_ERROR_PROTOCOL: the other side broke the wire protocol; "protocol", 400
 * @CALL_ERROR_MEDIA: capture, codec or transport of media failed; "media", 500
 *
 * Errors a caller can act on.
 */
typedef enum {
  CALL_ERROR_FAILED,
  CALL_ERROR_INVALID,
  CALL_ERROR_UNAUTHORIZED,
  CALL_ERROR_BAD_CREDENTIALS,
  CALL_ERROR_FORBIDDEN,
  CALL_ERROR_NOT_PARTICIPANT,
  CALL_ERROR_TOO_EARLY,
  CALL_ERROR_TOO_LATE,
  CALL_ERROR_WRONG_STATUS,
  CALL_ERROR_NOT_ELIGIBLE,
  CALL_ERROR_NOT_FOUND,
  CALL_ERROR_BUSY,
  CALL_ERROR_CONFLICT,
  CALL_ERROR_WRONG_STATE,
  CALL_ERROR_TOO_LARGE,
  CALL_ERROR_RATE_LIMITED,
  CALL_ERROR_UNAVAILABLE,
  CALL_ERROR_TIMED_OUT,
  CALL_ERROR_PROTOCOL,
  CALL_ERROR_MEDIA,
} CallError;

CALL_AVAILABLE_IN_ALL
GQuark call_error_quark (void);

CALL_AVAILABLE_IN_ALL
const char *call_error_to_code (CallError error);
CALL_AVAILABLE_IN_ALL
guint call_error_to_status (CallError error);
CALL_AVAILABLE_IN_ALL
CallError call_error_from_code (const char *code, guint status);

CALL_AVAILABLE_IN_ALL
void call_error_set_details (GError *error, GVariant *details);
CALL_AVAILABLE_IN_ALL
GVariant *call_error_get_details (const GError *error);
CALL_AVAILABLE_IN_ALL
const char *call_error_get_field (const GError *error);
CALL_AVAILABLE_IN_ALL
void call_error_set_field (GError **error, const char *field, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-problem"

#include "config.h"

#include "calld-problem.h"

typedef struct {
  CallErrorBody *body;
} CalldProblemPrivate;

static void
calld_problem_private_init (CalldProblemPrivate *priv)
{
}

static void
calld_problem_private_copy (const CalldProblemPrivate *src, CalldProblemPrivate *dest)
{
  dest->body = call_record_ref (src->body);
}

static void
calld_problem_private_clear (CalldProblemPrivate *priv)
{
  g_clear_pointer (&priv->body, call_record_unref);
}

G_DEFINE_EXTENDED_ERROR (CalldProblem, calld_problem)

/**
 * calld_problem_new:
 * @body: (transfer full): an error body with code and message
 *
 * Returns: (transfer full): an error that carries @body
 */
GError *
calld_problem_new (CallErrorBody *body)
{
  GError *error = g_error_new_literal (CALLD_PROBLEM, (int) call_error_from_code (body->code, 0),
                                       body->message);

  calld_problem_get_private (error)->body = body;
  return error;
}

/**
 * calld_problem_new_busy:
 * @call_id: (nullable): the active call, if whoever asked takes part in it
 * @message: an English sentence
 *
 * Returns: (transfer full): an error of code %CALL_ERROR_BUSY
 */
GError *
calld_problem_new_busy (const char *call_id, const char *message)
{
  CallErrorBody *body = call_error_body_new (CALL_ERROR_BUSY, message);

  body->call_id = g_strdup (call_id);
  return calld_problem_new (body);
}

/**
 * calld_problem_new_field:
 * @field: the member or parameter that is wrong
 * @message: an English sentence
 *
 * Returns: (transfer full): an error of code %CALL_ERROR_INVALID
 */
GError *
calld_problem_new_field (const char *field, const char *message)
{
  CallErrorBody *body = call_error_body_new (CALL_ERROR_INVALID, message);

  body->field = g_strdup (field);
  return calld_problem_new (body);
}

/**
 * calld_problem_get_code:
 * @error: any error
 *
 * Returns: what a caller may act on; %CALL_ERROR_FAILED for errors of other domains
 */
CallError
calld_problem_get_code (const GError *error)
{
  if (error->domain == CALLD_PROBLEM || error->domain == CALL_ERROR)
    return (CallError) error->code;
  return CALL_ERROR_FAILED;
}

/**
 * calld_problem_get_body:
 * @error: any error
 *
 * The body that tells @error to a client. An error of a foreign domain gives nothing of its text
 * away: it may name files and hosts.
 *
 * Returns: (transfer full): the body
 */
CallErrorBody *
calld_problem_get_body (const GError *error)
{
  if (error->domain == CALLD_PROBLEM)
    return call_record_ref (calld_problem_get_private (error)->body);
  if (error->domain == CALL_ERROR && error->code != CALL_ERROR_FAILED)
    return call_error_body_new_from_error (error);
  return call_error_body_new (CALL_ERROR_FAILED, "The server could not do this; please try again");
}

/**
 * calld_problem_flatten:
 * @error: any error
 *
 * Returns: (transfer full): @error as an error of %CALL_ERROR, without its extras
 */
GError *
calld_problem_flatten (const GError *error)
{
  g_autoptr (CallErrorBody) body = calld_problem_get_body (error);

  return g_error_new_literal (CALL_ERROR, (int) calld_problem_get_code (error), body->message);
}

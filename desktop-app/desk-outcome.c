/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-outcome"

#include "config.h"

#include "desk-outcome.h"

#include "desk-error-text.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

static char *
describe_talk (DeskCall *call)
{
  g_autofree char *elapsed = desk_time_text_elapsed (desk_call_get_elapsed (call));

  /* Translators: %s is a duration, "12:30". */
  return g_strdup_printf (_ ("The consultation has ended (%s)."), elapsed);
}

static char *
describe_failure (CallSession *session)
{
  const GError *error = call_session_get_error (session);

  return error != NULL ? desk_error_text_to_sentence (error)
                       : g_strdup (_ ("The call failed. Try again."));
}

static char *
describe_reason (DeskCall *call, CallSession *session)
{
  const char *name = desk_call_get_peer_name (call);
  gboolean outgoing = call_session_get_outgoing (session);

  switch (call_session_get_end_reason (session)) {
  case CALL_END_HANG_UP:
    return describe_talk (call);
  case CALL_END_LEFT:
    return g_strdup (_ ("You have left. You can come back as long as the appointment is open."));
  case CALL_END_CANCELLED:
    /* Translators: %s is a name. */
    return outgoing ? g_strdup ("") : g_strdup_printf (_ ("%s stopped calling."), name);
  case CALL_END_DECLINED:
    /* Translators: %s is a name. */
    return outgoing ? g_strdup_printf (_ ("%s cannot talk now. Try again later."), name)
                    : g_strdup ("");
  case CALL_END_NO_ANSWER:
    /* Translators: %s is a name. */
    return outgoing ? g_strdup_printf (_ ("%s did not answer. Try again, or send the link."), name)
                    : g_strdup_printf (_ ("You missed a call from %s. Call back."), name);
  case CALL_END_BUSY:
    return g_strdup (_ ("The line is busy. Try again in a moment."));
  case CALL_END_NO_MEDIA:
    return g_strdup (_ ("No sound or picture came through. Check the network and call again, or "
                        "use the telephone."));
  case CALL_END_WINDOW_CLOSED:
    return g_strdup (_ ("The time of this appointment is over."));
  case CALL_END_APPOINTMENT_CANCELLED:
    return g_strdup (_ ("The appointment was cancelled or moved."));
  case CALL_END_OPERATOR:
    return g_strdup (_ ("The call was ended by the administrator."));
  case CALL_END_NONE:
  case CALL_END_FAILED:
  default:
    return describe_failure (session);
  }
}

/**
 * desk_outcome_describe:
 * @call: a call that is over
 *
 * Returns: (transfer full): how it ended and what to do next; empty if there is nothing the
 *   clinician does not know
 */
char *
desk_outcome_describe (DeskCall *call)
{
  return describe_reason (call, desk_call_get_session (call));
}

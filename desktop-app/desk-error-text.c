/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-error-text"

#include "config.h"

#include "desk-error-text.h"

#include <call.h>
#include <glib/gi18n.h>

static const struct {
  CallError code;
  DeskErrorText text;
} call_texts[] = {
  { CALL_ERROR_FAILED,
    { N_ ("Something went wrong on the server"),
      N_ ("Try again. If it happens again, tell whoever runs the server.") } },
  { CALL_ERROR_INVALID,
    { N_ ("The server did not accept that"), N_ ("Check what you entered and try again.") } },
  { CALL_ERROR_UNAUTHORIZED, { N_ ("You are signed out"), N_ ("Sign in again to go on.") } },
  { CALL_ERROR_BAD_CREDENTIALS,
    { N_ ("E-mail or password is wrong"), N_ ("Check both and try again.") } },
  { CALL_ERROR_FORBIDDEN,
    { N_ ("You may not do that"), N_ ("Ask the administrator of your clinic for access.") } },
  { CALL_ERROR_NOT_PARTICIPANT,
    { N_ ("This is not your appointment"),
      N_ ("Only the doctor and the patient of an appointment can meet in it.") } },
  { CALL_ERROR_TOO_EARLY,
    { N_ ("It is too early for this appointment"), N_ ("Try again when it opens.") } },
  { CALL_ERROR_TOO_LATE,
    { N_ ("This appointment is over"), N_ ("Choose a new time with the patient.") } },
  { CALL_ERROR_WRONG_STATUS,
    { N_ ("This appointment cannot be changed any more"),
      N_ ("Look at its status, or book a new appointment.") } },
  { CALL_ERROR_NOT_ELIGIBLE,
    { N_ ("Your licence does not allow calls at the moment"),
      N_ ("Ask the administrator of your clinic to renew it.") } },
  { CALL_ERROR_NOT_FOUND,
    { N_ ("It is not there any more"), N_ ("Go back to your appointments and look again.") } },
  { CALL_ERROR_BUSY,
    { N_ ("The line is busy"), N_ ("Wait until the other call is over, then try again.") } },
  { CALL_ERROR_CONFLICT,
    { N_ ("Somebody else was faster"),
      N_ ("It was changed or answered on another device. Look at it again.") } },
  { CALL_ERROR_WRONG_STATE,
    { N_ ("That is not possible now"), N_ ("The call has moved on. Look at it again.") } },
  { CALL_ERROR_TOO_LARGE, { N_ ("That is too large"), N_ ("Send something shorter.") } },
  { CALL_ERROR_RATE_LIMITED, { N_ ("Too many attempts"), N_ ("Wait a minute, then try again.") } },
  { CALL_ERROR_UNAVAILABLE,
    { N_ ("The server cannot be reached"),
      N_ ("Check the network and the address of the server, then try again.") } },
  { CALL_ERROR_TIMED_OUT,
    { N_ ("The server did not answer in time"), N_ ("Check the network, then try again.") } },
  { CALL_ERROR_PROTOCOL,
    { N_ ("The server gave an answer that makes no sense"),
      N_ ("Check that the address belongs to your clinic's server.") } },
  { CALL_ERROR_MEDIA,
    { N_ ("Sound or picture failed"),
      N_ ("Check camera and microphone in the preferences, then call again.") } },
};

static const DeskErrorText network_text = {
  N_ ("The server cannot be reached"),
  N_ ("Check the network and the address of the server, then try again.")
};
static const DeskErrorText unknown_text = { N_ ("Something went wrong"), N_ ("Try again.") };

static gboolean
is_network_error (const GError *error)
{
  return error->domain == G_IO_ERROR || error->domain == G_RESOLVER_ERROR ||
         error->domain == G_TLS_ERROR;
}

static const DeskErrorText *
find_text (const GError *error)
{
  if (error == NULL)
    return &unknown_text;
  if (is_network_error (error))
    return &network_text;
  if (error->domain != CALL_ERROR)
    return &unknown_text;
  for (gsize i = 0; i < G_N_ELEMENTS (call_texts); i++)
    if ((int) call_texts[i].code == error->code)
      return &call_texts[i].text;
  return &unknown_text;
}

/**
 * desk_error_text_get:
 * @error: (nullable): an error
 *
 * Returns: what happened and what to do, translated; the texts are static
 */
DeskErrorText
desk_error_text_get (const GError *error)
{
  const DeskErrorText *text = find_text (error);

  return (DeskErrorText){ _ (text->title), _ (text->next_step) };
}

/**
 * desk_error_text_to_sentence:
 * @error: (nullable): an error
 *
 * Returns: (transfer full): title and next step in one line, for a toast
 */
char *
desk_error_text_to_sentence (const GError *error)
{
  DeskErrorText text = desk_error_text_get (error);

  /* Translators: the first %s says what happened, the second what to do. */
  return g_strdup_printf (_ ("%s. %s"), text.title, text.next_step);
}

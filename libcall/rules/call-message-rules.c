/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-message-rules.h"

#include <string.h>

#define SECOND_MS 1000

static gboolean
is_blank (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/**
 * call_message_rules_check_content:
 * @content: (nullable): the text of a message, from outside
 * @kind: what it carries
 * @error: return location for an error
 *
 * Whether a message may be stored: valid UTF-8 without NUL, at most %CALL_MESSAGE_MAX_LENGTH
 * characters, and not blank if it is a text. %CALL_ERROR_INVALID or %CALL_ERROR_TOO_LARGE.
 *
 * Returns: %TRUE if so
 */
gboolean
call_message_rules_check_content (const char *content, CallMessageKind kind, GError **error)
{
  if (content == NULL || !g_utf8_validate (content, -1, NULL)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "The message is no text.");
    return FALSE;
  }
  if (g_utf8_strlen (content, -1) > CALL_MESSAGE_MAX_LENGTH) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE,
                 "The message is longer than %d characters.", CALL_MESSAGE_MAX_LENGTH);
    return FALSE;
  }
  if (kind == CALL_MESSAGE_TEXT && is_blank (content)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "The message is empty.");
    return FALSE;
  }
  return TRUE;
}

/**
 * call_message_rules_check_temp_id:
 * @temp_id: (nullable): the sender's own id of a message, from outside
 * @error: return location for an error
 *
 * Whether @temp_id may be stored: printable ASCII, at most %CALL_MESSAGE_TEMP_ID_MAX_LENGTH bytes,
 * or %NULL.
 *
 * Returns: %TRUE if so
 */
gboolean
call_message_rules_check_temp_id (const char *temp_id, GError **error)
{
  gboolean good = TRUE;

  if (temp_id == NULL)
    return TRUE;
  good = temp_id[0] != '\0' && strlen (temp_id) <= CALL_MESSAGE_TEMP_ID_MAX_LENGTH;
  for (const char *p = temp_id; good && *p != '\0'; p++)
    good = g_ascii_isgraph (*p);
  if (!good)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "The temporary id is malformed.");
  return good;
}

/**
 * call_message_rules_may_edit:
 * @kind: what the message carries; of what is no text its caption changes
 * @content: (nullable): the new text
 * @error: return location for an error
 *
 * Whether the text of a message may become @content. That it is the author who asks is for the
 * rights to say.
 *
 * Returns: %TRUE if so
 */
gboolean
call_message_rules_may_edit (CallMessageKind kind, const char *content, GError **error)
{
  return call_message_rules_check_content (content, kind, error);
}

/**
 * call_message_rules_may_recall:
 * @rules: the rules
 * @created_at: when the message was stored
 * @now: the time
 * @error: return location for an error
 *
 * Whether it is early enough to take a message back.
 *
 * Returns: %TRUE if so, else %CALL_ERROR_TOO_LATE
 */
gboolean
call_message_rules_may_recall (const CallMessageRules *rules,
                               gint64 created_at,
                               gint64 now,
                               GError **error)
{
  if (rules->recall_seconds > 0 && now - created_at <= (gint64) rules->recall_seconds * SECOND_MS)
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_TOO_LATE,
               "A message can be taken back for %u seconds after it was sent.",
               rules->recall_seconds);
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-message-rules.h"

#include <string.h>

#define MINUTE_MS (60 * 1000)

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

static gboolean
within (guint minutes, gint64 created_at, gint64 now, const char *what, GError **error)
{
  if (minutes > 0 && now - created_at <= (gint64) minutes * MINUTE_MS)
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_TOO_LATE,
               "A message can be %s for %u minutes after it was sent.", what, minutes);
  return FALSE;
}

static gboolean
is_sender (const char *user_id, const char *sender_id, GError **error)
{
  if (user_id != NULL && g_strcmp0 (user_id, sender_id) == 0)
    return TRUE;
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                       "Only the sender can change a message.");
  return FALSE;
}

/**
 * call_message_rules_may_edit:
 * @rules: the rules
 * @user_id: who wants to
 * @sender_id: who wrote it
 * @kind: what it carries; only texts can be edited
 * @created_at: when it was stored
 * @now: the time
 * @error: return location for an error
 *
 * Whether @user_id may change the text of a message now.
 *
 * Returns: %TRUE if so
 */
gboolean
call_message_rules_may_edit (const CallMessageRules *rules,
                             const char *user_id,
                             const char *sender_id,
                             CallMessageKind kind,
                             gint64 created_at,
                             gint64 now,
                             GError **error)
{
  if (!is_sender (user_id, sender_id, error))
    return FALSE;
  if (kind != CALL_MESSAGE_TEXT) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "Only texts can be edited.");
    return FALSE;
  }
  return within (rules->edit_minutes, created_at, now, "edited", error);
}

/**
 * call_message_rules_may_recall:
 * @rules: the rules
 * @user_id: who wants to
 * @sender_id: who wrote it
 * @created_at: when it was stored
 * @now: the time
 * @error: return location for an error
 *
 * Whether @user_id may take a message back now.
 *
 * Returns: %TRUE if so
 */
gboolean
call_message_rules_may_recall (const CallMessageRules *rules,
                               const char *user_id,
                               const char *sender_id,
                               gint64 created_at,
                               gint64 now,
                               GError **error)
{
  return is_sender (user_id, sender_id, error) &&
         within (rules->recall_minutes, created_at, now, "taken back", error);
}

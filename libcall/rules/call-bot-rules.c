/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-bot-rules.h"

#include <string.h>

static gboolean
is_word (gunichar c)
{
  return g_unichar_isalnum (c) || c == '_';
}

/* "@Ana" is in "Hi @ana!" but neither in "@anabel" nor in "me@ana". */
static gboolean
is_mention (const char *text, const char *at, gsize length)
{
  const char *before = g_utf8_find_prev_char (text, at);

  return (before == NULL || !is_word (g_utf8_get_char (before))) &&
         !is_word (g_utf8_get_char (at + length));
}

/**
 * call_bot_rules_is_addressed:
 * @content: the text of a message, in UTF-8
 * @bot_name: (nullable): the name of a bot
 *
 * Finds out whether a message in a group is meant for a bot: it begins like a command, "/help", or
 * it names the bot, "@Triage". Letter case does not count.
 *
 * Returns: whether the bot is to hear it
 */
gboolean
call_bot_rules_is_addressed (const char *content, const char *bot_name)
{
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  g_autofree char *mention = NULL;
  const char *at;

  if (content[0] == '/' && is_word (g_utf8_get_char (content + 1)))
    return TRUE;
  if (bot_name == NULL || *bot_name == '\0' || strchr (content, '@') == NULL)
    return FALSE;
  text = g_utf8_casefold (content, -1);
  name = g_utf8_casefold (bot_name, -1);
  mention = g_strconcat ("@", name, NULL);
  for (at = strstr (text, mention); at != NULL; at = strstr (at + 1, mention))
    if (is_mention (text, at, strlen (mention)))
      return TRUE;
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-search"

#include "config.h"

#include "calld-search-query.h"

/**
 * calld_search_query_build:
 * @text: what somebody looks for, valid UTF-8
 *
 * Makes a question for FTS5: all words must be there, the last one perhaps only with its beginning.
 * Nothing of @text is syntax: only letters and digits get through, and words are quoted.
 *
 * Returns: (transfer full) (nullable): the question, %NULL if there is no word in @text
 */
char *
calld_search_query_build (const char *text)
{
  g_autoptr (GString) query = g_string_new (NULL);
  guint n_words = 0;
  gboolean inside = FALSE;

  for (const char *p = text; *p != '\0' && n_words <= CALLD_SEARCH_WORDS_MAX;
       p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_isalnum (c) && !(inside && g_unichar_ismark (c))) {
      inside = FALSE;
      continue;
    }
    if (!inside) {
      if (++n_words > CALLD_SEARCH_WORDS_MAX)
        break;
      g_string_append (query, n_words > 1 ? "\" AND \"" : "\"");
    }
    inside = TRUE;
    g_string_append_unichar (query, c);
  }
  if (n_words == 0)
    return NULL;
  g_string_append (query, "\"*");
  return g_string_free (g_steal_pointer (&query), FALSE);
}

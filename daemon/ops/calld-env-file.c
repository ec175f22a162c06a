/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-env-file"

#include "config.h"

#include "calld-env-file.h"

#include "call-error.h"

#include <string.h>

/*
 * The `.env` files of the dotenv family, without what would make them programs:
 *
 *   # a comment
 *   NAME=value                 blanks around are cut, " # …" begins a comment
 *   NAME='as it stands'        on one line
 *   NAME="with \n \t \" \\"    on one line
 *   export NAME=value          so that a shell can read the file too
 */

static gboolean
fail (GError **error, guint line, const char *why)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "line %u: %s", line, why);
  return FALSE;
}

static gboolean
is_name (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && *name != '_')
      return FALSE;
  return TRUE;
}

/* What follows a closing quote: nothing, or a comment. */
static gboolean
is_rest_empty (const char *rest)
{
  rest += strspn (rest, " \t\r");
  return *rest == '\0' || *rest == '#';
}

static char *
parse_quoted (const char *text, guint line, GError **error)
{
  g_autoptr (GString) value = g_string_new (NULL);
  char quote = *text++;

  for (; *text != '\0' && *text != quote; text++) {
    if (quote == '"' && *text == '\\' && text[1] != '\0') {
      text++;
      g_string_append_c (value, *text == 'n' ? '\n' : *text == 't' ? '\t' : *text);
    } else
      g_string_append_c (value, *text);
  }
  if (*text == '\0') {
    fail (error, line, "the closing quote is missing");
    return NULL;
  }
  if (!is_rest_empty (text + 1)) {
    fail (error, line, "there is something after the closing quote");
    return NULL;
  }
  return g_string_free (g_steal_pointer (&value), FALSE);
}

static char *
parse_plain (const char *text)
{
  char *value = g_strdup (text);

  for (char *p = value; *p != '\0'; p++)
    if (*p == '#' && (p == value || g_ascii_isspace (p[-1]))) {
      *p = '\0';
      break;
    }
  return g_strstrip (value);
}

static gboolean
parse_line (GHashTable *variables, char *text, guint line, GError **error)
{
  char *name = g_strstrip (text), *equals, *value;

  if (*name == '\0' || *name == '#')
    return TRUE;
  if (g_str_has_prefix (name, "export "))
    name = g_strchug (name + strlen ("export "));
  equals = strchr (name, '=');
  if (equals == NULL)
    return fail (error, line, "there is no \"=\"");
  *equals = '\0';
  g_strchomp (name);
  if (!is_name (name))
    return fail (error, line, "the part before \"=\" is no variable name");

  value = equals + 1 + strspn (equals + 1, " \t");
  value = *value == '"' || *value == '\'' ? parse_quoted (value, line, error) : parse_plain (value);
  if (value == NULL)
    return FALSE;
  g_hash_table_replace (variables, g_strdup (name), value);
  return TRUE;
}

/**
 * calld_env_file_parse:
 * @text: content of a file
 * @length: its size in bytes
 * @error: (optional): %CALL_ERROR_INVALID, naming the line but never its content: it may be a
 * secret
 *
 * Reads variables. The last one of a name counts.
 *
 * Returns: (transfer full) (nullable) (element-type utf8 utf8): name → value
 */
GHashTable *
calld_env_file_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (GHashTable) variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                            g_free);
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_utf8_validate (text, (gssize) length, NULL)) {
    fail (error, 1, "the file is not UTF-8 text");
    return NULL;
  }
  copy = g_strndup (text, length);
  lines = g_strsplit (copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!parse_line (variables, lines[i], i + 1, error))
      return NULL;
  return g_steal_pointer (&variables);
}

/**
 * calld_env_file_load:
 * @path: of a file
 * @error: (optional): why it cannot be read
 *
 * Reads a file of variables.
 *
 * Returns: (transfer full) (nullable) (element-type utf8 utf8): name → value
 */
GHashTable *
calld_env_file_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  GHashTable *variables;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  variables = calld_env_file_parse (text, length, error);
  if (variables == NULL)
    g_prefix_error (error, "%s: ", path);
  return variables;
}

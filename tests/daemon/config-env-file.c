/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-env-file.h"

#include "call-error.h"

#include <string.h>

static const struct {
  const char *text;
  const char *name;
  const char *value; /* NULL: it is refused, and name is the message */
} cases[] = {
  { "A=b", "A", "b" },
  { "A=b\r\n", "A", "b" },
  { "  A = b c  ", "A", "b c" },
  { "export A=b", "A", "b" },
  { "A=", "A", "" },
  { "A=b # comment", "A", "b" },
  { "A=b#c", "A", "b#c" },
  { "A=#c", "A", "" },
  { "A=\"b # c\" # d", "A", "b # c" },
  { "A=\"x\\ny\\t\\\"\\\\\"", "A", "x\ny\t\"\\" },
  { "A='x\\n\"y'", "A", "x\\n\"y" },
  { "A=1\nA=2", "A", "2" },
  { "# A=1\n\n\nB=2", "B", "2" },
  { "A=b=c", "A", "b=c" },
  { "A", "line 1: there is no \"=\"", NULL },
  { "\n\n1A=2", "line 3: the part before \"=\" is no variable name", NULL },
  { "=2", "line 1: the part before \"=\" is no variable name", NULL },
  { "A B=2", "line 1: the part before \"=\" is no variable name", NULL },
  { "A=\"b", "line 1: the closing quote is missing", NULL },
  { "A='b", "line 1: the closing quote is missing", NULL },
  { "A=\"b\\", "line 1: the closing quote is missing", NULL },
  { "A=\"b\" c", "line 1: there is something after the closing quote", NULL },
  { "A=\xff", "line 1: the file is not UTF-8 text", NULL },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) found = calld_env_file_parse (cases[i].text, strlen (cases[i].text),
                                                       &error);

  if (cases[i].value != NULL) {
    g_assert_no_error (error);
    g_assert_cmpstr (g_hash_table_lookup (found, cases[i].name), ==, cases[i].value);
    g_assert_cmpuint (g_hash_table_size (found), ==, 1);
  } else {
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
    g_assert_cmpstr (error->message, ==, cases[i].name);
    g_assert_null (found);
  }
}

/* What stands in the line may be a secret. */
static void
test_content_is_not_shown (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (calld_env_file_parse ("JWT_SECRET=\"hunter2", 19, &error));
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_nul (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (calld_env_file_parse ("A=b\0C=d", 7, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/env-file/case/%u", i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
  }
  g_test_add_func ("/env-file/content-is-not-shown", test_content_is_not_shown);
  g_test_add_func ("/env-file/nul", test_nul);
  return g_test_run ();
}

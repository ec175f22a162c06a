/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <gst/gst.h>

#include <glib/gstdio.h>

/* The launch lines of callnormalizer's documentation do what they say: each is run to its end. */

#define MARK "gst-launch-1.0 "

/* A line may be broken over several of the comment; it ends at "]|". */
static char *
join (const char *start, const char *end)
{
  g_autofree char *text = g_strndup (start, end - start);
  g_autoptr (GRegex) regex = g_regex_new ("\\s*\\n \\*\\s*", 0, 0, NULL);
  g_autofree char *joined = g_regex_replace_literal (regex, text, -1, 0, " ", 0, NULL);

  return g_strdup (g_strstrip (joined));
}

static GPtrArray *
find_lines (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("CALL_SOURCE_ROOT"),
                                            "gst-plugins/gstcallnormalizer.c", NULL);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (const char *at = text; (at = strstr (at, "\n * " MARK)) != NULL; at++) {
    const char *end = strstr (at, "]|");

    g_assert_nonnull (end);
    g_ptr_array_add (lines, join (at + strlen ("\n * " MARK), end));
  }
  return lines;
}

static void
make_speech (void)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_command_line_sync ("espeak-ng -w speech.wav 'Good morning. How are you feeling today?'",
                             NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
run_line (const char *line)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  guint skip = 0;

  g_test_message ("%s", line);
  g_assert_true (g_shell_parse_argv (line, NULL, &words, &error));
  while (words[skip] != NULL && words[skip][0] == '-')
    skip++; /* options of gst-launch-1.0 */
  pipeline = gst_parse_launchv ((const char **) words + skip, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
test_lines (void)
{
  g_autoptr (GPtrArray) lines = find_lines ();
  g_autofree char *folder = g_dir_make_tmp ("normalizer-lines-XXXXXX", NULL);
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *command = g_strdup_printf ("rm -rf %s", folder);

  g_assert_cmpint (g_chdir (folder), ==, 0);
  make_speech ();
  g_assert_cmpuint (lines->len, >=, 3);
  for (guint i = 0; i < lines->len; i++)
    run_line (g_ptr_array_index (lines, i));
  g_assert_cmpint (g_chdir (before), ==, 0);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
}

int
main (int argc, char *argv[])
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/normalizer/lines", test_lines);
  return g_test_run ();
}

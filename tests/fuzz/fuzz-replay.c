/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target over the files of its corpus, and over every beginning of each, so that a
 * parser's ends of input are tried wherever no fuzzer is at hand. Usage: fuzz-<target>-replay
 * DIRECTORY */
#include "fuzz.h"

#include <string.h>

/* Beginnings of longer files are tried in steps. */
#define MAX_BEGINNINGS 256

/* The target gets a block of exactly the size, so that a sanitizer or valgrind sees reads past it.
 */
static void
run (const char *data, gsize size)
{
  g_autofree uint8_t *copy = g_malloc (size > 0 ? size : 1);

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
}

static void
replay (gconstpointer user_data)
{
  const char *path = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  for (gsize n = 0; n < size; n += MAX (1, size / MAX_BEGINNINGS))
    run (data, n);
  run (data, size);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) directory = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  directory = g_dir_open (argv[1], 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (directory)) != NULL) {
    g_autofree char *test = g_strconcat ("/", name, NULL);

    g_test_add_data_func_full (test, g_build_filename (argv[1], name, NULL), replay, g_free);
  }
  return g_test_run ();
}

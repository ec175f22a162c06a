/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-spool.h"

#include <glib/gstdio.h>

/* A record that somebody or something damaged: it is read or thrown away, and the spool goes on. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static char *folder;
  g_autofree char *path = NULL;
  g_autoptr (GstCallSpool) spool = NULL;
  g_autoptr (GstCallSpoolRecord) record = NULL;

  if (folder == NULL)
    folder = g_dir_make_tmp ("fuzz-spool-XXXXXX", NULL);
  path = g_build_filename (folder, "00000000000000000007.block", NULL);
  g_assert (g_file_set_contents_full (path, (const char *) data, (gssize) size,
                                      G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  spool = gst_call_spool_open (folder, G_MAXUINT32, NULL);
  g_assert (spool != NULL && gst_call_spool_get_count (spool) == 1);
  record = gst_call_spool_peek (spool);
  if (record != NULL) {
    g_assert (record->sequence == 7 && record->meta != NULL);
    gst_call_spool_remove (spool, 7);
  } else {
    g_assert (gst_call_spool_get_n_torn (spool) == 1);
  }
  g_assert (gst_call_spool_get_size (spool) == 0 && !g_file_test (path, G_FILE_TEST_EXISTS));
  return 0;
}

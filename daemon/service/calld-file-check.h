/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-config.h"
#include "calld-file-record.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalldFileVerdict:
 * @CALLD_FILE_CLEAN: it may be given to others
 * @CALLD_FILE_DANGEROUS: the antivirus command knows what is in it
 *
 * What was found in a file.
 */
typedef enum {
  CALLD_FILE_CLEAN,
  CALLD_FILE_DANGEROUS,
} CalldFileVerdict;

void calld_file_check_async (CalldConfig *config,
                             CalldClock *clock,
                             const char *path,
                             CalldFileRecord *file,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean calld_file_check_finish (GAsyncResult *result, CalldFileVerdict *verdict, GError **error);

void calld_file_probe_read (CalldFileRecord *file, const char *report);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalldProcess:
 * @resident_bytes: memory of the process
 * @limit_bytes: what it may take: the control group's limit, 0 if there is none
 * @cpu_us: processor time so far
 * @open_files: descriptors that are open
 * @max_files: how many may be open
 * @threads: how many threads run
 *
 * What the kernel knows of this process. A figure that cannot be read is 0.
 */
typedef struct {
  guint64 resident_bytes;
  guint64 limit_bytes;
  gint64 cpu_us;
  guint open_files;
  guint64 max_files;
  guint threads;
} CalldProcess;

void calld_process_look (CalldProcess *process);
guint64 calld_process_get_limit (const char *cgroups, const char *root);

G_END_DECLS

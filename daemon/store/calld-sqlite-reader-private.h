/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite-reader.h"

G_BEGIN_DECLS

/**
 * CalldReading:
 * @sql: one statement
 * @read: makes a record of a row
 * @free: frees it
 * @bind: (nullable): binds what @sql asks for; %NULL: the key of the job
 * @noun: (nullable): for one record: what is missing when there is none; %NULL: it is a list
 *
 * How a job reads.
 */
typedef struct {
  const char *sql;
  gpointer (*read) (CalldCursor *cursor);
  GDestroyNotify free;
  void (*bind) (CalldCursor *cursor, const CalldJob *job);
  const char *noun;
} CalldReading;

/* Those from CALLD_JOB_FIRST_SOCIAL, CALLD_JOB_FIRST_FILES and CALLD_JOB_FIRST_MEETING on. */
extern const CalldReading calld_sqlite_social_readings[];
extern const CalldReading calld_sqlite_files_readings[];
extern const CalldReading calld_sqlite_meeting_readings[];

G_END_DECLS

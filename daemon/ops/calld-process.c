/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-process"

#include "config.h"

#include "calld-process.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static guint64
read_limit (const char *root, const char *group)
{
  g_autofree char *path = g_strconcat (root, group, "/memory.max", NULL);
  g_autofree char *text = NULL;

  /* The word "max" is no number, and gives 0. */
  return g_file_get_contents (path, &text, NULL, NULL) ? g_ascii_strtoull (text, NULL, 10) : 0;
}

/**
 * calld_process_get_limit:
 * @cgroups: what /proc/self/cgroup says
 * @root: where control groups are mounted
 *
 * Finds the smallest memory limit of a control group and those above it, as cgroups(7) version 2
 * has them.
 *
 * Returns: bytes, 0 for no limit
 */
guint64
calld_process_get_limit (const char *cgroups, const char *root)
{
  g_auto (GStrv) lines = g_strsplit (cgroups, "\n", -1);
  guint64 smallest = 0;

  for (guint i = 0; lines[i] != NULL; i++) {
    char *group = lines[i] + strlen ("0::");

    if (!g_str_has_prefix (lines[i], "0::/"))
      continue;
    while (*group != '\0') {
      guint64 limit = read_limit (root, group);

      if (limit > 0 && (smallest == 0 || limit < smallest))
        smallest = limit;
      *strrchr (group, '/') = '\0';
    }
  }
  return smallest;
}

static guint64
find_limit (void)
{
  g_autofree char *cgroups = NULL;

  if (!g_file_get_contents ("/proc/self/cgroup", &cgroups, NULL, NULL))
    return 0;
  return calld_process_get_limit (cgroups, CGROUP_ROOT);
}

/* Linux 6.2 tells how many there are as the size of the folder; older ones have to be counted. */
static guint
count_files (void)
{
  g_autoptr (GDir) folder = NULL;
  struct stat status;
  guint n = 0;

  if (stat ("/proc/self/fd", &status) == 0 && status.st_size > 0)
    return (guint) status.st_size;
  folder = g_dir_open ("/proc/self/fd", 0, NULL);
  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  /* The one of the folder itself. */
  return n > 0 ? n - 1 : 0;
}

/* proc(5): the second figure of statm is the resident pages; in stat, behind the name in brackets,
 * the 18th is the number of threads. */
static void
look_into_proc (CalldProcess *process)
{
  g_autofree char *statm = NULL;
  g_autofree char *stat_line = NULL;
  const char *pages, *rest;

  if (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL) &&
      (pages = strchr (statm, ' ')) != NULL)
    process->resident_bytes = g_ascii_strtoull (pages, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
  if (g_file_get_contents ("/proc/self/stat", &stat_line, NULL, NULL) &&
      (rest = strrchr (stat_line, ')')) != NULL) {
    g_auto (GStrv) words = g_strsplit (rest + 2, " ", -1);

    if (g_strv_length (words) > 17)
      process->threads = (guint) g_ascii_strtoull (words[17], NULL, 10);
  }
}

/**
 * calld_process_look:
 * @process: (out caller-allocates): the figures
 *
 * Asks the kernel about this process.
 */
void
calld_process_look (CalldProcess *process)
{
  struct rusage usage;
  struct rlimit files;

  *process = (CalldProcess){ .limit_bytes = find_limit (), .open_files = count_files () };
  look_into_proc (process);
  if (getrusage (RUSAGE_SELF, &usage) == 0)
    process->cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
                      usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  if (getrlimit (RLIMIT_NOFILE, &files) == 0)
    process->max_files = files.rlim_cur;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld"

#include "config.h"

#include "calld-descriptors.h"

#include "call-error.h"

#include <errno.h>
#include <sys/resource.h>

/* Descriptors besides those of clients: database, log, bus, threads, connections that are being
 * refused. */
#define OWN_DESCRIPTORS 64

static gboolean
refuse (guint max_connections, rlim_t wanted, rlim_t allowed, GError **error)
{
  g_autofree char *lower = allowed > OWN_DESCRIPTORS
                               ? g_strdup_printf (
                                     ", or lower MAX_CONNECTIONS to %" G_GUINT64_FORMAT,
                                     (guint64) allowed - OWN_DESCRIPTORS)
                               : g_strdup ("");

  g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
               "MAX_CONNECTIONS=%u needs %" G_GUINT64_FORMAT " file descriptors, but this process "
               "may open %" G_GUINT64_FORMAT " only.\n"
               "Under systemd: \"systemctl edit calld\", add \"[Service]\" and "
               "\"LimitNOFILE=%" G_GUINT64_FORMAT "\", then \"systemctl restart calld\".\n"
               "In a shell: \"ulimit -Hn %" G_GUINT64_FORMAT "\" as root before starting calld, or "
               "a line \"hard nofile\" in /etc/security/limits.conf%s.",
               max_connections, (guint64) wanted, (guint64) allowed, (guint64) wanted,
               (guint64) wanted, lower);
  return FALSE;
}

/**
 * calld_descriptors_reserve:
 * @max_connections: how many clients there may be
 * @error: %CALL_ERROR_UNAVAILABLE with advice
 *
 * Sees to it that the process may open as many descriptors as it is going to need: a shell gives
 * 1024 by default, which this raises as far as the hard limit goes. It is better not to start than
 * to turn clients away at some time in the middle of the day.
 *
 * Returns: %FALSE if it may not
 */
gboolean
calld_descriptors_reserve (guint max_connections, GError **error)
{
  struct rlimit limit;
  rlim_t wanted = (rlim_t) max_connections + OWN_DESCRIPTORS;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
    return TRUE;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted)
    return refuse (max_connections, wanted, limit.rlim_max, error);
  limit.rlim_cur = wanted;
  if (setrlimit (RLIMIT_NOFILE, &limit) == 0)
    return TRUE;
  getrlimit (RLIMIT_NOFILE, &limit);
  return refuse (max_connections, wanted, limit.rlim_cur, error);
}

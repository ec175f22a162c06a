/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MAX 1024
#define MINUTE_MS (60 * G_GINT64_CONSTANT (1000))

static gboolean
fail (GError **error, const char *sentence)
{
  g_set_error_literal (error, CALLCTL_USAGE, 0, sentence);
  return FALSE;
}

/* "+90m", "+2h" */
static gboolean
parse_delay (const char *text, gint64 *delay_ms)
{
  gint64 unit = g_str_has_suffix (text, "h") ? 60 * MINUTE_MS : MINUTE_MS;
  char *end = NULL;
  guint64 number = g_ascii_strtoull (text + 1, &end, 10);

  if (end == text + 1 || number > 100000 || (strcmp (end, "m") != 0 && strcmp (end, "h") != 0))
    return FALSE;
  *delay_ms = (gint64) number * unit;
  return TRUE;
}

/**
 * callctl_parse_time:
 * @text: "now", "+90m", "+2h", "2026-03-02 14:00" in the local zone, or ISO 8601 with a zone
 * @now_ms: milliseconds since 1970
 * @unix_ms: (out): the time
 * @error: why it is none
 *
 * Returns: %TRUE if @text is a time
 */
gboolean
callctl_parse_time (const char *text, gint64 now_ms, gint64 *unix_ms, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autofree char *iso = g_strdelimit (g_strdup (text), " ", 'T');
  g_autoptr (GDateTime) time = NULL;
  gint64 delay_ms;

  if (g_str_equal (text, "now")) {
    *unix_ms = now_ms - now_ms % MINUTE_MS;
    return TRUE;
  }
  if (*text == '+' && parse_delay (text, &delay_ms)) {
    *unix_ms = now_ms - now_ms % MINUTE_MS + delay_ms;
    return TRUE;
  }
  time = g_date_time_new_from_iso8601 (iso, zone);
  /* GLib wants seconds. */
  if (time == NULL) {
    g_autofree char *with_seconds = g_strconcat (iso, ":00", NULL);

    time = g_date_time_new_from_iso8601 (with_seconds, zone);
  }
  if (time == NULL)
    return fail (error, "A time is like \"2026-03-02 14:00\", \"+30m\", \"+2h\" or \"now\".");
  *unix_ms = g_date_time_to_unix (time) * 1000;
  return TRUE;
}

/* --- passwords --- */

static gboolean
read_line (char *buffer, gsize size, GError **error)
{
  if (fgets (buffer, (int) size, stdin) == NULL)
    return fail (error, "There is no password: type one, or pipe one in.");
  if (strchr (buffer, '\n') == NULL && strlen (buffer) == size - 1)
    return fail (error, "The password is too long.");
  buffer[strcspn (buffer, "\r\n")] = '\0';
  return TRUE;
}

static gboolean
prompt (const char *question, char *buffer, gsize size, GError **error)
{
  struct termios before, silent;
  gboolean ok;

  fprintf (stderr, "%s", question);
  tcgetattr (STDIN_FILENO, &before);
  silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
  ok = read_line (buffer, size, error);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  fprintf (stderr, "\n");
  return ok;
}

static gboolean
ask (char *buffer, gsize size, GError **error)
{
  char again[PASSWORD_MAX + 2];
  gboolean ok;

  if (!isatty (STDIN_FILENO))
    return read_line (buffer, size, error);
  ok = prompt ("Password: ", buffer, size, error) && prompt ("Again: ", again, sizeof again, error);
  if (ok && strcmp (buffer, again) != 0)
    ok = fail (error, "The two are not the same.");
  sodium_memzero (again, sizeof again);
  return ok;
}

/**
 * callctl_read_password:
 * @error: why there is none
 *
 * Asks for a password on the terminal, without showing it, or reads a line that is piped in. It
 * never comes from the command line, which others can see.
 *
 * Returns: a file descriptor to read it from, -1 with @error
 */
int
callctl_read_password (GError **error)
{
  char password[PASSWORD_MAX + 2];
  gsize length;
  int fd;

  if (!ask (password, sizeof password, error)) {
    sodium_memzero (password, sizeof password);
    return -1;
  }
  length = strlen (password);
  /* In memory only; calld gets the descriptor, so the password is not on the bus. */
  fd = memfd_create ("password", MFD_CLOEXEC);
  if (fd < 0 || write (fd, password, length) != (gssize) length || lseek (fd, 0, SEEK_SET) < 0) {
    g_set_error (error, CALLCTL_USAGE, 0, "The password cannot be handed over: %s.",
                 g_strerror (errno));
    if (fd >= 0)
      close (fd);
    fd = -1;
  }
  sodium_memzero (password, sizeof password);
  return fd;
}

/**
 * callctl_check_count:
 * @arguments: what comes after the words of a command
 * @min: at least so many
 * @max: at most so many
 * @error: %CALLCTL_USAGE
 *
 * Returns: whether that is how many there are
 */
gboolean
callctl_check_count (char **arguments, guint min, guint max, GError **error)
{
  guint n = g_strv_length (arguments);

  if (n >= min && n <= max)
    return TRUE;
  g_set_error_literal (error, CALLCTL_USAGE, 0,
                       n < min ? "Something is missing: see callctl --help."
                               : "That is too much: see callctl --help.");
  return FALSE;
}

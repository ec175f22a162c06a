/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-line.h"

#include "egress-name.h"

#include <string.h>

#define BLOCK_HEAD "{\"type\":\"block\",\"n\":"
#define LAST_HEAD "{\"type\":\"close\","

static const char *const news_names[] = { "mute", "unmute", "lost", "close" };

/**
 * gst_call_egress_time:
 * @time_us: microseconds since 1970
 *
 * Writes a time of UTC, such as 2026-01-31T23:59:59.123456Z.
 *
 * Returns: (transfer full): the time
 */
char *
gst_call_egress_time (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *seconds = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S")
                                          : g_strdup ("0000-00-00T00:00:00");

  return g_strdup_printf ("%s.%06uZ", seconds, (guint) (ABS (time_us) % G_USEC_PER_SEC));
}

static void
add_db (GString *text, const char *format, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.1f", value);
  g_string_append_printf (text, "%s%s", format, number);
}

/**
 * gst_call_egress_line_to_json:
 * @self: a block
 *
 * Writes the line of a block for the sidecar.
 *
 * Returns: (transfer full): a JSON object and a newline
 */
char *
gst_call_egress_line_to_json (const GstCallEgressLine *self)
{
  g_autofree char *time = gst_call_egress_time (self->time_us);
  GString *json = g_string_sized_new (320);

  g_string_append_printf (
      json,
      BLOCK_HEAD "%" G_GUINT64_FORMAT ",\"position\":%" G_GUINT64_FORMAT
                 ",\"count\":%" G_GUINT64_FORMAT ",\"offset\":%" G_GUINT64_FORMAT
                 ",\"bytes\":%" G_GUINT64_FORMAT ",\"at\":\"%s\",\"gaps\":[",
      self->number, self->position, self->count, self->offset, self->bytes, time);
  for (guint i = 0; i < self->n_gaps; i++)
    g_string_append_printf (
        json, "%s{\"position\":%" G_GUINT64_FORMAT ",\"missing\":%" G_GUINT64_FORMAT "}",
        i > 0 ? "," : "", self->gaps[i].position, self->gaps[i].missing);
  g_string_append_printf (json, "],\"paused\":%" G_GUINT64_FORMAT, self->paused);
  if (self->has_level) {
    add_db (json, ",\"rms\":", self->level.rms_db);
    add_db (json, ",\"peak\":", self->level.peak_db);
  }
  if (self->is_recovered)
    g_string_append (json, ",\"recovered\":true");
  g_string_append_printf (json, ",\"sha256\":\"%s\"}\n", self->sha256);
  return g_string_free (json, FALSE);
}

/**
 * gst_call_egress_line_to_log:
 * @self: a block
 * @name: the name of its file
 *
 * Writes the line of a block for the log of a meeting.
 *
 * Returns: (transfer full): a line
 */
char *
gst_call_egress_line_to_log (const GstCallEgressLine *self, const char *name)
{
  g_autofree char *time = gst_call_egress_time (self->time_us);
  GString *text = g_string_sized_new (240);

  g_string_append_printf (text,
                          "%s flush file=%s block=%" G_GUINT64_FORMAT " position=%" G_GUINT64_FORMAT
                          " count=%" G_GUINT64_FORMAT " bytes=%" G_GUINT64_FORMAT
                          " gaps=%u paused=%" G_GUINT64_FORMAT,
                          time, name, self->number, self->position, self->count, self->bytes,
                          self->n_gaps, self->paused);
  if (self->has_level) {
    add_db (text, " rms=", self->level.rms_db);
    add_db (text, " peak=", self->level.peak_db);
  }
  g_string_append (text, self->is_recovered ? " recovered\n" : "\n");
  return g_string_free (text, FALSE);
}

static gboolean
read_number (const char **at, const char *end, const char *key, guint64 *value)
{
  gsize length = strlen (key);
  char digits[24];
  gsize n = 0;

  if ((gsize) (end - *at) < length || memcmp (*at, key, length) != 0)
    return FALSE;
  *at += length;
  while (*at < end && g_ascii_isdigit (**at) && n < sizeof digits - 1)
    digits[n++] = *(*at)++;
  digits[n] = '\0';
  return n > 0 && g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT64, value, NULL);
}

/**
 * gst_call_egress_line_parse:
 * @text: (array length=length): a line of a sidecar, without its newline
 * @length: its bytes
 * @line: (out caller-allocates): its number, place and length; the rest is zero
 *
 * Reads where a block is from the line that gst_call_egress_line_to_json() wrote.
 *
 * Returns: %FALSE if it is not the line of a block
 */
gboolean
gst_call_egress_line_parse (const char *text, gsize length, GstCallEgressLine *line)
{
  const char *at = text;
  const char *end = text + length;

  memset (line, 0, sizeof *line);
  return length > 0 && end[-1] == '}' && read_number (&at, end, BLOCK_HEAD, &line->number) &&
         read_number (&at, end, ",\"position\":", &line->position) &&
         read_number (&at, end, ",\"count\":", &line->count) &&
         read_number (&at, end, ",\"offset\":", &line->offset) &&
         read_number (&at, end, ",\"bytes\":", &line->bytes) &&
         line->bytes <= G_MAXINT64 - line->offset && line->count <= G_MAXINT64 - line->position;
}

/**
 * gst_call_egress_line_is_last:
 * @text: (array length=length): a line of a sidecar
 * @length: its bytes
 *
 * Whether a line says that its file was closed.
 *
 * Returns: %TRUE for the last line of a sidecar
 */
gboolean
gst_call_egress_line_is_last (const char *text, gsize length)
{
  return length >= strlen (LAST_HEAD) && memcmp (text, LAST_HEAD, strlen (LAST_HEAD)) == 0;
}

/**
 * gst_call_egress_news_to_json:
 * @news: what happened
 * @time_us: when, microseconds since 1970
 * @position: the sample or frame of the file where it did
 * @count: how many samples or frames it is about
 * @reason: (nullable): why
 *
 * Writes another line for the sidecar.
 *
 * Returns: (transfer full): a JSON object and a newline
 */
char *
gst_call_egress_news_to_json (GstCallEgressNews news,
                              gint64 time_us,
                              guint64 position,
                              guint64 count,
                              const char *reason)
{
  g_autofree char *time = gst_call_egress_time (time_us);
  g_autofree char *why = gst_call_egress_escape (reason);

  return g_strdup_printf ("{\"type\":\"%s\",\"position\":%" G_GUINT64_FORMAT
                          ",\"count\":%" G_GUINT64_FORMAT ",\"at\":\"%s\",\"reason\":%s}\n",
                          news_names[news], position, count, time, why);
}

/**
 * gst_call_egress_news_to_log:
 * @news: what happened
 * @time_us: when, microseconds since 1970
 * @name: the name of the file
 * @position: the sample or frame of the file where it did
 * @count: how many samples or frames it is about
 * @reason: (nullable): why
 *
 * Writes another line for the log of a meeting.
 *
 * Returns: (transfer full): a line
 */
char *
gst_call_egress_news_to_log (GstCallEgressNews news,
                             gint64 time_us,
                             const char *name,
                             guint64 position,
                             guint64 count,
                             const char *reason)
{
  g_autofree char *time = gst_call_egress_time (time_us);
  g_autofree char *why = gst_call_egress_escape (reason);

  return g_strdup_printf ("%s %s file=%s position=%" G_GUINT64_FORMAT " count=%" G_GUINT64_FORMAT
                          " reason=%s\n",
                          time, news_names[news], name, position, count, why);
}

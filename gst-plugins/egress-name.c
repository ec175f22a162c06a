/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-name.h"

#include <string.h>

static gboolean
is_plain (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_';
}

/**
 * gst_call_egress_part:
 * @text: (nullable): what somebody calls a room, a participant, a track or a meeting
 * @fallback: what stands for it when nothing is left
 *
 * Makes one part of a path of any text: letters, digits, '-', '.' and '_' stay, everything else
 * becomes '-'. It is never empty, never hidden, never "." or "..", and holds no separator, so a
 * path made of it stays in its folder. Two texts that differ may get the same part.
 *
 * Returns: (transfer full): at most %GST_CALL_EGRESS_PART_MAX bytes
 */
char *
gst_call_egress_part (const char *text, const char *fallback)
{
  g_autoptr (GString) part = g_string_new (NULL);

  for (; text != NULL && *text != '\0' && part->len < GST_CALL_EGRESS_PART_MAX; text++) {
    if (is_plain (*text) && (*text != '.' || part->len > 0))
      g_string_append_c (part, *text);
    else if (part->len == 0 || part->str[part->len - 1] != '-')
      g_string_append_c (part, '-');
  }
  while (part->len > 0 && strchr ("-.", part->str[part->len - 1]) != NULL)
    g_string_truncate (part, part->len - 1);
  if (part->len == 0 || strspn (part->str, "-") == part->len)
    return g_strdup (fallback);
  return g_string_free (g_steal_pointer (&part), FALSE);
}

/**
 * gst_call_egress_name:
 * @time_us: microseconds since 1970
 * @room: (nullable): the name of the room
 * @participant: (nullable): who speaks
 * @track: (nullable): the track
 * @extension: without its dot
 *
 * The name of the file of a track, `<timestamp>_<room>_<participant>_<track>.<extension>`. The
 * timestamp is of UTC, and sorts: 20260131T235959.123Z.
 *
 * Returns: (transfer full): a name without any folder
 */
char *
gst_call_egress_name (gint64 time_us,
                      const char *room,
                      const char *participant,
                      const char *track,
                      const char *extension)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *seconds = time != NULL ? g_date_time_format (time, "%Y%m%dT%H%M%S")
                                          : g_strdup ("00000000T000000");
  g_autofree char *room_part = gst_call_egress_part (room, "room");
  g_autofree char *participant_part = gst_call_egress_part (participant, "participant");
  g_autofree char *track_part = gst_call_egress_part (track, "track");

  return g_strdup_printf ("%s.%03uZ_%s_%s_%s.%s", seconds, (guint) ((time_us / 1000) % 1000),
                          room_part, participant_part, track_part, extension);
}

/**
 * gst_call_egress_escape:
 * @text: (nullable): any text
 *
 * Writes a text as a JSON string, or null. What is not UTF-8 is replaced.
 *
 * Returns: (transfer full): JSON
 */
char *
gst_call_egress_escape (const char *text)
{
  g_autofree char *valid = NULL;
  GString *json;

  if (text == NULL)
    return g_strdup ("null");
  valid = g_utf8_make_valid (text, -1);
  json = g_string_new ("\"");
  for (const char *p = valid; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_printf (json, "\\%c", *p);
    else if ((guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_printf (json, "\\u%04x", (guint) (guchar) *p);
    else
      g_string_append_c (json, *p);
  }
  g_string_append_c (json, '"');
  return g_string_free (json, FALSE);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-time-text"

#include "config.h"

#include "desk-time-text.h"

#include <glib/gi18n.h>

#include <langinfo.h>

/* NULL: the zone of this computer, which is where the clinician sits. Tests set another. */
static GTimeZone *display_zone = NULL;

/**
 * desk_time_text_set_zone:
 * @zone: (nullable): the zone in which all texts are, %NULL for this computer's
 *
 * Sets the zone in which times are shown.
 */
void
desk_time_text_set_zone (GTimeZone *zone)
{
  g_clear_pointer (&display_zone, g_time_zone_unref);
  if (zone != NULL)
    display_zone = g_time_zone_ref (zone);
}

static GDateTime *
to_display_zone (GDateTime *when)
{
  return display_zone != NULL ? g_date_time_to_timezone (when, display_zone)
                              : g_date_time_to_local (when);
}

static gboolean
uses_twelve_hours (void)
{
  const char *format = nl_langinfo (T_FMT);

  return strstr (format, "%p") != NULL || strstr (format, "%r") != NULL;
}

/**
 * desk_time_text_clock:
 * @when: a time
 *
 * Returns: (transfer full): the time of day, "14:30" or "2:30 PM" as the locale has it
 */
char *
desk_time_text_clock (GDateTime *when)
{
  g_autoptr (GDateTime) local = to_display_zone (when);

  return g_date_time_format (local, uses_twelve_hours () ? "%-I:%M %p" : "%H:%M");
}

/**
 * desk_time_text_range:
 * @start: when it starts
 * @minutes: how long it is
 *
 * Returns: (transfer full): start and end, "14:30 – 15:00"
 */
char *
desk_time_text_range (GDateTime *start, guint minutes)
{
  g_autoptr (GDateTime) end = g_date_time_add_minutes (start, (int) minutes);
  g_autofree char *from = desk_time_text_clock (start);
  g_autofree char *to = desk_time_text_clock (end);

  return g_strdup_printf ("%s – %s", from, to);
}

static int
days_between (GDateTime *from, GDateTime *to)
{
  GDate a, b;

  g_date_clear (&a, 1);
  g_date_clear (&b, 1);
  g_date_set_dmy (&a, (GDateDay) g_date_time_get_day_of_month (from),
                  (GDateMonth) g_date_time_get_month (from),
                  (GDateYear) g_date_time_get_year (from));
  g_date_set_dmy (&b, (GDateDay) g_date_time_get_day_of_month (to),
                  (GDateMonth) g_date_time_get_month (to), (GDateYear) g_date_time_get_year (to));
  return g_date_days_between (&a, &b);
}

/**
 * desk_time_text_date:
 * @when: a time
 *
 * Returns: (transfer full): its weekday and date
 */
char *
desk_time_text_date (GDateTime *when)
{
  g_autoptr (GDateTime) local = to_display_zone (when);

  /* Translators: a day as weekday, month and day, see the manual page of strftime. */
  return g_date_time_format (local, _ ("%A, %B %-d"));
}

/**
 * desk_time_text_day:
 * @when: a time
 * @now: the current time
 *
 * Returns: (transfer full): the day of @when: "Today", "Tomorrow", or weekday and date
 */
char *
desk_time_text_day (GDateTime *when, GDateTime *now)
{
  g_autoptr (GDateTime) local = to_display_zone (when);
  g_autoptr (GDateTime) here = to_display_zone (now);

  switch (days_between (here, local)) {
  case -1:
    return g_strdup (_ ("Yesterday"));
  case 0:
    return g_strdup (_ ("Today"));
  case 1:
    return g_strdup (_ ("Tomorrow"));
  default:
    return desk_time_text_date (when);
  }
}

/**
 * desk_time_text_duration:
 * @minutes: a duration
 *
 * Returns: (transfer full): "45 minutes", or "1 h 30 min" from an hour on
 */
char *
desk_time_text_duration (guint minutes)
{
  if (minutes < 60)
    return g_strdup_printf (ngettext ("%u minute", "%u minutes", minutes), minutes);
  if (minutes % 60 == 0)
    return g_strdup_printf (ngettext ("%u hour", "%u hours", minutes / 60), minutes / 60);
  /* Translators: hours and minutes, shortened. */
  return g_strdup_printf (_ ("%u h %u min"), minutes / 60, minutes % 60);
}

/**
 * desk_time_text_waiting:
 * @since: when the patient came
 * @now: the current time
 *
 * Returns: (transfer full): how long somebody has been waiting, as a sentence
 */
char *
desk_time_text_waiting (GDateTime *since, GDateTime *now)
{
  gint64 minutes = g_date_time_difference (now, since) / G_TIME_SPAN_MINUTE;
  g_autofree char *duration = NULL;

  if (minutes < 1)
    return g_strdup (_ ("Just arrived"));
  duration = desk_time_text_duration ((guint) MIN (minutes, 100000));
  /* Translators: %s is a duration such as "3 minutes". */
  return g_strdup_printf (_ ("Waiting for %s"), duration);
}

/**
 * desk_time_text_until:
 * @when: a time to come
 * @now: the current time
 *
 * Returns: (transfer full): how far away @when is, "in 12 minutes"; "now" once it has come
 */
char *
desk_time_text_until (GDateTime *when, GDateTime *now)
{
  gint64 span = g_date_time_difference (when, now);
  g_autofree char *duration = NULL;

  if (span <= 0)
    return g_strdup (_ ("now"));
  /* Rounded up: what opens in 30 s opens "in 1 minute", never "in 0 minutes". */
  duration = desk_time_text_duration (
      (guint) MIN ((span + G_TIME_SPAN_MINUTE - 1) / G_TIME_SPAN_MINUTE, 100000));
  /* Translators: %s is a duration such as "12 minutes". */
  return g_strdup_printf (_ ("in %s"), duration);
}

/**
 * desk_time_text_elapsed:
 * @seconds: a duration
 *
 * Returns: (transfer full): a timer, "03:12" or "1:03:12"
 */
char *
desk_time_text_elapsed (gint64 seconds)
{
  gint64 s = MAX (seconds, 0);

  if (s >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (int) (s / 3600), (int) (s / 60 % 60), (int) (s % 60));
  return g_strdup_printf ("%02d:%02d", (int) (s / 60), (int) (s % 60));
}

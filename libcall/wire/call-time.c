/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-time.h"

#define MS_PER_DAY (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

/* Years 1 to 9999, what the format can express and GDateTime can hold. */
#define TIME_MIN G_GINT64_CONSTANT (-62135596800000)
#define TIME_MAX G_GINT64_CONSTANT (253402300799999)

/* Days since 1970 of a date of the Gregorian calendar. Years are counted from March, so that the
 * leap day is a year's last. */
static gint64
days_from_date (int year, int month, int day)
{
  int y = month > 2 ? year : year - 1;
  int month_from_march = (month + 9) % 12;
  int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

  return 365 * (gint64) y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static void
date_from_days (gint64 days, int *year, int *month, int *day)
{
  gint64 shifted = days + 719468;
  gint64 era = shifted / 146097;
  int day_of_era = (int) (shifted % 146097);
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
                    365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int month_from_march = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  *year = (int) (era * 400) + year_of_era + (*month <= 2 ? 1 : 0);
}

static char *
put_digits (char *at, int value, int n)
{
  for (int i = n - 1; i >= 0; i--) {
    at[i] = (char) ('0' + value % 10);
    value /= 10;
  }
  return at + n;
}

/**
 * call_time_write:
 * @unix_ms: milliseconds since 1970, UTC; clamped to the years 1 to 9999
 * @text: (out caller-allocates): where to write it
 *
 * Writes a time as the wire has it: ISO 8601, UTC, with milliseconds.
 */
void
call_time_write (gint64 unix_ms, char text[CALL_TIME_TEXT_SIZE])
{
  gint64 ms = CLAMP (unix_ms, TIME_MIN, TIME_MAX);
  gint64 days = ms >= 0 ? ms / MS_PER_DAY : -((MS_PER_DAY - 1 - ms) / MS_PER_DAY);
  int rest = (int) (ms - days * MS_PER_DAY);
  int year, month, day;
  char *at;

  date_from_days (days, &year, &month, &day);
  at = put_digits (text, year, 4);
  *at++ = '-';
  at = put_digits (at, month, 2);
  *at++ = '-';
  at = put_digits (at, day, 2);
  *at++ = 'T';
  at = put_digits (at, rest / 3600000, 2);
  *at++ = ':';
  at = put_digits (at, rest / 60000 % 60, 2);
  *at++ = ':';
  at = put_digits (at, rest / 1000 % 60, 2);
  *at++ = '.';
  at = put_digits (at, rest % 1000, 3);
  *at++ = 'Z';
  *at = '\0';
}

/**
 * call_time_format:
 * @unix_ms: milliseconds since 1970, UTC
 *
 * The same as call_time_write(), in a new string.
 *
 * Returns: (transfer full): the time
 */
char *
call_time_format (gint64 unix_ms)
{
  char text[CALL_TIME_TEXT_SIZE];

  call_time_write (unix_ms, text);
  return g_strdup (text);
}

/* Reads exactly @n digits. */
static gboolean
take_digits (const char **at, int n, int lowest, int highest, int *value)
{
  int result = 0;

  for (int i = 0; i < n; i++) {
    if (!g_ascii_isdigit ((*at)[i]))
      return FALSE;
    result = result * 10 + ((*at)[i] - '0');
  }
  *at += n;
  *value = result;
  return result >= lowest && result <= highest;
}

static gboolean
take_char (const char **at, char c)
{
  if (**at != c)
    return FALSE;
  (*at)++;
  return TRUE;
}

/* Reads the digits behind a decimal point; those behind the third say nothing to us. */
static gboolean
take_fraction (const char **at, int *ms)
{
  int digits = 0;

  *ms = 0;
  if (!take_char (at, '.'))
    return TRUE;
  for (; g_ascii_isdigit (**at); (*at)++, digits++)
    if (digits < 3)
      *ms = *ms * 10 + (**at - '0');
  for (int i = digits; i < 3; i++)
    *ms *= 10;
  return digits > 0 && digits <= 9;
}

static gboolean
take_offset (const char **at, int *minutes)
{
  int sign, hour, minute;

  *minutes = 0;
  if (take_char (at, 'Z'))
    return TRUE;
  if (**at != '+' && **at != '-')
    return FALSE;
  sign = **at == '-' ? -1 : 1;
  (*at)++;
  if (!take_digits (at, 2, 0, 23, &hour) || !take_char (at, ':') ||
      !take_digits (at, 2, 0, 59, &minute))
    return FALSE;
  *minutes = sign * (hour * 60 + minute);
  return TRUE;
}

/**
 * call_time_parse:
 * @text: (nullable): a time of the wire
 * @unix_ms: (out): milliseconds since 1970, UTC
 *
 * Reads a time in ISO 8601 (the profile of RFC 3339): `2026-03-02T14:00:00.000Z`. The fraction may
 * be missing or longer, and an offset may stand for the Z. A time without either is refused: nobody
 * knows when it is. So are leap seconds, which Unix time does not have.
 *
 * Returns: %FALSE if @text is no time
 */
gboolean
call_time_parse (const char *text, gint64 *unix_ms)
{
  const char *at = text;
  int year, month, day, hour, minute, second, ms, offset;
  gint64 result;

  if (text == NULL || !take_digits (&at, 4, 1, 9999, &year) || !take_char (&at, '-') ||
      !take_digits (&at, 2, 1, 12, &month) || !take_char (&at, '-') ||
      !take_digits (&at, 2, 1, 31, &day) || !g_date_valid_dmy (day, month, year) ||
      !take_char (&at, 'T') || !take_digits (&at, 2, 0, 23, &hour) || !take_char (&at, ':') ||
      !take_digits (&at, 2, 0, 59, &minute) || !take_char (&at, ':') ||
      !take_digits (&at, 2, 0, 59, &second) || !take_fraction (&at, &ms) ||
      !take_offset (&at, &offset) || *at != '\0')
    return FALSE;

  result = days_from_date (year, month, day) * MS_PER_DAY +
           ((gint64) hour * 3600 + minute * 60 + second - offset * 60) * 1000 + ms;
  if (result < TIME_MIN || result > TIME_MAX)
    return FALSE;
  *unix_ms = result;
  return TRUE;
}

/**
 * call_time_from_date_time:
 * @time: (nullable): a time
 *
 * Returns: milliseconds since 1970, 0 for %NULL
 */
gint64
call_time_from_date_time (GDateTime *time)
{
  if (time == NULL)
    return 0;
  return g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
}

/**
 * call_time_to_date_time:
 * @unix_ms: milliseconds since 1970
 *
 * Returns: (transfer full) (nullable): the time in UTC, %NULL for 0
 */
GDateTime *
call_time_to_date_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) start = NULL;

  if (unix_ms == 0)
    return NULL;
  start = g_date_time_new_from_unix_utc (0);
  return g_date_time_add (start, CLAMP (unix_ms, TIME_MIN, TIME_MAX) * 1000);
}

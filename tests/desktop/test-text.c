/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desk-error-text.h"
#include "desk-quality.h"
#include "desk-sign-in-page.h"
#include "desk-time-text.h"

#include <locale.h>

static GDateTime *
at (const char *text)
{
  GDateTime *time = g_date_time_new_from_iso8601 (text, NULL);

  g_assert_nonnull (time);
  return time;
}

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_clock (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("America/Sao_Paulo");
  g_autoptr (GDateTime) when = at ("2026-03-02T14:00:00Z");

  desk_time_text_set_zone (zone);
  assert_text (desk_time_text_clock (when), "11:00");
  assert_text (desk_time_text_range (when, 30), "11:00 – 11:30");
  desk_time_text_set_zone (NULL);
}

static void
test_range_over_clock_change (void)
{
  /* In Lisbon clocks went from 01:00 to 02:00 that night. */
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Lisbon");
  g_autoptr (GDateTime) when = at ("2026-03-29T00:45:00Z");

  desk_time_text_set_zone (zone);
  assert_text (desk_time_text_range (when, 30), "00:45 – 02:15");
  desk_time_text_set_zone (NULL);
}

static void
test_day (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("America/Sao_Paulo");
  g_autoptr (GDateTime) now = at ("2026-03-02T14:00:00Z");
  /* Already the 3rd in UTC, still the 2nd in São Paulo. */
  g_autoptr (GDateTime) late = at ("2026-03-03T02:30:00Z");
  g_autoptr (GDateTime) tomorrow = at ("2026-03-03T14:00:00Z");
  g_autoptr (GDateTime) yesterday = at ("2026-03-01T14:00:00Z");
  g_autoptr (GDateTime) far = at ("2026-03-09T14:00:00Z");

  desk_time_text_set_zone (zone);
  assert_text (desk_time_text_day (late, now), "Today");
  assert_text (desk_time_text_day (tomorrow, now), "Tomorrow");
  assert_text (desk_time_text_day (yesterday, now), "Yesterday");
  assert_text (desk_time_text_day (far, now), "Monday, March 9");
  desk_time_text_set_zone (NULL);
}

static void
test_duration (void)
{
  assert_text (desk_time_text_duration (0), "0 minutes");
  assert_text (desk_time_text_duration (1), "1 minute");
  assert_text (desk_time_text_duration (45), "45 minutes");
  assert_text (desk_time_text_duration (60), "1 hour");
  assert_text (desk_time_text_duration (120), "2 hours");
  assert_text (desk_time_text_duration (95), "1 h 35 min");
}

static void
test_waiting (void)
{
  g_autoptr (GDateTime) now = at ("2026-03-02T14:00:00Z");
  g_autoptr (GDateTime) seconds = at ("2026-03-02T13:59:20Z");
  g_autoptr (GDateTime) minutes = at ("2026-03-02T13:56:50Z");
  /* The server's clock may be ahead of ours. */
  g_autoptr (GDateTime) ahead = at ("2026-03-02T14:00:05Z");

  assert_text (desk_time_text_waiting (seconds, now), "Just arrived");
  assert_text (desk_time_text_waiting (ahead, now), "Just arrived");
  assert_text (desk_time_text_waiting (minutes, now), "Waiting for 3 minutes");
}

static void
test_until (void)
{
  g_autoptr (GDateTime) now = at ("2026-03-02T14:00:00Z");
  g_autoptr (GDateTime) soon = at ("2026-03-02T14:00:30Z");
  g_autoptr (GDateTime) later = at ("2026-03-02T16:05:00Z");

  assert_text (desk_time_text_until (now, now), "now");
  assert_text (desk_time_text_until (soon, now), "in 1 minute");
  assert_text (desk_time_text_until (later, now), "in 2 h 5 min");
}

static void
test_elapsed (void)
{
  assert_text (desk_time_text_elapsed (-3), "00:00");
  assert_text (desk_time_text_elapsed (0), "00:00");
  assert_text (desk_time_text_elapsed (192), "03:12");
  assert_text (desk_time_text_elapsed (3792), "1:03:12");
}

static void
test_errors (void)
{
  g_autoptr (GHashTable) titles = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = CALL_ERROR_FAILED; code <= CALL_ERROR_MEDIA; code++) {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, code, "secret detail");
    DeskErrorText text = desk_error_text_get (error);
    g_autofree char *sentence = desk_error_text_to_sentence (error);

    g_assert_cmpstr (text.title, !=, "Something went wrong");
    g_assert_true (g_hash_table_add (titles, (gpointer) text.title));
    g_assert_true (g_str_has_suffix (text.next_step, "."));
    g_assert_null (strstr (sentence, "secret detail"));
  }
}

static void
test_foreign_errors (void)
{
  g_autoptr (GError) network = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");
  g_autoptr (GError) other = g_error_new_literal (G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "x");

  g_assert_cmpstr (desk_error_text_get (network).title, ==, "The server cannot be reached");
  g_assert_cmpstr (desk_error_text_get (other).title, ==, "Something went wrong");
  g_assert_cmpstr (desk_error_text_get (NULL).title, ==, "Something went wrong");
}

static void
test_address (void)
{
  static const struct {
    const char *typed;
    const char *expected;
  } cases[] = {
    { "clinic.example", "https://clinic.example" },
    { "  clinic.example  ", "https://clinic.example" },
    { "https://clinic.example/join?x=1#y", "https://clinic.example" },
    { "http://clinic.example:8080/", "http://clinic.example:8080" },
    { "localhost:4040", "http://localhost:4040" },
    { "127.0.0.1:4040", "http://127.0.0.1:4040" },
    { "ftp://clinic.example", NULL },
    { "", NULL },
    { "https://", NULL },
    { "http://user:secret@clinic.example", "http://clinic.example" },
    { "a b", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_text (desk_sign_in_page_complete_address (cases[i].typed), cases[i].expected);
}

static void
test_quality (void)
{
  CallEngineStats stats = { .connected_ms = -1 };

  g_assert_cmpint (desk_quality_from_stats (&stats), ==, DESK_QUALITY_UNKNOWN);
  stats.connected_ms = 300;
  stats.rtt_ms = 20;
  g_assert_cmpint (desk_quality_from_stats (&stats), ==, DESK_QUALITY_EXCELLENT);
  stats.loss_out = 0.02;
  g_assert_cmpint (desk_quality_from_stats (&stats), ==, DESK_QUALITY_GOOD);
  stats.rtt_ms = 500;
  g_assert_cmpint (desk_quality_from_stats (&stats), ==, DESK_QUALITY_FAIR);
  stats.loss_in = 0.3;
  g_assert_cmpint (desk_quality_from_stats (&stats), ==, DESK_QUALITY_BAD);
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desktop/time/clock", test_clock);
  g_test_add_func ("/desktop/time/range-over-clock-change", test_range_over_clock_change);
  g_test_add_func ("/desktop/time/day", test_day);
  g_test_add_func ("/desktop/time/duration", test_duration);
  g_test_add_func ("/desktop/time/waiting", test_waiting);
  g_test_add_func ("/desktop/time/until", test_until);
  g_test_add_func ("/desktop/time/elapsed", test_elapsed);
  g_test_add_func ("/desktop/errors/all-codes", test_errors);
  g_test_add_func ("/desktop/errors/foreign", test_foreign_errors);
  g_test_add_func ("/desktop/address", test_address);
  g_test_add_func ("/desktop/quality", test_quality);
  return g_test_run ();
}

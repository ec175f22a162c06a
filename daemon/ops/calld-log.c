/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-log"

#include "config.h"

#include "calld-log.h"

#include "call-id.h"
#include "call-json.h"

#include <stdio.h>
#include <string.h>

#define REDACTED "[redacted]"
/* A detail is one sentence of a library, not a document. */
#define DETAIL_MAX 400
/* Longer runs of letters and digits than these are no words of a message. */
#define OPAQUE_MIN 24

static struct {
  CalldLogLevel level;
  CalldLogFormat format;
  gboolean journal;
  CalldLogSink sink;
  gpointer sink_data;
} setup = { .level = CALLD_LOG_INFO };

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* What is said about an event, ready to be written: clean, in order. */
typedef struct {
  CalldLogLevel level;
  const char *domain;
  const char *event;
  char *ts;
  const char *appointment_id;
  const char *call_id;
  const char *user_id;
  guint64 connection_id;
  const char *code;
  char *detail;
  gint64 count;
  const char *counted;
  gint64 latency_us;
} Entry;

/* --- redaction ------------------------------------------------------------------------------- */

static gboolean
is_delimiter (char c)
{
  return g_ascii_isspace (c) || strchr ("\"'`<>(){}[]|,;&=", c) != NULL;
}

static gboolean
ends_with_secret_name (const char *word, gsize length)
{
  static const char *const names[] = { "token",         "password", "secret", "credential",
                                       "authorization", "bearer",   "key",    "name" };

  while (length > 0 && word[length - 1] == ':')
    length--;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    gsize n = strlen (names[i]);

    if (length >= n && g_ascii_strncasecmp (word + length - n, names[i], n) == 0)
      return TRUE;
  }
  return FALSE;
}

/* An e-mail address, a JWT, or a key in hex or base64; ids and paths stay. */
static gboolean
is_secret (const char *word, gsize length)
{
  g_autofree char *copy = g_strndup (word, length);
  gsize run = 0, dots = 0;

  if (strchr (copy, '@') != NULL)
    return TRUE;
  if (call_id_is_valid (copy) || strchr (copy, '/') != NULL)
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (copy[i] == '.')
      dots++;
    if (g_ascii_isalnum (copy[i]) || strchr ("-_+.", copy[i]) != NULL)
      run++;
  }
  return run >= OPAQUE_MIN &&
         (dots == 2 || strpbrk (copy, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL);
}

static void
append_word (GString *out, const char *word, gsize length, gboolean secret)
{
  if (length == 0)
    return;
  if (secret || is_secret (word, length))
    g_string_append (out, REDACTED);
  else
    g_string_append_len (out, word, (gssize) length);
}

/**
 * calld_log_redact:
 * @text: (nullable): a message of a library
 *
 * Takes out of @text what must not be in a log: e-mail addresses, tokens, keys and what follows a
 * word such as "password". Control characters become blanks, so that nobody can forge a line.
 *
 * Returns: (transfer full): at most 400 bytes of valid UTF-8
 */
char *
calld_log_redact (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *out = g_string_new (NULL);
  gboolean secret = FALSE;
  const char *p = valid;

  while (*p != '\0' && out->len < DETAIL_MAX) {
    const char *word = p;

    while (*p != '\0' && !is_delimiter (*p) && !g_ascii_iscntrl (*p))
      p++;
    if (p == word + 1 && *word == ':') { /* between a quoted name and its value */
      g_string_append_c (out, ':');
      word = p;
    }
    append_word (out, word, (gsize) (p - word), secret);
    if (p > word)
      secret = ends_with_secret_name (word, (gsize) (p - word));
    for (; *p != '\0' && (is_delimiter (*p) || g_ascii_iscntrl (*p)); p++)
      g_string_append_c (out, g_ascii_iscntrl (*p) ? ' ' : *p);
  }
  if (out->len > DETAIL_MAX) {
    const char *end = g_utf8_find_prev_char (out->str, out->str + DETAIL_MAX);

    g_string_truncate (out, end != NULL ? (gsize) (end - out->str) : 0);
  }
  return g_string_free (out, FALSE);
}

static const char *
clean_id (const char *id)
{
  return id == NULL || call_id_is_valid (id) ? id : REDACTED;
}

/* --- writing --------------------------------------------------------------------------------- */

static char *
entry_to_json (const Entry *entry)
{
  CallJsonWriter json = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&json, NULL);
  call_json_add_string (&json, "ts", entry->ts);
  call_json_add_string (&json, "level", level_names[entry->level]);
  call_json_add_string (&json, "domain", entry->domain);
  call_json_add_string (&json, "event", entry->event);
  call_json_add_string (&json, "appointmentId", entry->appointment_id);
  call_json_add_string (&json, "callId", entry->call_id);
  call_json_add_string (&json, "userId", entry->user_id);
  if (entry->connection_id != 0)
    call_json_add_int (&json, "connectionId", (gint64) entry->connection_id);
  call_json_add_string (&json, "code", entry->code);
  if (entry->counted != NULL)
    call_json_add_int (&json, entry->counted, entry->count);
  if (entry->latency_us > 0)
    call_json_add_double (&json, "latencyMs", (double) entry->latency_us / 1000.0);
  call_json_add_string (&json, "detail", entry->detail);
  call_json_end_object (&json);
  return call_json_writer_finish (&json);
}

static void
append_pair (GString *line, const char *name, const char *value)
{
  if (value != NULL)
    g_string_append_printf (line, " %s=%s", name, value);
}

static void
append_fields (GString *line, const Entry *entry)
{
  append_pair (line, "appointmentId", entry->appointment_id);
  append_pair (line, "callId", entry->call_id);
  append_pair (line, "userId", entry->user_id);
  if (entry->connection_id != 0)
    g_string_append_printf (line, " connectionId=%" G_GUINT64_FORMAT, entry->connection_id);
  append_pair (line, "code", entry->code);
  if (entry->counted != NULL)
    g_string_append_printf (line, " %s=%" G_GINT64_FORMAT, entry->counted, entry->count);
  if (entry->latency_us > 0)
    g_string_append_printf (line, " latencyMs=%.3f", (double) entry->latency_us / 1000.0);
  if (entry->detail != NULL)
    g_string_append_printf (line, ": %s", entry->detail);
}

static char *
entry_to_text (const Entry *entry)
{
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%s %-7s %s %s", entry->ts, level_names[entry->level],
                          entry->domain, entry->event);
  append_fields (line, entry);
  return g_string_free (line, FALSE);
}

/* The journal keeps the fields apart, so that `journalctl CALL_ID=…` tells the story of a call. */
static void
write_to_journal (const Entry *entry)
{
  static const char *const priorities[] = { "3", "4", "6", "7" };
  g_autoptr (GString) message = g_string_new (entry->event);
  g_autofree char *latency = g_strdup_printf ("%.3f", (double) entry->latency_us / 1000.0);
  const struct {
    const char *key;
    const char *value;
  } pairs[] = {
    { "PRIORITY", priorities[entry->level] },
    { "GLIB_DOMAIN", entry->domain },
    { "CALLD_EVENT", entry->event },
    { "APPOINTMENT_ID", entry->appointment_id },
    { "CALL_ID", entry->call_id },
    { "USER_ID", entry->user_id },
    { "CALLD_CODE", entry->code },
    { "LATENCY_MS", entry->latency_us > 0 ? latency : NULL },
  };
  GLogField fields[G_N_ELEMENTS (pairs) + 1];
  gsize n = 0;

  append_fields (message, entry);
  fields[n++] = (GLogField){ "MESSAGE", message->str, -1 };
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i].value != NULL)
      fields[n++] = (GLogField){ pairs[i].key, pairs[i].value, -1 };
  g_log_writer_journald (G_LOG_LEVEL_MESSAGE, fields, n, NULL);
}

static void
write_entry (Entry *entry)
{
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *line = NULL;

  if (setup.journal && setup.sink == NULL) {
    write_to_journal (entry);
    return;
  }
  now = g_date_time_new_now_utc ();
  entry->ts = g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", g_date_time_get_year (now),
                               g_date_time_get_month (now), g_date_time_get_day_of_month (now),
                               g_date_time_get_hour (now), g_date_time_get_minute (now),
                               g_date_time_get_second (now),
                               g_date_time_get_microsecond (now) / 1000);
  line = setup.format == CALLD_LOG_JSON ? entry_to_json (entry) : entry_to_text (entry);
  g_free (entry->ts);
  if (setup.sink != NULL)
    setup.sink (entry->level, line, setup.sink_data);
  else
    fprintf (stderr, "%s\n", line);
}

/**
 * calld_log_set_up:
 * @level: the least important that is written
 * @format: how a line on stderr looks
 *
 * Sets what is logged, before threads start. When stderr is the journal of systemd, fields go
 * there.
 */
void
calld_log_set_up (CalldLogLevel level, CalldLogFormat format)
{
  setup.level = level;
  setup.format = format;
  setup.journal = g_log_writer_is_journald (fileno (stderr));
}

/**
 * calld_log_set_sink:
 * @sink: (nullable): takes the lines, %NULL: stderr again
 * @user_data: for @sink
 *
 * Lets a test see what is logged. Not while other threads log.
 */
void
calld_log_set_sink (CalldLogSink sink, gpointer user_data)
{
  setup.sink = sink;
  setup.sink_data = user_data;
}

gboolean
calld_log_is_on (CalldLogLevel level)
{
  return level <= setup.level;
}

/**
 * calld_log:
 * @level: how bad it is
 * @domain: the file that says it, usually G_LOG_DOMAIN
 * @event: a constant word
 * @fields: what goes with it
 *
 * Writes a line. Use the macros. From any thread.
 */
void
calld_log (CalldLogLevel level, const char *domain, const char *event, const CalldLogFields *fields)
{
  g_autofree char *detail = fields->detail != NULL ? calld_log_redact (fields->detail) : NULL;
  Entry entry = {
    .level = level,
    .domain = domain,
    .event = event,
    .appointment_id = clean_id (fields->appointment_id),
    .call_id = clean_id (fields->call_id),
    .user_id = clean_id (fields->user_id),
    .connection_id = fields->connection_id,
    .code = fields->code,
    .detail = detail,
    .count = fields->count,
    .counted = fields->counted,
    .latency_us = fields->latency_us,
  };

  if (calld_log_is_on (level))
    write_entry (&entry);
}

static CalldLogLevel
level_of_flags (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return CALLD_LOG_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return CALLD_LOG_WARNING;
  return flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO) ? CALLD_LOG_INFO : CALLD_LOG_DEBUG;
}

static GLogWriterOutput
glib_writer (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *domain = "glib", *message = NULL;
  CalldLogLevel level = level_of_flags (flags);

  if (!calld_log_is_on (level))
    return G_LOG_WRITER_HANDLED;
  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
    else if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
      domain = fields[i].value;
  }
  calld_log (level, domain, "message", &(CalldLogFields){ .detail = message });
  return G_LOG_WRITER_HANDLED;
}

/**
 * calld_log_install_writer:
 *
 * Makes the messages of GLib and of libraries on it come out like ours, redacted too. Once, from
 * main().
 */
void
calld_log_install_writer (void)
{
  g_log_set_writer_func (glib_writer, NULL, NULL);
}

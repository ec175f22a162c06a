/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-config.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalldLogFields:
 * @appointment_id: (nullable): an appointment
 * @call_id: (nullable): a call
 * @user_id: (nullable): a user
 * @connection_id: a connection of the hub, 0 for none
 * @code: (nullable): a word of an error body, see call_error_to_code()
 * @detail: (nullable): technical text such as a message of SQLite; never a name, a text or a token
 * @count: any number worth knowing, with @counted saying of what
 * @counted: (nullable): what @count counts, a constant
 * @latency_us: how long it took, in microseconds, 0 for nothing measured
 *
 * What goes with an event. Ids that are none, and anything in @detail that looks like an address, a
 * token or a password, come out as "[redacted]".
 */
typedef struct {
  const char *appointment_id;
  const char *call_id;
  const char *user_id;
  guint64 connection_id;
  const char *code;
  const char *detail;
  gint64 count;
  const char *counted;
  gint64 latency_us;
} CalldLogFields;

/**
 * CalldLogSink:
 * @level: how bad it is
 * @line: the line that would go to stderr, without the end of line
 * @user_data: what was given with the sink
 *
 * Takes the lines in place of stderr. May be called from any thread.
 */
typedef void (*CalldLogSink) (CalldLogLevel level, const char *line, gpointer user_data);

void calld_log_set_up (CalldLogLevel level, CalldLogFormat format);
void calld_log_install_writer (void);
void calld_log_set_sink (CalldLogSink sink, gpointer user_data);
gboolean calld_log_is_on (CalldLogLevel level);
void calld_log (CalldLogLevel level,
                const char *domain,
                const char *event,
                const CalldLogFields *fields);
char *calld_log_redact (const char *text);

/**
 * calld_log_info:
 * @event: a constant word such as "call_requested"
 * @...: designated initialisers of a #CalldLogFields
 *
 * `calld_log_info ("call_requested", .appointment_id = id, .call_id = call_id);`
 */
#define calld_log_error(event, ...) calld_log_at (CALLD_LOG_ERROR, event, __VA_ARGS__)
#define calld_log_warning(event, ...) calld_log_at (CALLD_LOG_WARNING, event, __VA_ARGS__)
#define calld_log_info(event, ...) calld_log_at (CALLD_LOG_INFO, event, __VA_ARGS__)
#define calld_log_debug(event, ...) calld_log_at (CALLD_LOG_DEBUG, event, __VA_ARGS__)

#define calld_log_at(level, event, ...)                                         \
  G_STMT_START                                                                  \
  {                                                                             \
    if (calld_log_is_on (level))                                                \
      calld_log (level, G_LOG_DOMAIN, event, &(CalldLogFields){ __VA_ARGS__ }); \
  }                                                                             \
  G_STMT_END

G_END_DECLS

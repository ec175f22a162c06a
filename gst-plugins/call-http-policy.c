/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-http-policy.h"

#include <string.h>

#define MAX_DELAY_MS 30000
#define MAX_RETRY_AFTER_S 300

static const struct {
  guint first, last;
  GstCallHttpOutcome outcome;
} outcomes[] = {
  { 200, 299, GST_CALL_HTTP_DELIVERED },
  { 408, 408, GST_CALL_HTTP_RETRY }, /* too slow */
  { 425, 425, GST_CALL_HTTP_RETRY }, /* too early */
  { 429, 429, GST_CALL_HTTP_RETRY }, /* too many */
  /* A wrong key is put right by people, and the blocks are as good as before. */
  { 401, 401, GST_CALL_HTTP_RETRY },
  { 403, 403, GST_CALL_HTTP_RETRY },
  { 300, 499, GST_CALL_HTTP_BURY },
};

/**
 * gst_call_http_policy_judge:
 * @status: of the answer; 0 if there was none
 *
 * Returns: what is to be done with the block
 */
GstCallHttpOutcome
gst_call_http_policy_judge (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (status >= outcomes[i].first && status <= outcomes[i].last)
      return outcomes[i].outcome;
  return GST_CALL_HTTP_RETRY;
}

/**
 * gst_call_http_policy_delay_ms:
 * @n_failed: how often the block was tried, in vain; 1 at least
 * @base_ms: the delay after the first time
 *
 * Each delay is twice the one before; after three tries the endpoint is taken to be down, and asked
 * at longer intervals, half a minute at most.
 *
 * Returns: how long to wait
 */
guint
gst_call_http_policy_delay_ms (guint n_failed, guint base_ms)
{
  guint doublings = MIN (n_failed - 1, 16);

  return (guint) MIN ((guint64) base_ms << doublings, MAX (MAX_DELAY_MS, base_ms));
}

/**
 * gst_call_http_policy_retry_after_ms:
 * @value: (nullable): of the header Retry-After, RFC 9110, section 10.2.3
 *
 * Returns: how long it asks to wait, five minutes at most; 0 if it does not say a number of seconds
 */
guint
gst_call_http_policy_retry_after_ms (const char *value)
{
  guint64 seconds;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &seconds, NULL))
    return 0;
  return (guint) MIN (seconds, MAX_RETRY_AFTER_S) * 1000;
}

/* Names come from strangers: a header is one line of printable characters. */
static char *
header_value (const char *text)
{
  char *value = g_strdup (text != NULL ? text : "");

  for (char *at = value; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      *at = '_';
  return value;
}

/**
 * gst_call_http_policy_make_meta:
 * @block: what is said of a block
 *
 * Returns: (transfer full): the query of its URL in the first line, and its headers in the others
 */
char *
gst_call_http_policy_make_meta (const GstCallHttpBlock *block)
{
  g_autofree char *meeting = header_value (block->meeting);
  g_autofree char *participant = header_value (block->participant);
  g_autofree char *track = header_value (block->track);
  g_autofree char *meeting_query = g_uri_escape_string (meeting, NULL, FALSE);
  g_autofree char *participant_query = g_uri_escape_string (participant, NULL, FALSE);
  g_autofree char *track_query = g_uri_escape_string (track, NULL, FALSE);
  g_autofree char *type = NULL;

  type = block->is_wav
             ? g_strdup ("audio/wav")
             : g_strdup_printf ("audio/L16; rate=%u; channels=%u", block->rate, block->channels);
  return g_strdup_printf (
      "meetingId=%s&participant=%s&track=%s&sr=%u&ch=%u\n"
      "Content-Type: %s\nX-Meeting-Id: %s\nX-Participant-Id: %s\nX-Track-Id: %s",
      meeting_query, participant_query, track_query, block->rate, block->channels, type, meeting,
      participant, track);
}

/**
 * gst_call_http_policy_make_url:
 * @endpoint: where blocks are posted; may have a query of its own
 * @query: of a block
 *
 * Returns: (transfer full): the URL of the block
 */
char *
gst_call_http_policy_make_url (const char *endpoint, const char *query)
{
  return g_strdup_printf ("%s%c%s", endpoint, strchr (endpoint, '?') != NULL ? '&' : '?', query);
}

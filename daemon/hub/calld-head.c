/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-head.h"

#include <string.h>

/* Finds the empty line, in the same way as libsoup: it may end in LF alone. Returns what is behind
 * it, or 0. */
static gsize
find_end (const char *data, gsize length)
{
  const char *p = data, *end = data + length;

  while ((p = memchr (p, '\n', (gsize) (end - p))) != NULL) {
    p++;
    if (p < end && *p == '\n')
      return (gsize) (p + 1 - data);
    if (p + 1 < end && p[0] == '\r' && p[1] == '\n')
      return (gsize) (p + 2 - data);
  }
  return 0;
}

static gboolean
parse_content_length (CalldHead *self)
{
  const char *text = soup_message_headers_get_list (self->headers, "Content-Length");
  guint64 value;

  self->content_length = 0;
  if (text == NULL)
    return TRUE;
  /* Two of them come as "5, 5", and are refused: the next server may read another one. */
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
    return FALSE;
  self->content_length = (gint64) value;
  return TRUE;
}

/* RFC 9112 section 6.3: a body whose length can be read in two ways is an attack. */
static gboolean
parse_framing (CalldHead *self)
{
  const char *coding = soup_message_headers_get_list (self->headers, "Transfer-Encoding");

  if (!parse_content_length (self))
    return FALSE;
  self->chunked = coding != NULL;
  if (coding == NULL)
    return TRUE;
  return g_ascii_strcasecmp (coding, "chunked") == 0 &&
         soup_message_headers_get_list (self->headers, "Content-Length") == NULL;
}

static void
parse_connection (CalldHead *self, SoupHTTPVersion version)
{
  const char *expect = soup_message_headers_get_list (self->headers, "Expect");

  self->keep_alive = version == SOUP_HTTP_1_1 &&
                     !soup_message_headers_header_contains (self->headers, "Connection", "close");
  self->expects_continue = expect != NULL && g_ascii_strcasecmp (expect, "100-continue") == 0;
  self->websocket = version == SOUP_HTTP_1_1 && g_str_equal (self->method, "GET") &&
                    soup_message_headers_header_contains (self->headers, "Connection", "upgrade") &&
                    soup_message_headers_header_contains (self->headers, "Upgrade", "websocket");
}

static gboolean
split_target (CalldHead *self, char *target)
{
  char *question = strchr (target, '?');

  if (question != NULL) {
    self->query = g_strdup (question + 1);
    *question = '\0';
  }
  self->path = target;
  /* The absolute form is libsoup's business: such a path is below none of ours. */
  return TRUE;
}

static gboolean
parse_lines (CalldHead *self, const char *data, gsize length)
{
  g_autofree char *target = NULL;
  SoupHTTPVersion version;
  guint status;

  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  status = soup_headers_parse_request (data, (int) length, self->headers, &self->method, &target,
                                       &version);
  if (status != SOUP_STATUS_OK || target == NULL || self->method == NULL)
    return FALSE;
  if (!split_target (self, g_steal_pointer (&target)))
    return FALSE;
  if (!parse_framing (self))
    return FALSE;
  parse_connection (self, version);
  return TRUE;
}

/**
 * calld_head_parse:
 * @self: (out caller-allocates): the head; to be cleared when the result is %CALLD_HEAD_DONE
 * @data: (array length=length): bytes of a connection, from where a request begins
 * @length: their number
 * @limit: the longest head that is accepted
 * @consumed: (out): bytes of the head; before it, empty lines are skipped (RFC 9112 section 2.2)
 *
 * Reads the head of a request.
 *
 * Returns: what was found
 */
CalldHeadResult
calld_head_parse (CalldHead *self, const char *data, gsize length, gsize limit, gsize *consumed)
{
  gsize skipped = 0, end;

  memset (self, 0, sizeof *self);
  *consumed = 0;
  while (skipped < length && (data[skipped] == '\r' || data[skipped] == '\n'))
    skipped++;

  end = find_end (data + skipped, length - skipped);
  if (skipped + (end > 0 ? end : length - skipped) > limit)
    return CALLD_HEAD_TOO_LARGE;
  if (end == 0)
    return CALLD_HEAD_MORE;
  if (memchr (data + skipped, '\0', end) != NULL || !parse_lines (self, data + skipped, end)) {
    calld_head_clear (self);
    return CALLD_HEAD_BAD;
  }
  *consumed = skipped + end;
  return CALLD_HEAD_DONE;
}

/**
 * calld_head_clear:
 * @self: a head
 *
 * Frees what @self points to.
 */
void
calld_head_clear (CalldHead *self)
{
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

/**
 * calld_head_is_below:
 * @self: a head
 * @prefix: a path without a slash at its end
 *
 * Whether the path of @self is @prefix or below it.
 *
 * Returns: %TRUE if it is
 */
gboolean
calld_head_is_below (const CalldHead *self, const char *prefix)
{
  gsize length = strlen (prefix);

  return strncmp (self->path, prefix, length) == 0 &&
         (self->path[length] == '\0' || self->path[length] == '/');
}

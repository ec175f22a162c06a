/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * CalldHeadResult:
 * @CALLD_HEAD_MORE: the head is not complete
 * @CALLD_HEAD_DONE: here it is
 * @CALLD_HEAD_TOO_LARGE: longer than allowed: 431
 * @CALLD_HEAD_BAD: no HTTP, or one whose end could be disputed: 400
 *
 * What calld_head_parse() found.
 */
typedef enum {
  CALLD_HEAD_MORE,
  CALLD_HEAD_DONE,
  CALLD_HEAD_TOO_LARGE,
  CALLD_HEAD_BAD,
} CalldHeadResult;

/**
 * CalldHead:
 * @method: GET, POST …
 * @path: the path as it was sent, without the query
 * @query: (nullable): the query without its question mark
 * @headers: all headers
 * @content_length: length of the body, 0 if there is none; not known when @chunked
 * @chunked: the body comes in chunks
 * @keep_alive: another request may follow on the connection
 * @expects_continue: the client waits for "100 Continue" before it sends the body
 * @websocket: the client asks for an upgrade to WebSocket
 *
 * The head of a request.
 */
typedef struct {
  char *method;
  char *path;
  char *query;
  SoupMessageHeaders *headers;
  gint64 content_length;
  gboolean chunked;
  gboolean keep_alive;
  gboolean expects_continue;
  gboolean websocket;
} CalldHead;

CalldHeadResult
calld_head_parse (CalldHead *self, const char *data, gsize length, gsize limit, gsize *consumed);
void calld_head_clear (CalldHead *self);
gboolean calld_head_is_below (const CalldHead *self, const char *prefix);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalldHead, calld_head_clear)

G_END_DECLS

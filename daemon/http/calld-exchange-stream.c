/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-exchange-private.h"

/*
 * Bodies that are too large to be gathered: they go through piece by piece, and whoever takes or
 * gives them says when the next may come.
 */

/**
 * calld_exchange_peek_stream:
 * @message: a request
 *
 * Returns: (transfer none) (nullable): the exchange whose body goes through piece by piece
 */
CalldExchange *
calld_exchange_peek_stream (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), CALLD_EXCHANGE_STREAM);
}

/* Takes an exchange whose client has gone, or has got the whole answer, and tells who takes or
 * gives the body, if somebody still does. */
static void
lose (CalldExchange *self)
{
  const CalldBodyReader *reader = self->reader;
  const CalldBodyWriter *writer = self->writer;
  gpointer data = self->stream_data;

  /* Between the end of the body and the answer somebody holds the exchange, and will reply. */
  if (reader == NULL && writer == NULL)
    return;
  calld_exchange_free (self);
  if (reader != NULL)
    reader->gone (data);
  else
    writer->gone (data);
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  CalldExchange *self = calld_exchange_peek_stream (message);

  if (self != NULL)
    lose (self);
}

/**
 * calld_exchange_mark_stream:
 * @self: an exchange whose body has not come yet
 *
 * Makes the message know its exchange, so that the server can hand the body on.
 */
void
calld_exchange_mark_stream (CalldExchange *self)
{
  g_object_set_data (G_OBJECT (self->message), CALLD_EXCHANGE_STREAM, self);
  g_signal_connect (self->message, "finished", G_CALLBACK (on_finished), NULL);
}

/* --- the request ------------------------------------------------------------------------------ */

/**
 * calld_exchange_read:
 * @self: an exchange of a route with %CALLD_ROUTE_STREAM, within or after its handler
 * @reader: takes the body
 * @user_data: for @reader
 *
 * Lets the body come.
 */
void
calld_exchange_read (CalldExchange *self, const CalldBodyReader *reader, gpointer user_data)
{
  self->reader = reader;
  self->stream_data = user_data;
  soup_server_message_unpause (self->message);
}

/**
 * calld_exchange_hold:
 * @self: an exchange whose body comes
 *
 * Lets no more of the body come until calld_exchange_go_on(): the client waits.
 */
void
calld_exchange_hold (CalldExchange *self)
{
  soup_server_message_pause (self->message);
}

void
calld_exchange_go_on (CalldExchange *self)
{
  soup_server_message_unpause (self->message);
}

/**
 * calld_exchange_take_chunk:
 * @self: (nullable): an exchange
 * @chunk: the next bytes of its body
 *
 * Returns: whether somebody took them
 */
gboolean
calld_exchange_take_chunk (CalldExchange *self, GBytes *chunk)
{
  if (self == NULL || self->reader == NULL)
    return FALSE;
  self->reader->chunk (self, chunk, self->stream_data);
  return TRUE;
}

/**
 * calld_exchange_take_end:
 * @self: (nullable): an exchange
 *
 * Returns: whether somebody replies now that the body is whole
 */
gboolean
calld_exchange_take_end (CalldExchange *self)
{
  const CalldBodyReader *reader = self != NULL ? self->reader : NULL;

  if (reader == NULL)
    return FALSE;
  soup_server_message_pause (self->message);
  self->reader = NULL;
  reader->end (self, self->stream_data);
  return TRUE;
}

/* --- the answer ------------------------------------------------------------------------------- */

static void
on_wrote_chunk (SoupServerMessage *message, gpointer user_data)
{
  CalldExchange *self = calld_exchange_peek_stream (message);

  if (self != NULL && self->writer != NULL)
    self->writer->more (self, self->stream_data);
}

/**
 * calld_exchange_reply_stream:
 * @self: (transfer full): an exchange
 * @status: the status
 * @length: of the body
 * @writer: gives the body; asked for the first piece at once
 * @user_data: for @writer
 *
 * Answers with a body that comes piece by piece. libsoup keeps no piece that is written.
 */
void
calld_exchange_reply_stream (CalldExchange *self,
                             guint status,
                             gint64 length,
                             const CalldBodyWriter *writer,
                             gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  self->writer = writer;
  self->stream_data = user_data;
  calld_exchange_mark_stream (self);
  soup_server_message_set_status (self->message, status, NULL);
  soup_message_headers_set_content_length (headers, length);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
  g_signal_connect (self->message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), NULL);
  writer->more (self, user_data);
}

/**
 * calld_exchange_write:
 * @self: an exchange that is being answered
 * @bytes: the next piece, not empty
 *
 * Writes a piece of the answer.
 */
void
calld_exchange_write (CalldExchange *self, GBytes *bytes)
{
  soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), bytes);
  soup_server_message_unpause (self->message);
}

/**
 * calld_exchange_cut:
 * @self: an exchange that is being answered
 *
 * Closes the connection, so that the client knows that the answer is not whole.
 */
void
calld_exchange_cut (CalldExchange *self)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (self->message);
  GIOStream *stream = soup_server_message_steal_connection (message);

  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
  g_clear_object (&stream);
  if (calld_exchange_peek_stream (message) == self)
    lose (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-http.h"

#include "call-error.h"

/*
 * CallHttp:
 *
 * The REST half of the protocol: sends a record, reads a record. It knows where the server is and
 * the token, and turns every failure into an error of %CALL_ERROR; cancelling stays
 * %G_IO_ERROR_CANCELLED.
 */
struct _CallHttp {
  GObject parent_instance;

  GUri *endpoint; /* %NULL if it was malformed: then every request fails */
  char *token;
  SoupSession *session;
};

G_DEFINE_FINAL_TYPE (CallHttp, call_http, G_TYPE_OBJECT)

#define CHUNK 65536
#define TIMEOUT_SECONDS 20

typedef struct {
  SoupMessage *message;
  const CallSchema *answer;
  GInputStream *stream;
  GByteArray *body;
  CallErrorBody *refusal;
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stream);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_clear_pointer (&exchange->refusal, call_record_unref);
  g_free (exchange);
}

static void
call_http_dispose (GObject *object)
{
  CallHttp *self = CALL_HTTP (object);

  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (call_http_parent_class)->dispose (object);
}

static void
call_http_finalize (GObject *object)
{
  CallHttp *self = CALL_HTTP (object);

  g_clear_pointer (&self->endpoint, g_uri_unref);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (call_http_parent_class)->finalize (object);
}

static void
call_http_class_init (CallHttpClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = call_http_dispose;
  object_class->finalize = call_http_finalize;
}

static void
call_http_init (CallHttp *self)
{
  /* Two WebSockets and a REST request or three at once are normal; libsoup's default is two. */
  self->session = soup_session_new_with_options ("max-conns-per-host", 16, "timeout",
                                                 TIMEOUT_SECONDS, "idle-timeout", 30, "user-agent",
                                                 "libcall/" PACKAGE_VERSION " ", NULL);
}

CallHttp *
call_http_new (const char *endpoint)
{
  CallHttp *self = g_object_new (CALL_TYPE_HTTP, NULL);

  self->endpoint = g_uri_parse (endpoint, SOUP_HTTP_URI_FLAGS, NULL);
  return self;
}

SoupSession *
call_http_get_session (CallHttp *self)
{
  return self->session;
}

void
call_http_set_token (CallHttp *self, const char *token)
{
  g_free (self->token);
  self->token = g_strdup (token);
}

/* @path_and_query is relative to the endpoint and begins without a slash. */
SoupMessage *
call_http_new_message (CallHttp *self,
                       const char *method,
                       const char *path_and_query,
                       GError **error)
{
  g_autofree char *base = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GUri) uri = NULL;
  SoupMessage *message = NULL;

  if (self->endpoint != NULL) {
    base = g_uri_to_string (self->endpoint);
    text = g_strconcat (base, g_str_has_suffix (base, "/") ? "" : "/", path_and_query, NULL);
    uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  }
  if (uri != NULL && g_uri_get_host (uri) != NULL &&
      (g_str_equal (g_uri_get_scheme (uri), "http") ||
       g_str_equal (g_uri_get_scheme (uri), "https")))
    message = soup_message_new_from_uri (method, uri);
  /* The protocol has no redirects, and a token must not follow one to somebody else. */
  if (message != NULL)
    soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                         "The server's address is not an http or https URL.");
  return message;
}

/* What went wrong below HTTP, in words a caller can act on. */
GError *
call_http_translate_error (const GError *error)
{
  CallError code = CALL_ERROR_UNAVAILABLE;

  if (error->domain == CALL_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    code = CALL_ERROR_TIMED_OUT;
  else if (error->domain == G_TLS_ERROR)
    code = CALL_ERROR_FAILED;
  return g_error_new (CALL_ERROR, code, "The server cannot be reached: %s", error->message);
}

/* Whether the same request may work later. */
gboolean
call_http_error_is_transient (const GError *error)
{
  return g_error_matches (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE) ||
         g_error_matches (error, CALL_ERROR, CALL_ERROR_TIMED_OUT) ||
         g_error_matches (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED);
}

static void
return_translated (GTask *task, GError *error)
{
  g_autoptr (GError) owned = error;

  g_task_return_error (task, call_http_translate_error (owned));
}

static void
finish_exchange (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  guint status = soup_message_get_status (exchange->message);
  g_autoptr (GError) error = NULL;
  gpointer record;

  if (!SOUP_STATUS_IS_SUCCESSFUL (status)) {
    exchange->refusal = call_error_body_parse ((const char *) exchange->body->data,
                                               exchange->body->len);
    g_task_return_error (task, call_error_body_to_error (exchange->refusal, status));
    return;
  }
  record = call_record_parse (exchange->answer, (const char *) exchange->body->data,
                              exchange->body->len, &error);
  if (record != NULL)
    g_task_return_pointer (task, record, call_record_unref);
  else
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_PROTOCOL,
                             "The server's answer cannot be read: %s", error->message);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result,
                                                               &error);

  if (chunk == NULL) {
    return_translated (task, g_steal_pointer (&error));
    return;
  }
  if (g_bytes_get_size (chunk) == 0) {
    finish_exchange (task);
    return;
  }
  if (exchange->body->len + g_bytes_get_size (chunk) > CALL_HTTP_MAX_ANSWER) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_TOO_LARGE,
                             "The server's answer is too large.");
    return;
  }
  g_byte_array_append (exchange->body, g_bytes_get_data (chunk, NULL),
                       (guint) g_bytes_get_size (chunk));
  g_input_stream_read_bytes_async (exchange->stream, CHUNK, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), read_cb, g_object_ref (task));
}

static void
send_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL) {
    return_translated (task, g_steal_pointer (&error));
    return;
  }
  g_input_stream_read_bytes_async (exchange->stream, CHUNK, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), read_cb, g_object_ref (task));
}

static void
attach_record (SoupMessage *message, gconstpointer record)
{
  char *json = record != NULL ? call_record_to_json (record) : g_strdup ("{}");
  g_autoptr (GBytes) body = g_bytes_new_take (json, strlen (json));

  soup_message_set_request_body_from_bytes (message, "application/json", body);
}

/*
 * call_http_send_async:
 * @method: "GET" or "POST"
 * @path_and_query: below the endpoint, without a leading slash
 * @record: (nullable): the body of a POST
 * @answer: what a good answer looks like
 *
 * Sends one request, with the token if there is one.
 */
void
call_http_send_async (CallHttp *self,
                      const char *method,
                      const char *path_and_query,
                      gconstpointer record,
                      const CallSchema *answer,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, call_http_send_async);
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  exchange->answer = answer;
  exchange->body = g_byte_array_new ();
  exchange->message = call_http_new_message (self, method, path_and_query, &error);
  if (exchange->message == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (self->token != NULL) {
    g_autofree char *value = g_strconcat ("Bearer ", self->token, NULL);

    soup_message_headers_replace (soup_message_get_request_headers (exchange->message),
                                  "Authorization", value);
  }
  if (g_str_equal (method, "POST"))
    attach_record (exchange->message, record);
  soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT, cancellable,
                           send_cb, g_object_ref (task));
}

/*
 * call_http_send_finish:
 * @refusal: (out) (optional) (nullable): what the server said when it refused
 *
 * Returns: (transfer full): the answer, a record of the schema that was given
 */
gpointer
call_http_send_finish (CallHttp *self,
                       GAsyncResult *result,
                       CallErrorBody **refusal,
                       GError **error)
{
  Exchange *exchange;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  exchange = g_task_get_task_data (G_TASK (result));
  if (refusal != NULL)
    *refusal = g_steal_pointer (&exchange->refusal);
  return g_task_propagate_pointer (G_TASK (result), error);
}

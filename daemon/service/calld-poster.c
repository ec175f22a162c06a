/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-poster"

#include "config.h"

#include "calld-poster.h"

#include "calld-proxies.h"

#include "call-error.h"
#include "call-webhook.h"

#include <libsoup/soup.h>
#include <string.h>

#define TIMEOUT_SECONDS 10
#define URL_MAX 2000

/*
 * Sends signed requests to addresses that others chose. Whoever may choose an address must not
 * reach what only this machine can: networks that are not public are refused, and the address is
 * looked at when the connection is made, not when the name is first seen. Redirections are not
 * followed.
 */
struct _CalldPoster {
  GObject parent_instance;

  SoupSession *session;
  CalldProxies *forbidden; /* (nullable): networks that are not public */
};

/* RFC 6890, and the same inside IPv6. */
static const char *const private_networks[] = {
  "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
  "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
  "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",    "::/128",
  "::1/128",       "::ffff:0:0/96",   "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",
  "2001:db8::/32", "fc00::/7",        "fe80::/10",      "ff00::/8",       NULL,
};

G_DEFINE_FINAL_TYPE (CalldPoster, calld_poster, G_TYPE_OBJECT)

static void
calld_poster_finalize (GObject *object)
{
  CalldPoster *self = CALLD_POSTER (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->forbidden, calld_proxies_unref);
  G_OBJECT_CLASS (calld_poster_parent_class)->finalize (object);
}

static void
calld_poster_class_init (CalldPosterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_poster_finalize;
}

static void
calld_poster_init (CalldPoster *self)
{
  self->session = soup_session_new_with_options ("timeout", TIMEOUT_SECONDS, "idle-timeout", 30,
                                                 "proxy-resolver", NULL, "user-agent",
                                                 "libcall/" PACKAGE_VERSION, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
}

/**
 * calld_poster_new:
 * @allow_private: whether addresses that are not public may be reached
 *
 * Returns: (transfer full): a poster
 */
CalldPoster *
calld_poster_new (gboolean allow_private)
{
  CalldPoster *self = g_object_new (CALLD_TYPE_POSTER, NULL);

  if (!allow_private)
    self->forbidden = calld_proxies_new (private_networks, NULL);
  return self;
}

/**
 * calld_poster_check_url:
 * @url: where somebody wants something to be sent
 * @allow_private: whether addresses that are not public may be reached; then also without TLS
 * @error: (optional): %CALL_ERROR_INVALID with a sentence
 *
 * Looks whether an address can be used at all.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_poster_check_url (const char *url, gboolean allow_private, GError **error)
{
  g_autoptr (GUri) uri = strlen (url) <= URL_MAX ? g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL)
                                                 : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_user (uri) != NULL ||
      (g_strcmp0 (scheme, "https") != 0 && g_strcmp0 (scheme, "http") != 0)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                         "An address of a webhook is like https://example.org/hook");
    return FALSE;
  }
  if (!allow_private && g_str_equal (scheme, "http")) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                         "A webhook needs https; http is only for WEBHOOK_ALLOW_PRIVATE");
    return FALSE;
  }
  return TRUE;
}

typedef struct {
  SoupMessage *message;
  GCancellable *inner; /* cancelled when the address is refused */
  GCancellable *outer;
  gulong outer_id;
  gboolean refused;
} Sending;

static void
sending_free (Sending *sending)
{
  if (sending->outer != NULL)
    g_cancellable_disconnect (sending->outer, sending->outer_id);
  g_clear_object (&sending->outer);
  g_object_unref (sending->message);
  g_object_unref (sending->inner);
  g_free (sending);
}

/* Before the first packet goes out. */
static void
on_network_event (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer user_data)
{
  GTask *task = user_data;
  CalldPoster *self = g_task_get_source_object (task);
  Sending *sending = g_task_get_task_data (task);
  g_autoptr (GSocketAddress) remote = NULL;

  if (event != G_SOCKET_CLIENT_CONNECTING || self->forbidden == NULL ||
      !G_IS_SOCKET_CONNECTION (connection))
    return;
  remote = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  if (G_IS_INET_SOCKET_ADDRESS (remote) &&
      !calld_proxies_contain (self->forbidden,
                              g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote))))
    return;
  sending->refused = TRUE;
  g_cancellable_cancel (sending->inner);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Sending *sending = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result,
                                                              &error);
  guint status = soup_message_get_status (sending->message);

  g_signal_handlers_disconnect_by_func (sending->message, on_network_event, task);
  if (sending->refused) {
    g_clear_error (&error);
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                             "The address is in a network that is not public");
  } else if (stream == NULL)
    g_task_return_error (task, error);
  else if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_FAILED, "It answered with status %u",
                             status);
  else
    g_task_return_boolean (task, TRUE);
}

static SoupMessage *
make_message (const CalldPost *post)
{
  SoupMessage *message = soup_message_new (SOUP_METHOD_POST, post->url);
  g_autofree char *signature = call_webhook_sign (post->secret, post->now_seconds, post->body);
  g_autoptr (GBytes) body = g_bytes_new (post->body, strlen (post->body));
  SoupMessageHeaders *headers;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers (message);
  soup_message_headers_append (headers, CALL_WEBHOOK_EVENT_HEADER, post->event);
  soup_message_headers_append (headers, CALL_WEBHOOK_DELIVERY_HEADER, post->id);
  soup_message_headers_append (headers, CALL_WEBHOOK_SIGNATURE_HEADER, signature);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

static void
on_outer_cancelled (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/**
 * calld_poster_send_async:
 * @self: a poster
 * @post: what to send; copied
 * @cancellable: (nullable): gives up
 * @callback: called when it was answered, or not
 * @user_data: for @callback
 *
 * Sends a signed request.
 */
void
calld_poster_send_async (CalldPoster *self,
                         const CalldPost *post,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  SoupMessage *message = make_message (post);
  Sending *sending;

  if (message == NULL) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_INVALID, "The address cannot be read");
    g_object_unref (task);
    return;
  }
  sending = g_new0 (Sending, 1);
  sending->message = message;
  sending->inner = g_cancellable_new ();
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);
  if (cancellable != NULL) {
    sending->outer = g_object_ref (cancellable);
    sending->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (on_outer_cancelled),
                                               g_object_ref (sending->inner), g_object_unref);
  }
  g_signal_connect (message, "network-event", G_CALLBACK (on_network_event), task);
  soup_session_send_async (self->session, message, G_PRIORITY_LOW, sending->inner, on_sent, task);
}

/**
 * calld_poster_send_finish:
 * @self: a poster
 * @result: the result
 * @error: (optional): %CALL_ERROR_FORBIDDEN for an address that is not public, %CALL_ERROR_FAILED
 *   for an answer that is no success, or what went wrong on the way
 *
 * Returns: whether the receiver has taken it
 */
gboolean
calld_poster_send_finish (CalldPoster *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

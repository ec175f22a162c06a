/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-caller.h"

#include <string.h>

Caller *
caller_new (CalldFixture *calld)
{
  Caller *self = g_new0 (Caller, 1);

  self->calld = calld;
  self->session = soup_session_new ();
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) json_array_unref);
  return self;
}

void
caller_free (Caller *self)
{
  caller_disconnect (self);
  g_clear_pointer (&self->ack, json_node_unref);
  g_ptr_array_unref (self->events);
  g_object_unref (self->session);
  g_free (self->token);
  g_free (self->user_id);
  g_free (self->name);
  g_free (self->appointment_id);
  g_free (self->conversation_id);
  g_free (self);
}

/* --- REST ------------------------------------------------------------------------------------- */

static JsonObject *
parse_object (GBytes *bytes)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  json_parser_load_from_data (parser, text, (gssize) length, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/* Sends a request; @answer may be NULL. Returns the status. */
guint
caller_send (Caller *self,
             const char *method,
             const char *path,
             const char *body,
             JsonObject **answer)
{
  g_autofree char *uri = g_strconcat (self->calld->address, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (self->token != NULL) {
    g_autofree char *value = g_strconcat ("Bearer ", self->token, NULL);

    soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                                 value);
  }
  if (body != NULL) {
    g_autoptr (GBytes) request = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (message, "application/json", request);
  }
  bytes = soup_session_send_and_read (self->session, message, NULL, &error);
  g_assert_no_error (error);
  if (answer != NULL)
    *answer = parse_object (bytes);
  return soup_message_get_status (message);
}

static JsonObject *
expect (Caller *self, guint status, const char *method, const char *path, const char *body)
{
  JsonObject *answer = NULL;
  guint got = caller_send (self, method, path, body, &answer);

  if (got != status) {
    g_autofree char *log = calld_fixture_read_log (self->calld);

    g_test_message ("%s %s gave %u\n%s", method, path, got, log);
  }
  g_assert_cmpuint (got, ==, status);
  return answer;
}

JsonObject *
caller_get (Caller *self, guint status, const char *path)
{
  return expect (self, status, "GET", path, NULL);
}

JsonObject *
caller_post (Caller *self, guint status, const char *path, const char *format, ...)
{
  g_autofree char *body = NULL;
  va_list args;

  va_start (args, format);
  body = g_strdup_vprintf (format, args);
  va_end (args);
  return expect (self, status, "POST", path, body);
}

/* POST /appointments/{the caller's}/call/VERB */
JsonObject *
caller_call (Caller *self, guint status, const char *verb, const char *format, ...)
{
  g_autofree char *path = g_strdup_printf ("/appointments/%s/call/%s", self->appointment_id, verb);
  g_autofree char *body = NULL;
  va_list args;

  va_start (args, format);
  body = g_strdup_vprintf (format, args);
  va_end (args);
  return expect (self, status, "POST", path, body);
}

static void
take_user (Caller *self, JsonObject *answer)
{
  JsonObject *user = json_object_get_object_member (answer, "user");

  g_free (self->token);
  self->token = g_strdup (json_object_get_string_member (answer, "token"));
  self->user_id = g_strdup (json_object_get_string_member (user, "id"));
  self->name = g_strdup (json_object_get_string_member (user, "name"));
}

static void
take_appointment (Caller *self, JsonObject *appointment)
{
  self->appointment_id = g_strdup (json_object_get_string_member (appointment, "id"));
  self->conversation_id = g_strdup (json_object_get_string_member (appointment, "conversationId"));
}

void
caller_sign_in_patient (Caller *self)
{
  g_autoptr (JsonObject) answer = caller_post (self, 200, "/api/auth/join", "{\"link\":\"%s\"}",
                                               strchr (self->calld->join_link, '#') + 1);

  take_user (self, answer);
  take_appointment (self, json_object_get_object_member (answer, "appointment"));
}

/* The clinician sees all appointments; the one that is open is the one of the join link. */
void
caller_sign_in_clinician (Caller *self)
{
  g_autoptr (Caller) patient = caller_new (self->calld);
  g_autoptr (JsonObject) answer = caller_post (self, 200, "/api/auth/login",
                                               "{\"email\":\"%s\",\"password\":\"%s\"}",
                                               self->calld->email, self->calld->password);

  take_user (self, answer);
  caller_sign_in_patient (patient);
  self->appointment_id = g_strdup (patient->appointment_id);
  self->conversation_id = g_strdup (patient->conversation_id);
}

/* --- Socket.IO -------------------------------------------------------------------------------- */

static void
on_event (Caller *self, const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  g_assert_nonnull (node);
  g_ptr_array_add (self->events, json_array_ref (json_node_get_array (node)));
}

static void
on_ack (Caller *self, const char *text)
{
  char *json;
  guint64 id = g_ascii_strtoull (text, &json, 10);

  if (id != self->ack_id)
    return;
  g_clear_pointer (&self->ack, json_node_unref);
  self->ack = json_from_string (json, NULL);
}

/* Engine.IO packets 0 open, 2 ping, 4 message; Socket.IO packets 0 connect, 2 event, 3 ack. */
static void
on_packet (SoupWebsocketConnection *socket, int type, GBytes *bytes, gpointer user_data)
{
  Caller *self = user_data;
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  if (text[0] == '2')
    soup_websocket_connection_send_text (socket, "3");
  else if (g_str_has_prefix (text, "40"))
    self->connected = TRUE;
  else if (g_str_has_prefix (text, "42"))
    on_event (self, text + 2);
  else if (g_str_has_prefix (text, "43"))
    on_ack (self, text + 2);
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  ((Caller *) user_data)->closed = TRUE;
}

static void
on_socket (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Caller *self = user_data;
  g_autoptr (GError) error = NULL;

  self->socket = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  g_assert_no_error (error);
}

void
caller_connect (Caller *self)
{
  g_autofree char *uri = g_strdup_printf ("ws://127.0.0.1:%u/socket.io/?EIO=4&transport=websocket",
                                          self->calld->port);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autofree char *connect = g_strdup_printf ("40{\"token\":\"%s\"}", self->token);

  caller_disconnect (self);
  self->closed = self->connected = FALSE;
  soup_session_websocket_connect_async (self->session, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        NULL, on_socket, self);
  while (self->socket == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_packet), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  soup_websocket_connection_send_text (self->socket, connect);
  while (!self->connected)
    g_main_context_iteration (NULL, TRUE);
}

void
caller_disconnect (Caller *self)
{
  if (self->socket == NULL)
    return;
  if (!self->closed &&
      soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    caller_wait_closed (self);
  }
  g_signal_handlers_disconnect_by_data (self->socket, self);
  g_clear_object (&self->socket);
}

void
caller_wait_closed (Caller *self)
{
  while (!self->closed)
    g_main_context_iteration (NULL, TRUE);
}

/* Emits an event and waits for its ack. */
JsonObject *
caller_emit (Caller *self, const char *event, const char *format, ...)
{
  g_autofree char *body = NULL;
  g_autofree char *packet = NULL;
  va_list args;

  va_start (args, format);
  body = g_strdup_vprintf (format, args);
  va_end (args);
  g_clear_pointer (&self->ack, json_node_unref);
  packet = g_strdup_printf ("42%u[\"%s\",%s]", ++self->ack_id, event, body);
  soup_websocket_connection_send_text (self->socket, packet);
  while (self->ack == NULL && !self->closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (self->ack);
  return json_object_ref (json_array_get_object_element (json_node_get_array (self->ack), 0));
}

/* Waits until an event has come that was not waited for yet, and takes it. */
JsonObject *
caller_wait (Caller *self, const char *event)
{
  for (;;) {
    for (guint i = 0; i < self->events->len; i++) {
      JsonArray *array = self->events->pdata[i];

      if (g_str_equal (json_array_get_string_element (array, 0), event)) {
        JsonObject *content = json_object_ref (json_array_get_object_element (array, 1));

        g_ptr_array_remove_index (self->events, i);
        return content;
      }
    }
    g_main_context_iteration (NULL, TRUE);
  }
}

guint
caller_count (Caller *self, const char *event)
{
  guint n = 0;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < self->events->len; i++)
    n += g_str_equal (json_array_get_string_element (self->events->pdata[i], 0), event);
  return n;
}

void
caller_forget (Caller *self)
{
  g_ptr_array_set_size (self->events, 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-gateway"

#include "config.h"

#include "calld-gateway.h"

#include "calld-gateway-private.h"
#include "calld-metrics.h"

#include "call-ack.h"
#include "call-notice.h"
#include "call-request.h"

/**
 * CalldGateway:
 *
 * The main context's side of all gateways: who is connected, and what is published to them.
 */
struct _CalldGateway {
  GObject parent_instance;

  CalldHub *hub;
  CalldBus *bus;
  guint subscription;
  CalldGatewayHandler *handler; /* weak */
  GPtrArray *protocols;
  /* guint64 → Entry */
  GHashTable *connections;
  /* user id → GPtrArray of Entry */
  GHashTable *users;
  /* guint64 → CalldReply: who waits to be let in */
  GHashTable *joining;
};

typedef struct {
  CalldConnection connection;
  const CalldProtocol *protocol;
} Entry;

struct _CalldReply {
  CalldGateway *gateway;
  const CalldProtocol *protocol;
  guint64 connection_id;
  gint64 ack_id;
  gint64 began_us;
  /* Of a request to be let in: where from; NULL once the client has gone. */
  char *remote_address;
  gboolean joins;
};

G_DEFINE_INTERFACE (CalldGatewayHandler, calld_gateway_handler, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (CalldGateway, calld_gateway, G_TYPE_OBJECT)

static void
calld_gateway_handler_default_init (CalldGatewayHandlerInterface *iface)
{
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  calld_identity_unref (entry->connection.identity);
  g_free (entry->connection.remote_address);
  g_free (entry);
}

/* --- the table -------------------------------------------------------------------------------- */

static void
add_entry (CalldGateway *self, Entry *entry)
{
  const char *user_id = entry->connection.identity->user_id;
  GPtrArray *entries = g_hash_table_lookup (self->users, user_id);

  if (entries == NULL) {
    entries = g_ptr_array_new ();
    g_hash_table_insert (self->users, g_strdup (user_id), entries);
  }
  g_ptr_array_add (entries, entry);
  g_hash_table_insert (self->connections, &entry->connection.id, entry);
}

static void
remove_entry (CalldGateway *self, Entry *entry)
{
  const char *user_id = entry->connection.identity->user_id;
  GPtrArray *entries = g_hash_table_lookup (self->users, user_id);

  g_hash_table_steal (self->connections, &entry->connection.id);
  g_ptr_array_remove_fast (entries, entry);
  if (entries->len == 0)
    g_hash_table_remove (self->users, user_id);
}

/**
 * calld_gateway_lookup:
 * @self: the gateway
 * @connection_id: a connection
 *
 * Finds a signed-in connection.
 *
 * Returns: (transfer none) (nullable): the connection, %NULL if it has gone
 */
const CalldConnection *
calld_gateway_lookup (CalldGateway *self, guint64 connection_id)
{
  Entry *entry = g_hash_table_lookup (self->connections, &connection_id);

  return entry != NULL ? &entry->connection : NULL;
}

/**
 * calld_gateway_count:
 * @self: the gateway
 * @user_id: (nullable): a user, %NULL for everybody
 *
 * Counts signed-in connections.
 *
 * Returns: their number
 */
guint
calld_gateway_count (CalldGateway *self, const char *user_id)
{
  GPtrArray *entries;

  if (user_id == NULL)
    return g_hash_table_size (self->connections);
  entries = g_hash_table_lookup (self->users, user_id);
  return entries != NULL ? entries->len : 0;
}

/**
 * calld_gateway_count_users:
 * @self: the gateway
 *
 * Counts people, however many connections they have.
 *
 * Returns: their number
 */
guint
calld_gateway_count_users (CalldGateway *self)
{
  return g_hash_table_size (self->users);
}

/**
 * calld_gateway_list:
 * @self: the gateway
 * @user_id: a user
 * @n: (out): how many there are
 *
 * Lists the connections of a user.
 *
 * Returns: (transfer full) (array length=n): ids; %NULL for none
 */
guint64 *
calld_gateway_list (CalldGateway *self, const char *user_id, gsize *n)
{
  GPtrArray *entries = g_hash_table_lookup (self->users, user_id);
  guint64 *ids;

  *n = entries != NULL ? entries->len : 0;
  ids = *n > 0 ? g_new (guint64, *n) : NULL;
  for (gsize i = 0; i < *n; i++)
    ids[i] = ((Entry *) g_ptr_array_index (entries, i))->connection.id;
  return ids;
}

/* --- answers ---------------------------------------------------------------------------------- */

static CalldReply *
reply_new (CalldGateway *gateway, const CalldProtocol *protocol, guint64 connection_id)
{
  CalldReply *reply = g_new0 (CalldReply, 1);

  reply->gateway = g_object_ref (gateway);
  reply->protocol = protocol;
  reply->connection_id = connection_id;
  reply->began_us = calld_hub_get_request_us (gateway->hub);
  return reply;
}

static void
reply_free (CalldReply *reply)
{
  if (reply->joins && reply->remote_address != NULL)
    g_hash_table_remove (reply->gateway->joining, &reply->connection_id);
  g_object_unref (reply->gateway);
  g_free (reply->remote_address);
  g_free (reply);
}

static void
greet (CalldGateway *self, const CalldConnection *connection)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_CONNECTED);

  notice->text = g_strdup ("Connected");
  notice->user_id = g_strdup (connection->identity->user_id);
  notice->at_ms = g_get_real_time () / 1000;
  calld_gateway_emit (self, connection->id, notice);
}

/**
 * calld_reply_accept:
 * @reply: (transfer full): the answer to `authenticate`
 * @identity: (transfer none): who signed in
 *
 * Lets a client in: it becomes a member of `user/<id>` and is greeted, and `opened` is called.
 */
void
calld_reply_accept (CalldReply *reply, CalldIdentity *identity)
{
  CalldGateway *self = reply->gateway;
  Entry *entry;

  g_return_if_fail (reply->joins);
  if (reply->remote_address == NULL) {
    reply_free (reply);
    return;
  }
  entry = g_new0 (Entry, 1);
  entry->protocol = reply->protocol;
  entry->connection.id = reply->connection_id;
  entry->connection.identity = calld_identity_ref (identity);
  entry->connection.remote_address = g_strdup (reply->remote_address);
  add_entry (self, entry);
  calld_metrics_add (CALLD_COUNT_SIGN_INS, 1);
  reply->protocol->accept (self->hub, reply->connection_id, identity);
  greet (self, &entry->connection);
  if (self->handler != NULL)
    CALLD_GATEWAY_HANDLER_GET_IFACE (self->handler)->opened (self->handler, &entry->connection);
  reply_free (reply);
}

/**
 * calld_reply_ack:
 * @reply: (transfer full): the answer to `handle`
 * @ack: what to say
 *
 * Answers a request with more than one member, or refuses it.
 */
void
calld_reply_ack (CalldReply *reply, const CallAck *ack)
{
  g_autofree char *text = call_ack_to_json (ack);

  g_return_if_fail (!reply->joins);
  reply->protocol->answer (reply->gateway->hub, reply->connection_id, reply->ack_id, text);
  reply_free (reply);
}

/**
 * calld_reply_ok:
 * @reply: (transfer full): the answer to `handle`
 * @member: (nullable): the name of what the answer says besides "ok"
 * @json: (nullable): its value, as JSON text
 *
 * Answers a request: `{"ok":true}`, or `{"ok":true,"appointment":{…}}`.
 */
void
calld_reply_ok (CalldReply *reply, const char *member, const char *json)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *text = NULL;

  g_return_if_fail (!reply->joins);
  call_json_begin_object (&writer, NULL);
  call_json_add_bool (&writer, "ok", TRUE);
  if (member != NULL)
    call_json_add_raw (&writer, member, json);
  call_json_end_object (&writer);
  text = call_json_writer_finish (&writer);
  reply->protocol->answer (reply->gateway->hub, reply->connection_id, reply->ack_id, text);
  calld_hub_measure (reply->gateway->hub, reply->began_us);
  reply_free (reply);
}

/**
 * calld_reply_error:
 * @reply: (transfer full): the answer to `authenticate` or `handle`
 * @error: why it is refused
 *
 * Refuses a request, or does not let a client in.
 */
void
calld_reply_error (CalldReply *reply, const GError *error)
{
  calld_metrics_count_error (error->domain == CALL_ERROR ? (CallError) error->code
                                                         : CALL_ERROR_FAILED);
  if (reply->joins) {
    calld_metrics_add (CALLD_COUNT_SIGN_INS_FAILED, 1);
    if (reply->remote_address != NULL)
      reply->protocol->refuse (reply->gateway->hub, reply->connection_id, error);
  } else {
    g_auto (CallAck) ack = { .error = call_error_body_new_from_error (error) };
    g_autofree char *text = call_ack_to_json (&ack);

    reply->protocol->answer (reply->gateway->hub, reply->connection_id, reply->ack_id, text);
  }
  reply_free (reply);
}

/* --- from the reactor ------------------------------------------------------------------------- */

void
calld_gateway_take_connect (CalldGateway *self,
                            const CalldProtocol *protocol,
                            guint64 connection_id,
                            const char *token,
                            const char *remote_address)
{
  CalldReply *reply = reply_new (self, protocol, connection_id);

  reply->joins = TRUE;
  reply->remote_address = g_strdup (remote_address);
  g_hash_table_insert (self->joining, &reply->connection_id, reply);
  if (self->handler != NULL) {
    CALLD_GATEWAY_HANDLER_GET_IFACE (self->handler)
        ->authenticate (self->handler, token, remote_address, reply);
  } else {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                                                    "The server is shutting down");

    calld_reply_error (reply, error);
  }
}

void
calld_gateway_take_request (CalldGateway *self,
                            const CalldProtocol *protocol,
                            guint64 connection_id,
                            CallRequest *request,
                            gint64 ack_id)
{
  const CalldConnection *connection = calld_gateway_lookup (self, connection_id);
  CalldReply *reply = reply_new (self, protocol, connection_id);

  reply->ack_id = ack_id;
  calld_metrics_add (CALLD_COUNT_EVENTS, 1);
  if (connection != NULL && self->handler != NULL) {
    CALLD_GATEWAY_HANDLER_GET_IFACE (self->handler)
        ->handle (self->handler, connection, request, reply);
  } else {
    call_request_unref (request);
    reply_free (reply);
  }
}

void
calld_gateway_take_left (CalldGateway *self, guint64 connection_id)
{
  CalldReply *reply = g_hash_table_lookup (self->joining, &connection_id);
  Entry *entry = g_hash_table_lookup (self->connections, &connection_id);

  if (reply != NULL) {
    g_hash_table_remove (self->joining, &connection_id);
    g_clear_pointer (&reply->remote_address, g_free);
  }
  if (entry == NULL)
    return;
  remove_entry (self, entry);
  if (self->handler != NULL)
    CALLD_GATEWAY_HANDLER_GET_IFACE (self->handler)->closed (self->handler, &entry->connection);
  entry_free (entry);
}

/* --- to the clients --------------------------------------------------------------------------- */

/**
 * calld_gateway_join:
 * @self: the gateway
 * @connection_id: a connection
 * @topic: a topic of the bus
 *
 * Lets a connection hear a topic. What is published after this call reaches it.
 */
void
calld_gateway_join (CalldGateway *self, guint64 connection_id, const char *topic)
{
  calld_hub_join (self->hub, connection_id, topic);
}

/**
 * calld_gateway_leave:
 * @self: the gateway
 * @connection_id: a connection
 * @topic: a topic of the bus
 *
 * Ends that.
 */
void
calld_gateway_leave (CalldGateway *self, guint64 connection_id, const char *topic)
{
  calld_hub_leave (self->hub, connection_id, topic);
}

/**
 * calld_gateway_publish:
 * @self: the gateway
 * @topics: (array zero-terminated=1): where it goes; who hears several of them gets it once
 * @notice: what is said
 * @except: a connection that is left out, or 0
 * @flags: how much it matters
 *
 * Sends a notice to the connections of this node. The gateway does this itself with what comes over
 * the bus.
 */
void
calld_gateway_publish (CalldGateway *self,
                       const char *const *topics,
                       const CallNotice *notice,
                       guint64 except,
                       CalldSendFlags flags)
{
  for (guint i = 0; i < self->protocols->len; i++) {
    const CalldProtocol *protocol = g_ptr_array_index (self->protocols, i);
    g_autoptr (CalldFrame) frame = protocol->encode (notice);

    calld_hub_broadcast (self->hub, protocol->protocol, topics, frame, except, flags);
  }
}

static void
on_notice (const char *const *topics,
           const CallNotice *notice,
           CalldPublishFlags flags,
           guint64 except,
           gpointer user_data)
{
  calld_gateway_publish (user_data, topics, notice, except,
                         (flags & CALLD_PUBLISH_VOLATILE) != 0 ? CALLD_SEND_VOLATILE
                                                               : CALLD_SEND_DEFAULT);
}

/**
 * calld_gateway_emit:
 * @self: the gateway
 * @connection_id: a connection; one that has gone is ignored
 * @notice: what is said
 *
 * Sends a notice to one connection.
 */
void
calld_gateway_emit (CalldGateway *self, guint64 connection_id, const CallNotice *notice)
{
  Entry *entry = g_hash_table_lookup (self->connections, &connection_id);
  g_autoptr (CalldFrame) frame = NULL;

  if (entry == NULL)
    return;
  frame = entry->protocol->encode (notice);
  calld_hub_send (self->hub, connection_id, frame, CALLD_SEND_DEFAULT);
}

/**
 * calld_gateway_close:
 * @self: the gateway
 * @connection_id: a connection; one that has gone is ignored
 *
 * Ends a connection behind what was sent to it, in the way that lets clients come back by
 * themselves. `closed` follows.
 */
void
calld_gateway_close (CalldGateway *self, guint64 connection_id)
{
  calld_hub_close (self->hub, connection_id);
}

/**
 * calld_gateway_kick:
 * @self: the gateway
 * @connection_id: a connection; one that has gone is ignored
 *
 * Puts a connection out in the way that keeps clients from coming back by themselves. `closed`
 * follows.
 */
void
calld_gateway_kick (CalldGateway *self, guint64 connection_id)
{
  Entry *entry = g_hash_table_lookup (self->connections, &connection_id);

  if (entry != NULL)
    entry->protocol->kick (self->hub, connection_id);
}

/**
 * calld_gateway_kick_user:
 * @self: the gateway
 * @user_id: a user
 *
 * Puts all connections of a user out.
 */
void
calld_gateway_kick_user (CalldGateway *self, const char *user_id)
{
  gsize n;
  g_autofree guint64 *ids = calld_gateway_list (self, user_id, &n);

  for (gsize i = 0; i < n; i++)
    calld_gateway_kick (self, ids[i]);
}

/* --- life ------------------------------------------------------------------------------------- */

static void
calld_gateway_dispose (GObject *object)
{
  CalldGateway *self = CALLD_GATEWAY (object);

  if (self->subscription != 0)
    calld_bus_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_clear_weak_pointer (&self->handler);
  g_clear_object (&self->bus);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (calld_gateway_parent_class)->dispose (object);
}

static void
calld_gateway_finalize (GObject *object)
{
  CalldGateway *self = CALLD_GATEWAY (object);

  g_hash_table_unref (self->users);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->joining);
  g_ptr_array_unref (self->protocols);
  G_OBJECT_CLASS (calld_gateway_parent_class)->finalize (object);
}

static void
calld_gateway_class_init (CalldGatewayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_gateway_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_gateway_finalize;
}

static void
calld_gateway_init (CalldGateway *self)
{
  self->protocols = g_ptr_array_new ();
  self->connections = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, entry_free);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_ptr_array_unref);
  self->joining = g_hash_table_new (g_int64_hash, g_int64_equal);
}

/**
 * calld_gateway_new:
 * @hub: the hub, which does not listen yet
 * @bus: (nullable): where notices come from
 * @handler: the services; not kept alive
 *
 * Makes the gateway. Attach protocols next.
 *
 * Returns: (transfer full): the gateway
 */
CalldGateway *
calld_gateway_new (CalldHub *hub, CalldBus *bus, CalldGatewayHandler *handler)
{
  CalldGateway *self = g_object_new (CALLD_TYPE_GATEWAY, NULL);

  self->hub = g_object_ref (hub);
  g_set_weak_pointer (&self->handler, handler);
  if (bus != NULL) {
    self->bus = g_object_ref (bus);
    self->subscription = calld_bus_subscribe (bus, on_notice, self, NULL);
  }
  return self;
}

/**
 * calld_gateway_get_hub:
 * @self: the gateway
 *
 * The hub the connections are in.
 *
 * Returns: (transfer none): the hub
 */
CalldHub *
calld_gateway_get_hub (CalldGateway *self)
{
  return self->hub;
}

void
calld_gateway_add_protocol (CalldGateway *self, const CalldProtocol *protocol)
{
  g_ptr_array_add (self->protocols, (gpointer) protocol);
}

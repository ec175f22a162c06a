/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-bus"

#include "config.h"

#include "calld-bus.h"

#include "calld-call-figures.h"
#include "calld-metrics.h"

#include <string.h>

G_DEFINE_INTERFACE (CalldBus, calld_bus, G_TYPE_OBJECT)

static void
calld_bus_default_init (CalldBusInterface *iface)
{
}

/**
 * calld_topic_appointment:
 * @appointment_id: an appointment
 *
 * Returns: (transfer full): the topic of those who watch the appointment
 */
char *
calld_topic_appointment (const char *appointment_id)
{
  return g_strconcat ("appointment/", appointment_id, NULL);
}

/**
 * calld_topic_user:
 * @user_id: a user
 *
 * Returns: (transfer full): the topic of all connections of the user
 */
char *
calld_topic_user (const char *user_id)
{
  return g_strconcat ("user/", user_id, NULL);
}

/**
 * calld_topic_conversation:
 * @conversation_id: a conversation
 *
 * Returns: (transfer full): the topic of those who have joined the conversation
 */
char *
calld_topic_conversation (const char *conversation_id)
{
  return g_strconcat ("conversation/", conversation_id, NULL);
}

/**
 * calld_topic_to_room:
 * @topic: a topic
 *
 * The room that stands for @topic in the hub: `users.<id>`, `appointments.<id>` or
 * `conversations.<id>`, the names clients know as channels.
 *
 * Returns: (transfer full) (nullable): the room, or %NULL if @topic is of no known kind
 */
char *
calld_topic_to_room (const char *topic)
{
  static const char *const kinds[] = { "appointment/", "user/", "conversation/" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (topic, kinds[i])) {
      gsize length = strlen (kinds[i]);

      return g_strdup_printf ("%.*ss.%s", (int) length - 1, kinds[i], topic + length);
    }
  return NULL;
}

/**
 * calld_bus_publish:
 * @self: a bus
 * @topics: (array zero-terminated=1): where it goes
 * @notice: what is published; already committed to the store
 * @flags: how hard it is delivered
 * @except: a connection that gets no copy, or 0
 *
 * Publishes on every node. Subscribers of this node run before it returns, in the order in which
 * they subscribed.
 */
void
calld_bus_publish (CalldBus *self,
                   const char *const *topics,
                   const CallNotice *notice,
                   CalldPublishFlags flags,
                   guint64 except)
{
  g_return_if_fail (CALLD_IS_BUS (self));
  g_return_if_fail (topics != NULL && notice != NULL);

  calld_metrics_count_notice (notice->kind);
  calld_call_figures_take (notice);
  CALLD_BUS_GET_IFACE (self)->publish (self, topics, notice, flags, except);
}

/**
 * calld_bus_subscribe:
 * @self: a bus
 * @func: called for everything that is published
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data
 *
 * Returns: an id for calld_bus_unsubscribe(), never 0
 */
guint
calld_bus_subscribe (CalldBus *self, CalldBusFunc func, gpointer user_data, GDestroyNotify destroy)
{
  g_return_val_if_fail (CALLD_IS_BUS (self) && func != NULL, 0);

  return CALLD_BUS_GET_IFACE (self)->subscribe (self, func, user_data, destroy);
}

/**
 * calld_bus_unsubscribe:
 * @self: a bus
 * @id: what calld_bus_subscribe() returned
 *
 * Removes a subscriber; it is not called again, not even by a publication that is under way.
 */
void
calld_bus_unsubscribe (CalldBus *self, guint id)
{
  g_return_if_fail (CALLD_IS_BUS (self));

  CALLD_BUS_GET_IFACE (self)->unsubscribe (self, id);
}

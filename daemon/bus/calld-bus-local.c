/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-bus"

#include "config.h"

#include "calld-bus-local.h"

/* One daemon, no server: publishing is a walk over the gateways. */

typedef struct {
  grefcount refs;
  guint id;
  CalldBusFunc func; /* NULL once unsubscribed */
  gpointer user_data;
  GDestroyNotify destroy;
} Subscriber;

struct _CalldBusLocal {
  GObject parent_instance;

  GPtrArray *subscribers;
  guint last_id;
};

static void calld_bus_local_iface_init (CalldBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CalldBusLocal,
                               calld_bus_local,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALLD_TYPE_BUS, calld_bus_local_iface_init))

static void
subscriber_unref (Subscriber *subscriber)
{
  if (!g_ref_count_dec (&subscriber->refs))
    return;
  if (subscriber->destroy != NULL)
    subscriber->destroy (subscriber->user_data);
  g_free (subscriber);
}

static gpointer
subscriber_copy (gconstpointer src, gpointer data)
{
  Subscriber *subscriber = (Subscriber *) src;

  g_ref_count_inc (&subscriber->refs);
  return subscriber;
}

static void
calld_bus_local_publish (CalldBus *bus,
                         const char *const *topics,
                         const CallNotice *notice,
                         CalldPublishFlags flags,
                         guint64 except)
{
  CalldBusLocal *self = CALLD_BUS_LOCAL (bus);
  g_autoptr (GPtrArray) now = NULL;

  /* A subscriber may subscribe or unsubscribe while we walk. */
  now = g_ptr_array_copy (self->subscribers, subscriber_copy, NULL);
  g_ptr_array_set_free_func (now, (GDestroyNotify) subscriber_unref);
  for (guint i = 0; i < now->len; i++) {
    Subscriber *subscriber = now->pdata[i];

    if (subscriber->func != NULL)
      subscriber->func (topics, notice, flags, except, subscriber->user_data);
  }
}

static guint
calld_bus_local_subscribe (CalldBus *bus,
                           CalldBusFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  CalldBusLocal *self = CALLD_BUS_LOCAL (bus);
  Subscriber *subscriber = g_new0 (Subscriber, 1);

  g_ref_count_init (&subscriber->refs);
  subscriber->id = ++self->last_id;
  subscriber->func = func;
  subscriber->user_data = user_data;
  subscriber->destroy = destroy;
  g_ptr_array_add (self->subscribers, subscriber);
  return subscriber->id;
}

static void
calld_bus_local_unsubscribe (CalldBus *bus, guint id)
{
  CalldBusLocal *self = CALLD_BUS_LOCAL (bus);

  for (guint i = 0; i < self->subscribers->len; i++) {
    Subscriber *subscriber = self->subscribers->pdata[i];

    if (subscriber->id != id)
      continue;
    subscriber->func = NULL;
    g_ptr_array_remove_index (self->subscribers, i);
    return;
  }
}

static void
calld_bus_local_iface_init (CalldBusInterface *iface)
{
  iface->publish = calld_bus_local_publish;
  iface->subscribe = calld_bus_local_subscribe;
  iface->unsubscribe = calld_bus_local_unsubscribe;
}

static void
calld_bus_local_finalize (GObject *object)
{
  CalldBusLocal *self = CALLD_BUS_LOCAL (object);

  g_ptr_array_unref (self->subscribers);

  G_OBJECT_CLASS (calld_bus_local_parent_class)->finalize (object);
}

static void
calld_bus_local_class_init (CalldBusLocalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = calld_bus_local_finalize;
}

static void
calld_bus_local_init (CalldBusLocal *self)
{
  self->subscribers = g_ptr_array_new_with_free_func ((GDestroyNotify) subscriber_unref);
}

/**
 * calld_bus_local_new:
 *
 * Makes the bus of a daemon that stands alone.
 *
 * Returns: (transfer full): the bus
 */
CalldBus *
calld_bus_local_new (void)
{
  return g_object_new (CALLD_TYPE_BUS_LOCAL, NULL);
}

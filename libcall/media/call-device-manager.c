/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-device-manager.h"

#include "call-device-private.h"

/* More than any machine has; a provider gone mad does not fill the memory. */
#define MAX_DEVICES 128

/**
 * CallDeviceManager:
 *
 * The cameras, microphones and speakers of this machine, as a list of [class@Device] that follows
 * what is plugged in and out.
 *
 * Looking for devices happens in a thread; [property@DeviceManager:ready] tells when the list is
 * complete for the first time. A machine without devices or sound server has an empty list.
 */
struct _CallDeviceManager {
  GObject parent_instance;

  GPtrArray *devices;
  GstDeviceMonitor *monitor;
  GSource *bus_source;
  GThread *starter;
  GMainContext *context;
  gboolean ready;
};

enum { PROP_0, PROP_READY, N_PROPS };

static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return CALL_TYPE_DEVICE;
}

static guint
get_n_items (GListModel *model)
{
  return CALL_DEVICE_MANAGER (model)->devices->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *devices = CALL_DEVICE_MANAGER (model)->devices;

  return position < devices->len ? g_object_ref (devices->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CallDeviceManager,
                               call_device_manager,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static gboolean
find_position (CallDeviceManager *self, CallDeviceKind kind, const char *id, guint *position)
{
  for (guint i = 0; i < self->devices->len; i++) {
    CallDevice *device = self->devices->pdata[i];

    if (call_device_get_kind (device) == kind && g_str_equal (call_device_get_id (device), id)) {
      *position = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* Each device is told twice: in the first list and as an addition. */
static void
add_device (CallDeviceManager *self, GstDevice *gst_device)
{
  CallDeviceKind kind;
  g_autofree char *id = NULL;
  guint position;

  if (!call_device_is_wanted (gst_device, &kind) || self->devices->len >= MAX_DEVICES)
    return;
  id = call_device_build_id (gst_device);
  if (find_position (self, kind, id, &position))
    return;
  g_ptr_array_add (self->devices, call_device_new (kind, gst_device));
  g_list_model_items_changed (G_LIST_MODEL (self), self->devices->len - 1, 0, 1);
}

static void
remove_device (CallDeviceManager *self, GstDevice *gst_device)
{
  CallDeviceKind kind;
  g_autofree char *id = call_device_build_id (gst_device);
  guint position;

  if (!call_device_is_wanted (gst_device, &kind) || !find_position (self, kind, id, &position))
    return;
  g_ptr_array_remove_index (self->devices, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (CallDeviceManager) self = g_object_ref (user_data);
  g_autoptr (GstDevice) device = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_ADDED) {
    gst_message_parse_device_added (message, &device);
    add_device (self, device);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_REMOVED) {
    gst_message_parse_device_removed (message, &device);
    remove_device (self, device);
  }
  return G_SOURCE_CONTINUE;
}

typedef struct {
  GWeakRef manager;
  GstDeviceMonitor *monitor;
  GMainContext *context;
  GList *devices;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_weak_ref_clear (&start->manager);
  gst_object_unref (start->monitor);
  g_main_context_unref (start->context);
  g_list_free_full (start->devices, gst_object_unref);
  g_free (start);
}

static gboolean
finish_start (gpointer data)
{
  Start *start = data;
  g_autoptr (CallDeviceManager) self = g_weak_ref_get (&start->manager);

  if (self == NULL)
    return G_SOURCE_REMOVE;
  for (GList *l = start->devices; l != NULL; l = l->next)
    add_device (self, l->data);
  self->ready = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
  return G_SOURCE_REMOVE;
}

/* Providers may wait for servers that do not answer. */
static gpointer
start_thread (gpointer data)
{
  Start *start = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  if (gst_device_monitor_start (start->monitor))
    start->devices = gst_device_monitor_get_devices (start->monitor);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, finish_start, start, start_free);
  g_source_attach (source, start->context);
  return NULL;
}

/*
 * Monitors that nobody uses, still started. A monitor is never thrown away: GStreamer 1.22 leaves
 * its handlers of "provider-hidden" connected to providers that live on, and they run on freed
 * memory. So there are as many monitors as there were lists of devices at the same time.
 */
static GMutex idle_lock;
static GQueue idle_monitors = G_QUEUE_INIT;

static GstDeviceMonitor *
make_monitor (void)
{
  static const char *const classes[] = { "Audio/Source", "Audio/Sink", "Video/Source" };
  GstDeviceMonitor *monitor = gst_device_monitor_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    gst_device_monitor_add_filter (monitor, classes[i], NULL);
  return monitor;
}

static GstDeviceMonitor *
take_monitor (void)
{
  GstDeviceMonitor *monitor;

  g_mutex_lock (&idle_lock);
  monitor = g_queue_pop_head (&idle_monitors);
  g_mutex_unlock (&idle_lock);
  if (monitor != NULL) {
    g_autoptr (GstBus) bus = gst_device_monitor_get_bus (monitor);

    gst_bus_set_flushing (bus, FALSE);
    return monitor;
  }
  return make_monitor ();
}

/* Its bus keeps nothing while nobody reads it. */
static void
give_monitor_back (GstDeviceMonitor *monitor)
{
  g_autoptr (GstBus) bus = gst_device_monitor_get_bus (monitor);

  gst_bus_set_flushing (bus, TRUE);
  g_mutex_lock (&idle_lock);
  g_queue_push_tail (&idle_monitors, monitor);
  g_mutex_unlock (&idle_lock);
}

typedef struct {
  GThread *starter;
  GstDeviceMonitor *monitor;
} Stop;

static gpointer
stop_thread (gpointer data)
{
  Stop *stop = data;

  g_thread_join (stop->starter);
  give_monitor_back (stop->monitor);
  g_free (stop);
  return NULL;
}

static void
call_device_manager_dispose (GObject *object)
{
  CallDeviceManager *self = CALL_DEVICE_MANAGER (object);
  Stop *stop;

  if (self->monitor != NULL) {
    g_source_destroy (self->bus_source);
    g_clear_pointer (&self->bus_source, g_source_unref);
    stop = g_new0 (Stop, 1);
    stop->starter = g_steal_pointer (&self->starter);
    stop->monitor = g_steal_pointer (&self->monitor);
    g_thread_unref (g_thread_new ("call-devices", stop_thread, stop));
  }
  G_OBJECT_CLASS (call_device_manager_parent_class)->dispose (object);
}

static void
call_device_manager_finalize (GObject *object)
{
  CallDeviceManager *self = CALL_DEVICE_MANAGER (object);

  g_ptr_array_unref (self->devices);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (call_device_manager_parent_class)->finalize (object);
}

static void
watch_bus (CallDeviceManager *self)
{
  g_autoptr (GstBus) bus = gst_device_monitor_get_bus (self->monitor);

  self->bus_source = gst_bus_create_watch (bus);
  g_source_set_callback (self->bus_source, G_SOURCE_FUNC (on_bus_message), self, NULL);
  g_source_attach (self->bus_source, self->context);
}

static void
call_device_manager_constructed (GObject *object)
{
  CallDeviceManager *self = CALL_DEVICE_MANAGER (object);
  Start *start = g_new0 (Start, 1);

  G_OBJECT_CLASS (call_device_manager_parent_class)->constructed (object);

  gst_init (NULL, NULL);
  self->monitor = take_monitor ();
  watch_bus (self);

  g_weak_ref_init (&start->manager, self);
  start->monitor = gst_object_ref (self->monitor);
  start->context = g_main_context_ref (self->context);
  self->starter = g_thread_new ("call-devices", start_thread, start);
}

static void
call_device_manager_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  CallDeviceManager *self = CALL_DEVICE_MANAGER (object);

  if (prop_id == PROP_READY)
    g_value_set_boolean (value, self->ready);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
call_device_manager_class_init (CallDeviceManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = call_device_manager_constructed;
  object_class->get_property = call_device_manager_get_property;
  object_class->dispose = call_device_manager_dispose;
  object_class->finalize = call_device_manager_finalize;

  /**
   * CallDeviceManager:ready:
   *
   * Whether the devices that are plugged in have been listed.
   */
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
call_device_manager_init (CallDeviceManager *self)
{
  self->devices = g_ptr_array_new_with_free_func (g_object_unref);
  self->context = g_main_context_ref_thread_default ();
}

/**
 * call_device_manager_new:
 *
 * Begins to look for devices. The list changes on the main context that is the thread's default
 * now.
 *
 * Returns: (transfer full): the list
 */
CallDeviceManager *
call_device_manager_new (void)
{
  return g_object_new (CALL_TYPE_DEVICE_MANAGER, NULL);
}

/**
 * call_device_manager_get_ready:
 * @self: a list of devices
 *
 * Whether the devices that are plugged in have been listed.
 *
 * Returns: %TRUE if they have
 */
gboolean
call_device_manager_get_ready (CallDeviceManager *self)
{
  g_return_val_if_fail (CALL_IS_DEVICE_MANAGER (self), FALSE);

  return self->ready;
}

static CallDevice *
find_default (CallDeviceManager *self, CallDeviceKind kind)
{
  CallDevice *first = NULL;

  for (guint i = 0; i < self->devices->len; i++) {
    CallDevice *device = self->devices->pdata[i];

    if (call_device_get_kind (device) != kind)
      continue;
    if (call_device_get_is_default (device))
      return device;
    if (first == NULL)
      first = device;
  }
  return first;
}

/**
 * call_device_manager_find:
 * @self: a list of devices
 * @kind: what it is for
 * @id: (nullable): its id, or %NULL for the default one
 *
 * Looks for a device.
 *
 * Returns: (transfer none) (nullable): the device, or %NULL if there is none
 */
CallDevice *
call_device_manager_find (CallDeviceManager *self, CallDeviceKind kind, const char *id)
{
  guint position;

  g_return_val_if_fail (CALL_IS_DEVICE_MANAGER (self), NULL);

  if (id == NULL)
    return find_default (self, kind);
  return find_position (self, kind, id, &position) ? self->devices->pdata[position] : NULL;
}

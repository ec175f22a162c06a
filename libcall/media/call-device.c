/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-device-private.h"

/**
 * CallDevice:
 *
 * A camera, microphone or speaker of this machine.
 *
 * Devices come and go with the list of their [class@DeviceManager]; a device that was unplugged and
 * comes back is a new object with the same id.
 */
struct _CallDevice {
  GObject parent_instance;

  char *id;
  char *name;
  CallDeviceKind kind;
  gboolean is_default;
  GstDevice *device;
};

enum { PROP_0, PROP_ID, PROP_NAME, PROP_KIND, PROP_IS_DEFAULT, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (CallDevice, call_device, G_TYPE_OBJECT)

static void
call_device_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  CallDevice *self = CALL_DEVICE (object);

  switch (prop_id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_KIND:
    g_value_set_enum (value, self->kind);
    break;
  case PROP_IS_DEFAULT:
    g_value_set_boolean (value, self->is_default);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
call_device_finalize (GObject *object)
{
  CallDevice *self = CALL_DEVICE (object);

  g_free (self->id);
  g_free (self->name);
  gst_clear_object (&self->device);
  G_OBJECT_CLASS (call_device_parent_class)->finalize (object);
}

static void
call_device_class_init (CallDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = call_device_get_property;
  object_class->finalize = call_device_finalize;

  /**
   * CallDevice:id:
   *
   * Names the device on this machine; the same after it was unplugged and plugged in again.
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallDevice:name:
   *
   * What people call it. Two devices may have the same name.
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * CallDevice:kind:
   *
   * What it is for.
   */
  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, CALL_TYPE_DEVICE_KIND,
                                             CALL_DEVICE_MICROPHONE, flags);
  /**
   * CallDevice:is-default:
   *
   * Whether it is used when no other one is chosen.
   */
  properties[PROP_IS_DEFAULT] = g_param_spec_boolean ("is-default", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
call_device_init (CallDevice *self)
{
}

static char *
dup_internal_name (GstDevice *device)
{
  char *name = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (device), "internal-name") != NULL)
    g_object_get (device, "internal-name", &name, NULL);
  return name;
}

/* The provider and what it calls the node: display names are neither unique nor the same for ever.
 */
char *
call_device_build_id (GstDevice *device)
{
  static const char *const fields[] = { "node.name", "device.path", "api.v4l2.path", "sysfs.path" };
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);
  g_autofree char *internal = dup_internal_name (device);
  g_autofree char *shown = gst_device_get_display_name (device);
  const char *name = internal;

  for (gsize i = 0; name == NULL && facts != NULL && i < G_N_ELEMENTS (fields); i++)
    name = gst_structure_get_string (facts, fields[i]);
  return g_strconcat (G_OBJECT_TYPE_NAME (device), ":", name != NULL ? name : shown, NULL);
}

static gboolean
has_property (GstDevice *device, const char *field, const char *value)
{
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);
  const char *found = facts != NULL ? gst_structure_get_string (facts, field) : NULL;

  return found != NULL && (value == NULL || g_str_equal (found, value));
}

/*
 * Every sound device is listed by PulseAudio and by PipeWire, and PipeWire's are the ones that
 * crash; cameras come from V4L2, and from PipeWire only when they are not V4L2's. The echo of a
 * speaker is no microphone.
 */
gboolean
call_device_is_wanted (GstDevice *device, CallDeviceKind *kind)
{
  gboolean pipewire = g_str_has_prefix (G_OBJECT_TYPE_NAME (device), "GstPipeWire");

  if (gst_device_has_classes (device, "Video/Source")) {
    *kind = CALL_DEVICE_CAMERA;
    return !pipewire || !has_property (device, "api.v4l2.path", NULL);
  }
  if (gst_device_has_classes (device, "Audio/Source"))
    *kind = CALL_DEVICE_MICROPHONE;
  else if (gst_device_has_classes (device, "Audio/Sink"))
    *kind = CALL_DEVICE_SPEAKER;
  else
    return FALSE;
  return !pipewire && !has_property (device, "device.class", "monitor");
}

static gboolean
read_is_default (GstDevice *device)
{
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);
  gboolean is_default = FALSE;

  return facts != NULL && gst_structure_get_boolean (facts, "is-default", &is_default) &&
         is_default;
}

CallDevice *
call_device_new (CallDeviceKind kind, GstDevice *device)
{
  CallDevice *self = g_object_new (CALL_TYPE_DEVICE, NULL);

  self->kind = kind;
  self->device = gst_object_ref (device);
  self->id = call_device_build_id (device);
  self->name = gst_device_get_display_name (device);
  self->is_default = read_is_default (device);
  return self;
}

/* (transfer none): what GStreamer knows it as. */
GstDevice *
call_device_get_gst_device (CallDevice *self)
{
  return self->device;
}

static gboolean
can_deliver (CallDevice *self, const char *format)
{
  g_autoptr (GstCaps) caps = gst_device_get_caps (self->device);
  g_autoptr (GstCaps) wanted = gst_caps_new_empty_simple (format);

  return caps != NULL && gst_caps_can_intersect (caps, wanted);
}

/* Whether a camera has to be asked for JPEG pictures because it has no raw ones. */
gboolean
call_device_is_jpeg_only (CallDevice *self)
{
  return can_deliver (self, "image/jpeg") && !can_deliver (self, "video/x-raw");
}

/*
 * Makes the element that opens the device. Only for a device that was chosen: making one for each
 * that is listed crashes PipeWire's provider.
 * Returns: (transfer full) (nullable): the element
 */
GstElement *
call_device_create_element (CallDevice *self)
{
  GstElement *element = gst_device_create_element (self->device, NULL);

  if (element == NULL)
    return NULL;
  gst_object_ref_sink (element);
  if (self->kind == CALL_DEVICE_MICROPHONE &&
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), "latency-time") != NULL)
    g_object_set (element, "latency-time", G_GINT64_CONSTANT (10000), NULL);
  if (g_str_has_prefix (G_OBJECT_TYPE_NAME (element), "GstPipeWire"))
    g_object_set (element, "do-timestamp", TRUE, NULL);
  return element;
}

/**
 * call_device_get_id:
 * @self: a device
 *
 * What names the device on this machine.
 *
 * Returns: the id
 */
const char *
call_device_get_id (CallDevice *self)
{
  g_return_val_if_fail (CALL_IS_DEVICE (self), NULL);

  return self->id;
}

/**
 * call_device_get_name:
 * @self: a device
 *
 * What people call the device.
 *
 * Returns: the name
 */
const char *
call_device_get_name (CallDevice *self)
{
  g_return_val_if_fail (CALL_IS_DEVICE (self), NULL);

  return self->name;
}

/**
 * call_device_get_kind:
 * @self: a device
 *
 * What the device is for.
 *
 * Returns: the kind
 */
CallDeviceKind
call_device_get_kind (CallDevice *self)
{
  g_return_val_if_fail (CALL_IS_DEVICE (self), CALL_DEVICE_MICROPHONE);

  return self->kind;
}

/**
 * call_device_get_is_default:
 * @self: a device
 *
 * Whether the device is used when no other one is chosen.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_device_get_is_default (CallDevice *self)
{
  g_return_val_if_fail (CALL_IS_DEVICE (self), FALSE);

  return self->is_default;
}

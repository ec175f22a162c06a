/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-device-private.h"
#include "media-fixture.h"

/* Devices without hardware: a provider of our own plugs test sources in and out. */

#define LONG 30.0

#define TEST_TYPE_DEVICE (test_device_get_type ())
G_DECLARE_FINAL_TYPE (TestDevice, test_device, TEST, DEVICE, GstDevice)

struct _TestDevice {
  GstDevice parent_instance;
};

G_DEFINE_FINAL_TYPE (TestDevice, test_device, GST_TYPE_DEVICE)

static guint n_elements;

static GstElement *
create_element (GstDevice *device, const char *name)
{
  gboolean camera = gst_device_has_classes (device, "Video/Source");
  GstElement *element = gst_element_factory_make (camera ? "videotestsrc" : "audiotestsrc", name);

  n_elements++;
  g_object_set (element, "is-live", TRUE, NULL);
  return element;
}

static void
test_device_class_init (TestDeviceClass *klass)
{
  GST_DEVICE_CLASS (klass)->create_element = create_element;
}

static void
test_device_init (TestDevice *self)
{
}

#define TEST_TYPE_PROVIDER (test_provider_get_type ())
G_DECLARE_FINAL_TYPE (TestProvider, test_provider, TEST, PROVIDER, GstDeviceProvider)

struct _TestProvider {
  GstDeviceProvider parent_instance;
};

G_DEFINE_FINAL_TYPE (TestProvider, test_provider, GST_TYPE_DEVICE_PROVIDER)

static GstDeviceProvider *provider;

static gboolean
start (GstDeviceProvider *self)
{
  return TRUE;
}

static void
stop (GstDeviceProvider *self)
{
}

static void
test_provider_class_init (TestProviderClass *klass)
{
  GST_DEVICE_PROVIDER_CLASS (klass)->start = start;
  GST_DEVICE_PROVIDER_CLASS (klass)->stop = stop;
  gst_device_provider_class_set_static_metadata (GST_DEVICE_PROVIDER_CLASS (klass), "Test devices",
                                                 "Source/Audio/Video", "Plugs in and out",
                                                 "libcall");
}

static void
test_provider_init (TestProvider *self)
{
}

static GstDevice *
plug_in (const char *device_class, const char *name, const char *node)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (
      g_str_has_prefix (device_class, "Video") ? "video/x-raw" : "audio/x-raw");
  g_autoptr (GstStructure) facts = gst_structure_new ("properties", "node.name", G_TYPE_STRING,
                                                      node, NULL);
  GstDevice *device = g_object_new (TEST_TYPE_DEVICE, "device-class", device_class, "display-name",
                                    name, "caps", caps, "properties", facts, NULL);

  gst_object_ref_sink (device);
  gst_device_provider_device_add (provider, device);
  return device;
}

static CallDevice *
find (CallDeviceManager *manager, CallDeviceKind kind, const char *node)
{
  g_autofree char *id = node != NULL ? g_strconcat ("TestDevice:", node, NULL) : NULL;

  return call_device_manager_find (manager, kind, id);
}

static void
test_hot_plug (void)
{
  CallDeviceManager *manager = call_device_manager_new ();
  g_autoptr (GstDevice) camera = plug_in ("Video/Source", "Twin", "left");
  g_autoptr (GstDevice) twin = NULL;

  wait_until (call_device_manager_get_ready (manager), LONG);
  wait_until (find (manager, CALL_DEVICE_CAMERA, "left") != NULL, LONG);
  twin = plug_in ("Video/Source", "Twin", "right"); /* the same name, another device */
  wait_until (find (manager, CALL_DEVICE_CAMERA, "right") != NULL, LONG);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (manager)), ==, 2);
  g_assert_null (find (manager, CALL_DEVICE_MICROPHONE, NULL));
  g_assert_cmpuint (n_elements, ==, 0); /* nothing is opened that was not chosen */

  gst_device_provider_device_remove (provider, camera);
  wait_until (find (manager, CALL_DEVICE_CAMERA, "left") == NULL, LONG);
  g_assert_true (find (manager, CALL_DEVICE_CAMERA, NULL) ==
                 find (manager, CALL_DEVICE_CAMERA, "right"));
  gst_device_provider_device_remove (provider, twin);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (manager)) == 0, LONG);
  g_assert_finalize_object (manager);
}

/* The engine uses what is plugged in, follows a choice, and survives the loss of it. */
static void
test_engine (void)
{
  g_autoptr (GstDevice) camera = NULL;
  g_autoptr (GstDevice) microphone = NULL;
  CallDeviceManager *devices;
  MediaSide side = { 0 };
  guint frames, made = n_elements;

  media_side_init (&side, NULL);
  g_object_set (side.engine, "use-test-sources", FALSE, "echo-cancellation", FALSE, NULL);
  g_assert_true (call_engine_start (side.engine, NULL));
  devices = call_engine_get_device_manager (side.engine);
  wait_until (call_device_manager_get_ready (devices), LONG);
  camera = plug_in ("Video/Source", "Camera", "cam");
  microphone = plug_in ("Audio/Source", "Microphone", "mic");
  wait_until (find (devices, CALL_DEVICE_CAMERA, NULL) &&
                  find (devices, CALL_DEVICE_MICROPHONE, NULL),
              LONG);
  wait_until (n_elements == made + 2, LONG);
  wait_until (media_eye_get_variance (side.self_) > 50, LONG);

  gst_device_provider_device_remove (provider, camera);
  gst_device_provider_device_remove (provider, microphone);
  wait_until (media_eye_get_mean (side.self_) < 20, LONG); /* black, not a test picture */
  frames = media_eye_get_frames (side.self_);
  wait_until (media_eye_get_frames (side.self_) > frames + 10, LONG);
  media_side_stop (&side);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  gst_device_provider_register (NULL, "testdevices", GST_RANK_PRIMARY, TEST_TYPE_PROVIDER);
  provider = gst_device_provider_factory_get_by_name ("testdevices");
  g_assert_nonnull (provider);

  g_test_add_func ("/devices/hot-plug", test_hot_plug);
  g_test_add_func ("/devices/engine", test_engine);
  return g_test_run ();
}

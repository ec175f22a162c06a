/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-media"

#include "config.h"

#include "desk-media.h"

/* Set once by the command line, before any engine is made. */
static gboolean use_test_sources = FALSE;

/**
 * desk_media_use_test_sources:
 * @use: whether a made-up picture and tone stand in for camera, microphone and speaker
 *
 * For demonstrations and tests on machines without devices.
 */
void
desk_media_use_test_sources (gboolean use)
{
  use_test_sources = use;
}

/**
 * desk_media_get_use_test_sources:
 *
 * Returns: whether the devices of the computer are left alone
 */
gboolean
desk_media_get_use_test_sources (void)
{
  return use_test_sources;
}

/**
 * desk_media_new_engine:
 * @settings: the settings of the app
 *
 * Returns: (transfer full): an engine that uses the devices chosen in @settings, also when the
 *   choice changes later
 */
CallEngine *
desk_media_new_engine (GSettings *settings)
{
  CallEngine *engine;

  /* The app starts GStreamer in a thread of its own; whoever comes first waits for it here. */
  gst_init (NULL, NULL);
  engine = call_engine_new ();
  g_settings_bind (settings, "relay-only", engine, "relay-only", G_SETTINGS_BIND_GET);
  if (use_test_sources) {
    g_object_set (engine, "use-test-sources", TRUE, "audio-sink", "fake", NULL);
    return engine;
  }
  g_settings_bind (settings, "camera", engine, "camera", G_SETTINGS_BIND_GET);
  g_settings_bind (settings, "microphone", engine, "microphone", G_SETTINGS_BIND_GET);
  g_settings_bind (settings, "speaker", engine, "speaker", G_SETTINGS_BIND_GET);
  return engine;
}

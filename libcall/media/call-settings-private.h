/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-media-enums.h"

G_BEGIN_DECLS

/* What an engine is set to. */
typedef struct {
  gboolean muted;
  gboolean camera_enabled;
  gboolean use_test_sources;
  gboolean echo_cancellation;
  gboolean adaptive;
  gboolean relay_only;
  gboolean audible; /* play the other side's sound, rather than only decode it */
  CallVideoCodec codec;
  guint width;
  guint height;
  guint framerate;
  guint bitrate;
  char *camera;
  char *microphone;
  char *speaker;
  char *local_address;
} CallSettings;

/* The properties of an engine that are plain settings; their numbers start at 1. */
enum {
  CALL_SETTING_MUTED = 1,
  CALL_SETTING_CAMERA_ENABLED,
  CALL_SETTING_CAMERA,
  CALL_SETTING_MICROPHONE,
  CALL_SETTING_SPEAKER,
  CALL_SETTING_VIDEO_CODEC,
  CALL_SETTING_WIDTH,
  CALL_SETTING_HEIGHT,
  CALL_SETTING_FRAMERATE,
  CALL_SETTING_BITRATE,
  CALL_SETTING_ADAPTIVE,
  CALL_SETTING_USE_TEST_SOURCES,
  CALL_SETTING_ECHO_CANCELLATION,
  CALL_SETTING_RELAY_ONLY,
  CALL_SETTING_LOCAL_ADDRESS,
  CALL_SETTING_AUDIO_SINK,
  N_CALL_SETTINGS
};

void call_settings_make_specs (GParamSpec **specs);
void call_settings_init (CallSettings *self);
void call_settings_clear (CallSettings *self);
gboolean call_settings_get (CallSettings *self, guint setting, GValue *value);
gboolean
call_settings_set (CallSettings *self, guint setting, const GValue *value, gboolean *changed);

G_END_DECLS

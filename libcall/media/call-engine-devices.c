/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-engine-private.h"

/* The accessors of CallEngine for what a user switches during a call. */

/**
 * call_engine_set_muted:
 * @self: an engine
 * @muted: whether to send silence
 *
 * Sends silence instead of the microphone's sound, or the sound again.
 */
void
call_engine_set_muted (CallEngine *self, gboolean muted)
{
  g_object_set (self, "muted", muted, NULL);
}

/**
 * call_engine_get_muted:
 * @self: an engine
 *
 * Whether silence is sent.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_engine_get_muted (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), FALSE);

  return self->settings.muted;
}

/**
 * call_engine_set_camera_enabled:
 * @self: an engine
 * @enabled: whether the camera is on
 *
 * Turns the camera off and on. No picture taken before is sent after it was turned off.
 */
void
call_engine_set_camera_enabled (CallEngine *self, gboolean enabled)
{
  g_object_set (self, "camera-enabled", enabled, NULL);
}

/**
 * call_engine_get_camera_enabled:
 * @self: an engine
 *
 * Whether the camera is on.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_engine_get_camera_enabled (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), FALSE);

  return self->settings.camera_enabled;
}

/**
 * call_engine_set_camera:
 * @self: an engine
 * @device_id: (nullable): the id of a camera, or %NULL for the default one
 *
 * Uses another camera, at once and without a gap.
 */
void
call_engine_set_camera (CallEngine *self, const char *device_id)
{
  g_object_set (self, "camera", device_id, NULL);
}

/**
 * call_engine_get_camera:
 * @self: an engine
 *
 * The camera that was chosen.
 *
 * Returns: (nullable): its id, or %NULL for the default one
 */
const char *
call_engine_get_camera (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), NULL);

  return self->settings.camera;
}

/**
 * call_engine_set_microphone:
 * @self: an engine
 * @device_id: (nullable): the id of a microphone, or %NULL for the default one
 *
 * Uses another microphone, at once and without a gap.
 */
void
call_engine_set_microphone (CallEngine *self, const char *device_id)
{
  g_object_set (self, "microphone", device_id, NULL);
}

/**
 * call_engine_get_microphone:
 * @self: an engine
 *
 * The microphone that was chosen.
 *
 * Returns: (nullable): its id, or %NULL for the default one
 */
const char *
call_engine_get_microphone (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), NULL);

  return self->settings.microphone;
}

/**
 * call_engine_set_speaker:
 * @self: an engine
 * @device_id: (nullable): the id of a speaker, or %NULL for the default one
 *
 * Uses another speaker, at once and without a gap.
 */
void
call_engine_set_speaker (CallEngine *self, const char *device_id)
{
  g_object_set (self, "speaker", device_id, NULL);
}

/**
 * call_engine_get_speaker:
 * @self: an engine
 *
 * The speaker that was chosen.
 *
 * Returns: (nullable): its id, or %NULL for the default one
 */
const char *
call_engine_get_speaker (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), NULL);

  return self->settings.speaker;
}

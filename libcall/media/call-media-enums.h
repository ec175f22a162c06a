/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/**
 * CallEngineState:
 * @CALL_ENGINE_IDLE: no call: stopped, or preview only
 * @CALL_ENGINE_GATHERING: a generation has begun, no description has been exchanged
 * @CALL_ENGINE_CONNECTING: descriptions are being exchanged, no media has come yet
 * @CALL_ENGINE_FLOWING: media comes in and goes out
 * @CALL_ENGINE_RECONNECTING: media flowed before and has stopped, or a new generation replaces it
 * @CALL_ENGINE_FAILED: given up; the error came with [signal@Engine::failed]
 * @CALL_ENGINE_CLOSED: the signalling said that the call is over, or the engine was stopped
 *
 * Where the media of a call stands.
 */
typedef enum {
  CALL_ENGINE_IDLE,
  CALL_ENGINE_GATHERING,
  CALL_ENGINE_CONNECTING,
  CALL_ENGINE_FLOWING,
  CALL_ENGINE_RECONNECTING,
  CALL_ENGINE_FAILED,
  CALL_ENGINE_CLOSED,
} CallEngineState;

/**
 * CallVideoRole:
 * @CALL_VIDEO_LOCAL: the self view
 * @CALL_VIDEO_REMOTE: the picture of the other side
 *
 * Which picture a video sink shows.
 */
typedef enum {
  CALL_VIDEO_LOCAL,
  CALL_VIDEO_REMOTE,
} CallVideoRole;

/**
 * CallVideoCodec:
 * @CALL_VIDEO_CODEC_VP8: VP8, the default and what every browser has; "vp8"
 * @CALL_VIDEO_CODEC_H264: H.264 constrained baseline; "h264"
 *
 * The video codec we would like to use. The side that answers takes what the offer allows.
 */
typedef enum {
  CALL_VIDEO_CODEC_VP8,
  CALL_VIDEO_CODEC_H264,
} CallVideoCodec;

/**
 * CallDeviceKind:
 * @CALL_DEVICE_MICROPHONE: records sound; "microphone"
 * @CALL_DEVICE_CAMERA: takes pictures; "camera"
 * @CALL_DEVICE_SPEAKER: plays sound; "speaker"
 *
 * What a device is for.
 */
typedef enum {
  CALL_DEVICE_MICROPHONE,
  CALL_DEVICE_CAMERA,
  CALL_DEVICE_SPEAKER,
} CallDeviceKind;

#define CALL_TYPE_ENGINE_STATE (call_engine_state_get_type ())
#define CALL_TYPE_VIDEO_ROLE (call_video_role_get_type ())
#define CALL_TYPE_VIDEO_CODEC (call_video_codec_get_type ())
#define CALL_TYPE_DEVICE_KIND (call_device_kind_get_type ())

CALL_AVAILABLE_IN_ALL
GType call_engine_state_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_video_role_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_video_codec_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_device_kind_get_type (void) G_GNUC_CONST;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-media-enums.h"

G_DEFINE_ENUM_TYPE (CallEngineState,
                    call_engine_state,
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_GATHERING, "gathering"),
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_FLOWING, "flowing"),
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_RECONNECTING, "reconnecting"),
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (CALL_ENGINE_CLOSED, "closed"))

G_DEFINE_ENUM_TYPE (CallVideoRole,
                    call_video_role,
                    G_DEFINE_ENUM_VALUE (CALL_VIDEO_LOCAL, "local"),
                    G_DEFINE_ENUM_VALUE (CALL_VIDEO_REMOTE, "remote"))

G_DEFINE_ENUM_TYPE (CallVideoCodec,
                    call_video_codec,
                    G_DEFINE_ENUM_VALUE (CALL_VIDEO_CODEC_VP8, "vp8"),
                    G_DEFINE_ENUM_VALUE (CALL_VIDEO_CODEC_H264, "h264"))

G_DEFINE_ENUM_TYPE (CallDeviceKind,
                    call_device_kind,
                    G_DEFINE_ENUM_VALUE (CALL_DEVICE_MICROPHONE, "microphone"),
                    G_DEFINE_ENUM_VALUE (CALL_DEVICE_CAMERA, "camera"),
                    G_DEFINE_ENUM_VALUE (CALL_DEVICE_SPEAKER, "speaker"))

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call-media.h>
#include <call.h>

G_BEGIN_DECLS

typedef enum {
  DESK_QUALITY_UNKNOWN,
  DESK_QUALITY_BAD,
  DESK_QUALITY_FAIR,
  DESK_QUALITY_GOOD,
  DESK_QUALITY_EXCELLENT,
} DeskQuality;

DeskQuality desk_quality_from_stats (const CallEngineStats *stats);
const char *desk_quality_icon (DeskQuality quality);
const char *desk_quality_describe (DeskQuality quality);

G_END_DECLS

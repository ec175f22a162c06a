/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call.h>

#define CALL_INSIDE

#include "call-device-manager.h"
#include "call-device.h"
#include "call-engine-stats.h"
#include "call-engine.h"
#include "call-media-enums.h"

#undef CALL_INSIDE

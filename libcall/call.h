/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define CALL_INSIDE

#include "call-version.h"

#include "call-types.h"

#include "call-enums.h"
#include "call-error.h"
#include "call-id.h"

#undef CALL_INSIDE

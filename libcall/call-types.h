/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "call-version.h"

#if !defined(CALL_INSIDE) && !defined(CALL_COMPILATION)
#error "Only <call.h> and <call-media.h> can be included directly."
#endif

/**
 * CALL_AVAILABLE_IN_ALL:
 *
 * Marks the public symbols of the libraries; all others are hidden.
 */
#define CALL_AVAILABLE_IN_ALL __attribute__ ((visibility ("default"))) extern

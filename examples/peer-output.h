/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

void peer_output (const char *event, ...) G_GNUC_NULL_TERMINATED;
void peer_output_at (gint64 monotonic_us, const char *event, ...) G_GNUC_NULL_TERMINATED;

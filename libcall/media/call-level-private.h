/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What a meter shows when there is nothing to hear. */
#define CALL_LEVEL_SILENCE -120.0

gboolean call_level_parse (GstMessage *message, double *dbfs);

G_END_DECLS

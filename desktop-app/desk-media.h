/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call-media.h>
#include <call.h>

G_BEGIN_DECLS

void desk_media_use_test_sources (gboolean use);
gboolean desk_media_get_use_test_sources (void);

CallEngine *desk_media_new_engine (GSettings *settings);

G_END_DECLS

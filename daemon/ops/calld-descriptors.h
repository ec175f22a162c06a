/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean calld_descriptors_reserve (guint max_connections, GError **error);

G_END_DECLS

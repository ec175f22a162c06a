/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *call_base64_decode (const char *text, gssize length, gsize limit);
GBytes *call_data_url_decode (const char *text, gsize length, gsize limit, GError **error);

G_END_DECLS

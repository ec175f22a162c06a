/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GHashTable *calld_env_file_parse (const char *text, gsize length, GError **error);
GHashTable *calld_env_file_load (const char *path, GError **error);

G_END_DECLS

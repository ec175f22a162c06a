/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *calld_key_file_read (const char *path, GError **error);
char *calld_key_file_ensure (const char *path, GError **error);
GBytes *calld_key_file_decode (const char *hex);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Words of a question; more are not looked at. */
#define CALLD_SEARCH_WORDS_MAX 16

char *calld_search_query_build (const char *text);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * DeskErrorText: what an error says to the clinician: what happened, and what to do next.
 */
typedef struct {
  const char *title;
  const char *next_step;
} DeskErrorText;

DeskErrorText desk_error_text_get (const GError *error);
char *desk_error_text_to_sentence (const GError *error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * DeskOptions: what the command line asks for; everything may be NULL.
 */
typedef struct {
  char *endpoint;
  char *email;
  char *password;
  char *token;
} DeskOptions;

void desk_options_add (GApplication *app);
gboolean
desk_options_read (DeskOptions *self, GApplicationCommandLine *command_line, GError **error);
void desk_options_clear (DeskOptions *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DeskOptions, desk_options_clear)

G_END_DECLS

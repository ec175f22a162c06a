/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"

#include <gio/gio.h>

G_BEGIN_DECLS

void calld_command_run_async (CalldClock *clock,
                              const char *const *argv,
                              guint timeout_ms,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
char *calld_command_run_finish (GAsyncResult *result, int *status, GError **error);

G_END_DECLS

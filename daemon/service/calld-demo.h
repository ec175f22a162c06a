/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-auth.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-store.h"

G_BEGIN_DECLS

void calld_demo_seed_async (CalldConfig *config,
                            CalldClock *clock,
                            CalldStore *store,
                            CalldAuth *auth,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
char *calld_demo_seed_finish (GAsyncResult *result, GError **error);

void calld_demo_lock_async (CalldStore *store,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean calld_demo_lock_finish (GAsyncResult *result, GError **error);

G_END_DECLS

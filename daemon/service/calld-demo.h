/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-auth.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-store.h"

G_BEGIN_DECLS

/** CALLD_DEMO_CLINICIAN: the address with which the demo's clinician signs in. */
#define CALLD_DEMO_CLINICIAN "ana@clinic.example"

void calld_demo_seed_async (CalldConfig *config,
                            CalldClock *clock,
                            CalldStore *store,
                            CalldAuth *auth,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
char *calld_demo_seed_finish (GAsyncResult *result, GError **error);

char *calld_demo_get_password_file (CalldConfig *config);

G_END_DECLS

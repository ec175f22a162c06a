/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-alert-rules.h"
#include "calld-clock.h"

G_BEGIN_DECLS

/* So many notices may wait; the oldest is dropped for one more. */
#define CALLD_ALERT_HOOK_QUEUE 32
/* So often a notice is tried; the time between doubles, up to a minute. */
#define CALLD_ALERT_HOOK_ATTEMPTS 10

typedef struct _CalldAlertHook CalldAlertHook;

CalldAlertHook *
calld_alert_hook_new (CalldClock *clock, const char *url, const char *secret, const char *server);
void calld_alert_hook_free (CalldAlertHook *self);

void calld_alert_hook_tell (CalldAlertHook *self,
                            CalldAlert alert,
                            CalldAlertChange change,
                            double value);
guint calld_alert_hook_get_n_waiting (CalldAlertHook *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldAlertHook, calld_alert_hook_free)

G_END_DECLS

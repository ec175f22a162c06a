/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalldThrottle:
 *
 * Token buckets by key, such as one for each user. Main context only. It remembers at most
 * %CALLD_THROTTLE_KEYS_MAX keys: full buckets are forgotten first, then any.
 */
typedef struct _CalldThrottle CalldThrottle;

#define CALLD_THROTTLE_KEYS_MAX 20000
/* How often those who have not come for long are forgotten. */
#define CALLD_THROTTLE_SWEEP_MS (5 * 60 * 1000)

CalldThrottle *calld_throttle_new (CalldClock *clock, guint burst, guint per_minute);
void calld_throttle_free (CalldThrottle *self);
gboolean calld_throttle_take (CalldThrottle *self, const char *key, guint *retry_s, GError **error);
char *calld_throttle_address_key (const char *address);
guint calld_throttle_get_n_keys (CalldThrottle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldThrottle, calld_throttle_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"

G_BEGIN_DECLS

/* How many accounts and addresses are remembered at most. */
#define CALLD_LOGIN_GUARD_MAX 8192

/**
 * CalldLoginGuard:
 *
 * Slows down whoever guesses passwords: a few attempts for one account from one address, some more
 * for all accounts from one address. The right password clears the first count. Those who were not
 * seen for longest are forgotten when there is no room. Main context only.
 */
typedef struct _CalldLoginGuard CalldLoginGuard;

CalldLoginGuard *calld_login_guard_new (CalldClock *clock);
void calld_login_guard_free (CalldLoginGuard *self);

gboolean calld_login_guard_enter (CalldLoginGuard *self, const char *account, const char *address);
void calld_login_guard_clear (CalldLoginGuard *self, const char *account, const char *address);
guint calld_login_guard_get_retry_seconds (CalldLoginGuard *self,
                                           const char *account,
                                           const char *address);
guint calld_login_guard_get_size (CalldLoginGuard *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldLoginGuard, calld_login_guard_free)

G_END_DECLS

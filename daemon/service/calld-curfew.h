/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"

G_BEGIN_DECLS

/**
 * CalldCurfew:
 *
 * Ends connections whose token has ended: a token is not only checked when somebody signs in. Main
 * context only.
 */
typedef struct _CalldCurfew CalldCurfew;

/**
 * CalldCurfewFunc:
 * @connection_id: whose token has ended; it is forgotten already
 * @user_data: what was given with the function
 *
 * Hears of a connection that must go.
 */
typedef void (*CalldCurfewFunc) (guint64 connection_id, gpointer user_data);

CalldCurfew *calld_curfew_new (CalldClock *clock, CalldCurfewFunc func, gpointer user_data);
void calld_curfew_free (CalldCurfew *self);
void calld_curfew_add (CalldCurfew *self, guint64 connection_id, gint64 expires_at);
void calld_curfew_remove (CalldCurfew *self, guint64 connection_id);
guint calld_curfew_get_size (CalldCurfew *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldCurfew, calld_curfew_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CALLD_TURNSTILE_WAITING_MAX:
 *
 * How many may wait for one key. Whoever comes on top is refused.
 */
#define CALLD_TURNSTILE_WAITING_MAX 32

/**
 * CalldTurnstile:
 *
 * Lets those who name the same key pass one after another, in the order in which they came, so that
 * what they publish has the order of what they commit. Main context only.
 */
typedef struct _CalldTurnstile CalldTurnstile;

/**
 * CalldTurnstileFunc:
 * @user_data: what was given on entry
 *
 * It is your turn. Call calld_turnstile_leave() when done.
 */
typedef void (*CalldTurnstileFunc) (gpointer user_data);

CalldTurnstile *calld_turnstile_new (void);
void calld_turnstile_free (CalldTurnstile *self);
gboolean calld_turnstile_enter (CalldTurnstile *self,
                                const char *key,
                                CalldTurnstileFunc func,
                                gpointer user_data);
void calld_turnstile_leave (CalldTurnstile *self, const char *key);
guint calld_turnstile_get_n_keys (CalldTurnstile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldTurnstile, calld_turnstile_free)

G_END_DECLS

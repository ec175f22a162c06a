/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-auth.h"
#include "calld-chat.h"
#include "calld-clock.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* The most members of a group, bots included, and how long the token of a bot lasts. */
#define CALLD_BOTS_GROUP_MAX 10000
#define CALLD_BOTS_TOKEN_MS (366 * 24 * 3600 * G_GINT64_CONSTANT (1000))

/**
 * CalldBot:
 * @identity: who it is, with the end of its token
 * @token: what it signs in with; told once
 *
 * A program that takes part in chats.
 */
typedef struct {
  CalldIdentity *identity;
  char *token;
} CalldBot;

void calld_bot_free (CalldBot *self);

#define CALLD_TYPE_BOTS (calld_bots_get_type ())
G_DECLARE_FINAL_TYPE (CalldBots, calld_bots, CALLD, BOTS, GObject)

CalldBots *calld_bots_new (CalldClock *clock, CalldStore *store, CalldAuth *auth, CalldChat *chat);
void calld_bots_add_async (CalldBots *self,
                           CalldIdentity *who,
                           const char *name,
                           const char *const *group_ids,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
CalldBot *calld_bots_add_finish (CalldBots *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldBot, calld_bot_free)

G_END_DECLS

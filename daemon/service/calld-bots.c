/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-bots"

#include "config.h"

#include "calld-bots.h"

#include "calld-log.h"
#include "calld-problem.h"

#include <string.h>

/*
 * Programs that take part in chats: users of the role "service", who sign in with a token of their
 * own and have the rights of any member where they are one.
 */
struct _CalldBots {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldAuth *auth;
  CalldChat *chat;
};

G_DEFINE_FINAL_TYPE (CalldBots, calld_bots, G_TYPE_OBJECT)

void
calld_bot_free (CalldBot *self)
{
  if (self == NULL)
    return;
  calld_identity_unref (self->identity);
  g_free (self->token);
  g_free (self);
}

typedef struct {
  CalldUserRecord *user;
  char **group_ids;
} Adding;

static void
adding_free (Adding *adding)
{
  calld_user_record_free (adding->user);
  g_strfreev (adding->group_ids);
  g_free (adding);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldBots *self = g_task_get_source_object (task);
  Adding *adding = g_task_get_task_data (task);
  const CalldUserRecord *user = adding->user;
  g_autoptr (CalldBot) bot = g_new0 (CalldBot, 1);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; adding->group_ids != NULL && adding->group_ids[i] != NULL; i++)
    calld_conversations_forget (calld_chat_get_conversations (self->chat), adding->group_ids[i]);
  bot->identity = calld_identity_new (user->id, user->name, user->role, user->time_zone, NULL,
                                      calld_clock_now_ms (self->clock) + CALLD_BOTS_TOKEN_MS);
  bot->token = calld_auth_issue_token (self->auth, bot->identity, &error);
  calld_log_info ("bot_added", .user_id = user->id);
  if (bot->token != NULL)
    g_task_return_pointer (task, g_steal_pointer (&bot), (GDestroyNotify) calld_bot_free);
  else
    g_task_return_error (task, error);
}

static CalldChange *
make_change (CalldBots *self, const CalldUserRecord *user, const char *const *group_ids)
{
  CalldChange *change = calld_change_new ();

  calld_change_add_user (change, user);
  for (guint i = 0; group_ids != NULL && group_ids[i] != NULL; i++) {
    g_autoptr (CalldMemberRecord) member = calld_member_record_new (
        group_ids[i], user->id, CALL_GROUP_ROLE_MEMBER, user->created_at);

    calld_change_add_member (change, member, CALLD_BOTS_GROUP_MAX);
  }
  return change;
}

/**
 * calld_bots_add_async:
 * @self: the bots
 * @who: who asks
 * @name: what it is called, and mentioned by
 * @group_ids: (nullable) (array zero-terminated=1): the groups it is put into
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes a bot.
 */
void
calld_bots_add_async (CalldBots *self,
                      CalldIdentity *who,
                      const char *name,
                      const char *const *group_ids,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *plain = g_strstrip (g_strdup (name));
  Adding *adding;
  GError *error = NULL;

  if (*plain == '\0' || strchr (plain, '@') != NULL)
    error = calld_problem_new_field ("name", "A bot needs a name, without \"@\"");
  if (error != NULL || !calld_auth_can (who, CALLD_ACTION_MANAGE_BOTS, NULL, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  adding = g_new0 (Adding, 1);
  adding->user = calld_user_record_new (plain, NULL, CALL_ROLE_SERVICE, "UTC",
                                        calld_clock_now_ms (self->clock));
  adding->group_ids = g_strdupv ((char **) group_ids);
  g_task_set_task_data (task, adding, (GDestroyNotify) adding_free);
  calld_store_commit_async (self->store, make_change (self, adding->user, group_ids), NULL,
                            on_added, task);
}

/**
 * calld_bots_add_finish:
 * @self: the bots
 * @result: the result
 * @error: why not; %CALL_ERROR_NOT_FOUND for an unknown group
 *
 * Returns: (transfer full): the bot with its token, or %NULL with @error
 */
CalldBot *
calld_bots_add_finish (CalldBots *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
calld_bots_dispose (GObject *object)
{
  CalldBots *self = CALLD_BOTS (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->store);
  g_clear_object (&self->auth);
  g_clear_object (&self->chat);
  G_OBJECT_CLASS (calld_bots_parent_class)->dispose (object);
}

static void
calld_bots_class_init (CalldBotsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_bots_dispose;
}

static void
calld_bots_init (CalldBots *self)
{
}

/**
 * calld_bots_new:
 * @clock: the clock
 * @store: where users are
 * @auth: gives tokens out
 * @chat: where they take part
 *
 * Returns: (transfer full): the bots
 */
CalldBots *
calld_bots_new (CalldClock *clock, CalldStore *store, CalldAuth *auth, CalldChat *chat)
{
  CalldBots *self = g_object_new (CALLD_TYPE_BOTS, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->auth = g_object_ref (auth);
  self->chat = g_object_ref (chat);
  return self;
}

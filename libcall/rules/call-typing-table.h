/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whoever says nothing for so long has stopped typing; milliseconds. */
#define CALL_TYPING_EXPIRY_MS 5000
/* Repetitions within this are not told again. */
#define CALL_TYPING_REPEAT_MS 2000
/* In how many conversations one user may type at once, and how many may type at all. */
#define CALL_TYPING_USER_MAX 8
#define CALL_TYPING_MAX 10000

/**
 * CallTypist:
 * @user_id: who types
 * @group_id: in which conversation
 * @connection_id: on which connection
 *
 * Somebody who types.
 */
typedef struct {
  char *user_id;
  char *group_id;
  guint64 connection_id;
} CallTypist;

/**
 * CallTypingTable:
 *
 * Who types where. Pure: the time is passed in, in milliseconds of a clock that does not go back.
 * When one user or all together would be too many, the one who was heard of longest ago has
 * stopped.
 */
typedef struct _CallTypingTable CallTypingTable;

/**
 * CallTypingFunc:
 * @typist: who has stopped; valid during the call
 * @user_data: what was given with the function
 *
 * Hears of everybody who stopped.
 */
typedef void (*CallTypingFunc) (const CallTypist *typist, gpointer user_data);

CallTypingTable *call_typing_table_new (CallTypingFunc stopped, gpointer user_data);
void call_typing_table_free (CallTypingTable *self);

gboolean call_typing_table_has (CallTypingTable *self, const char *user_id, const char *group_id);
gboolean call_typing_table_start (CallTypingTable *self,
                                  const char *user_id,
                                  const char *group_id,
                                  guint64 connection_id,
                                  gint64 now);
void call_typing_table_stop (CallTypingTable *self, const char *user_id, const char *group_id);
void call_typing_table_forget (CallTypingTable *self, const char *user_id, guint64 connection_id);
gint64 call_typing_table_expire (CallTypingTable *self, gint64 now);
guint call_typing_table_get_size (CallTypingTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallTypingTable, call_typing_table_free)

G_END_DECLS

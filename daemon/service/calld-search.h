/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-chat.h"

G_BEGIN_DECLS

#define CALLD_TYPE_SEARCH (calld_search_get_type ())
G_DECLARE_FINAL_TYPE (CalldSearch, calld_search, CALLD, SEARCH, GObject)

CalldSearch *calld_search_new (CalldClock *clock, CalldStore *store, CalldChat *chat);
void calld_search_start (CalldSearch *self);
void calld_search_stop (CalldSearch *self);

void calld_search_messages_async (CalldSearch *self,
                                  CalldIdentity *who,
                                  const CalldSearchQuery *query,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GPtrArray *calld_search_messages_finish (CalldSearch *self, GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-chat.h"
#include "calld-gateway.h"
#include "calld-roster.h"

G_BEGIN_DECLS

#define CALLD_TYPE_COMPANY (calld_company_get_type ())
G_DECLARE_FINAL_TYPE (CalldCompany, calld_company, CALLD, COMPANY, GObject)

/**
 * CalldCompany:
 *
 * Who is around in a conversation: who types, and who is online.
 */
CalldCompany *calld_company_new (CalldClock *clock,
                                 CalldStore *store,
                                 CalldBus *bus,
                                 CalldChat *chat,
                                 CalldRoster *roster);

void calld_company_type_async (CalldCompany *self,
                               CalldIdentity *who,
                               const char *group_id,
                               guint64 connection_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean calld_company_type_finish (CalldCompany *self, GAsyncResult *result, GError **error);
void calld_company_stop_typing (CalldCompany *self, const char *user_id, const char *group_id);
void calld_company_disconnected (CalldCompany *self, const char *user_id, guint64 connection_id);

void calld_company_list_online_async (CalldCompany *self,
                                      CalldIdentity *who,
                                      const char *group_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *
calld_company_list_online_finish (CalldCompany *self, GAsyncResult *result, GError **error);

G_END_DECLS

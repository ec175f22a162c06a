/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-handler"

#include "config.h"

#include "calld-handler-private.h"

static void
on_typing (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_company_type_finish (CALLD_COMPANY (source), result, &error))
    calld_errand_ok (errand, NULL, NULL);
  else
    calld_errand_fail (errand, error);
}

/**
 * calld_handler_typing_start:
 * @errand: (transfer full): `typing_start`
 */
void
calld_handler_typing_start (CalldErrand *errand)
{
  calld_company_type_async (errand->self->parts.company, errand->who, errand->request->group_id,
                            errand->connection_id, NULL, on_typing, errand);
}

/**
 * calld_handler_typing_stop:
 * @errand: (transfer full): `typing_stop`
 */
void
calld_handler_typing_stop (CalldErrand *errand)
{
  calld_company_stop_typing (errand->self->parts.company, errand->who->user_id,
                             errand->request->group_id);
  calld_errand_ok (errand, NULL, NULL);
}

/**
 * calld_handler_update_status:
 * @errand: (transfer full): `update_status`
 */
void
calld_handler_update_status (CalldErrand *errand)
{
  calld_roster_choose (errand->self->parts.roster, errand->who->user_id,
                       (CallPresenceStatus) errand->request->presence);
  calld_errand_ok (errand, NULL, NULL);
}

static void
on_online (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_auto (CallAck) ack = { 0 };
  g_autoptr (GError) error = NULL;
  CallNotice *notice;

  ack.users = calld_company_list_online_finish (CALLD_COMPANY (source), result, &error);
  if (ack.users == NULL) {
    calld_errand_fail (errand, error);
    return;
  }
  /* Clients of older servers listen for the event; newer ones ask for the acknowledgement. */
  notice = call_notice_new (CALL_NOTICE_ONLINE_USERS);
  notice->group_id = g_strdup (errand->request->group_id);
  notice->users = g_ptr_array_ref (ack.users);
  calld_errand_tell (errand, notice);
  calld_errand_ack (errand, &ack);
}

/**
 * calld_handler_get_online_users:
 * @errand: (transfer full): `get_online_users`
 */
void
calld_handler_get_online_users (CalldErrand *errand)
{
  calld_company_list_online_async (errand->self->parts.company, errand->who,
                                   errand->request->group_id, NULL, on_online, errand);
}

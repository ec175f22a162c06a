/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-curfew.h"
#include "calld-handler.h"

#include "call-ack.h"
#include "call-notice.h"
#include "call-request.h"

G_BEGIN_DECLS

/* Shared by the files of the handler. */

struct _CalldHandler {
  GObject parent_instance;

  CalldHandlerParts parts;
  CalldCurfew *curfew;
  CalldGateway *gateway; /* borrowed: it holds us */
};

/**
 * CalldErrand:
 * @self: the handler
 * @connection_id: who asked, as a connection
 * @who: who asked
 * @request: what was asked
 * @reply: the duty to answer
 *
 * One request under way. Each ends with one of calld_errand_ok(), calld_errand_ack() and
 * calld_errand_fail(), which free it.
 */
typedef struct {
  CalldHandler *self;
  guint64 connection_id;
  CalldIdentity *who;
  CallRequest *request;
  CalldReply *reply;
} CalldErrand;

void calld_errand_ok (CalldErrand *errand, const char *member, const char *json);
void calld_errand_ack (CalldErrand *errand, const CallAck *ack);
void calld_errand_fail (CalldErrand *errand, const GError *error);
void calld_errand_tell (CalldErrand *errand, CallNotice *notice);

/* calld-handler-files.c */
void calld_handler_upload_file (CalldErrand *errand);

/* The most messages of one answer to `resume`. */
#define CALLD_HANDLER_RESUME_MAX 500

/* calld-handler-chat.c */
void calld_errand_tell_message_error (CalldErrand *errand, const GError *error);
void calld_errand_sent (CalldErrand *errand, CallMessage *message, const GError *error);
void calld_handler_enter_rooms (CalldHandler *self, const CalldConnection *connection);
void
calld_handler_move (const char *topic, const char *user_id, gboolean joined, gpointer user_data);
void calld_handler_join_group (CalldErrand *errand);
void calld_handler_leave_group (CalldErrand *errand);
void calld_handler_send_message (CalldErrand *errand);
void calld_handler_edit_message (CalldErrand *errand);
void calld_handler_delete_message (CalldErrand *errand);
void calld_handler_recall_message (CalldErrand *errand);
void calld_handler_message_delivered (CalldErrand *errand);
void calld_handler_message_read (CalldErrand *errand);
void calld_handler_resume (CalldErrand *errand);

/* calld-handler-company.c */
void calld_handler_typing_start (CalldErrand *errand);
void calld_handler_typing_stop (CalldErrand *errand);
void calld_handler_update_status (CalldErrand *errand);
void calld_handler_get_online_users (CalldErrand *errand);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-exchange.h"

G_BEGIN_DECLS

/* The handlers of the routes, by the file they are in. Each takes the exchange. */

/* calld-resource-auth.c */
void calld_resource_login (CalldExchange *exchange);
void calld_resource_join (CalldExchange *exchange);
void calld_resource_me (CalldExchange *exchange);

/* calld-resource-ice-servers.c */
void calld_resource_ice_servers (CalldExchange *exchange);

/* calld-resource-appointments.c */
void calld_resource_appointments_list (CalldExchange *exchange);
void calld_resource_appointments_create (CalldExchange *exchange);
void calld_resource_appointments_show (CalldExchange *exchange);
void calld_resource_appointments_cancel (CalldExchange *exchange);
void calld_resource_appointments_reschedule (CalldExchange *exchange);
void calld_resource_appointments_link (CalldExchange *exchange);
void calld_resource_appointments_audit (CalldExchange *exchange);

/* calld-resource-consents.c */
void calld_resource_consents_give (CalldExchange *exchange);
void calld_resource_consents_list (CalldExchange *exchange);

/* calld-resource-messages.c */
void calld_resource_messages_list (CalldExchange *exchange);
void calld_resource_messages_send (CalldExchange *exchange);

/* calld-resource-chat.c */
void calld_resource_groups_list (CalldExchange *exchange);
void calld_resource_groups_create (CalldExchange *exchange);
void calld_resource_groups_show (CalldExchange *exchange);
void calld_resource_groups_update (CalldExchange *exchange);
void calld_resource_members_add (CalldExchange *exchange);
void calld_resource_members_set_role (CalldExchange *exchange);
void calld_resource_members_remove (CalldExchange *exchange);
void calld_resource_group_messages_list (CalldExchange *exchange);
void calld_resource_group_messages_send (CalldExchange *exchange);
void calld_resource_group_changes (CalldExchange *exchange);
void calld_resource_message_edit (CalldExchange *exchange);
void calld_resource_message_delete (CalldExchange *exchange);
void calld_resource_message_recall (CalldExchange *exchange);
void calld_resource_mark_delivered (CalldExchange *exchange);
void calld_resource_mark_read (CalldExchange *exchange);
void calld_resource_group_receipts (CalldExchange *exchange);

/* calld-resource-calls.c */
void calld_resource_call_request (CalldExchange *exchange);
void calld_resource_call_accept (CalldExchange *exchange);
void calld_resource_call_cancel (CalldExchange *exchange);
void calld_resource_call_started (CalldExchange *exchange);
void calld_resource_call_rejoin (CalldExchange *exchange);
void calld_resource_call_leave (CalldExchange *exchange);
void calld_resource_call_end (CalldExchange *exchange);

/* calld-resource-health.c */
void calld_resource_health (CalldExchange *exchange);
void calld_resource_health_live (CalldExchange *exchange);
void calld_resource_health_ready (CalldExchange *exchange);

/* calld-resource-docs.c */
void calld_resource_openapi (CalldExchange *exchange);
void calld_resource_asyncapi (CalldExchange *exchange);

/* calld-resource-livekit.c */
void calld_resource_livekit_webhook (CalldExchange *exchange);
void calld_resource_egress_start (CalldExchange *exchange);
void calld_resource_egress_stop (CalldExchange *exchange);
void calld_resource_egress_list (CalldExchange *exchange);

/* calld-resource-metrics.c */
void calld_resource_metrics (CalldExchange *exchange);

/* calld-resource-stats.c */
void calld_resource_stats (CalldExchange *exchange);

/* calld-resource-social.c */
void calld_resource_webhooks_list (CalldExchange *exchange);
void calld_resource_webhooks_add (CalldExchange *exchange);
void calld_resource_webhooks_remove (CalldExchange *exchange);
void calld_resource_webhooks_test (CalldExchange *exchange);
void calld_resource_bots_add (CalldExchange *exchange);
void calld_resource_push_subscribe (CalldExchange *exchange);
void calld_resource_push_unsubscribe (CalldExchange *exchange);
void calld_resource_online_list (CalldExchange *exchange);

/* calld-resource-pages.c */
void calld_resource_root (CalldExchange *exchange);
void calld_resource_join_page (CalldExchange *exchange);
void calld_resource_swagger_page (CalldExchange *exchange);
void calld_resource_swagger_part (CalldExchange *exchange);
void calld_resource_asset (CalldExchange *exchange);

/* calld-resource-uploads.c */
#define CALLD_UPLOAD_QUESTIONS \
  "Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Upload-Checksum"
#define CALLD_UPLOAD_ANSWERS                                                          \
  "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, " \
  "Upload-Length, Upload-Offset, Upload-Expires"

void calld_resource_uploads_describe (CalldExchange *exchange);
void calld_resource_uploads_create (CalldExchange *exchange);
void calld_resource_uploads_show (CalldExchange *exchange);
void calld_resource_uploads_append (CalldExchange *exchange);
void calld_resource_uploads_remove (CalldExchange *exchange);

/* calld-resource-search.c */
void calld_resource_search (CalldExchange *exchange);

/* calld-resource-files.c */
void calld_resource_file (CalldExchange *exchange);
void calld_resource_file_link (CalldExchange *exchange);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"

#include <glib.h>

G_BEGIN_DECLS

/* Rows about who is there, and about programs and devices that want to hear. As in calld-record.h:
 * times are milliseconds since 1970, ids are UUIDs, a record owns its strings. */

/**
 * CalldPresenceRecord:
 * @user_id: who
 * @user_name: (nullable): read only: in a list of members
 * @chosen: what the user chose to be
 * @last_seen: when the user was last connected, 0 for never
 */
typedef struct {
  char *user_id;
  char *user_name;
  CallPresenceStatus chosen;
  gint64 last_seen;
} CalldPresenceRecord;

/**
 * CalldWebhookRecord:
 * @id: made by calld_webhook_record_new()
 * @url: where to
 * @secret: signs what is sent
 * @events: words separated by spaces, or "*" for all
 * @bot_id: (nullable): of a bot, which hears only what is said to it where it is a member
 * @active: whether anything is sent
 * @created_at: when it was added
 * @failing_since: when the first attempt failed since one that went well, 0 if none did
 * @waiting: read only: how many deliveries wait
 */
typedef struct {
  char *id;
  char *url;
  char *secret;
  char *events;
  char *bot_id;
  gboolean active;
  gint64 created_at;
  gint64 failing_since;
  guint waiting;
} CalldWebhookRecord;

/**
 * CalldDeliveryRecord:
 * @seq: given by the store: the order in which they came
 * @id: by which the receiver knows what it has had before
 * @webhook_id: whose
 * @url: read only: where to
 * @secret: read only: signs it
 * @event: what happened, a word
 * @payload: (nullable): a JSON object; %NULL for a message that is looked up when it is sent
 * @message_id: (nullable): that message
 * @created_at: when it happened
 * @attempts: how many failed
 * @due_at: when to try next
 * @failing_since: read only: see #CalldWebhookRecord
 */
typedef struct {
  guint64 seq;
  char *id;
  char *webhook_id;
  char *url;
  char *secret;
  char *event;
  char *payload;
  char *message_id;
  gint64 created_at;
  guint attempts;
  gint64 due_at;
  gint64 failing_since;
} CalldDeliveryRecord;

/**
 * CalldPushRecord:
 * @id: made by calld_push_record_new()
 * @user_id: whose device
 * @kind: "web" or "desktop"
 * @endpoint: where the device listens
 * @p256dh: (nullable): key of a Web Push subscription
 * @auth: (nullable): secret of a Web Push subscription
 * @created_at: when it was added
 */
typedef struct {
  char *id;
  char *user_id;
  char *kind;
  char *endpoint;
  char *p256dh;
  char *auth;
  gint64 created_at;
} CalldPushRecord;

CalldPresenceRecord *calld_presence_record_copy (const CalldPresenceRecord *self);
void calld_presence_record_free (CalldPresenceRecord *self);

CalldWebhookRecord *
calld_webhook_record_new (const char *url, const char *secret, const char *events, gint64 now_ms);
CalldWebhookRecord *calld_webhook_record_copy (const CalldWebhookRecord *self);
void calld_webhook_record_free (CalldWebhookRecord *self);

CalldDeliveryRecord *calld_delivery_record_copy (const CalldDeliveryRecord *self);
void calld_delivery_record_free (CalldDeliveryRecord *self);

CalldPushRecord *
calld_push_record_new (const char *user_id, const char *kind, const char *endpoint, gint64 now_ms);
CalldPushRecord *calld_push_record_copy (const CalldPushRecord *self);
void calld_push_record_free (CalldPushRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldPresenceRecord, calld_presence_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldWebhookRecord, calld_webhook_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldDeliveryRecord, calld_delivery_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldPushRecord, calld_push_record_free)

G_END_DECLS

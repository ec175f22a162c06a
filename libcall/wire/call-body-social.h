/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-record.h"

G_BEGIN_DECLS

/* Bodies of webhooks, bots, devices and presence, in the manner of call-body.h. */

/* POST /api/admin/webhooks; bot_id: only what is said to that bot */
typedef struct {
  CallRecord record;
  char *url;
  char **events;
  char *bot_id;
} CallWebhookBody;
extern const CallSchema call_webhook_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallWebhookBody, call_record_unref)

/* A webhook; the secret is told once, when it is made */
typedef struct {
  CallRecord record;
  char *id;
  char *url;
  char **events;
  char *bot_id;
  gboolean active;
  gint64 created_at_ms;
  gint64 failing_since_ms;
  guint waiting;
  char *secret;
} CallWebhookAnswer;
extern const CallSchema call_webhook_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallWebhookAnswer, call_record_unref)

/* GET /api/admin/webhooks; webhooks: from call_records_to_json() */
typedef struct {
  CallRecord record;
  char *webhooks;
} CallWebhooksAnswer;
extern const CallSchema call_webhooks_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallWebhooksAnswer, call_record_unref)

/* POST /api/admin/bots */
typedef struct {
  CallRecord record;
  char *name;
  char **group_ids;
} CallBotBody;
extern const CallSchema call_bot_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallBotBody, call_record_unref)

typedef struct {
  CallRecord record;
  char *id;
  char *name;
  char *token;
  gint64 expires_at_ms;
} CallBotAnswer;
extern const CallSchema call_bot_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallBotAnswer, call_record_unref)

/* POST /api/push/subscriptions: what PushSubscription.toJSON() gives, and a kind */
typedef struct {
  char *p256dh;
  char *auth;
} CallPushKeys;
typedef struct {
  CallRecord record;
  char *endpoint;
  char *kind;
  CallPushKeys keys;
} CallPushBody;
extern const CallSchema call_push_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallPushBody, call_record_unref)

typedef struct {
  CallRecord record;
  char *id;
} CallPushAnswer;
extern const CallSchema call_push_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallPushAnswer, call_record_unref)

/* GET /api/chat/groups/{id}/online; (element-type CallPresence) */
typedef struct {
  CallRecord record;
  GPtrArray *users;
} CallOnlineAnswer;
extern const CallSchema call_online_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallOnlineAnswer, call_record_unref)

/* The data of a `push` event; subscriptions: from call_records_to_json() */
typedef struct {
  CallRecord record;
  char *endpoint;
  char *kind;
  CallPushKeys keys;
} CallPushDevice;
extern const CallSchema call_push_device;
typedef struct {
  CallRecord record;
  char *user_id;
  char *group_id;
  char *message_id;
  guint count;
  char *subscriptions;
} CallPushData;
extern const CallSchema call_push_data;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallPushData, call_record_unref)

char *call_records_to_json (GPtrArray *records);

G_END_DECLS

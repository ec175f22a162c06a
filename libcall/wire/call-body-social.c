/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-body-social.h"

#include "call-dto.h"

#define URL_MAX 2000
#define NAME_MAX_BYTES 200
#define KEY_MAX 256
#define EVENTS_MAX 64
#define GROUPS_MAX 100

#define TEXT(Struct, name, member, flags, limit) \
  CALL_MEMBER (Struct, name, member, STRING, flags, limit, NULL)

static const CallField webhook_fields[] = {
  TEXT (CallWebhookBody, "url", url, CALL_FIELD_NEEDED, URL_MAX),
  CALL_MEMBER (CallWebhookBody, "events", events, STRV, CALL_FIELD_NEEDED, EVENTS_MAX, NULL),
  CALL_MAYBE (CallWebhookBody, "botId", bot_id, ID),
};
const CallSchema call_webhook_body = CALL_SCHEMA (CallWebhookBody, webhook_fields);

static const CallField webhook_answer_fields[] = {
  CALL_NEEDED (CallWebhookAnswer, "id", id, ID),
  TEXT (CallWebhookAnswer, "url", url, CALL_FIELD_NEEDED, URL_MAX),
  CALL_MEMBER (CallWebhookAnswer, "events", events, STRV, CALL_FIELD_NEEDED, EVENTS_MAX, NULL),
  CALL_MAYBE (CallWebhookAnswer, "botId", bot_id, ID),
  CALL_NEEDED (CallWebhookAnswer, "active", active, BOOL),
  CALL_NEEDED (CallWebhookAnswer, "createdAt", created_at_ms, TIME),
  CALL_MAYBE (CallWebhookAnswer, "failingSince", failing_since_ms, TIME),
  CALL_NEEDED (CallWebhookAnswer, "waiting", waiting, UINT),
  CALL_MEMBER (CallWebhookAnswer,
               "secret",
               secret,
               STRING,
               CALL_FIELD_MAYBE | CALL_FIELD_SECRET,
               KEY_MAX,
               NULL),
};
const CallSchema call_webhook_answer = CALL_SCHEMA (CallWebhookAnswer, webhook_answer_fields);

static const CallField webhooks_fields[] = {
  CALL_NEEDED (CallWebhooksAnswer, "webhooks", webhooks, RAW),
};
const CallSchema call_webhooks_answer = CALL_SCHEMA (CallWebhooksAnswer, webhooks_fields);

static const CallField bot_fields[] = {
  TEXT (CallBotBody, "name", name, CALL_FIELD_NEEDED, NAME_MAX_BYTES),
  CALL_MEMBER (CallBotBody, "groupIds", group_ids, ID_LIST, CALL_FIELD_MAYBE, GROUPS_MAX, NULL),
};
const CallSchema call_bot_body = CALL_SCHEMA (CallBotBody, bot_fields);

static const CallField bot_answer_fields[] = {
  CALL_NEEDED (CallBotAnswer, "id", id, ID),
  TEXT (CallBotAnswer, "name", name, CALL_FIELD_NEEDED, NAME_MAX_BYTES),
  CALL_MEMBER (CallBotAnswer, "token", token, STRING, CALL_FIELD_SECRET, 0, NULL),
  CALL_NEEDED (CallBotAnswer, "expiresAt", expires_at_ms, TIME),
};
const CallSchema call_bot_answer = CALL_SCHEMA (CallBotAnswer, bot_answer_fields);

static const CallField keys_fields[] = {
  TEXT (CallPushKeys, "p256dh", p256dh, CALL_FIELD_MAYBE, KEY_MAX),
  TEXT (CallPushKeys, "auth", auth, CALL_FIELD_MAYBE, KEY_MAX),
};
static const CallSchema keys_schema = CALL_SCHEMA (CallPushKeys, keys_fields);

#define DEVICE(Struct)                                                     \
  TEXT (Struct, "endpoint", endpoint, CALL_FIELD_NEEDED, URL_MAX),         \
      CALL_MEMBER (Struct, "kind", kind, WORD, CALL_FIELD_MAYBE, 0, NULL), \
      CALL_MEMBER (Struct, "keys", keys, STRUCT, CALL_FIELD_MAYBE, 0, &keys_schema)

static const CallField push_fields[] = { DEVICE (CallPushBody) };
const CallSchema call_push_body = CALL_SCHEMA (CallPushBody, push_fields);
static const CallField device_fields[] = { DEVICE (CallPushDevice) };
const CallSchema call_push_device = CALL_SCHEMA (CallPushDevice, device_fields);

static const CallField push_answer_fields[] = {
  CALL_NEEDED (CallPushAnswer, "id", id, ID),
};
const CallSchema call_push_answer = CALL_SCHEMA (CallPushAnswer, push_answer_fields);

static const CallField push_data_fields[] = {
  CALL_NEEDED (CallPushData, "userId", user_id, ID),
  CALL_NEEDED (CallPushData, "groupId", group_id, ID),
  CALL_NEEDED (CallPushData, "messageId", message_id, ID),
  CALL_NEEDED (CallPushData, "count", count, UINT),
  CALL_NEEDED (CallPushData, "subscriptions", subscriptions, RAW),
};
const CallSchema call_push_data = CALL_SCHEMA (CallPushData, push_data_fields);

static const CallField online_fields[] = {
  CALL_MEMBER (CallOnlineAnswer,
               "users",
               users,
               MODEL_LIST,
               CALL_FIELD_NEEDED,
               0,
               &call_dto_presence),
};
const CallSchema call_online_answer = CALL_SCHEMA (CallOnlineAnswer, online_fields);

/**
 * call_records_to_json:
 * @records: records
 *
 * Returns: (transfer full): a JSON array of them, for a member of type %CALL_FIELD_RAW
 */
char *
call_records_to_json (GPtrArray *records)
{
  g_autoptr (GString) json = g_string_new ("[");

  for (guint i = 0; i < records->len; i++) {
    g_autofree char *one = call_record_to_json (records->pdata[i]);

    if (i > 0)
      g_string_append_c (json, ',');
    g_string_append (json, one);
  }
  g_string_append_c (json, ']');
  return g_string_free (g_steal_pointer (&json), FALSE);
}

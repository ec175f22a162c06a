/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-error.h"
#include "call-json.h"

#include <json-glib/json-glib.h>

#include <string.h>

/* Pieces of the JSON that docs/protocol.md shows, for the tests of what reads and writes it. */

#define APPOINTMENT_ID "0b0e2b5e-6d1a-4b53-8d0f-6f8f7f5b3c11"
#define CALL_ID "1c1f3c6f-7e2b-4c64-9e10-7a9a8a6c4d22"
#define DOCTOR_ID "2d204d70-8f3c-4d75-8f21-8bab9b7d5e33"
#define PATIENT_ID "3e315e81-904d-4e86-9032-9cbcac8e6f44"
#define GROUP_ID "4f426f92-a15e-4f97-a143-adcdbd9f7055"
#define MESSAGE_ID "50537fa3-b26f-40a8-b254-becece008166"
#define OTHER_ID "61648fb4-c370-41b9-8365-cfdfdf119277"
#define TIME "2026-03-02T14:00:00.125Z"

#define CALL_MEMBERS "\"appointmentId\":\"" APPOINTMENT_ID "\",\"callId\":\"" CALL_ID "\""
#define DOCTOR "{\"id\":\"" DOCTOR_ID "\",\"name\":\"Dr. Ana\",\"role\":\"doctor\"}"
#define PATIENT "{\"id\":\"" PATIENT_ID "\",\"name\":\"José 😀\",\"role\":\"patient\"}"
#define BY "\"by\":{\"id\":\"" PATIENT_ID "\",\"role\":\"patient\"}"
#define AT ",\"at\":\"" TIME "\""

#define CALL_JSON                                                                            \
  "{\"callId\":\"" CALL_ID "\",\"state\":\"active\",\"callerId\":\"" DOCTOR_ID               \
  "\",\"calleeId\":\"" PATIENT_ID "\",\"generation\":2,\"peers\":{\"" DOCTOR_ID              \
  "\":\"peer-a\",\"" PATIENT_ID "\":\"peer-b\"},\"startedAt\":\"2026-03-02T14:01:00.000Z\"," \
  "\"requestedAt\":\"" TIME "\"}"
#define APPOINTMENT_JSON                                                                  \
  "{\"id\":\"" APPOINTMENT_ID "\",\"status\":\"in_progress\",\"scheduledAt\":\"" TIME     \
  "\",\"durationMinutes\":30,\"opensAt\":\"2026-03-02T13:50:00.000Z\","                   \
  "\"closesAt\":\"2026-03-02T14:45:00.000Z\",\"doctor\":" DOCTOR ",\"patient\":" PATIENT  \
  ",\"conversationId\":\"" GROUP_ID "\",\"waiting\":[{\"userId\":\"" PATIENT_ID           \
  "\",\"role\":\"patient\",\"since\":\"" TIME "\"}],\"call\":" CALL_JSON                  \
  ",\"startedAt\":\"2026-03-02T14:01:00.000Z\",\"endedAt\":\"2026-03-02T14:31:00.000Z\"," \
  "\"rescheduledTo\":\"" OTHER_ID "\",\"missing\":\"both\"}"
#define FILE_JSON                                                                                 \
  "{\"id\":\"" OTHER_ID "\",\"name\":\"a.ogg\",\"mediaType\":\"audio/ogg\",\"size\":4000,"        \
  "\"url\":\"/api/chat/files/" OTHER_ID "\",\"durationMs\":1500,\"waveform\":\"0190\",\"width\":" \
  "640,\"height\":480,\"status\":\"removed\"}"
#define MESSAGE_JSON                                                                              \
  "{\"id\":\"" MESSAGE_ID "\",\"groupId\":\"" GROUP_ID                                            \
  "\",\"seq\":7,\"revision\":2,\"senderId\":\"" DOCTOR_ID                                         \
  "\",\"senderName\":\"Dr. Ana\",\"content\":\"Olá \\u0001\\\"😀\\\"\",\"type\":\"text\","     \
  "\"replyToId\":\"" OTHER_ID "\",\"replyTo\":{\"id\":\"" OTHER_ID                                \
  "\",\"seq\":6,\"senderId\":\"" PATIENT_ID                                                       \
  "\",\"senderName\":\"José 😀\",\"content\":\"?\",\"type\":\"text\"},\"file\":" FILE_JSON         \
  ",\"tempId\":\"t1\",\"createdAt\":\"" TIME "\",\"editedAt\":\"" TIME "\",\"deletedAt\":\"" TIME \
  "\",\"recalledAt\":\"" TIME "\",\"status\":\"delivered\"}"
#define MEMBER_JSON                                                                                \
  "{\"userId\":\"" DOCTOR_ID "\",\"userName\":\"Dr. Ana\",\"role\":\"admin\",\"joinedAt\":\"" TIME \
  "\",\"deliveredSeq\":7,\"readSeq\":6}"
#define GROUP_JSON                                                                 \
  "{\"id\":\"" GROUP_ID "\",\"type\":\"group\",\"name\":\"Ward 3\",\"open\":true," \
  "\"role\":\"moderator\",\"members\":[" MEMBER_JSON                               \
  "],\"lastSeq\":7,\"revision\":2,\"unread\":1,"                                   \
  "\"lastMessage\":" MESSAGE_JSON ",\"createdAt\":\"" TIME "\"}"
#define PRESENCE_JSON        \
  "{\"userId\":\"" DOCTOR_ID \
  "\",\"userName\":\"Dr. Ana\",\"status\":\"offline\",\"lastSeen\":\"" TIME "\"}"
#define USER_JSON                                                                 \
  "{\"id\":\"" DOCTOR_ID "\",\"name\":\"Dr. Ana\",\"email\":\"ana@example.org\"," \
  "\"role\":\"doctor\",\"timeZone\":\"America/Sao_Paulo\"}"
#define AUDIT_JSON                                                                     \
  "{\"seq\":3,\"type\":\"accept\",\"userId\":\"" PATIENT_ID "\",\"callId\":\"" CALL_ID \
  "\",\"at\":\"" TIME "\",\"payload\":{\"a\":[1,null]},\"hash\":\"abc\"}"
#define ICE_JSON                                                                        \
  "{\"urls\":[\"turn:127.0.0.1:3478?transport=udp\",\"turns:x\"],\"username\":\"1:a\"," \
  "\"credential\":\"secret\"}"

/* Reads @node with @context; returns what it would be written as, or NULL with an error. */
typedef char *(*SampleFunc) (gconstpointer context, JsonNode *node, GError **error);

static inline char *
sample_read (SampleFunc func, gconstpointer context, JsonObject *object, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = call_json_node_to_string (node);
  /* Through the text, as it would come. */
  g_autoptr (JsonNode) parsed = call_json_parse (text, -1, error);

  if (parsed == NULL)
    g_error ("%s: %s", text, (*error)->message);
  return func (context, parsed, error);
}

static inline void
sample_expect_refusal (SampleFunc func,
                       gconstpointer context,
                       JsonObject *object,
                       const char *member)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = sample_read (func, context, object, &error);

  if (text != NULL)
    g_error ("“%s” may be wrong: %s", member, text);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  g_assert_nonnull (call_error_get_field (error));
}

/* Whatever is left out of a sample, or replaced by a value of a foreign type, gives a text or an
 * error that names a member; never anything worse. @optional: the members that may be missing. */
static inline void
sample_torture (SampleFunc func, gconstpointer context, JsonNode *node, const char *const *optional)
{
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *item = names; item != NULL; item = item->next)
    item->data = g_strdup (item->data);
  for (GList *item = names; item != NULL; item = item->next) {
    g_autofree char *name = item->data;
    g_autoptr (JsonNode) saved = json_node_copy (json_object_get_member (object, name));
    gboolean may_miss = optional != NULL && g_strv_contains (optional, name);

    json_object_remove_member (object, name);
    if (may_miss) {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = sample_read (func, context, object, &error);

      g_assert_no_error (error);
      g_assert_nonnull (text);
    } else {
      sample_expect_refusal (func, context, object, name);
    }
    json_object_set_null_member (object, name);
    if (!may_miss)
      sample_expect_refusal (func, context, object, name);
    json_object_set_array_member (object, name, json_array_new ());
    if (!JSON_NODE_HOLDS_ARRAY (saved) && !g_str_equal (name, "payload"))
      sample_expect_refusal (func, context, object, name);
    json_object_set_object_member (object, name, json_object_new ());
    if (!JSON_NODE_HOLDS_OBJECT (saved))
      sample_expect_refusal (func, context, object, name);
    json_object_set_double_member (object, name, -1.5);
    if (!g_str_equal (name, "payload"))
      sample_expect_refusal (func, context, object, name);
    json_object_set_member (object, name, g_steal_pointer (&saved));
  }
}

/* A sample must come back as it was, with unknown members dropped; then it is tortured. */
static inline void
sample_check (SampleFunc func, gconstpointer context, const char *json, const char *const *optional)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = call_json_parse (json, -1, &error);
  g_autofree char *again = NULL;
  g_autofree char *tolerant = NULL;
  JsonObject *object;

  g_assert_no_error (error);
  again = func (context, node, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, json);

  object = json_node_get_object (node);
  json_object_set_string_member (object, "somethingNew", "from a newer version");
  tolerant = sample_read (func, context, object, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tolerant, ==, json);
  json_object_remove_member (object, "somethingNew");

  sample_torture (func, context, node, optional);
}

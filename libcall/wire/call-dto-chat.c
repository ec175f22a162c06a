/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-dto-private.h"

#include "call-error.h"
#include "call-file.h"
#include "call-group-member.h"
#include "call-group.h"
#include "call-message.h"
#include "call-presence.h"

#define REQUIRED CALL_JSON_REQUIRED
#define OPTIONAL CALL_JSON_OPTIONAL

#define MEMBERS_MAX 10000

static void
add_count (CallJsonWriter *writer, const char *name, gint64 value)
{
  if (value != 0)
    call_json_add_int (writer, name, value);
}

static gboolean
get_count (JsonObject *object, const char *name, CallJsonFlags flags, gint64 *value, GError **error)
{
  return call_json_get_int (object, name, flags, 0, G_MAXINT64, value, error);
}

/* @model: an object, left as it is if the member is missing. */
static gboolean
get_model (JsonObject *object,
           const char *name,
           const CallModelCodec *codec,
           gpointer *model,
           GError **error)
{
  JsonObject *inner = NULL;

  if (!call_json_get_object (object, name, OPTIONAL, &inner, error))
    return FALSE;
  if (inner == NULL)
    return TRUE;
  *model = codec->read (inner, error);
  return *model != NULL;
}

/* --- file ------------------------------------------------------------------------------------- */

static void
write_file (CallJsonWriter *writer, gpointer model)
{
  CallFile *file = model;

  call_json_add_string (writer, "id", call_file_get_id (file));
  call_json_add_string (writer, "name", call_file_get_name (file));
  call_json_add_string (writer, "mediaType", call_file_get_media_type (file));
  call_json_add_int (writer, "size", call_file_get_size (file));
  call_json_add_string (writer, "url", call_file_get_url (file));
  add_count (writer, "durationMs", call_file_get_duration_ms (file));
  call_json_add_string (writer, "waveform", call_file_get_waveform (file));
  add_count (writer, "width", call_file_get_width (file));
  add_count (writer, "height", call_file_get_height (file));
  call_json_add_string (writer, "status", call_file_get_status (file));
}

static gpointer
read_file (JsonObject *object, GError **error)
{
  const char *id = NULL, *name = NULL, *media_type = NULL, *url = NULL, *waveform = NULL,
             *status = NULL;
  gint64 size = 0, duration_ms = 0, width = 0, height = 0;

  if (!call_json_get_id (object, "id", REQUIRED, &id, error) ||
      !call_dto_get_name (object, "name", REQUIRED, &name, error) ||
      !call_dto_get_name (object, "mediaType", REQUIRED, &media_type, error) ||
      !get_count (object, "size", REQUIRED, &size, error) ||
      !call_dto_get_name (object, "url", OPTIONAL, &url, error) ||
      !get_count (object, "durationMs", OPTIONAL, &duration_ms, error) ||
      !call_dto_get_name (object, "waveform", OPTIONAL, &waveform, error) ||
      !call_json_get_int (object, "width", OPTIONAL, 0, G_MAXINT, &width, error) ||
      !call_json_get_int (object, "height", OPTIONAL, 0, G_MAXINT, &height, error) ||
      !call_dto_get_name (object, "status", OPTIONAL, &status, error))
    return NULL;
  return g_object_new (CALL_TYPE_FILE, "id", id, "name", name, "media-type", media_type, "size",
                       size, "url", url, "duration-ms", duration_ms, "waveform", waveform, "width",
                       (int) width, "height", (int) height, "status", status, NULL);
}

const CallModelCodec call_dto_file = { write_file, read_file, "File", &call_dto_file_shape };

/* --- message ---------------------------------------------------------------------------------- */

/* What a reply shows of the message it answers. */
static void
write_quote (CallJsonWriter *writer, gpointer model)
{
  CallMessage *message = model;

  call_json_add_string (writer, "id", call_message_get_id (message));
  call_json_add_int (writer, "seq", call_message_get_seq (message));
  call_json_add_string (writer, "senderId", call_message_get_sender_id (message));
  call_json_add_string (writer, "senderName", call_message_get_sender_name (message));
  call_json_add_string (writer, "content", call_message_get_content (message));
  call_json_add_enum (writer, "type", CALL_TYPE_MESSAGE_KIND,
                      (int) call_message_get_kind (message));
}

static gpointer
read_quote (JsonObject *object, GError **error)
{
  const char *id = NULL, *sender_id = NULL, *sender_name = NULL, *content = NULL;
  int kind = CALL_MESSAGE_TEXT;
  gint64 seq = 0;

  if (!call_json_get_id (object, "id", REQUIRED, &id, error) ||
      !get_count (object, "seq", REQUIRED, &seq, error) ||
      !call_json_get_id (object, "senderId", REQUIRED, &sender_id, error) ||
      !call_dto_get_name (object, "senderName", OPTIONAL, &sender_name, error) ||
      !call_json_get_string (object, "content", REQUIRED, &content, error) ||
      !call_json_get_enum (object, "type", OPTIONAL, CALL_TYPE_MESSAGE_KIND, &kind, error))
    return NULL;
  return g_object_new (CALL_TYPE_MESSAGE, "id", id, "seq", seq, "sender-id", sender_id,
                       "sender-name", sender_name, "content", content, "kind", kind, "status",
                       CALL_MESSAGE_SENT, NULL);
}

const CallModelCodec call_dto_quote = { write_quote, read_quote, "Quote", &call_dto_quote_shape };

static void
write_message (CallJsonWriter *writer, gpointer model)
{
  CallMessage *message = model;
  CallMessage *reply_to = call_message_get_reply_to (message);
  CallFile *file = call_message_get_file (message);

  call_json_add_string (writer, "id", call_message_get_id (message));
  call_json_add_string (writer, "groupId", call_message_get_group_id (message));
  call_json_add_int (writer, "seq", call_message_get_seq (message));
  add_count (writer, "revision", call_message_get_revision (message));
  call_json_add_string (writer, "senderId", call_message_get_sender_id (message));
  call_json_add_string (writer, "senderName", call_message_get_sender_name (message));
  call_json_add_string (writer, "content", call_message_get_content (message));
  call_json_add_enum (writer, "type", CALL_TYPE_MESSAGE_KIND,
                      (int) call_message_get_kind (message));
  call_json_add_string (writer, "replyToId", call_message_get_reply_to_id (message));
  if (reply_to != NULL)
    call_dto_write (writer, "replyTo", &call_dto_quote, reply_to);
  if (file != NULL)
    call_dto_write (writer, "file", &call_dto_file, file);
  call_json_add_string (writer, "tempId", call_message_get_temp_id (message));
  call_dto_add_date_time (writer, "createdAt", call_message_get_created_at (message));
  call_dto_add_date_time (writer, "editedAt", call_message_get_edited_at (message));
  call_dto_add_date_time (writer, "deletedAt", call_message_get_deleted_at (message));
  call_dto_add_date_time (writer, "recalledAt", call_message_get_recalled_at (message));
  call_json_add_enum (writer, "status", CALL_TYPE_MESSAGE_STATUS,
                      (int) call_message_get_status (message));
}

typedef struct {
  GDateTime *created_at;
  GDateTime *edited_at;
  GDateTime *deleted_at;
  GDateTime *recalled_at;
  CallMessage *reply_to;
  CallFile *file;
} MessageParts;

static void
message_parts_clear (MessageParts *parts)
{
  g_clear_pointer (&parts->created_at, g_date_time_unref);
  g_clear_pointer (&parts->edited_at, g_date_time_unref);
  g_clear_pointer (&parts->deleted_at, g_date_time_unref);
  g_clear_pointer (&parts->recalled_at, g_date_time_unref);
  g_clear_object (&parts->reply_to);
  g_clear_object (&parts->file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MessageParts, message_parts_clear)

static gboolean
read_message_parts (MessageParts *parts, JsonObject *object, GError **error)
{
  return call_dto_get_date_time (object, "createdAt", REQUIRED, &parts->created_at, error) &&
         call_dto_get_date_time (object, "editedAt", OPTIONAL, &parts->edited_at, error) &&
         call_dto_get_date_time (object, "deletedAt", OPTIONAL, &parts->deleted_at, error) &&
         call_dto_get_date_time (object, "recalledAt", OPTIONAL, &parts->recalled_at, error) &&
         get_model (object, "replyTo", &call_dto_quote, (gpointer *) &parts->reply_to, error) &&
         get_model (object, "file", &call_dto_file, (gpointer *) &parts->file, error);
}

static gpointer
read_message (JsonObject *object, GError **error)
{
  g_auto (MessageParts) parts = { NULL };
  const char *id = NULL, *group_id = NULL, *sender_id = NULL, *sender_name = NULL, *content = NULL;
  const char *reply_to_id = NULL, *temp_id = NULL;
  int kind = CALL_MESSAGE_TEXT, status = CALL_MESSAGE_SENT;
  gint64 seq = 0, revision = 0;

  if (!call_json_get_id (object, "id", REQUIRED, &id, error) ||
      !call_json_get_id (object, "groupId", REQUIRED, &group_id, error) ||
      !get_count (object, "seq", REQUIRED, &seq, error) ||
      !get_count (object, "revision", OPTIONAL, &revision, error) ||
      !call_json_get_id (object, "senderId", REQUIRED, &sender_id, error) ||
      !call_dto_get_name (object, "senderName", OPTIONAL, &sender_name, error) ||
      !call_json_get_string (object, "content", REQUIRED, &content, error) ||
      !call_json_get_enum (object, "type", OPTIONAL, CALL_TYPE_MESSAGE_KIND, &kind, error) ||
      !call_json_get_id (object, "replyToId", OPTIONAL, &reply_to_id, error) ||
      !call_dto_get_name (object, "tempId", OPTIONAL, &temp_id, error) ||
      !call_json_get_enum (object, "status", OPTIONAL, CALL_TYPE_MESSAGE_STATUS, &status, error) ||
      !read_message_parts (&parts, object, error))
    return NULL;
  return g_object_new (CALL_TYPE_MESSAGE, "id", id, "group-id", group_id, "seq", seq, "revision",
                       revision, "sender-id", sender_id, "sender-name", sender_name, "content",
                       content, "kind", kind, "reply-to-id", reply_to_id, "temp-id", temp_id,
                       "created-at", parts.created_at, "edited-at", parts.edited_at, "deleted-at",
                       parts.deleted_at, "recalled-at", parts.recalled_at, "reply-to",
                       parts.reply_to, "file", parts.file, "status", status, NULL);
}

const CallModelCodec call_dto_message = { write_message, read_message, "Message",
                                          &call_dto_message_shape };

/* --- presence --------------------------------------------------------------------------------- */

static void
write_presence (CallJsonWriter *writer, gpointer model)
{
  CallPresence *presence = model;

  call_json_add_string (writer, "userId", call_presence_get_user_id (presence));
  call_json_add_string (writer, "userName", call_presence_get_user_name (presence));
  call_json_add_enum (writer, "status", CALL_TYPE_PRESENCE_STATUS,
                      (int) call_presence_get_status (presence));
  call_dto_add_date_time (writer, "lastSeen", call_presence_get_last_seen (presence));
}

static gpointer
read_presence (JsonObject *object, GError **error)
{
  g_autoptr (GDateTime) last_seen = NULL;
  const char *user_id = NULL, *user_name = NULL;
  int status = CALL_PRESENCE_OFFLINE;

  if (!call_json_get_id (object, "userId", REQUIRED, &user_id, error) ||
      !call_dto_get_name (object, "userName", OPTIONAL, &user_name, error) ||
      !call_json_get_enum (object, "status", REQUIRED, CALL_TYPE_PRESENCE_STATUS, &status, error) ||
      !call_dto_get_date_time (object, "lastSeen", OPTIONAL, &last_seen, error))
    return NULL;
  return g_object_new (CALL_TYPE_PRESENCE, "user-id", user_id, "user-name", user_name, "status",
                       status, "last-seen", last_seen, NULL);
}

const CallModelCodec call_dto_presence = { write_presence, read_presence, "Presence",
                                           &call_dto_presence_shape };

/* --- member ----------------------------------------------------------------------------------- */

static void
write_member (CallJsonWriter *writer, gpointer model)
{
  CallGroupMember *member = model;

  call_json_add_string (writer, "userId", call_group_member_get_user_id (member));
  call_json_add_string (writer, "userName", call_group_member_get_user_name (member));
  call_json_add_enum (writer, "role", CALL_TYPE_GROUP_ROLE,
                      (int) call_group_member_get_role (member));
  call_dto_add_date_time (writer, "joinedAt", call_group_member_get_joined_at (member));
  add_count (writer, "deliveredSeq", call_group_member_get_delivered_seq (member));
  add_count (writer, "readSeq", call_group_member_get_read_seq (member));
}

static gpointer
read_member (JsonObject *object, GError **error)
{
  g_autoptr (GDateTime) joined_at = NULL;
  const char *user_id = NULL, *user_name = NULL;
  int role = CALL_GROUP_ROLE_MEMBER;
  gint64 delivered_seq = 0, read_seq = 0;

  if (!call_json_get_id (object, "userId", REQUIRED, &user_id, error) ||
      !call_dto_get_name (object, "userName", OPTIONAL, &user_name, error) ||
      !call_json_get_enum (object, "role", REQUIRED, CALL_TYPE_GROUP_ROLE, &role, error) ||
      !call_dto_get_date_time (object, "joinedAt", OPTIONAL, &joined_at, error) ||
      !get_count (object, "deliveredSeq", OPTIONAL, &delivered_seq, error) ||
      !get_count (object, "readSeq", OPTIONAL, &read_seq, error))
    return NULL;
  return g_object_new (CALL_TYPE_GROUP_MEMBER, "user-id", user_id, "user-name", user_name, "role",
                       role, "joined-at", joined_at, "delivered-seq", delivered_seq, "read-seq",
                       read_seq, NULL);
}

const CallModelCodec call_dto_group_member = { write_member, read_member, "GroupMember",
                                               &call_dto_group_member_shape };

/* --- group ------------------------------------------------------------------------------------ */

static void
write_members (CallJsonWriter *writer, GPtrArray *members)
{
  if (members == NULL)
    return;
  call_json_begin_array (writer, "members");
  for (guint i = 0; i < members->len; i++)
    call_dto_write (writer, NULL, &call_dto_group_member, g_ptr_array_index (members, i));
  call_json_end_array (writer);
}

static void
write_group (CallJsonWriter *writer, gpointer model)
{
  CallGroup *group = model;
  CallMessage *last_message = call_group_get_last_message (group);

  call_json_add_string (writer, "id", call_group_get_id (group));
  call_json_add_enum (writer, "type", CALL_TYPE_GROUP_KIND, (int) call_group_get_kind (group));
  call_json_add_string (writer, "name", call_group_get_name (group));
  call_json_add_bool (writer, "open", call_group_is_open (group));
  call_json_add_enum (writer, "role", CALL_TYPE_GROUP_ROLE, (int) call_group_get_role (group));
  write_members (writer, call_group_get_members (group));
  call_json_add_int (writer, "lastSeq", call_group_get_last_seq (group));
  call_json_add_int (writer, "revision", call_group_get_revision (group));
  call_json_add_int (writer, "unread", call_group_get_unread (group));
  if (last_message != NULL)
    call_dto_write (writer, "lastMessage", &call_dto_message, last_message);
  call_dto_add_date_time (writer, "createdAt", call_group_get_created_at (group));
}

static GPtrArray *
read_members (JsonArray *array, GError **error)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_object_unref);

  if (json_array_get_length (array) > MEMBERS_MAX) {
    call_error_set_field (error, "members", "has too many items");
    return NULL;
  }
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *item = call_json_node_get_object (json_array_get_element (array, i), "members",
                                                  error);
    gpointer member = item != NULL ? read_member (item, error) : NULL;

    if (member == NULL)
      return NULL;
    g_ptr_array_add (members, member);
  }
  return g_steal_pointer (&members);
}

typedef struct {
  GDateTime *created_at;
  GPtrArray *members;
  CallMessage *last_message;
} GroupParts;

static void
group_parts_clear (GroupParts *parts)
{
  g_clear_pointer (&parts->created_at, g_date_time_unref);
  g_clear_pointer (&parts->members, g_ptr_array_unref);
  g_clear_object (&parts->last_message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GroupParts, group_parts_clear)

static gboolean
read_group_parts (GroupParts *parts, JsonObject *object, GError **error)
{
  JsonArray *array = NULL;

  if (!call_dto_get_date_time (object, "createdAt", OPTIONAL, &parts->created_at, error) ||
      !call_json_get_array (object, "members", OPTIONAL, &array, error) ||
      !get_model (object, "lastMessage", &call_dto_message, (gpointer *) &parts->last_message,
                  error))
    return FALSE;
  if (array == NULL)
    return TRUE;
  parts->members = read_members (array, error);
  return parts->members != NULL;
}

static gpointer
read_group (JsonObject *object, GError **error)
{
  g_auto (GroupParts) parts = { NULL };
  const char *id = NULL, *name = NULL;
  int kind = CALL_GROUP_GROUP, role = CALL_GROUP_ROLE_MEMBER;
  gboolean open = FALSE;
  gint64 last_seq = 0, revision = 0, unread = 0;

  if (!call_json_get_id (object, "id", REQUIRED, &id, error) ||
      !call_json_get_enum (object, "type", REQUIRED, CALL_TYPE_GROUP_KIND, &kind, error) ||
      !call_dto_get_name (object, "name", OPTIONAL, &name, error) ||
      !call_json_get_bool (object, "open", OPTIONAL, &open, error) ||
      !call_json_get_enum (object, "role", OPTIONAL, CALL_TYPE_GROUP_ROLE, &role, error) ||
      !get_count (object, "lastSeq", OPTIONAL, &last_seq, error) ||
      !get_count (object, "revision", OPTIONAL, &revision, error) ||
      !get_count (object, "unread", OPTIONAL, &unread, error) ||
      !read_group_parts (&parts, object, error))
    return NULL;
  return g_object_new (CALL_TYPE_GROUP, "id", id, "kind", kind, "name", name, "is-open", open,
                       "role", role, "members", parts.members, "last-seq", last_seq, "revision",
                       revision, "unread", unread, "last-message", parts.last_message, "created-at",
                       parts.created_at, NULL);
}

const CallModelCodec call_dto_group = { write_group, read_group, "Group", &call_dto_group_shape };

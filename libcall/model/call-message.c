/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-message.h"

#include "call-message-private.h"

enum {
  PROP_0,
  PROP_ID,
  PROP_GROUP_ID,
  PROP_SEQ,
  PROP_SENDER_ID,
  PROP_SENDER_NAME,
  PROP_CONTENT,
  PROP_KIND,
  PROP_REPLY_TO_ID,
  PROP_TEMP_ID,
  PROP_CREATED_AT,
  PROP_STATUS,
  PROP_REVISION,
  PROP_EDITED_AT,
  PROP_DELETED_AT,
  PROP_RECALLED_AT,
  PROP_REPLY_TO,
  PROP_FILE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/**
 * CallMessage:
 *
 * A chat message.
 *
 * A message that is being sent is shown at once; when the server has stored it the same object
 * gets its id, sequence and status, and says so by `notify`.
 */
G_DEFINE_FINAL_TYPE (CallMessage, call_message, G_TYPE_OBJECT)

static void
call_message_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallMessage *self = CALL_MESSAGE (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case PROP_GROUP_ID:
    self->group_id = g_value_dup_string (value);
    break;
  case PROP_SEQ:
    self->seq = g_value_get_int64 (value);
    break;
  case PROP_SENDER_ID:
    self->sender_id = g_value_dup_string (value);
    break;
  case PROP_SENDER_NAME:
    self->sender_name = g_value_dup_string (value);
    break;
  case PROP_CONTENT:
    self->content = g_value_dup_string (value);
    break;
  case PROP_KIND:
    self->kind = g_value_get_enum (value);
    break;
  case PROP_REPLY_TO_ID:
    self->reply_to_id = g_value_dup_string (value);
    break;
  case PROP_TEMP_ID:
    self->temp_id = g_value_dup_string (value);
    break;
  case PROP_CREATED_AT:
    self->created_at = g_value_dup_boxed (value);
    break;
  case PROP_STATUS:
    self->status = g_value_get_enum (value);
    break;
  case PROP_REVISION:
    self->revision = g_value_get_int64 (value);
    break;
  case PROP_EDITED_AT:
    self->edited_at = g_value_dup_boxed (value);
    break;
  case PROP_DELETED_AT:
    self->deleted_at = g_value_dup_boxed (value);
    break;
  case PROP_RECALLED_AT:
    self->recalled_at = g_value_dup_boxed (value);
    break;
  case PROP_REPLY_TO:
    self->reply_to = g_value_dup_object (value);
    break;
  case PROP_FILE:
    self->file = g_value_dup_object (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_message_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallMessage *self = CALL_MESSAGE (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_GROUP_ID:
    g_value_set_string (value, self->group_id);
    break;
  case PROP_SEQ:
    g_value_set_int64 (value, self->seq);
    break;
  case PROP_SENDER_ID:
    g_value_set_string (value, self->sender_id);
    break;
  case PROP_SENDER_NAME:
    g_value_set_string (value, self->sender_name);
    break;
  case PROP_CONTENT:
    g_value_set_string (value, self->content);
    break;
  case PROP_KIND:
    g_value_set_enum (value, self->kind);
    break;
  case PROP_REPLY_TO_ID:
    g_value_set_string (value, self->reply_to_id);
    break;
  case PROP_TEMP_ID:
    g_value_set_string (value, self->temp_id);
    break;
  case PROP_CREATED_AT:
    g_value_set_boxed (value, self->created_at);
    break;
  case PROP_STATUS:
    g_value_set_enum (value, self->status);
    break;
  case PROP_REVISION:
    g_value_set_int64 (value, self->revision);
    break;
  case PROP_EDITED_AT:
    g_value_set_boxed (value, self->edited_at);
    break;
  case PROP_DELETED_AT:
    g_value_set_boxed (value, self->deleted_at);
    break;
  case PROP_RECALLED_AT:
    g_value_set_boxed (value, self->recalled_at);
    break;
  case PROP_REPLY_TO:
    g_value_set_object (value, self->reply_to);
    break;
  case PROP_FILE:
    g_value_set_object (value, self->file);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_message_finalize (GObject *object)
{
  CallMessage *self = CALL_MESSAGE (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->group_id, g_free);
  g_clear_pointer (&self->sender_id, g_free);
  g_clear_pointer (&self->sender_name, g_free);
  g_clear_pointer (&self->content, g_free);
  g_clear_pointer (&self->reply_to_id, g_free);
  g_clear_pointer (&self->temp_id, g_free);
  g_clear_pointer (&self->created_at, g_date_time_unref);
  g_clear_pointer (&self->edited_at, g_date_time_unref);
  g_clear_pointer (&self->deleted_at, g_date_time_unref);
  g_clear_pointer (&self->recalled_at, g_date_time_unref);
  g_clear_object (&self->reply_to);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (call_message_parent_class)->finalize (object);
}

static void
call_message_class_init (CallMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_message_set_property;
  object_class->get_property = call_message_get_property;
  object_class->finalize = call_message_finalize;

  /**
   * CallMessage:id:
   *
   * The id of the message, unset until the server has stored it.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallMessage:group-id:
   *
   * The id of the conversation.
   */
  props[PROP_GROUP_ID] = g_param_spec_string ("group-id", NULL, NULL, NULL, flags);
  /**
   * CallMessage:seq:
   *
   * The place in the conversation, from 1, and 0 until the server has stored it.
   */
  props[PROP_SEQ] = g_param_spec_int64 ("seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallMessage:sender-id:
   *
   * The user who wrote it.
   */
  props[PROP_SENDER_ID] = g_param_spec_string ("sender-id", NULL, NULL, NULL, flags);
  /**
   * CallMessage:sender-name:
   *
   * The name of the user who wrote it.
   */
  props[PROP_SENDER_NAME] = g_param_spec_string ("sender-name", NULL, NULL, NULL, flags);
  /**
   * CallMessage:content:
   *
   * The text.
   */
  props[PROP_CONTENT] = g_param_spec_string ("content", NULL, NULL, NULL, flags);
  /**
   * CallMessage:kind:
   *
   * What the message carries.
   */
  props[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, CALL_TYPE_MESSAGE_KIND,
                                        CALL_MESSAGE_TEXT, flags);
  /**
   * CallMessage:reply-to-id:
   *
   * The message this one answers.
   */
  props[PROP_REPLY_TO_ID] = g_param_spec_string ("reply-to-id", NULL, NULL, NULL, flags);
  /**
   * CallMessage:temp-id:
   *
   * The sender's own id, which makes sending it again harmless.
   */
  props[PROP_TEMP_ID] = g_param_spec_string ("temp-id", NULL, NULL, NULL, flags);
  /**
   * CallMessage:created-at:
   *
   * When it was stored, or written if it is not stored yet.
   */
  props[PROP_CREATED_AT] = g_param_spec_boxed ("created-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallMessage:status:
   *
   * How far the message has come.
   */
  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, CALL_TYPE_MESSAGE_STATUS,
                                          CALL_MESSAGE_SENDING, flags);

  /**
   * CallMessage:revision:
   *
   * Which change of the conversation made the message what it is.
   */
  props[PROP_REVISION] = g_param_spec_int64 ("revision", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallMessage:edited-at:
   *
   * When its text was last changed, unset if never.
   */
  props[PROP_EDITED_AT] = g_param_spec_boxed ("edited-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallMessage:deleted-at:
   *
   * When it was deleted: its content is gone then.
   */
  props[PROP_DELETED_AT] = g_param_spec_boxed ("deleted-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallMessage:recalled-at:
   *
   * When its sender took it back: its content is gone then.
   */
  props[PROP_RECALLED_AT] = g_param_spec_boxed ("recalled-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallMessage:reply-to:
   *
   * The beginning of the message this one answers.
   */
  props[PROP_REPLY_TO] = g_param_spec_object ("reply-to", NULL, NULL, CALL_TYPE_MESSAGE, flags);
  /**
   * CallMessage:file:
   *
   * What a message of another kind than text carries.
   */
  props[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, CALL_TYPE_FILE, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_message_init (CallMessage *self)
{
}

/**
 * call_message_get_id:
 * @self: a [class@Call.Message]
 *
 * Gets the id of the message, unset until the server has stored it.
 *
 * Returns: (transfer none) (nullable): the id of the message, unset until the server has stored it
 */
const char *
call_message_get_id (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->id;
}

/**
 * call_message_get_group_id:
 * @self: a [class@Call.Message]
 *
 * Gets the id of the conversation.
 *
 * Returns: (transfer none): the id of the conversation
 */
const char *
call_message_get_group_id (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->group_id;
}

/**
 * call_message_get_seq:
 * @self: a [class@Call.Message]
 *
 * Gets the place in the conversation, from 1, and 0 until the server has stored it.
 *
 * Returns: the place in the conversation, from 1, and 0 until the server has stored it
 */
gint64
call_message_get_seq (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), 0);

  return self->seq;
}

/**
 * call_message_get_sender_id:
 * @self: a [class@Call.Message]
 *
 * Gets the user who wrote it.
 *
 * Returns: (transfer none): the user who wrote it
 */
const char *
call_message_get_sender_id (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->sender_id;
}

/**
 * call_message_get_sender_name:
 * @self: a [class@Call.Message]
 *
 * Gets the name of the user who wrote it.
 *
 * Returns: (transfer none) (nullable): the name of the user who wrote it
 */
const char *
call_message_get_sender_name (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->sender_name;
}

/**
 * call_message_get_content:
 * @self: a [class@Call.Message]
 *
 * Gets the text.
 *
 * Returns: (transfer none): the text
 */
const char *
call_message_get_content (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->content;
}

/**
 * call_message_get_kind:
 * @self: a [class@Call.Message]
 *
 * Gets what the message carries.
 *
 * Returns: what the message carries
 */
CallMessageKind
call_message_get_kind (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), CALL_MESSAGE_TEXT);

  return self->kind;
}

/**
 * call_message_get_reply_to_id:
 * @self: a [class@Call.Message]
 *
 * Gets the message this one answers.
 *
 * Returns: (transfer none) (nullable): the message this one answers
 */
const char *
call_message_get_reply_to_id (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->reply_to_id;
}

/**
 * call_message_get_temp_id:
 * @self: a [class@Call.Message]
 *
 * Gets the sender's own id, which makes sending it again harmless.
 *
 * Returns: (transfer none) (nullable): the sender's own id, which makes sending it again harmless
 */
const char *
call_message_get_temp_id (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->temp_id;
}

/**
 * call_message_get_created_at:
 * @self: a [class@Call.Message]
 *
 * Gets when it was stored, or written if it is not stored yet.
 *
 * Returns: (transfer none) (nullable): when it was stored, or written if it is not stored yet
 */
GDateTime *
call_message_get_created_at (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->created_at;
}

/**
 * call_message_get_status:
 * @self: a [class@Call.Message]
 *
 * Gets how far the message has come.
 *
 * Returns: how far the message has come
 */
CallMessageStatus
call_message_get_status (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), CALL_MESSAGE_SENDING);

  return self->status;
}

/**
 * call_message_get_revision:
 * @self: a [class@Call.Message]
 *
 * Gets which change of the conversation made the message what it is.
 *
 * Returns: which change of the conversation made the message what it is
 */
gint64
call_message_get_revision (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), 0);

  return self->revision;
}

/**
 * call_message_get_edited_at:
 * @self: a [class@Call.Message]
 *
 * Gets when its text was last changed.
 *
 * Returns: (transfer none) (nullable): when its text was last changed
 */
GDateTime *
call_message_get_edited_at (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->edited_at;
}

/**
 * call_message_get_deleted_at:
 * @self: a [class@Call.Message]
 *
 * Gets when it was deleted.
 *
 * Returns: (transfer none) (nullable): when it was deleted
 */
GDateTime *
call_message_get_deleted_at (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->deleted_at;
}

/**
 * call_message_get_recalled_at:
 * @self: a [class@Call.Message]
 *
 * Gets when its sender took it back.
 *
 * Returns: (transfer none) (nullable): when its sender took it back
 */
GDateTime *
call_message_get_recalled_at (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->recalled_at;
}

/**
 * call_message_get_reply_to:
 * @self: a [class@Call.Message]
 *
 * Gets the beginning of the message this one answers.
 *
 * Returns: (transfer none) (nullable): the beginning of the message this one answers
 */
CallMessage *
call_message_get_reply_to (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->reply_to;
}

/**
 * call_message_get_file:
 * @self: a [class@Call.Message]
 *
 * Gets what a message of another kind than text carries.
 *
 * Returns: (transfer none) (nullable): what a message of another kind than text carries
 */
CallFile *
call_message_get_file (CallMessage *self)
{
  g_return_val_if_fail (CALL_IS_MESSAGE (self), NULL);

  return self->file;
}

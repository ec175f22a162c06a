/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-group.h"

/**
 * CallGroup:
 *
 * A conversation as the server tells it: a group, two people, or the chat of an appointment.
 * Immutable.
 */
struct _CallGroup {
  GObject parent_instance;

  char *id;
  CallGroupKind kind;
  char *name;
  gboolean is_open;
  CallGroupRole role;
  GPtrArray *members;
  gint64 last_seq;
  gint64 revision;
  gint64 unread;
  CallMessage *last_message;
  GDateTime *created_at;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_KIND,
  PROP_NAME,
  PROP_IS_OPEN,
  PROP_ROLE,
  PROP_MEMBERS,
  PROP_LAST_SEQ,
  PROP_REVISION,
  PROP_UNREAD,
  PROP_LAST_MESSAGE,
  PROP_CREATED_AT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallGroup, call_group, G_TYPE_OBJECT)

static void
call_group_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallGroup *self = CALL_GROUP (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case PROP_KIND:
    self->kind = g_value_get_enum (value);
    break;
  case PROP_NAME:
    self->name = g_value_dup_string (value);
    break;
  case PROP_IS_OPEN:
    self->is_open = g_value_get_boolean (value);
    break;
  case PROP_ROLE:
    self->role = g_value_get_enum (value);
    break;
  case PROP_MEMBERS:
    self->members = g_value_dup_boxed (value);
    break;
  case PROP_LAST_SEQ:
    self->last_seq = g_value_get_int64 (value);
    break;
  case PROP_REVISION:
    self->revision = g_value_get_int64 (value);
    break;
  case PROP_UNREAD:
    self->unread = g_value_get_int64 (value);
    break;
  case PROP_LAST_MESSAGE:
    self->last_message = g_value_dup_object (value);
    break;
  case PROP_CREATED_AT:
    self->created_at = g_value_dup_boxed (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_group_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallGroup *self = CALL_GROUP (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_KIND:
    g_value_set_enum (value, self->kind);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_IS_OPEN:
    g_value_set_boolean (value, self->is_open);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, self->role);
    break;
  case PROP_MEMBERS:
    g_value_set_boxed (value, self->members);
    break;
  case PROP_LAST_SEQ:
    g_value_set_int64 (value, self->last_seq);
    break;
  case PROP_REVISION:
    g_value_set_int64 (value, self->revision);
    break;
  case PROP_UNREAD:
    g_value_set_int64 (value, self->unread);
    break;
  case PROP_LAST_MESSAGE:
    g_value_set_object (value, self->last_message);
    break;
  case PROP_CREATED_AT:
    g_value_set_boxed (value, self->created_at);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_group_finalize (GObject *object)
{
  CallGroup *self = CALL_GROUP (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_object (&self->last_message);
  g_clear_pointer (&self->created_at, g_date_time_unref);

  G_OBJECT_CLASS (call_group_parent_class)->finalize (object);
}

static void
call_group_class_init (CallGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_group_set_property;
  object_class->get_property = call_group_get_property;
  object_class->finalize = call_group_finalize;

  /**
   * CallGroup:id:
   *
   * The id of the conversation.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallGroup:kind:
   *
   * What kind of conversation it is.
   */
  props[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, CALL_TYPE_GROUP_KIND, CALL_GROUP_GROUP,
                                        flags);
  /**
   * CallGroup:name:
   *
   * Its name, unset for two people.
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * CallGroup:is-open:
   *
   * Whether anybody may join.
   */
  props[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", NULL, NULL, FALSE, flags);
  /**
   * CallGroup:role:
   *
   * What the signed-in user may do in it.
   */
  props[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, CALL_TYPE_GROUP_ROLE,
                                        CALL_GROUP_ROLE_MEMBER, flags);
  /**
   * CallGroup:members:
   *
   * Who is in it.
   */
  props[PROP_MEMBERS] = g_param_spec_boxed ("members", NULL, NULL, G_TYPE_PTR_ARRAY, flags);
  /**
   * CallGroup:last-seq:
   *
   * The sequence of its last message.
   */
  props[PROP_LAST_SEQ] = g_param_spec_int64 ("last-seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallGroup:revision:
   *
   * How often messages in it were changed.
   */
  props[PROP_REVISION] = g_param_spec_int64 ("revision", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallGroup:unread:
   *
   * How many messages of others the signed-in user has not read.
   */
  props[PROP_UNREAD] = g_param_spec_int64 ("unread", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallGroup:last-message:
   *
   * Its last message.
   */
  props[PROP_LAST_MESSAGE] = g_param_spec_object ("last-message", NULL, NULL, CALL_TYPE_MESSAGE,
                                                  flags);
  /**
   * CallGroup:created-at:
   *
   * When it was made.
   */
  props[PROP_CREATED_AT] = g_param_spec_boxed ("created-at", NULL, NULL, G_TYPE_DATE_TIME, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_group_init (CallGroup *self)
{
}

/**
 * call_group_get_id:
 * @self: a [class@Call.Group]
 *
 * Gets the id of the conversation.
 *
 * Returns: (transfer none) (nullable): the id of the conversation
 */
const char *
call_group_get_id (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), NULL);

  return self->id;
}

/**
 * call_group_get_kind:
 * @self: a [class@Call.Group]
 *
 * Gets what kind of conversation it is.
 *
 * Returns: what kind of conversation it is
 */
CallGroupKind
call_group_get_kind (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), CALL_GROUP_GROUP);

  return self->kind;
}

/**
 * call_group_get_name:
 * @self: a [class@Call.Group]
 *
 * Gets its name, unset for two people.
 *
 * Returns: (transfer none) (nullable): its name, unset for two people
 */
const char *
call_group_get_name (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), NULL);

  return self->name;
}

/**
 * call_group_is_open:
 * @self: a [class@Call.Group]
 *
 * Gets whether anybody may join.
 *
 * Returns: whether anybody may join
 */
gboolean
call_group_is_open (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), FALSE);

  return self->is_open;
}

/**
 * call_group_get_role:
 * @self: a [class@Call.Group]
 *
 * Gets what the signed-in user may do in it.
 *
 * Returns: what the signed-in user may do in it
 */
CallGroupRole
call_group_get_role (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), CALL_GROUP_ROLE_MEMBER);

  return self->role;
}

/**
 * call_group_get_members:
 * @self: a [class@Call.Group]
 *
 * Gets who is in it.
 *
 * Returns: (transfer none) (element-type CallGroupMember) (nullable): who is in it
 */
GPtrArray *
call_group_get_members (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), NULL);

  return self->members;
}

/**
 * call_group_get_last_seq:
 * @self: a [class@Call.Group]
 *
 * Gets the sequence of its last message.
 *
 * Returns: the sequence of its last message
 */
gint64
call_group_get_last_seq (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), 0);

  return self->last_seq;
}

/**
 * call_group_get_revision:
 * @self: a [class@Call.Group]
 *
 * Gets how often messages in it were changed.
 *
 * Returns: how often messages in it were changed
 */
gint64
call_group_get_revision (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), 0);

  return self->revision;
}

/**
 * call_group_get_unread:
 * @self: a [class@Call.Group]
 *
 * Gets how many messages of others the signed-in user has not read.
 *
 * Returns: how many messages of others the signed-in user has not read
 */
gint64
call_group_get_unread (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), 0);

  return self->unread;
}

/**
 * call_group_get_last_message:
 * @self: a [class@Call.Group]
 *
 * Gets its last message.
 *
 * Returns: (transfer none) (nullable): its last message
 */
CallMessage *
call_group_get_last_message (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), NULL);

  return self->last_message;
}

/**
 * call_group_get_created_at:
 * @self: a [class@Call.Group]
 *
 * Gets when it was made.
 *
 * Returns: (transfer none) (nullable): when it was made
 */
GDateTime *
call_group_get_created_at (CallGroup *self)
{
  g_return_val_if_fail (CALL_IS_GROUP (self), NULL);

  return self->created_at;
}

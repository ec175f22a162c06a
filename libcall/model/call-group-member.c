/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-group-member.h"

/**
 * CallGroupMember:
 *
 * Somebody in a conversation. Immutable.
 */
struct _CallGroupMember {
  GObject parent_instance;

  char *user_id;
  char *user_name;
  CallGroupRole role;
  gint64 delivered_seq;
  gint64 read_seq;
  GDateTime *joined_at;
};

enum {
  PROP_0,
  PROP_USER_ID,
  PROP_USER_NAME,
  PROP_ROLE,
  PROP_DELIVERED_SEQ,
  PROP_READ_SEQ,
  PROP_JOINED_AT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallGroupMember, call_group_member, G_TYPE_OBJECT)

static void
call_group_member_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallGroupMember *self = CALL_GROUP_MEMBER (object);

  switch (id) {
  case PROP_USER_ID:
    self->user_id = g_value_dup_string (value);
    break;
  case PROP_USER_NAME:
    self->user_name = g_value_dup_string (value);
    break;
  case PROP_ROLE:
    self->role = g_value_get_enum (value);
    break;
  case PROP_DELIVERED_SEQ:
    self->delivered_seq = g_value_get_int64 (value);
    break;
  case PROP_READ_SEQ:
    self->read_seq = g_value_get_int64 (value);
    break;
  case PROP_JOINED_AT:
    self->joined_at = g_value_dup_boxed (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_group_member_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallGroupMember *self = CALL_GROUP_MEMBER (object);

  switch (id) {
  case PROP_USER_ID:
    g_value_set_string (value, self->user_id);
    break;
  case PROP_USER_NAME:
    g_value_set_string (value, self->user_name);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, self->role);
    break;
  case PROP_DELIVERED_SEQ:
    g_value_set_int64 (value, self->delivered_seq);
    break;
  case PROP_READ_SEQ:
    g_value_set_int64 (value, self->read_seq);
    break;
  case PROP_JOINED_AT:
    g_value_set_boxed (value, self->joined_at);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_group_member_finalize (GObject *object)
{
  CallGroupMember *self = CALL_GROUP_MEMBER (object);

  g_clear_pointer (&self->user_id, g_free);
  g_clear_pointer (&self->user_name, g_free);
  g_clear_pointer (&self->joined_at, g_date_time_unref);

  G_OBJECT_CLASS (call_group_member_parent_class)->finalize (object);
}

static void
call_group_member_class_init (CallGroupMemberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_group_member_set_property;
  object_class->get_property = call_group_member_get_property;
  object_class->finalize = call_group_member_finalize;

  /**
   * CallGroupMember:user-id:
   *
   * The user.
   */
  props[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, flags);
  /**
   * CallGroupMember:user-name:
   *
   * The name of the user.
   */
  props[PROP_USER_NAME] = g_param_spec_string ("user-name", NULL, NULL, NULL, flags);
  /**
   * CallGroupMember:role:
   *
   * What the member may do.
   */
  props[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, CALL_TYPE_GROUP_ROLE,
                                        CALL_GROUP_ROLE_MEMBER, flags);
  /**
   * CallGroupMember:delivered-seq:
   *
   * The last message that reached the member.
   */
  props[PROP_DELIVERED_SEQ] = g_param_spec_int64 ("delivered-seq", NULL, NULL, 0, G_MAXINT64, 0,
                                                  flags);
  /**
   * CallGroupMember:read-seq:
   *
   * The last message that the member has read.
   */
  props[PROP_READ_SEQ] = g_param_spec_int64 ("read-seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallGroupMember:joined-at:
   *
   * When the member came in.
   */
  props[PROP_JOINED_AT] = g_param_spec_boxed ("joined-at", NULL, NULL, G_TYPE_DATE_TIME, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_group_member_init (CallGroupMember *self)
{
}

/**
 * call_group_member_get_user_id:
 * @self: a [class@Call.GroupMember]
 *
 * Gets the user.
 *
 * Returns: (transfer none) (nullable): the user
 */
const char *
call_group_member_get_user_id (CallGroupMember *self)
{
  g_return_val_if_fail (CALL_IS_GROUP_MEMBER (self), NULL);

  return self->user_id;
}

/**
 * call_group_member_get_user_name:
 * @self: a [class@Call.GroupMember]
 *
 * Gets the name of the user.
 *
 * Returns: (transfer none) (nullable): the name of the user
 */
const char *
call_group_member_get_user_name (CallGroupMember *self)
{
  g_return_val_if_fail (CALL_IS_GROUP_MEMBER (self), NULL);

  return self->user_name;
}

/**
 * call_group_member_get_role:
 * @self: a [class@Call.GroupMember]
 *
 * Gets what the member may do.
 *
 * Returns: what the member may do
 */
CallGroupRole
call_group_member_get_role (CallGroupMember *self)
{
  g_return_val_if_fail (CALL_IS_GROUP_MEMBER (self), CALL_GROUP_ROLE_MEMBER);

  return self->role;
}

/**
 * call_group_member_get_delivered_seq:
 * @self: a [class@Call.GroupMember]
 *
 * Gets the last message that reached the member.
 *
 * Returns: the last message that reached the member
 */
gint64
call_group_member_get_delivered_seq (CallGroupMember *self)
{
  g_return_val_if_fail (CALL_IS_GROUP_MEMBER (self), 0);

  return self->delivered_seq;
}

/**
 * call_group_member_get_read_seq:
 * @self: a [class@Call.GroupMember]
 *
 * Gets the last message that the member has read.
 *
 * Returns: the last message that the member has read
 */
gint64
call_group_member_get_read_seq (CallGroupMember *self)
{
  g_return_val_if_fail (CALL_IS_GROUP_MEMBER (self), 0);

  return self->read_seq;
}

/**
 * call_group_member_get_joined_at:
 * @self: a [class@Call.GroupMember]
 *
 * Gets when the member came in.
 *
 * Returns: (transfer none) (nullable): when the member came in
 */
GDateTime *
call_group_member_get_joined_at (CallGroupMember *self)
{
  g_return_val_if_fail (CALL_IS_GROUP_MEMBER (self), NULL);

  return self->joined_at;
}

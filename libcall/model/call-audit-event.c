/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-audit-event.h"

/**
 * CallAuditEvent:
 *
 * One row of an appointment's audit trail. Immutable.
 */
struct _CallAuditEvent {
  GObject parent_instance;

  gint64 seq;
  char *kind;
  char *user_id;
  char *call_id;
  GDateTime *at;
  char *payload;
  char *hash;
};

enum {
  PROP_0,
  PROP_SEQ,
  PROP_KIND,
  PROP_USER_ID,
  PROP_CALL_ID,
  PROP_AT,
  PROP_PAYLOAD,
  PROP_HASH,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallAuditEvent, call_audit_event, G_TYPE_OBJECT)

static void
call_audit_event_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallAuditEvent *self = CALL_AUDIT_EVENT (object);

  switch (id) {
  case PROP_SEQ:
    self->seq = g_value_get_int64 (value);
    break;
  case PROP_KIND:
    self->kind = g_value_dup_string (value);
    break;
  case PROP_USER_ID:
    self->user_id = g_value_dup_string (value);
    break;
  case PROP_CALL_ID:
    self->call_id = g_value_dup_string (value);
    break;
  case PROP_AT:
    self->at = g_value_dup_boxed (value);
    break;
  case PROP_PAYLOAD:
    self->payload = g_value_dup_string (value);
    break;
  case PROP_HASH:
    self->hash = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_audit_event_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallAuditEvent *self = CALL_AUDIT_EVENT (object);

  switch (id) {
  case PROP_SEQ:
    g_value_set_int64 (value, self->seq);
    break;
  case PROP_KIND:
    g_value_set_string (value, self->kind);
    break;
  case PROP_USER_ID:
    g_value_set_string (value, self->user_id);
    break;
  case PROP_CALL_ID:
    g_value_set_string (value, self->call_id);
    break;
  case PROP_AT:
    g_value_set_boxed (value, self->at);
    break;
  case PROP_PAYLOAD:
    g_value_set_string (value, self->payload);
    break;
  case PROP_HASH:
    g_value_set_string (value, self->hash);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_audit_event_finalize (GObject *object)
{
  CallAuditEvent *self = CALL_AUDIT_EVENT (object);

  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->user_id, g_free);
  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->at, g_date_time_unref);
  g_clear_pointer (&self->payload, g_free);
  g_clear_pointer (&self->hash, g_free);

  G_OBJECT_CLASS (call_audit_event_parent_class)->finalize (object);
}

static void
call_audit_event_class_init (CallAuditEventClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_audit_event_set_property;
  object_class->get_property = call_audit_event_get_property;
  object_class->finalize = call_audit_event_finalize;

  /**
   * CallAuditEvent:seq:
   *
   * The number of the row, from 1.
   */
  props[PROP_SEQ] = g_param_spec_int64 ("seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallAuditEvent:kind:
   *
   * What happened, a word of the protocol such as "accept".
   */
  props[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, flags);
  /**
   * CallAuditEvent:user-id:
   *
   * Who did it, unset where the server did.
   */
  props[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, flags);
  /**
   * CallAuditEvent:call-id:
   *
   * The call it belongs to.
   */
  props[PROP_CALL_ID] = g_param_spec_string ("call-id", NULL, NULL, NULL, flags);
  /**
   * CallAuditEvent:at:
   *
   * When it happened.
   */
  props[PROP_AT] = g_param_spec_boxed ("at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAuditEvent:payload:
   *
   * More about it, a JSON object, opaque here.
   */
  props[PROP_PAYLOAD] = g_param_spec_string ("payload", NULL, NULL, NULL, flags);
  /**
   * CallAuditEvent:hash:
   *
   * The keyed hash that chains the row to the one before.
   */
  props[PROP_HASH] = g_param_spec_string ("hash", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_audit_event_init (CallAuditEvent *self)
{
}

/**
 * call_audit_event_new:
 * @seq: the number of the row, from 1
 * @kind: what happened, a word of the protocol such as "accept"
 * @user_id: (nullable): who did it, unset where the server did
 * @call_id: (nullable): the call it belongs to
 * @at: (nullable): when it happened
 * @payload: (nullable): more about it, a JSON object, opaque here
 * @hash: (nullable): the keyed hash that chains the row to the one before
 *
 * Makes a [class@Call.AuditEvent]. Strings and dates are copied or referenced.
 *
 * Returns: (transfer full): a new object
 */
CallAuditEvent *
call_audit_event_new (gint64 seq,
                      const char *kind,
                      const char *user_id,
                      const char *call_id,
                      GDateTime *at,
                      const char *payload,
                      const char *hash)
{
  return g_object_new (CALL_TYPE_AUDIT_EVENT, "seq", seq, "kind", kind, "user-id", user_id,
                       "call-id", call_id, "at", at, "payload", payload, "hash", hash, NULL);
}

/**
 * call_audit_event_get_seq:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets the number of the row, from 1.
 *
 * Returns: the number of the row, from 1
 */
gint64
call_audit_event_get_seq (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), 0);

  return self->seq;
}

/**
 * call_audit_event_get_kind:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets what happened, a word of the protocol such as "accept".
 *
 * Returns: (transfer none): what happened, a word of the protocol such as "accept"
 */
const char *
call_audit_event_get_kind (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), NULL);

  return self->kind;
}

/**
 * call_audit_event_get_user_id:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets who did it, unset where the server did.
 *
 * Returns: (transfer none) (nullable): who did it, unset where the server did
 */
const char *
call_audit_event_get_user_id (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), NULL);

  return self->user_id;
}

/**
 * call_audit_event_get_call_id:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets the call it belongs to.
 *
 * Returns: (transfer none) (nullable): the call it belongs to
 */
const char *
call_audit_event_get_call_id (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), NULL);

  return self->call_id;
}

/**
 * call_audit_event_get_at:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets when it happened.
 *
 * Returns: (transfer none) (nullable): when it happened
 */
GDateTime *
call_audit_event_get_at (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), NULL);

  return self->at;
}

/**
 * call_audit_event_get_payload:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets more about it, a JSON object, opaque here.
 *
 * Returns: (transfer none) (nullable): more about it, a JSON object, opaque here
 */
const char *
call_audit_event_get_payload (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), NULL);

  return self->payload;
}

/**
 * call_audit_event_get_hash:
 * @self: a [class@Call.AuditEvent]
 *
 * Gets the keyed hash that chains the row to the one before.
 *
 * Returns: (transfer none) (nullable): the keyed hash that chains the row to the one before
 */
const char *
call_audit_event_get_hash (CallAuditEvent *self)
{
  g_return_val_if_fail (CALL_IS_AUDIT_EVENT (self), NULL);

  return self->hash;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-enums.h"

/* The nicks are the words of the wire protocol (docs/protocol.md): do not change them. */

G_DEFINE_ENUM_TYPE (CallRole,
                    call_role,
                    G_DEFINE_ENUM_VALUE (CALL_ROLE_DOCTOR, "doctor"),
                    G_DEFINE_ENUM_VALUE (CALL_ROLE_PATIENT, "patient"),
                    G_DEFINE_ENUM_VALUE (CALL_ROLE_ADMIN, "admin"),
                    G_DEFINE_ENUM_VALUE (CALL_ROLE_SERVICE, "service"))

G_DEFINE_ENUM_TYPE (CallAppointmentStatus,
                    call_appointment_status,
                    G_DEFINE_ENUM_VALUE (CALL_APPOINTMENT_SCHEDULED, "scheduled"),
                    G_DEFINE_ENUM_VALUE (CALL_APPOINTMENT_IN_PROGRESS, "in_progress"),
                    G_DEFINE_ENUM_VALUE (CALL_APPOINTMENT_COMPLETED, "completed"),
                    G_DEFINE_ENUM_VALUE (CALL_APPOINTMENT_NO_SHOW, "no_show"),
                    G_DEFINE_ENUM_VALUE (CALL_APPOINTMENT_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (CALL_APPOINTMENT_RESCHEDULED, "rescheduled"))

G_DEFINE_ENUM_TYPE (CallState,
                    call_state,
                    G_DEFINE_ENUM_VALUE (CALL_STATE_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_RINGING_OUT, "ringing_out"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_RINGING_IN, "ringing_in"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_IN_CALL, "in_call"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_ENDING, "ending"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_ENDED, "ended"),
                    G_DEFINE_ENUM_VALUE (CALL_STATE_ERROR, "error"))

G_DEFINE_ENUM_TYPE (CallProgress,
                    call_progress,
                    G_DEFINE_ENUM_VALUE (CALL_PROGRESS_RINGING, "ringing"),
                    G_DEFINE_ENUM_VALUE (CALL_PROGRESS_ACCEPTED, "accepted"),
                    G_DEFINE_ENUM_VALUE (CALL_PROGRESS_ACTIVE, "active"))

G_DEFINE_ENUM_TYPE (CallEndReason,
                    call_end_reason,
                    G_DEFINE_ENUM_VALUE (CALL_END_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (CALL_END_HANG_UP, "hang_up"),
                    G_DEFINE_ENUM_VALUE (CALL_END_LEFT, "left"),
                    G_DEFINE_ENUM_VALUE (CALL_END_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (CALL_END_DECLINED, "declined"),
                    G_DEFINE_ENUM_VALUE (CALL_END_NO_ANSWER, "no_answer"),
                    G_DEFINE_ENUM_VALUE (CALL_END_BUSY, "busy"),
                    G_DEFINE_ENUM_VALUE (CALL_END_NO_MEDIA, "no_media"),
                    G_DEFINE_ENUM_VALUE (CALL_END_WINDOW_CLOSED, "window_closed"),
                    G_DEFINE_ENUM_VALUE (CALL_END_APPOINTMENT_CANCELLED, "appointment_cancelled"),
                    G_DEFINE_ENUM_VALUE (CALL_END_OPERATOR, "operator"),
                    G_DEFINE_ENUM_VALUE (CALL_END_FAILED, "failed"))

G_DEFINE_ENUM_TYPE (CallMessageKind,
                    call_message_kind,
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_TEXT, "text"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_IMAGE, "image"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_FILE, "file"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_AUDIO, "audio"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_VIDEO, "video"))

G_DEFINE_ENUM_TYPE (CallMessageStatus,
                    call_message_status,
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_SENDING, "sending"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_SENT, "sent"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_DELIVERED, "delivered"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_READ, "read"),
                    G_DEFINE_ENUM_VALUE (CALL_MESSAGE_FAILED, "failed"))

G_DEFINE_ENUM_TYPE (CallConnectionState,
                    call_connection_state,
                    G_DEFINE_ENUM_VALUE (CALL_CONNECTION_OFFLINE, "offline"),
                    G_DEFINE_ENUM_VALUE (CALL_CONNECTION_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (CALL_CONNECTION_ONLINE, "online"),
                    G_DEFINE_ENUM_VALUE (CALL_CONNECTION_RECONNECTING, "reconnecting"))

G_DEFINE_ENUM_TYPE (CallPresenceStatus,
                    call_presence_status,
                    G_DEFINE_ENUM_VALUE (CALL_PRESENCE_ONLINE, "online"),
                    G_DEFINE_ENUM_VALUE (CALL_PRESENCE_AWAY, "away"),
                    G_DEFINE_ENUM_VALUE (CALL_PRESENCE_BUSY, "busy"),
                    G_DEFINE_ENUM_VALUE (CALL_PRESENCE_OFFLINE, "offline"))

G_DEFINE_ENUM_TYPE (CallGroupRole,
                    call_group_role,
                    G_DEFINE_ENUM_VALUE (CALL_GROUP_ROLE_MEMBER, "member"),
                    G_DEFINE_ENUM_VALUE (CALL_GROUP_ROLE_MODERATOR, "moderator"),
                    G_DEFINE_ENUM_VALUE (CALL_GROUP_ROLE_ADMIN, "admin"))

G_DEFINE_ENUM_TYPE (CallGroupKind,
                    call_group_kind,
                    G_DEFINE_ENUM_VALUE (CALL_GROUP_GROUP, "group"),
                    G_DEFINE_ENUM_VALUE (CALL_GROUP_DIRECT, "direct"),
                    G_DEFINE_ENUM_VALUE (CALL_GROUP_APPOINTMENT, "appointment"))

/**
 * call_enum_to_nick:
 * @type: one of the library's enumeration types
 * @value: a value of it
 *
 * The word that stands for @value on the wire and in the database.
 *
 * Returns: (nullable): the word, or %NULL if @value is not of @type
 */
const char *
call_enum_to_nick (GType type, int value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *entry = g_enum_get_value (klass, value);

  /* The class of a static type is never finalised, so the string outlives the reference. */
  return entry != NULL ? entry->value_nick : NULL;
}

/**
 * call_enum_from_nick:
 * @type: one of the library's enumeration types
 * @nick: (nullable): a word of the wire
 * @value: (out) (optional): where to put the value
 *
 * Reads a word of the wire. Case matters.
 *
 * Returns: %FALSE if @nick is %NULL or no word of @type; @value is then unchanged
 */
gboolean
call_enum_from_nick (GType type, const char *nick, int *value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *entry = nick != NULL ? g_enum_get_value_by_nick (klass, nick) : NULL;

  if (entry == NULL)
    return FALSE;
  if (value != NULL)
    *value = entry->value;
  return TRUE;
}

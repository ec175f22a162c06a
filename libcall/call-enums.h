/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/**
 * CallRole:
 * @CALL_ROLE_DOCTOR: the clinician of an appointment; "doctor" on the wire
 * @CALL_ROLE_PATIENT: the patient of an appointment; "patient" on the wire
 * @CALL_ROLE_ADMIN: runs the clinic, takes part in no consultation; "admin" on the wire
 * @CALL_ROLE_SERVICE: another program with a token of its own; "service" on the wire
 *
 * What a user may do.
 */
typedef enum {
  CALL_ROLE_DOCTOR,
  CALL_ROLE_PATIENT,
  CALL_ROLE_ADMIN,
  CALL_ROLE_SERVICE,
} CallRole;

/**
 * CallAppointmentStatus:
 * @CALL_APPOINTMENT_SCHEDULED: booked, nobody has met yet; "scheduled"
 * @CALL_APPOINTMENT_IN_PROGRESS: media has flowed at least once; "in_progress"
 * @CALL_APPOINTMENT_COMPLETED: ended after media had flowed; "completed"
 * @CALL_APPOINTMENT_NO_SHOW: the window passed and nobody met; "no_show"
 * @CALL_APPOINTMENT_CANCELLED: called off; "cancelled"
 * @CALL_APPOINTMENT_RESCHEDULED: replaced by a later one; "rescheduled"
 *
 * Where an appointment stands. Only the appointment machine changes it.
 */
typedef enum {
  CALL_APPOINTMENT_SCHEDULED,
  CALL_APPOINTMENT_IN_PROGRESS,
  CALL_APPOINTMENT_COMPLETED,
  CALL_APPOINTMENT_NO_SHOW,
  CALL_APPOINTMENT_CANCELLED,
  CALL_APPOINTMENT_RESCHEDULED,
} CallAppointmentStatus;

/**
 * CallState:
 * @CALL_STATE_IDLE: nothing has happened yet
 * @CALL_STATE_RINGING_OUT: we called, the other side has not answered
 * @CALL_STATE_RINGING_IN: the other side called, we have not answered
 * @CALL_STATE_CONNECTING: accepted, media is being set up
 * @CALL_STATE_IN_CALL: media flows; reconnecting is a flag beside it
 * @CALL_STATE_ENDING: hanging up, the server has not confirmed yet
 * @CALL_STATE_ENDED: over
 * @CALL_STATE_ERROR: over because something failed
 *
 * The state of a call as one client sees it.
 */
typedef enum {
  CALL_STATE_IDLE,
  CALL_STATE_RINGING_OUT,
  CALL_STATE_RINGING_IN,
  CALL_STATE_CONNECTING,
  CALL_STATE_IN_CALL,
  CALL_STATE_ENDING,
  CALL_STATE_ENDED,
  CALL_STATE_ERROR,
} CallState;

/**
 * CallProgress:
 * @CALL_PROGRESS_RINGING: requested, not answered; "ringing"
 * @CALL_PROGRESS_ACCEPTED: answered, media has not flowed; "accepted"
 * @CALL_PROGRESS_ACTIVE: media has flowed; "active"
 *
 * How far a call has come, as the server sees it.
 */
typedef enum {
  CALL_PROGRESS_RINGING,
  CALL_PROGRESS_ACCEPTED,
  CALL_PROGRESS_ACTIVE,
} CallProgress;

/**
 * CallEndReason:
 * @CALL_END_NONE: not ended
 * @CALL_END_HANG_UP: somebody ended the consultation; "hang_up"
 * @CALL_END_LEFT: the last participant left without ending the visit; "left"
 * @CALL_END_CANCELLED: the caller gave up while it rang; "cancelled"
 * @CALL_END_DECLINED: the callee refused; "declined"
 * @CALL_END_NO_ANSWER: nobody answered in time; "no_answer"
 * @CALL_END_BUSY: a call of this appointment, or of this user, was active already; "busy"
 * @CALL_END_NO_MEDIA: accepted, but media never flowed or stopped for good; "no_media"
 * @CALL_END_WINDOW_CLOSED: the appointment's window is over; "window_closed"
 * @CALL_END_APPOINTMENT_CANCELLED: the appointment was cancelled or moved; "appointment_cancelled"
 * @CALL_END_OPERATOR: ended by whoever runs the server; "operator"
 * @CALL_END_FAILED: something broke; "failed"
 *
 * Why a call is over.
 */
typedef enum {
  CALL_END_NONE,
  CALL_END_HANG_UP,
  CALL_END_LEFT,
  CALL_END_CANCELLED,
  CALL_END_DECLINED,
  CALL_END_NO_ANSWER,
  CALL_END_BUSY,
  CALL_END_NO_MEDIA,
  CALL_END_WINDOW_CLOSED,
  CALL_END_APPOINTMENT_CANCELLED,
  CALL_END_OPERATOR,
  CALL_END_FAILED,
} CallEndReason;

/**
 * CallMessageKind:
 * @CALL_MESSAGE_TEXT: text; "text"
 * @CALL_MESSAGE_IMAGE: a picture; "image"
 * @CALL_MESSAGE_FILE: any file; "file"
 * @CALL_MESSAGE_AUDIO: a voice message; "audio"
 * @CALL_MESSAGE_VIDEO: a film; "video"
 *
 * What a message carries.
 */
typedef enum {
  CALL_MESSAGE_TEXT,
  CALL_MESSAGE_IMAGE,
  CALL_MESSAGE_FILE,
  CALL_MESSAGE_AUDIO,
  CALL_MESSAGE_VIDEO,
} CallMessageKind;

/**
 * CallMessageStatus:
 * @CALL_MESSAGE_SENDING: in our outbox, not acknowledged; "sending"
 * @CALL_MESSAGE_SENT: stored by the server; "sent"
 * @CALL_MESSAGE_DELIVERED: reached the other side; "delivered"
 * @CALL_MESSAGE_READ: read by the other side; "read"
 * @CALL_MESSAGE_FAILED: refused by the server; "failed"
 *
 * How far a message has come.
 */
typedef enum {
  CALL_MESSAGE_SENDING,
  CALL_MESSAGE_SENT,
  CALL_MESSAGE_DELIVERED,
  CALL_MESSAGE_READ,
  CALL_MESSAGE_FAILED,
} CallMessageStatus;

/**
 * CallConnectionState:
 * @CALL_CONNECTION_OFFLINE: not connected and not trying
 * @CALL_CONNECTION_CONNECTING: first attempt
 * @CALL_CONNECTION_ONLINE: connected and signed in
 * @CALL_CONNECTION_RECONNECTING: lost, waiting for or making the next attempt
 *
 * The client's connection to its server.
 */
typedef enum {
  CALL_CONNECTION_OFFLINE,
  CALL_CONNECTION_CONNECTING,
  CALL_CONNECTION_ONLINE,
  CALL_CONNECTION_RECONNECTING,
} CallConnectionState;

/**
 * CallPresenceStatus:
 * @CALL_PRESENCE_ONLINE: connected; "online"
 * @CALL_PRESENCE_AWAY: connected, but not looking; "away"
 * @CALL_PRESENCE_BUSY: not to be disturbed; "busy"
 * @CALL_PRESENCE_OFFLINE: not connected, or not to be seen; "offline"
 *
 * How reachable somebody is.
 */
typedef enum {
  CALL_PRESENCE_ONLINE,
  CALL_PRESENCE_AWAY,
  CALL_PRESENCE_BUSY,
  CALL_PRESENCE_OFFLINE,
} CallPresenceStatus;

/**
 * CallGroupRole:
 * @CALL_GROUP_ROLE_MEMBER: reads and writes; "member"
 * @CALL_GROUP_ROLE_MODERATOR: also keeps order; "moderator"
 * @CALL_GROUP_ROLE_ADMIN: also rules the group; "admin"
 *
 * What a member of a group may do, the least first.
 */
typedef enum {
  CALL_GROUP_ROLE_MEMBER,
  CALL_GROUP_ROLE_MODERATOR,
  CALL_GROUP_ROLE_ADMIN,
} CallGroupRole;

/**
 * CallGroupKind:
 * @CALL_GROUP_GROUP: a group with members and roles; "group"
 * @CALL_GROUP_DIRECT: two people; "direct"
 * @CALL_GROUP_APPOINTMENT: doctor and patient of an appointment; "appointment"
 *
 * What kind of conversation it is.
 */
typedef enum {
  CALL_GROUP_GROUP,
  CALL_GROUP_DIRECT,
  CALL_GROUP_APPOINTMENT,
} CallGroupKind;

#define CALL_TYPE_ROLE (call_role_get_type ())
#define CALL_TYPE_APPOINTMENT_STATUS (call_appointment_status_get_type ())
#define CALL_TYPE_STATE (call_state_get_type ())
#define CALL_TYPE_PROGRESS (call_progress_get_type ())
#define CALL_TYPE_END_REASON (call_end_reason_get_type ())
#define CALL_TYPE_MESSAGE_KIND (call_message_kind_get_type ())
#define CALL_TYPE_MESSAGE_STATUS (call_message_status_get_type ())
#define CALL_TYPE_CONNECTION_STATE (call_connection_state_get_type ())
#define CALL_TYPE_PRESENCE_STATUS (call_presence_status_get_type ())
#define CALL_TYPE_GROUP_ROLE (call_group_role_get_type ())
#define CALL_TYPE_GROUP_KIND (call_group_kind_get_type ())

CALL_AVAILABLE_IN_ALL
GType call_role_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_appointment_status_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_state_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_progress_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_end_reason_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_message_kind_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_message_status_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_connection_state_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_presence_status_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_group_role_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
GType call_group_kind_get_type (void) G_GNUC_CONST;

CALL_AVAILABLE_IN_ALL
const char *call_enum_to_nick (GType type, int value);
CALL_AVAILABLE_IN_ALL
gboolean call_enum_from_nick (GType type, const char *nick, int *value);

G_END_DECLS

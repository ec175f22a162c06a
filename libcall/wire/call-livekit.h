/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/* Names of rooms, people and tracks in events and requests. */
#define CALL_LIVEKIT_NAME_MAX 512

/**
 * CallLivekitEventKind:
 * @CALL_LIVEKIT_OTHER: an event that is nothing to us
 * @CALL_LIVEKIT_ROOM_STARTED: a room has begun; also "room_created"
 * @CALL_LIVEKIT_ROOM_FINISHED: a room is over; also "room_ended" and "room_deleted"
 * @CALL_LIVEKIT_TRACK_PUBLISHED: somebody sends a track
 * @CALL_LIVEKIT_TRACK_UNPUBLISHED: somebody sends a track no more
 * @CALL_LIVEKIT_EGRESS_STARTED: an egress is on its way
 * @CALL_LIVEKIT_EGRESS_UPDATED: an egress is something else now
 * @CALL_LIVEKIT_EGRESS_ENDED: an egress is over
 *
 * What a webhook tells.
 */
typedef enum {
  CALL_LIVEKIT_OTHER,
  CALL_LIVEKIT_ROOM_STARTED,
  CALL_LIVEKIT_ROOM_FINISHED,
  CALL_LIVEKIT_TRACK_PUBLISHED,
  CALL_LIVEKIT_TRACK_UNPUBLISHED,
  CALL_LIVEKIT_EGRESS_STARTED,
  CALL_LIVEKIT_EGRESS_UPDATED,
  CALL_LIVEKIT_EGRESS_ENDED,
} CallLivekitEventKind;

/**
 * CallLivekitEgressStatus:
 * @CALL_LIVEKIT_EGRESS_STARTING: asked for
 * @CALL_LIVEKIT_EGRESS_ACTIVE: it sends
 * @CALL_LIVEKIT_EGRESS_ENDING: it was told to stop
 * @CALL_LIVEKIT_EGRESS_COMPLETE: over
 * @CALL_LIVEKIT_EGRESS_FAILED: over, by a failure
 * @CALL_LIVEKIT_EGRESS_ABORTED: over before it began
 * @CALL_LIVEKIT_EGRESS_LIMIT_REACHED: over, since it was the longest LiveKit allows
 *
 * How an egress stands; the numbers are LiveKit's.
 */
typedef enum {
  CALL_LIVEKIT_EGRESS_STARTING,
  CALL_LIVEKIT_EGRESS_ACTIVE,
  CALL_LIVEKIT_EGRESS_ENDING,
  CALL_LIVEKIT_EGRESS_COMPLETE,
  CALL_LIVEKIT_EGRESS_FAILED,
  CALL_LIVEKIT_EGRESS_ABORTED,
  CALL_LIVEKIT_EGRESS_LIMIT_REACHED,
} CallLivekitEgressStatus;

/**
 * CallLivekitEgress:
 * @id: LiveKit's id of it
 * @room_name: (nullable): the room
 * @room_sid: (nullable): LiveKit's id of the room
 * @track_id: (nullable): the track, of a track egress
 * @websocket_url: (nullable): where it sends to, of a track egress
 * @status: how it stands
 * @error: (nullable): why it failed
 *
 * An egress.
 */
typedef struct {
  char *id;
  char *room_name;
  char *room_sid;
  char *track_id;
  char *websocket_url;
  CallLivekitEgressStatus status;
  char *error;
} CallLivekitEgress;

/**
 * CallLivekitEvent:
 * @kind: what happened
 * @id: the event's id, the same when it is sent again
 * @created_at: when, seconds since 1970, or 0
 * @room_name: (nullable): the room
 * @room_sid: (nullable): LiveKit's id of the room
 * @participant: (nullable): the identity of who did it
 * @track_id: (nullable): the track
 * @audio: whether the track is sound
 * @egress: (nullable): the egress
 *
 * What a webhook tells.
 */
typedef struct {
  CallLivekitEventKind kind;
  char *id;
  gint64 created_at;
  char *room_name;
  char *room_sid;
  char *participant;
  char *track_id;
  gboolean audio;
  CallLivekitEgress *egress;
} CallLivekitEvent;

CallLivekitEvent *call_livekit_event_parse (const char *text, gssize length, GError **error);
void call_livekit_event_free (CallLivekitEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallLivekitEvent, call_livekit_event_free)

void call_livekit_egress_free (CallLivekitEgress *egress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallLivekitEgress, call_livekit_egress_free)
gboolean call_livekit_egress_is_over (const CallLivekitEgress *egress);
const char *call_livekit_egress_get_status (const CallLivekitEgress *egress);

char *call_livekit_build_url (const char *base, const char *method, GError **error);
char *
call_livekit_write_start (const char *room_name, const char *track_id, const char *websocket_url);
char *call_livekit_write_stop (const char *egress_id);
char *call_livekit_write_list (const char *room_name, const char *page_token);
CallLivekitEgress *call_livekit_parse_egress (const char *text, gssize length, GError **error);
GPtrArray *
call_livekit_parse_list (const char *text, gssize length, char **next_page, GError **error);
GError *call_livekit_parse_error (guint http_status, const char *text, gssize length);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

#define CALL_EGRESS_AUDIO_PATH "/egress-audio"
#define CALL_EGRESS_VIDEO_PATH "/egress-video"

/* What a sender says that ends its stream on purpose: no other connection goes on with it. */
#define CALL_EGRESS_END "{\"end\":true}"

/**
 * CallEgressKind:
 * @CALL_EGRESS_AUDIO: samples, S16LE
 * @CALL_EGRESS_VIDEO: encoded video, a frame a message
 *
 * What an egress socket brings.
 */
typedef enum {
  CALL_EGRESS_AUDIO,
  CALL_EGRESS_VIDEO,
} CallEgressKind;

/**
 * CallEgressQuery:
 * @kind: which of the two sockets
 * @room_name: the room
 * @participant: (nullable): the identity of who speaks
 * @track_id: (nullable): the track
 * @meeting_id: (nullable): the meeting; found by the room when it is absent
 * @sample_rate: of audio, declared; 48000 by default
 * @channels: of audio, declared; 1 by default
 * @group_seconds: how long a block is, 0 for the server's default
 * @codec: (nullable): of video: "h264", "vp8" or "vp9"
 * @resume: (nullable): a name the sender gives its stream, to go on with it after a broken
 *   connection
 * @offset: the first byte of the stream that the sender still has
 *
 * The query of an egress socket's URL.
 */
typedef struct {
  CallEgressKind kind;
  char *room_name;
  char *participant;
  char *track_id;
  char *meeting_id;
  guint sample_rate;
  guint channels;
  double group_seconds;
  char *codec;
  char *resume;
  guint64 offset;
} CallEgressQuery;

gboolean call_egress_query_parse (CallEgressQuery *self,
                                  CallEgressKind kind,
                                  const char *query,
                                  GError **error);
void call_egress_query_clear (CallEgressQuery *self);
char *call_egress_query_to_string (const CallEgressQuery *self);

char *call_egress_query_sign (CallEgressKind kind,
                              const char *query,
                              gint64 expires_seconds,
                              const guint8 *secret,
                              gsize secret_length);
gboolean call_egress_query_verify (CallEgressKind kind,
                                   const char *query,
                                   gint64 now_seconds,
                                   const guint8 *secret,
                                   gsize secret_length,
                                   GError **error);
char *call_egress_url (const char *public_url, CallEgressKind kind, const char *query);

gboolean call_egress_mute_parse (const char *text, gsize length, gboolean *muted);
char *call_egress_position_to_json (guint64 bytes, gboolean is_stored);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallEgressQuery, call_egress_query_clear)

G_END_DECLS

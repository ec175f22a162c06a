/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-codec-private.h"
#include "call-flow-private.h"
#include "call-pipeline-private.h"
#include "call-quality-private.h"
#include "call-relay-private.h"

G_BEGIN_DECLS

#define CALL_TYPE_PEER (call_peer_get_type ())
G_DECLARE_FINAL_TYPE (CallPeer, call_peer, CALL, PEER, GObject)

/* What a peer is made from; the strings and objects are copied or referenced. */
typedef struct {
  guint generation;
  guint64 origin; /* of its media in the relays */
  gboolean offer;
  CallVideoCodec codec;
  CallCodecFormat format;
  gboolean relay_only;
  const char *local_address; /* gather on this address only, or NULL */
  GPtrArray *ice_servers;    /* of CallIceServer */
  CallStage *stage;
  const CallRelays *relays;
  gboolean muted;
} CallPeerConfig;

/* What a peer tells, always on the main context it was made on, never after it was closed. */
typedef struct {
  void (*description) (CallPeer *peer, const char *type, const char *sdp, gpointer user_data);
  void (*candidate) (CallPeer *peer,
                     const char *candidate,
                     const char *mid,
                     guint index,
                     gpointer user_data);
  void (*connected) (CallPeer *peer, gpointer user_data);
  void (*first_picture) (CallPeer *peer, gpointer user_data);
  void (*flowing) (CallPeer *peer, gpointer user_data);
  void (*failed) (CallPeer *peer, const GError *error, gboolean fatal, gpointer user_data);
} CallPeerEvents;

/*
 * CallPeer is one generation of a call: one webrtcbin with the chains that encode for it and decode
 * from it. webrtcbin cannot restart ICE, so a lost path means a new peer.
 */
CallPeer *call_peer_new (const CallPeerConfig *config,
                         const CallPeerEvents *events,
                         gpointer user_data,
                         GError **error);
gboolean call_peer_start (CallPeer *self, GError **error);
void call_peer_set_remote_description (CallPeer *self, const char *type, const char *sdp);
void call_peer_add_candidate (CallPeer *self, const char *candidate, const char *mid, guint index);
void call_peer_tick (CallPeer *self, gint64 now_us);
void call_peer_close (CallPeer *self);

void call_peer_set_muted (CallPeer *self, gboolean muted);
void call_peer_set_bitrate (CallPeer *self, guint bitrate);
guint call_peer_get_generation (CallPeer *self);
CallFlow *call_peer_get_flow (CallPeer *self);
void call_peer_measure (CallPeer *self, CallMeasurement *measurement);
void call_peer_set_latency (CallPeer *self, guint latency_ms);
guint call_peer_get_latency (CallPeer *self);

/* call-peer-media.c: the chains on both sides of webrtcbin */
gboolean call_peer_media_add_senders (CallPipeline *pipeline,
                                      GstElement *webrtc,
                                      CallFlow *flow,
                                      const CallSdpChoice *choice,
                                      const CallCodecFormat *format,
                                      GError **error);
GstElement *
call_peer_media_add_receiver (CallPipeline *pipeline, GstPad *pad, CallFlow *flow, GError **error);

/* call-peer-stats.c: what webrtcbin knows */
typedef struct {
  guint n_samples;
  guint64 sent; /* packets */
  guint64 received;
  guint64 bits; /* per second, summed over the samples */
} CallFeedback;

/* Packets of all streams to us, since their start. */
typedef struct {
  gint64 lost;
  gint64 received;
} CallReception;

gboolean call_peer_stats_tune (GstElement *webrtc);
void call_peer_stats_sample (GstElement *webrtc, CallFeedback *feedback);
void call_peer_stats_measure (GstElement *webrtc,
                              CallFeedback *feedback,
                              CallReception *last,
                              CallMeasurement *measurement);

G_END_DECLS

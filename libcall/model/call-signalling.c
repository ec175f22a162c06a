/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-signalling.h"

#include "call-ice-server.h"

/**
 * CallSignalling:
 *
 * How the media of one call talks to the other side: all that a media engine knows of the world.
 *
 * A call has one peer connection at a time, and they are numbered: *generations*, from 1. When a
 * generation starts, the engine throws away the peer connection it has and builds a new one; the
 * side that is told to offer sends an offer, the other waits for it. Descriptions and candidates
 * belong to a generation; an implementation never passes on those of another than the current one,
 * and drops what is sent for another.
 *
 * Candidates that arrive before the description they belong to are held back: after
 * [signal@Call.Signalling::description-received] of a generation come its candidates, in order.
 * Neither is ever emitted inside a handler of [signal@Call.Signalling::generation-started], nor
 * inside a call of the engine's.
 *
 * An engine that connects late asks [method@Call.Signalling.get_generation] once after it has
 * connected its handlers. What arrived before it did is kept and emitted from the main context soon
 * after that call.
 *
 * **Threads.** Everything here, signals and calls, happens on the main context of the thread that
 * made the object. An engine with threads of its own has to come over to it first.
 */
G_DEFINE_INTERFACE (CallSignalling, call_signalling, G_TYPE_OBJECT)

enum { GENERATION_STARTED, DESCRIPTION_RECEIVED, CANDIDATE_RECEIVED, FINISHED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
call_signalling_default_init (CallSignallingInterface *iface)
{
  /**
   * CallSignalling::generation-started:
   * @self: the signalling
   * @generation: its number, from 1, always larger than the one before
   * @offer: whether this side is to offer
   *
   * A new peer connection is to be built; the one before is over.
   */
  signals[GENERATION_STARTED] = g_signal_new ("generation-started", CALL_TYPE_SIGNALLING,
                                              G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                              2, G_TYPE_UINT, G_TYPE_BOOLEAN);
  /**
   * CallSignalling::description-received:
   * @self: the signalling
   * @generation: the current generation
   * @type: "offer" or "answer"
   * @sdp: the session description (RFC 8866), not checked
   *
   * The other side's session description has come.
   */
  signals[DESCRIPTION_RECEIVED] = g_signal_new ("description-received", CALL_TYPE_SIGNALLING,
                                                G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                                3, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * CallSignalling::candidate-received:
   * @self: the signalling
   * @generation: the current generation
   * @candidate: an ICE candidate (RFC 8839 section 5.1), empty at the end of candidates
   * @sdp_mid: (nullable): the media description it belongs to, by name
   * @sdp_mline_index: and by number
   *
   * A candidate of the other side has come. Never before the description of the same generation.
   */
  signals[CANDIDATE_RECEIVED] = g_signal_new (
      "candidate-received", CALL_TYPE_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 4, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT);
  /**
   * CallSignalling::finished:
   * @self: the signalling
   *
   * The call is over: media is to stop. Emitted once, and nothing after it.
   */
  signals[FINISHED] = g_signal_new ("finished", CALL_TYPE_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

/**
 * call_signalling_get_generation:
 * @self: a signalling
 * @offer: (out) (optional): whether this side is to offer
 *
 * Gets the current generation, for an engine that connects after it has started. Does not emit
 * [signal@Call.Signalling::generation-started].
 *
 * Returns: its number, or 0 if none has started yet or the call is over
 */
guint
call_signalling_get_generation (CallSignalling *self, gboolean *offer)
{
  CallSignallingInterface *iface;
  gboolean ignored = FALSE;

  g_return_val_if_fail (CALL_IS_SIGNALLING (self), 0);

  if (offer == NULL)
    offer = &ignored;
  *offer = FALSE;
  iface = CALL_SIGNALLING_GET_IFACE (self);
  return iface->get_generation != NULL ? iface->get_generation (self, offer) : 0;
}

/**
 * call_signalling_send_description:
 * @self: a signalling
 * @generation: the generation it is for; if that is not the current one nothing happens
 * @type: "offer" or "answer"
 * @sdp: the local session description
 *
 * Sends the local description to the other side. It is kept while the connection is away.
 */
void
call_signalling_send_description (CallSignalling *self,
                                  guint generation,
                                  const char *type,
                                  const char *sdp)
{
  CallSignallingInterface *iface;

  g_return_if_fail (CALL_IS_SIGNALLING (self));
  g_return_if_fail (g_str_equal (type, "offer") || g_str_equal (type, "answer"));
  g_return_if_fail (sdp != NULL);

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->send_description != NULL)
    iface->send_description (self, generation, type, sdp);
}

/**
 * call_signalling_send_candidate:
 * @self: a signalling
 * @generation: the generation it is for; if that is not the current one nothing happens
 * @candidate: a local ICE candidate
 * @sdp_mid: (nullable): the media description it belongs to, by name
 * @sdp_mline_index: and by number
 *
 * Sends a local candidate to the other side. It is kept while the connection is away.
 */
void
call_signalling_send_candidate (CallSignalling *self,
                                guint generation,
                                const char *candidate,
                                const char *sdp_mid,
                                guint sdp_mline_index)
{
  CallSignallingInterface *iface;

  g_return_if_fail (CALL_IS_SIGNALLING (self));
  g_return_if_fail (candidate != NULL);

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->send_candidate != NULL)
    iface->send_candidate (self, generation, candidate, sdp_mid, sdp_mline_index);
}

/**
 * call_signalling_report_flowing:
 * @self: a signalling
 * @generation: the generation whose media flows
 *
 * Tells that media of the other side is arriving: for the first time in @generation, or again after
 * [method@Call.Signalling.report_stalled]. The first one makes the call "in call".
 */
void
call_signalling_report_flowing (CallSignalling *self, guint generation)
{
  CallSignallingInterface *iface;

  g_return_if_fail (CALL_IS_SIGNALLING (self));

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->report_flowing != NULL)
    iface->report_flowing (self, generation);
}

/**
 * call_signalling_report_stalled:
 * @self: a signalling
 * @generation: the generation whose media has stopped
 *
 * Tells that nothing has arrived for 3 s. The call shows as reconnecting; nothing is rebuilt yet.
 */
void
call_signalling_report_stalled (CallSignalling *self, guint generation)
{
  CallSignallingInterface *iface;

  g_return_if_fail (CALL_IS_SIGNALLING (self));

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->report_stalled != NULL)
    iface->report_stalled (self, generation);
}

/**
 * call_signalling_report_lost:
 * @self: a signalling
 * @generation: the generation that is lost
 * @why: a word for the audit trail and the logs, such as "ice_failed" or "no_media"
 *
 * Tells that the peer connection has failed, or that nothing has arrived for 6 s. It asks for the
 * next generation; [signal@Call.Signalling::generation-started] follows when both sides know it.
 * Media of the lost one may go on until then.
 */
void
call_signalling_report_lost (CallSignalling *self, guint generation, const char *why)
{
  CallSignallingInterface *iface;

  g_return_if_fail (CALL_IS_SIGNALLING (self));
  g_return_if_fail (why != NULL);

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->report_lost != NULL)
    iface->report_lost (self, generation, why);
}

/**
 * call_signalling_report_alive:
 * @self: a signalling
 * @media: whether packets have come since the last report
 *
 * Tells how media fares; once a second is right. The server learns of it every 10 s.
 */
void
call_signalling_report_alive (CallSignalling *self, gboolean media)
{
  CallSignallingInterface *iface;

  g_return_if_fail (CALL_IS_SIGNALLING (self));

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->report_alive != NULL)
    iface->report_alive (self, media);
}

/**
 * call_signalling_get_ice_servers:
 * @self: a signalling
 *
 * Gets the servers to gather candidates with. They are known when the first generation starts;
 * credentials are fresh for each generation, so ask again then.
 *
 * Returns: (transfer container) (element-type CallIceServer): the servers, perhaps none
 */
GPtrArray *
call_signalling_get_ice_servers (CallSignalling *self)
{
  CallSignallingInterface *iface;

  g_return_val_if_fail (CALL_IS_SIGNALLING (self), NULL);

  iface = CALL_SIGNALLING_GET_IFACE (self);
  if (iface->get_ice_servers != NULL)
    return iface->get_ice_servers (self);
  return g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * call_signalling_emit_generation_started: (skip)
 * @self: a signalling
 * @generation: its number
 * @offer: whether this side is to offer
 *
 * Emits [signal@Call.Signalling::generation-started]; for implementations.
 */
void
call_signalling_emit_generation_started (CallSignalling *self, guint generation, gboolean offer)
{
  g_return_if_fail (CALL_IS_SIGNALLING (self));

  g_signal_emit (self, signals[GENERATION_STARTED], 0, generation, offer);
}

/**
 * call_signalling_emit_description_received: (skip)
 * @self: a signalling
 * @generation: the current generation
 * @type: "offer" or "answer"
 * @sdp: the description
 *
 * Emits [signal@Call.Signalling::description-received]; for implementations.
 */
void
call_signalling_emit_description_received (CallSignalling *self,
                                           guint generation,
                                           const char *type,
                                           const char *sdp)
{
  g_return_if_fail (CALL_IS_SIGNALLING (self));

  g_signal_emit (self, signals[DESCRIPTION_RECEIVED], 0, generation, type, sdp);
}

/**
 * call_signalling_emit_candidate_received: (skip)
 * @self: a signalling
 * @generation: the current generation
 * @candidate: the candidate
 * @sdp_mid: (nullable): its media description, by name
 * @sdp_mline_index: and by number
 *
 * Emits [signal@Call.Signalling::candidate-received]; for implementations.
 */
void
call_signalling_emit_candidate_received (CallSignalling *self,
                                         guint generation,
                                         const char *candidate,
                                         const char *sdp_mid,
                                         guint sdp_mline_index)
{
  g_return_if_fail (CALL_IS_SIGNALLING (self));

  g_signal_emit (self, signals[CANDIDATE_RECEIVED], 0, generation, candidate, sdp_mid,
                 sdp_mline_index);
}

/**
 * call_signalling_emit_finished: (skip)
 * @self: a signalling
 *
 * Emits [signal@Call.Signalling::finished]; for implementations, once.
 */
void
call_signalling_emit_finished (CallSignalling *self)
{
  g_return_if_fail (CALL_IS_SIGNALLING (self));

  g_signal_emit (self, signals[FINISHED], 0);
}

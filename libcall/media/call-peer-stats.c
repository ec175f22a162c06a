/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-peer-private.h"

#include <nice/nice.h>

static GObject *
dup_session (GstElement *webrtc, const char *action)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");
  GObject *session = NULL;

  if (rtpbin != NULL)
    g_signal_emit_by_name (rtpbin, action, 0, &session);
  return session;
}

/*
 * RTP sessions ration early feedback by their bandwidth, which makes requests for lost packets come
 * too late. And feedback on the transport after each picture would keep pushing away the regular
 * reports, without which nobody knows the round trip time. Returns FALSE as long as there is no
 * session yet.
 */
gboolean
call_peer_stats_tune (GstElement *webrtc)
{
  g_autoptr (GObject) session = dup_session (webrtc, "get-internal-session");

  if (session == NULL)
    return FALSE;
  g_object_set (session, "rtcp-min-interval", (guint64) (100 * GST_MSECOND),
                "twcc-feedback-interval", (guint64) (100 * GST_MSECOND), "bandwidth", 500000.0,
                NULL);
  return TRUE;
}

static gboolean
get_flag (const GstStructure *stats, const char *field)
{
  gboolean value = FALSE;

  return gst_structure_get_boolean (stats, field, &value) && value;
}

/* A busy machine makes some reports late; the fastest one is nearest to the truth. */
static void
note_round_trip (CallMeasurement *measurement, double rtt_ms)
{
  if (measurement->rtt_ms < 0 || rtt_ms < measurement->rtt_ms)
    measurement->rtt_ms = rtt_ms;
}

/* RFC 3550 section 6.4.1: what the other side's receiver reports say about our streams. */
static void
read_report (const GstStructure *stats, CallMeasurement *measurement)
{
  guint fraction = 0, rtt = 0;

  if (!get_flag (stats, "have-rb"))
    return;
  if (gst_structure_get_uint (stats, "rb-fractionlost", &fraction))
    measurement->loss_out = MAX (measurement->loss_out, fraction / 256.0);
  if (gst_structure_get_uint (stats, "rb-round-trip", &rtt) && rtt != 0)
    note_round_trip (measurement, rtt * 1000.0 / 65536.0);
}

static void
read_reception (const GstStructure *stats, CallReception *total, CallMeasurement *measurement)
{
  guint jitter = 0;
  int clock_rate = 0, lost = 0;
  guint64 received = 0;

  if (gst_structure_get_uint (stats, "jitter", &jitter) &&
      gst_structure_get_int (stats, "clock-rate", &clock_rate) && clock_rate > 0)
    measurement->jitter_ms = MAX (measurement->jitter_ms, jitter * 1000.0 / clock_rate);
  if (gst_structure_get_int (stats, "packets-lost", &lost) &&
      gst_structure_get_uint64 (stats, "packets-received", &received)) {
    total->lost += lost;
    total->received += received;
  }
}

static void
read_source (GObject *source, CallReception *total, CallMeasurement *measurement)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (source, "stats", &stats, NULL);
  if (stats == NULL)
    return;
  read_report (stats, measurement);
  if (!get_flag (stats, "internal") && get_flag (stats, "is-sender"))
    read_reception (stats, total, measurement);
}

/* A second's share of what was lost on the way to us. */
static void
read_loss (const CallReception *total, CallReception *last, CallMeasurement *measurement)
{
  gint64 lost = MAX (total->lost - last->lost, 0);
  gint64 received = total->received - last->received;

  if (received > 0)
    measurement->loss_in = (double) lost / (lost + received);
  *last = *total;
}

/* GStreamer's interface still speaks GValueArray. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
read_sources (GObject *session, CallReception *last, CallMeasurement *measurement)
{
  GValueArray *sources = NULL;
  CallReception total = { 0 };

  g_object_get (session, "sources", &sources, NULL);
  for (guint i = 0; sources != NULL && i < sources->n_values; i++)
    read_source (g_value_get_object (g_value_array_get_nth (sources, i)), &total, measurement);
  if (sources != NULL)
    g_value_array_free (sources);
  read_loss (&total, last, measurement);
}
G_GNUC_END_IGNORE_DEPRECATIONS

/*
 * Adds the latest of the other side's transport-wide feedback, which covers a tenth of a second or
 * so: to be called several times a second.
 */
void
call_peer_stats_sample (GstElement *webrtc, CallFeedback *feedback)
{
  g_autoptr (GObject) session = dup_session (webrtc, "get-session");
  g_autoptr (GstStructure) stats = NULL;
  guint bits = 0, sent = 0, received = 0;

  if (session != NULL)
    g_object_get (session, "twcc-stats", &stats, NULL);
  if (stats == NULL || !gst_structure_get_uint (stats, "packets-sent", &sent) ||
      !gst_structure_get_uint (stats, "packets-recv", &received) ||
      !gst_structure_get_uint (stats, "bitrate-recv", &bits) || sent == 0)
    return;
  feedback->n_samples++;
  feedback->sent += sent;
  feedback->received += MIN (received, sent);
  feedback->bits += bits;
}

static const char *
name_candidate (NiceCandidateType type)
{
  switch (type) {
  case NICE_CANDIDATE_TYPE_HOST:
    return "host";
  case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
    return "srflx";
  case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
    return "prflx";
  case NICE_CANDIDATE_TYPE_RELAYED:
    return "relay";
  default:
    return NULL;
  }
}

/* webrtcbin's own candidate statistics have both ends swapped, so the agent below is asked. */
static void
read_candidates (GstElement *webrtc, CallMeasurement *measurement)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  NiceCandidate *local = NULL, *remote = NULL;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  if (ice != NULL)
    g_object_get (ice, "agent", &agent, NULL);
  if (agent == NULL || !nice_agent_get_selected_pair (NICE_AGENT (agent), 1, 1, &local, &remote))
    return;
  measurement->candidate_local = name_candidate (local->type);
  measurement->candidate_remote = name_candidate (remote->type);
}

/* Takes what @feedback has gathered and empties it. */
static void
read_feedback (CallFeedback *feedback, CallMeasurement *measurement)
{
  if (feedback->n_samples == 0)
    return;
  measurement->loss_out = 1.0 - (double) feedback->received / feedback->sent;
  measurement->received_bps = (double) feedback->bits / feedback->n_samples;
  *feedback = (CallFeedback){ 0 };
}

void
call_peer_stats_measure (GstElement *webrtc,
                         CallFeedback *feedback,
                         CallReception *last,
                         CallMeasurement *measurement)
{
  g_autoptr (GObject) session = dup_session (webrtc, "get-internal-session");

  call_measurement_clear (measurement);
  if (session != NULL)
    read_sources (session, last, measurement);
  read_feedback (feedback, measurement);
  read_candidates (webrtc, measurement);
}

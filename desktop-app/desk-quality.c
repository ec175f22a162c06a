/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-quality"

#include "config.h"

#include "desk-quality.h"

#include <glib/gi18n.h>

/* Pure: what the figures of a path mean to somebody who talks over it. */

/* Up to these limits a call is at least that good; the last row takes the rest. Conversation
 * suffers from about 400 ms round trip, Opus conceals a few per cent of loss. */
static const struct {
  double rtt_ms;
  double loss;
  DeskQuality quality;
} limits[] = {
  { 150, 0.01, DESK_QUALITY_EXCELLENT },
  { 300, 0.03, DESK_QUALITY_GOOD },
  { 600, 0.10, DESK_QUALITY_FAIR },
};

/**
 * desk_quality_from_stats:
 * @stats: what the engine measured
 *
 * Returns: how well one can talk
 */
DeskQuality
desk_quality_from_stats (const CallEngineStats *stats)
{
  double loss = MAX (stats->loss_in, stats->loss_out);

  if (stats->connected_ms < 0 && stats->frames_decoded == 0)
    return DESK_QUALITY_UNKNOWN;
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (stats->rtt_ms <= limits[i].rtt_ms && loss <= limits[i].loss)
      return limits[i].quality;
  return DESK_QUALITY_BAD;
}

/**
 * desk_quality_icon:
 * @quality: a quality
 *
 * Returns: the name of its icon
 */
const char *
desk_quality_icon (DeskQuality quality)
{
  switch (quality) {
  case DESK_QUALITY_BAD:
    return "network-cellular-signal-weak-symbolic";
  case DESK_QUALITY_FAIR:
    return "network-cellular-signal-ok-symbolic";
  case DESK_QUALITY_GOOD:
    return "network-cellular-signal-good-symbolic";
  case DESK_QUALITY_EXCELLENT:
    return "network-cellular-signal-excellent-symbolic";
  case DESK_QUALITY_UNKNOWN:
  default:
    return "network-cellular-signal-none-symbolic";
  }
}

/**
 * desk_quality_describe:
 * @quality: a quality
 *
 * Returns: it in words, translated
 */
const char *
desk_quality_describe (DeskQuality quality)
{
  switch (quality) {
  case DESK_QUALITY_BAD:
    return _ ("The connection is bad: expect gaps in sound and picture");
  case DESK_QUALITY_FAIR:
    return _ ("The connection is fair");
  case DESK_QUALITY_GOOD:
    return _ ("The connection is good");
  case DESK_QUALITY_EXCELLENT:
    return _ ("The connection is excellent");
  case DESK_QUALITY_UNKNOWN:
  default:
    return _ ("The connection is being measured");
  }
}

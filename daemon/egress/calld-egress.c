/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-egress"

#include "config.h"

#include "calld-egress.h"

#include "calld-egress-pool.h"
#include "calld-log.h"

#include "call-error.h"

#include <string.h>

#define SIGNING_PURPOSE "egress-url"
#define KEY_SIZE 32

/**
 * CalldEgress:
 *
 * The egress service: who may send tracks, which meeting they belong to, and how they are recorded.
 */
struct _CalldEgress {
  GObject parent_instance;

  CalldConfig *config;
  CalldMeetings *meetings;
  CalldEgressSettings settings;
  /* The same without Imentiv; borrows from it. For voices that may not be analysed. */
  CalldEgressSettings private_settings;
  CalldEgressPool *pool;
  GThread *recovery;
  /* Elements that post what earlier tracks could not. */
  GPtrArray *leftovers;
  guint8 key[KEY_SIZE];
  gboolean is_available;

  /* Guards what follows: the reactor opens and closes, anybody counts. */
  GMutex lock;
  GPtrArray *tracks;
  CalldEgressStats gone;
};

G_DEFINE_FINAL_TYPE (CalldEgress, calld_egress, G_TYPE_OBJECT)

/* --- life ------------------------------------------------------------------------------------- */

/* A key of its own for URLs, so that a leaked one says nothing of the others. */
static void
derive_key (CalldEgress *self)
{
  gsize length, size = sizeof self->key;
  const guint8 *secret = g_bytes_get_data (self->config->jwt_secret, &length);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, secret, length);

  g_hmac_update (hmac, (const guchar *) SIGNING_PURPOSE, -1);
  g_hmac_get_digest (hmac, self->key, &size);
}

static char *
in_state_directory (const CalldConfig *config, const char *path)
{
  return g_canonicalize_filename (path, config->state_directory);
}

static void
take_settings (CalldEgress *self)
{
  const CalldConfig *config = self->config;

  self->settings = (CalldEgressSettings){
    .audio_directory = in_state_directory (config, config->egress_audio_output_dir),
    .video_directory = in_state_directory (config, config->egress_video_output_dir),
    .log_directory = in_state_directory (config, "storage/pipeline-logs"),
    .spool_directory = in_state_directory (config, "storage/imentiv-spool"),
    .group_seconds = config->audio_pipeline_group_seconds,
    .normalize = config->audio_pipeline_normalize,
    .wav_payload = config->audio_pipeline_payload == CALLD_PAYLOAD_WAV,
    .timeout_ms = config->audio_pipeline_timeout_ms,
    .imentiv_url = g_strdup (config->imentiv_endpoint_url),
    .imentiv_key = g_strdup (config->imentiv_api_key),
  };
  self->private_settings = self->settings;
  self->private_settings.imentiv_url = NULL;
  self->private_settings.imentiv_key = NULL;
}

static void
calld_egress_finalize (GObject *object)
{
  CalldEgress *self = CALLD_EGRESS (object);

  calld_egress_stop (self);
  g_ptr_array_unref (self->tracks);
  g_free (self->settings.audio_directory);
  g_free (self->settings.video_directory);
  g_free (self->settings.log_directory);
  g_free (self->settings.spool_directory);
  g_free (self->settings.imentiv_url);
  g_free (self->settings.imentiv_key);
  g_mutex_clear (&self->lock);
  calld_config_unref (self->config);
  g_object_unref (self->meetings);
  G_OBJECT_CLASS (calld_egress_parent_class)->finalize (object);
}

static void
calld_egress_class_init (CalldEgressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_egress_finalize;
}

static void
calld_egress_init (CalldEgress *self)
{
  g_mutex_init (&self->lock);
  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_egress_track_unref);
}

/**
 * calld_egress_new:
 * @config: settings
 * @meetings: who knows which meeting goes on in a room
 *
 * Makes the service.
 *
 * Returns: (transfer full): the service
 */
CalldEgress *
calld_egress_new (CalldConfig *config, CalldMeetings *meetings)
{
  CalldEgress *self = g_object_new (CALLD_TYPE_EGRESS, NULL);

  self->config = calld_config_ref (config);
  self->meetings = g_object_ref (meetings);
  derive_key (self);
  take_settings (self);
  return self;
}

static gpointer
recover (gpointer data)
{
  CalldEgress *self = data;
  guint failed = calld_egress_chain_recover (&self->settings);

  if (failed > 0)
    calld_log_warning ("egress_recovery_failed", .count = failed, .counted = "files");
  return NULL;
}

/**
 * calld_egress_start:
 * @self: the service
 *
 * Looks for the elements, and mends in a thread of its own what an earlier process left behind.
 */
void
calld_egress_start (CalldEgress *self)
{
  g_autoptr (GError) error = NULL;

  if (!calld_egress_chain_init (&error)) {
    calld_log_info ("egress_unavailable", .detail = error->message);
    return;
  }
  self->pool = calld_egress_pool_new (self->config->egress_workers);
  self->leftovers = calld_egress_chain_post_leftovers (&self->settings);
  self->recovery = g_thread_new ("calld-recovery", recover, self);
  self->is_available = TRUE;
  if (self->settings.imentiv_url == NULL)
    calld_log_info ("imentiv_not_configured",
                    .detail = "IMENTIV_ENDPOINT_URL is empty: tracks are only written to files");
  else if (!calld_egress_chain_has_imentiv ())
    calld_log_warning ("imentiv_unavailable",
                       .detail = "the element callimentivsink is not installed: tracks are only "
                                 "written to files");
}

/**
 * calld_egress_stop:
 * @self: the service, whose sockets are closed
 *
 * Waits until all that came is written.
 */
void
calld_egress_stop (CalldEgress *self)
{
  self->is_available = FALSE;
  g_clear_pointer (&self->recovery, g_thread_join);
  g_clear_pointer (&self->pool, calld_egress_pool_stop);
  g_clear_pointer (&self->leftovers, g_ptr_array_unref);
}

/**
 * calld_egress_is_available:
 * @self: the service
 *
 * Whether tracks can be recorded.
 *
 * Returns: %FALSE without the GStreamer plug-in
 */
gboolean
calld_egress_is_available (CalldEgress *self)
{
  return self->is_available;
}

/* --- URLs ------------------------------------------------------------------------------------- */

/**
 * calld_egress_sign:
 * @self: the service
 * @query: what the sender is to say
 * @expires_seconds: until when it may connect, seconds since 1970
 *
 * Makes the URL for a sender, such as LiveKit's `websocketUrl`. Main context.
 *
 * Returns: (transfer full): ws://… or wss://…
 */
char *
calld_egress_sign (CalldEgress *self, const CallEgressQuery *query, gint64 expires_seconds)
{
  g_autofree char *text = call_egress_query_to_string (query);
  g_autofree char *signed_text = call_egress_query_sign (query->kind, text, expires_seconds,
                                                         self->key, sizeof self->key);

  return call_egress_url (self->config->livekit_egress_url != NULL
                              ? self->config->livekit_egress_url
                              : self->config->public_url,
                          query->kind, signed_text);
}

/**
 * calld_egress_verify:
 * @self: the service
 * @kind: which socket
 * @query: (nullable): the query as it came
 * @error: return location
 *
 * Whether a sender may connect: with a URL that calld_egress_sign() made, or, in development, with
 * any that bears no signature.
 *
 * Returns: %FALSE with %CALL_ERROR_UNAUTHORIZED
 */
gboolean
calld_egress_verify (CalldEgress *self, CallEgressKind kind, const char *query, GError **error)
{
  gboolean is_signed = query != NULL && strstr (query, "&signature=") != NULL;

  if (self->config->development && !is_signed)
    return TRUE;
  return call_egress_query_verify (kind, query, g_get_real_time () / G_USEC_PER_SEC, self->key,
                                   sizeof self->key, error);
}

/* --- tracks ----------------------------------------------------------------------------------- */

typedef struct {
  CalldEgress *egress;
  CalldEgressTrack *track;
  CalldMeetingRecord *meeting;
} Opening;

static void
opening_free (Opening *opening)
{
  g_object_unref (opening->egress);
  calld_egress_track_unref (opening->track);
  calld_meeting_record_free (opening->meeting);
  g_free (opening);
}

static void
start_track (Opening *opening, gboolean analysed)
{
  CalldEgress *self = opening->egress;
  const CallEgressQuery *query = calld_egress_track_get_query (opening->track);
  const char *meeting_id = opening->meeting != NULL    ? opening->meeting->meeting_id
                           : query->meeting_id != NULL ? query->meeting_id
                                                       : query->room_name;

  calld_egress_track_start (opening->track, analysed ? &self->settings : &self->private_settings,
                            meeting_id);
  calld_log_info ("egress_started", .detail = query->track_id, .count = analysed,
                  .counted = "analysed");
  opening_free (opening);
}

static void
on_may_analyse (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean may = calld_meetings_may_analyse_finish (CALLD_MEETINGS (source), result, &error);

  if (error != NULL)
    calld_log_warning ("egress_not_analysed", .detail = error->message);
  start_track (user_data, may);
}

/* A track whose meeting cannot be found out is kept all the same, but nobody agreed to more. */
static void
on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *opening = user_data;
  const CallEgressQuery *query = calld_egress_track_get_query (opening->track);
  g_autoptr (GError) error = NULL;

  opening->meeting = calld_meetings_resolve_finish (CALLD_MEETINGS (source), result, &error);
  if (opening->meeting == NULL) {
    calld_log_warning ("egress_without_meeting", .detail = error->message);
    start_track (opening, FALSE);
  } else if (opening->egress->settings.imentiv_url == NULL) {
    start_track (opening, FALSE);
  } else {
    calld_meetings_may_analyse_async (opening->egress->meetings, opening->meeting,
                                      query->participant, NULL, on_may_analyse, opening);
  }
}

static gboolean
on_opened (gpointer data)
{
  Opening *opening = data;
  const CallEgressQuery *query = calld_egress_track_get_query (opening->track);

  calld_meetings_resolve_async (opening->egress->meetings, query->meeting_id, query->room_name,
                                NULL, on_resolved, opening);
  return G_SOURCE_REMOVE;
}

/**
 * calld_egress_open:
 * @self: the service
 * @query: what a sender said
 *
 * Takes in a track. Its meeting is looked up meanwhile.
 *
 * Returns: (transfer full): the track
 */
CalldEgressTrack *
calld_egress_open (CalldEgress *self, const CallEgressQuery *query)
{
  CalldEgressTrack *track = calld_egress_track_new (self->pool, query);
  Opening *opening = g_new0 (Opening, 1);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->tracks, calld_egress_track_ref (track));
  self->gone.total++;
  g_mutex_unlock (&self->lock);
  opening->egress = g_object_ref (self);
  opening->track = calld_egress_track_ref (track);
  g_main_context_invoke (NULL, on_opened, opening);
  return track;
}

static void
add_stats (CalldEgressStats *sum, CalldEgressTrack *track)
{
  CalldEgressTrackStats stats;

  calld_egress_track_get_stats (track, &stats);
  sum->bytes += stats.received;
  sum->dropped += stats.dropped;
  sum->lost += stats.lost;
}

/**
 * calld_egress_run:
 * @self: the service
 *
 * Has what came since the last time worked on; once for many tracks.
 */
void
calld_egress_run (CalldEgress *self)
{
  if (self->pool != NULL)
    calld_egress_pool_run (self->pool);
}

/**
 * calld_egress_close:
 * @self: the service
 * @track: (transfer full): a track whose sender has gone
 *
 * Ends a track.
 */
void
calld_egress_close (CalldEgress *self, CalldEgressTrack *track)
{
  calld_egress_track_end (track);
  calld_egress_run (self);
  g_mutex_lock (&self->lock);
  add_stats (&self->gone, track);
  g_ptr_array_remove_fast (self->tracks, track);
  g_mutex_unlock (&self->lock);
  calld_egress_track_unref (track);
}

/**
 * calld_egress_get_stats:
 * @self: the service
 * @stats: (out caller-allocates): what all tracks have done
 *
 * Adds up the counters. Any thread.
 */
void
calld_egress_get_stats (CalldEgress *self, CalldEgressStats *stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->gone;
  stats->tracks = self->tracks->len;
  for (guint i = 0; i < self->tracks->len; i++)
    add_stats (stats, g_ptr_array_index (self->tracks, i));
  g_mutex_unlock (&self->lock);
}

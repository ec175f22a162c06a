/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-recorder.h"

#include "egress-name.h"
#include "ivf-writer.h"

#include <errno.h>
#include <string.h>

#define FOLDER_MODE 0750
/* Gaps that one block may name; what is more is added to the last of them. */
#define GAPS_MAX 64

struct _GstCallEgressRecorder {
  GstCallEgressConfig config;
  const GstCallEgressRecorderClass *klass;
  gpointer owner;
  char *folder;
  char *log;

  gboolean has_format;
  GstCallEgressFormat format;
  gsize block_bytes;
  GstCallEgressFile *file;
  guint width;
  guint height;

  GstCallEgressBlock block;
  /* Of the block that is being filled. */
  guint64 block_units;
  gint64 block_time_us;
  guint64 block_first_pts;
  GArray *gaps;
  guint64 paused;

  gboolean muted;
  gboolean in_trouble;
  guint64 lost;
  GstCallEgressCounts counts;
};

/* --- making ----------------------------------------------------------------------------------- */

static void
copy_config (GstCallEgressConfig *to, const GstCallEgressConfig *from)
{
  *to = *from;
  to->location = g_strdup (from->location);
  to->logs = g_strdup (from->logs);
  to->meeting_id = g_strdup (from->meeting_id);
  to->room = g_strdup (from->room);
  to->participant = g_strdup (from->participant);
  to->track = g_strdup (from->track);
}

static void
clear_config (GstCallEgressConfig *config)
{
  g_free (config->location);
  g_free (config->logs);
  g_free (config->meeting_id);
  g_free (config->room);
  g_free (config->participant);
  g_free (config->track);
}

/**
 * gst_call_egress_recorder_new:
 * @config: how the track is recorded, copied
 * @klass: (nullable): what @owner hears
 * @owner: (nullable): given back to it
 *
 * Makes a recorder without a format. It touches no file yet.
 *
 * Returns: (transfer full): the recorder
 */
GstCallEgressRecorder *
gst_call_egress_recorder_new (const GstCallEgressConfig *config,
                              const GstCallEgressRecorderClass *klass,
                              gpointer owner)
{
  GstCallEgressRecorder *self = g_new0 (GstCallEgressRecorder, 1);
  g_autofree char *part = gst_call_egress_part (config->meeting_id, "meeting");
  g_autofree char *log_name = g_strconcat (part, ".log", NULL);

  copy_config (&self->config, config);
  self->klass = klass;
  self->owner = owner;
  self->folder = config->meeting_id != NULL ? g_build_filename (config->location, part, NULL)
                                            : g_strdup (config->location);
  if (config->logs != NULL)
    self->log = g_build_filename (config->logs, log_name, NULL);
  self->gaps = g_array_new (FALSE, FALSE, sizeof (GstCallEgressGap));
  gst_call_egress_block_init (&self->block);
  return self;
}

/**
 * gst_call_egress_recorder_free:
 * @self: (transfer full): a recorder that is closed
 *
 * Frees the recorder.
 */
void
gst_call_egress_recorder_free (GstCallEgressRecorder *self)
{
  gst_call_egress_recorder_close (self, "abandoned", g_get_real_time ());
  gst_call_egress_block_clear (&self->block);
  g_array_unref (self->gaps);
  clear_config (&self->config);
  g_free (self->folder);
  g_free (self->log);
  g_free (self);
}

/**
 * gst_call_egress_recorder_prepare:
 * @self: a recorder
 * @error: return location
 *
 * Makes the folders.
 *
 * Returns: %FALSE if one cannot be made
 */
gboolean
gst_call_egress_recorder_prepare (GstCallEgressRecorder *self, GError **error)
{
  const char *folders[] = { self->folder, self->config.logs };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    if (folders[i] == NULL || g_mkdir_with_parents (folders[i], FOLDER_MODE) == 0)
      continue;
    g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno),
                 "cannot make the folder %s: %s", folders[i], g_strerror (errno));
    return FALSE;
  }
  return TRUE;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static gsize
get_unit (const GstCallEgressRecorder *self)
{
  return self->format.kind == GST_CALL_EGRESS_WAV
             ? gst_call_wav_format_get_frame_size (&self->format.wav)
             : 1;
}

/* How many bytes fill a block: whole samples, at least one of them. */
static gsize
get_block_bytes (const GstCallEgressRecorder *self)
{
  gsize unit = get_unit (self);
  gsize bytes = GST_CALL_EGRESS_BLOCK_MAX;

  if (self->format.kind == GST_CALL_EGRESS_WAV)
    bytes = (gsize) (MIN (self->config.group_seconds * self->format.wav.rate,
                          GST_CALL_EGRESS_BLOCK_MAX / (double) unit)) *
            unit;
  if (self->config.group_bytes > 0)
    bytes = MIN (bytes, self->config.group_bytes);
  return MAX (bytes - bytes % unit, unit);
}

static void
begin_block (GstCallEgressRecorder *self)
{
  gst_call_egress_block_clear (&self->block);
  self->block_units = 0;
  self->paused = 0;
  g_array_set_size (self->gaps, 0);
  self->block_bytes = get_block_bytes (self);
}

static gboolean
open_file (GstCallEgressRecorder *self, gint64 time_us, GError **error)
{
  GstCallEgressPlace place = {
    .folder = self->folder,
    .log = self->log,
    .room = self->config.room,
    .participant = self->config.participant,
    .track = self->config.track,
  };

  if (self->file != NULL)
    return TRUE;
  if (!gst_call_egress_recorder_prepare (self, error))
    return FALSE;
  self->file = gst_call_egress_file_new (&place, &self->format, &self->config.limits, time_us,
                                         error);
  if (self->file != NULL)
    self->counts.files++;
  return self->file != NULL;
}

/* What was lost is said as soon as something can be written again. */
static void
tell_lost (GstCallEgressRecorder *self, guint64 position, gint64 time_us)
{
  guint64 lost = self->lost;

  if (lost == 0 || self->file == NULL ||
      !gst_call_egress_file_tell (self->file, GST_CALL_EGRESS_LOST, time_us, position, lost,
                                  "could not be written", NULL))
    return;
  self->lost = 0;
  if (self->klass != NULL)
    self->klass->resumed (self->owner, lost);
}

static gboolean
write_block (GstCallEgressRecorder *self, gint64 time_us, GError **error)
{
  GstCallEgressLine line = {
    .time_us = self->block_time_us,
    .count = self->block_units,
    .gaps = (const GstCallEgressGap *) (gpointer) self->gaps->data,
    .n_gaps = self->gaps->len,
    .paused = self->paused,
  };

  if (!open_file (self, self->block_time_us, error))
    return FALSE;
  if (self->format.kind == GST_CALL_EGRESS_IVF)
    gst_call_egress_file_set_picture (self->file, self->width, self->height);
  if (!gst_call_egress_file_append (self->file, &self->block, &line, error))
    return FALSE;
  self->counts.blocks++;
  self->counts.bytes += self->block.length;
  self->counts.units += line.count;
  tell_lost (self, line.position, time_us);
  if (self->klass != NULL)
    self->klass->written (self->owner, gst_call_egress_file_get_path (self->file), &line);
  return TRUE;
}

/**
 * gst_call_egress_recorder_flush:
 * @self: a recorder
 * @time_us: now
 *
 * Writes what is there of a block. If that fails it is dropped, so that memory stays bounded: the
 * owner is told once, and the sidecar how much was lost as soon as there is room again.
 */
void
gst_call_egress_recorder_flush (GstCallEgressRecorder *self, gint64 time_us)
{
  g_autoptr (GError) error = NULL;

  if (self->block.length == 0)
    return;
  if (write_block (self, time_us, &error)) {
    self->in_trouble = FALSE;
  } else {
    self->lost += self->block_units;
    self->counts.lost += self->block_units;
    if (!self->in_trouble && self->klass != NULL)
      self->klass->troubled (self->owner, error);
    self->in_trouble = TRUE;
  }
  begin_block (self);
}

/* --- what comes ------------------------------------------------------------------------------- */

/**
 * gst_call_egress_recorder_set_format:
 * @self: a recorder
 * @format: what comes from now on
 * @time_us: now
 *
 * Ends the present file if the format differs from what came so far.
 */
void
gst_call_egress_recorder_set_format (GstCallEgressRecorder *self,
                                     const GstCallEgressFormat *format,
                                     gint64 time_us)
{
  if (self->has_format && self->format.kind == format->kind &&
      self->format.wav.rate == format->wav.rate &&
      self->format.wav.channels == format->wav.channels &&
      g_str_equal (self->format.extension, format->extension))
    return;
  gst_call_egress_recorder_close (self, "format", time_us);
  self->format = *format;
  self->has_format = TRUE;
  begin_block (self);
  if (self->config.stagger && format->kind == GST_CALL_EGRESS_WAV) {
    gsize unit = get_unit (self);
    gsize units = self->block_bytes / unit;

    self->block_bytes = unit *
                        (gsize) g_random_int_range (1, (gint32) MIN (units, G_MAXINT32 - 1) + 1);
  }
}

static void
start_block (GstCallEgressRecorder *self, gint64 time_us)
{
  if (self->block.length == 0)
    self->block_time_us = time_us;
}

/**
 * gst_call_egress_recorder_add_samples:
 * @self: a recorder of %GST_CALL_EGRESS_WAV
 * @data: (array length=length): whole samples of all channels, S16LE
 * @length: their bytes
 * @time_us: when they came
 *
 * Adds samples; each time a block is full it is written. While the track is muted they are left
 * out.
 */
void
gst_call_egress_recorder_add_samples (GstCallEgressRecorder *self,
                                      const guint8 *data,
                                      gsize length,
                                      gint64 time_us)
{
  gsize unit = get_unit (self);

  g_return_if_fail (self->has_format && length % unit == 0);
  if (self->muted) {
    self->paused += length / unit;
    self->counts.paused += length / unit;
    return;
  }
  while (length > 0) {
    gsize n = MIN (length, self->block_bytes - self->block.length);

    start_block (self, time_us);
    gst_call_egress_block_append (&self->block, data, n);
    self->block_units += n / unit;
    data += n;
    length -= n;
    if (self->block.length >= self->block_bytes)
      gst_call_egress_recorder_flush (self, time_us);
  }
}

static void
look_at_picture (GstCallEgressRecorder *self, const guint8 *data, gsize length)
{
  guint width, height;

  if (self->width == 0 && g_str_equal (self->format.fourcc, "VP80") &&
      gst_call_vp8_get_size (data, length, &width, &height)) {
    self->width = width;
    self->height = height;
  }
}

/**
 * gst_call_egress_recorder_add_frame:
 * @self: a recorder of anything but samples
 * @data: (array length=length): a frame of video, an access unit with its start codes, or a page
 * @length: its bytes
 * @pts: its time, in units of 1/90000 s
 * @time_us: when it came
 *
 * Adds a frame. A block is written once it spans the time or would be larger than it may be. While
 * the track is muted frames are left out.
 */
void
gst_call_egress_recorder_add_frame (GstCallEgressRecorder *self,
                                    const guint8 *data,
                                    gsize length,
                                    guint64 pts,
                                    gint64 time_us)
{
  guint8 head[GST_CALL_IVF_FRAME_HEADER_SIZE];
  gboolean is_ivf = self->format.kind == GST_CALL_EGRESS_IVF;

  g_return_if_fail (self->has_format);
  if (self->muted || length > GST_CALL_EGRESS_BLOCK_MAX - sizeof head) {
    *(self->muted ? &self->counts.paused : &self->counts.lost) += 1;
    self->paused += self->muted ? 1 : 0;
    self->lost += self->muted ? 0 : 1;
    return;
  }
  if (self->block.length + length + sizeof head > self->block_bytes ||
      (self->block.length > 0 && pts > self->block_first_pts &&
       (double) (pts - self->block_first_pts) >=
           self->config.group_seconds * GST_CALL_IVF_CLOCK_RATE))
    gst_call_egress_recorder_flush (self, time_us);
  if (self->block.length == 0)
    self->block_first_pts = pts;
  start_block (self, time_us);
  look_at_picture (self, data, length);
  gst_call_ivf_frame_header_build ((guint32) length, pts, head);
  if (is_ivf)
    gst_call_egress_block_append (&self->block, head, sizeof head);
  gst_call_egress_block_append (&self->block, data, length);
  self->block_units++;
}

/**
 * gst_call_egress_recorder_add_gap:
 * @self: a recorder
 * @missing: how many samples did not come
 * @time_us: now
 *
 * Notes that something is missing before what comes next. While the track is muted nothing is.
 */
void
gst_call_egress_recorder_add_gap (GstCallEgressRecorder *self, guint64 missing, gint64 time_us)
{
  guint64 position = self->file != NULL ? gst_call_egress_file_get_position (self->file) : 0;
  GstCallEgressGap gap = { position + self->block_units, missing };

  if (self->muted || missing == 0)
    return;
  self->counts.missing += missing;
  if (self->gaps->len < GAPS_MAX)
    g_array_append_val (self->gaps, gap);
  else
    g_array_index (self->gaps, GstCallEgressGap, GAPS_MAX - 1).missing += missing;
}

/**
 * gst_call_egress_recorder_set_muted:
 * @self: a recorder
 * @muted: whether the track is muted
 * @time_us: now
 *
 * Pauses the recording, or goes on with it. What came before is written first, so that the sidecar
 * says at which sample it was.
 */
void
gst_call_egress_recorder_set_muted (GstCallEgressRecorder *self, gboolean muted, gint64 time_us)
{
  g_autoptr (GError) error = NULL;

  if (self->muted == muted)
    return;
  if (self->has_format)
    gst_call_egress_recorder_flush (self, time_us);
  self->muted = muted;
  if (self->file != NULL &&
      !gst_call_egress_file_tell (
          self->file, muted ? GST_CALL_EGRESS_MUTED : GST_CALL_EGRESS_UNMUTED, time_us,
          gst_call_egress_file_get_position (self->file), self->paused, NULL, &error) &&
      !self->in_trouble && self->klass != NULL)
    self->klass->troubled (self->owner, error);
}

/**
 * gst_call_egress_recorder_close:
 * @self: a recorder
 * @reason: why
 * @time_us: now
 *
 * Writes what is left and ends the file. What comes next goes into another.
 */
void
gst_call_egress_recorder_close (GstCallEgressRecorder *self, const char *reason, gint64 time_us)
{
  g_autoptr (GError) error = NULL;

  if (self->has_format)
    gst_call_egress_recorder_flush (self, time_us);
  self->width = self->height = 0;
  if (self->file == NULL)
    return;
  tell_lost (self, gst_call_egress_file_get_position (self->file), time_us);
  if (!gst_call_egress_file_close (g_steal_pointer (&self->file), time_us, reason, &error) &&
      !self->in_trouble && self->klass != NULL)
    self->klass->troubled (self->owner, error);
}

/**
 * gst_call_egress_recorder_get_counts:
 * @self: a recorder
 * @counts: (out caller-allocates): what it has done
 *
 * Reads the counters.
 */
void
gst_call_egress_recorder_get_counts (GstCallEgressRecorder *self, GstCallEgressCounts *counts)
{
  *counts = self->counts;
}

/**
 * gst_call_egress_recorder_get_path:
 * @self: a recorder
 *
 * The file that is being written.
 *
 * Returns: (transfer none) (nullable): its path
 */
const char *
gst_call_egress_recorder_get_path (GstCallEgressRecorder *self)
{
  return self->file != NULL ? gst_call_egress_file_get_path (self->file) : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-file.h"

#include "egress-name.h"
#include "ivf-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FILE_MODE 0640
#define VECTORS 64
/* Two files of the same track in the same millisecond: how many are tried. */
#define NAMES 1000

struct _GstCallEgressFile {
  GstCallEgressFormat format;
  GstCallEgressLimits limits;
  char *path;
  char *name;
  int fd;
  int sidecar_fd;
  int log_fd;
  gsize header_size;
  /* What is in the file and in the sidecar, all of it: after an error both are cut to this. */
  guint64 bytes;
  guint64 sidecar_bytes;
  guint64 position;
  guint64 blocks;
  guint width;
  guint height;
};

/* --- writing ---------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (code), "%s %s: %s", what, path,
               g_strerror (code));
  return FALSE;
}

static gboolean
write_vectors (int fd, struct iovec *vectors, guint n, guint64 offset)
{
  while (n > 0) {
    ssize_t done = pwritev (fd, vectors, (int) n, (off_t) offset);

    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return FALSE;
    offset += (guint64) done;
    while (n > 0 && (gsize) done >= vectors->iov_len) {
      done -= (ssize_t) vectors->iov_len;
      vectors++;
      n--;
    }
    if (n > 0) {
      vectors->iov_base = (guint8 *) vectors->iov_base + done;
      vectors->iov_len -= (gsize) done;
    }
  }
  return TRUE;
}

static gboolean
write_bytes (int fd, const void *data, gsize length, guint64 offset)
{
  struct iovec vector = { (void *) data, length };

  return write_vectors (fd, &vector, 1, offset);
}

static gboolean
write_block (GstCallEgressFile *self, const GstCallEgressBlock *block)
{
  struct iovec vectors[VECTORS];
  guint64 offset = self->header_size + self->bytes;
  guint first = 0, n;

  while ((n = gst_call_egress_block_get_vectors (block, vectors, first, VECTORS)) > 0) {
    gsize length = 0;

    for (guint i = 0; i < n; i++)
      length += vectors[i].iov_len;
    if (!write_vectors (self->fd, vectors, n, offset))
      return FALSE;
    offset += length;
    first += n;
  }
  return TRUE;
}

static gboolean
write_header (GstCallEgressFile *self, guint64 bytes, guint64 position)
{
  guint8 wav[GST_CALL_WAV_HEADER_SIZE];
  guint8 ivf[GST_CALL_IVF_HEADER_SIZE];
  GstCallIvfHeader header = { .width = self->width, .height = self->height };

  switch (self->format.kind) {
  case GST_CALL_EGRESS_WAV:
    gst_call_wav_header_build (&self->format.wav, bytes, wav);
    return write_bytes (self->fd, wav, sizeof wav, 0);
  case GST_CALL_EGRESS_IVF:
    memcpy (header.fourcc, self->format.fourcc, sizeof header.fourcc);
    header.frames = (guint32) MIN (position, G_MAXUINT32);
    gst_call_ivf_header_build (&header, ivf);
    return write_bytes (self->fd, ivf, sizeof ivf, 0);
  case GST_CALL_EGRESS_RAW:
  default:
    return TRUE;
  }
}

static gsize
get_header_size (GstCallEgressKind kind)
{
  switch (kind) {
  case GST_CALL_EGRESS_WAV:
    return GST_CALL_WAV_HEADER_SIZE;
  case GST_CALL_EGRESS_IVF:
    return GST_CALL_IVF_HEADER_SIZE;
  case GST_CALL_EGRESS_RAW:
  default:
    return 0;
  }
}

static gboolean
write_sidecar (GstCallEgressFile *self, const char *line)
{
  gsize length = strlen (line);

  if (!write_bytes (self->sidecar_fd, line, length, self->sidecar_bytes))
    return FALSE;
  self->sidecar_bytes += length;
  return TRUE;
}

/* The log is many tracks' and may be elsewhere: each line is one write at its end. What it misses
 * the sidecar still says, so an error here is none for the recording. */
static void
write_log (int fd, const char *line)
{
  if (fd >= 0 && write (fd, line, strlen (line)) < 0)
    g_debug ("a line of the log is lost: %s", g_strerror (errno));
}

/* Cuts both files to what they agree on. */
static void
undo (GstCallEgressFile *self, guint64 sidecar_bytes)
{
  int code = errno;

  self->sidecar_bytes = sidecar_bytes;
  if (ftruncate (self->sidecar_fd, (off_t) sidecar_bytes) < 0 ||
      ftruncate (self->fd, (off_t) (self->header_size + self->bytes)) < 0)
    g_debug ("cannot cut %s: %s", self->path, g_strerror (errno));
  write_header (self, self->bytes, self->position);
  errno = code;
}

/* --- making ----------------------------------------------------------------------------------- */

/* The sidecar first: a file without one would not be found after a crash. Returns: whether the name
 * was free */
static gboolean
open_pair (GstCallEgressFile *self, const GstCallEgressPlace *place, gint64 time_us)
{
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  g_autofree char *sidecar = NULL;
  int code;

  g_free (self->name);
  g_free (self->path);
  self->name = gst_call_egress_name (time_us, place->room, place->participant, place->track,
                                     self->format.extension);
  self->path = g_build_filename (place->folder, self->name, NULL);
  sidecar = g_strconcat (self->path, GST_CALL_EGRESS_SIDECAR, NULL);
  self->sidecar_fd = open (sidecar, flags, FILE_MODE);
  if (self->sidecar_fd < 0)
    return FALSE;
  /* Says to a recovery that looks at the folder that this file is being written. */
  flock (self->sidecar_fd, LOCK_EX | LOCK_NB);
  self->fd = open (self->path, flags, FILE_MODE);
  if (self->fd >= 0)
    return TRUE;
  code = errno;
  unlink (sidecar);
  close (self->sidecar_fd);
  self->sidecar_fd = -1;
  errno = code;
  return FALSE;
}

static gboolean
open_files (GstCallEgressFile *self,
            const GstCallEgressPlace *place,
            gint64 time_us,
            GError **error)
{
  guint tries = 0;

  while (!open_pair (self, place, time_us + tries * 1000))
    if (errno != EEXIST || ++tries == NAMES)
      return fail (error, "cannot create", self->path);
  if (place->log != NULL) {
    self->log_fd = open (place->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                         FILE_MODE);
    if (self->log_fd < 0)
      return fail (error, "cannot open", place->log);
  }
  return TRUE;
}

static gboolean
write_first_line (GstCallEgressFile *self, const GstCallEgressPlace *place, gint64 time_us)
{
  g_autofree char *time = gst_call_egress_time (time_us);
  g_autofree char *room = gst_call_egress_escape (place->room);
  g_autofree char *participant = gst_call_egress_escape (place->participant);
  g_autofree char *track = gst_call_egress_escape (place->track);
  g_autofree char *line = g_strdup_printf (
      "{\"type\":\"file\",\"format\":\"%s\",\"rate\":%u,\"channels\":%u,\"header\":%" G_GSIZE_FORMAT
      ",\"room\":%s,\"participant\":%s,\"track\":%s,\"at\":\"%s\"}\n",
      self->format.extension, self->format.wav.rate, self->format.wav.channels, self->header_size,
      room, participant, track, time);

  return write_sidecar (self, line);
}

static void
file_free (GstCallEgressFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->sidecar_fd >= 0)
    close (self->sidecar_fd);
  if (self->log_fd >= 0)
    close (self->log_fd);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

static void
discard (GstCallEgressFile *self)
{
  if (self->fd >= 0)
    unlink (self->path);
  if (self->sidecar_fd >= 0) {
    g_autofree char *sidecar = g_strconcat (self->path, GST_CALL_EGRESS_SIDECAR, NULL);

    unlink (sidecar);
  }
  file_free (self);
}

/**
 * gst_call_egress_file_new:
 * @place: where the file goes
 * @format: what goes into it
 * @limits: what it may take
 * @time_us: the time in its name, microseconds since 1970
 * @error: return location
 *
 * Makes a file without any block, and its sidecar. An existing file is never written to.
 *
 * Returns: (transfer full): the file; %NULL on error, and nothing is left behind
 */
GstCallEgressFile *
gst_call_egress_file_new (const GstCallEgressPlace *place,
                          const GstCallEgressFormat *format,
                          const GstCallEgressLimits *limits,
                          gint64 time_us,
                          GError **error)
{
  GstCallEgressFile *self = g_new0 (GstCallEgressFile, 1);

  self->format = *format;
  self->limits = *limits;
  self->fd = self->sidecar_fd = self->log_fd = -1;
  self->header_size = get_header_size (format->kind);
  if (!open_files (self, place, time_us, error)) {
    discard (self);
    return NULL;
  }
  if (!write_header (self, 0, 0) || !write_first_line (self, place, time_us)) {
    fail (error, "cannot write", self->path);
    discard (self);
    return NULL;
  }
  return self;
}

/* --- growing ---------------------------------------------------------------------------------- */

static gboolean
has_room (GstCallEgressFile *self, gsize length, GError **error)
{
  struct statvfs disk;

  if (self->limits.max_bytes > 0 && self->bytes + length > self->limits.max_bytes) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                 "%s: the quota of %" G_GUINT64_FORMAT " bytes is used up", self->path,
                 self->limits.max_bytes);
    return FALSE;
  }
  if (self->limits.min_free > 0 && fstatvfs (self->fd, &disk) == 0 &&
      (guint64) disk.f_bavail * disk.f_frsize < self->limits.min_free + length) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                 "%s: fewer than %" G_GUINT64_FORMAT " bytes are free", self->path,
                 self->limits.min_free);
    return FALSE;
  }
  return TRUE;
}

static gboolean
sync_both (GstCallEgressFile *self)
{
  return fdatasync (self->fd) == 0 && fdatasync (self->sidecar_fd) == 0;
}

/**
 * gst_call_egress_file_append:
 * @self: a file
 * @block: what is added to it
 * @line: what is known of the block: time, count, gaps; its place, level and hash are filled in
 * @error: return location
 *
 * Adds a block: its bytes, then the header, then the line of the sidecar, then that of the log. The
 * file can be played after each of these steps. After an error the file is as it was before, and
 * one may try again.
 *
 * Returns: %FALSE if nothing was added: the disk or the quota is full (%G_IO_ERROR_NO_SPACE), or
 *   another error of the disk
 */
gboolean
gst_call_egress_file_append (GstCallEgressFile *self,
                             const GstCallEgressBlock *block,
                             GstCallEgressLine *line,
                             GError **error)
{
  guint64 sidecar_bytes = self->sidecar_bytes;
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  line->number = self->blocks;
  line->position = self->position;
  line->offset = self->bytes;
  line->bytes = block->length;
  gst_call_egress_block_describe (
      block, self->format.kind == GST_CALL_EGRESS_WAV ? &line->level : NULL, line->sha256);
  line->has_level = self->format.kind == GST_CALL_EGRESS_WAV;
  json = gst_call_egress_line_to_json (line);
  if (!has_room (self, block->length, error))
    return FALSE;
  if (!write_block (self, block) ||
      !write_header (self, self->bytes + block->length, self->position + line->count) ||
      !write_sidecar (self, json) ||
      (self->limits.sync == GST_CALL_EGRESS_SYNC_BLOCK && !sync_both (self))) {
    undo (self, sidecar_bytes);
    return fail (error, "cannot write", self->path);
  }
  self->bytes += block->length;
  self->position += line->count;
  self->blocks++;
  text = gst_call_egress_line_to_log (line, self->name);
  write_log (self->log_fd, text);
  return TRUE;
}

/**
 * gst_call_egress_file_tell:
 * @self: a file
 * @news: what happened
 * @time_us: when, microseconds since 1970
 * @position: at which sample or frame of the file
 * @count: how many samples or frames it is about
 * @reason: (nullable): why
 * @error: return location
 *
 * Says in the sidecar and in the log what happened.
 *
 * Returns: %FALSE if the sidecar cannot be written; it is as it was before
 */
gboolean
gst_call_egress_file_tell (GstCallEgressFile *self,
                           GstCallEgressNews news,
                           gint64 time_us,
                           guint64 position,
                           guint64 count,
                           const char *reason,
                           GError **error)
{
  g_autofree char *json = gst_call_egress_news_to_json (news, time_us, position, count, reason);
  g_autofree char *text = gst_call_egress_news_to_log (news, time_us, self->name, position, count,
                                                       reason);
  guint64 sidecar_bytes = self->sidecar_bytes;

  if (!write_sidecar (self, json)) {
    undo (self, sidecar_bytes);
    return fail (error, "cannot write the sidecar of", self->path);
  }
  write_log (self->log_fd, text);
  return TRUE;
}

/**
 * gst_call_egress_file_close:
 * @self: (transfer full): a file
 * @time_us: when, microseconds since 1970
 * @reason: why
 * @error: return location
 *
 * Ends a file. One without a last line is looked at by gst_call_egress_recover() later.
 *
 * Returns: %FALSE if the last line cannot be written, or not everything reached the disk
 */
gboolean
gst_call_egress_file_close (GstCallEgressFile *self,
                            gint64 time_us,
                            const char *reason,
                            GError **error)
{
  gboolean good = gst_call_egress_file_tell (self, GST_CALL_EGRESS_CLOSED, time_us, self->position,
                                             self->position, reason, error);

  if (good && self->limits.sync != GST_CALL_EGRESS_SYNC_NONE && !sync_both (self))
    good = fail (error, "cannot sync", self->path);
  file_free (self);
  return good;
}

/**
 * gst_call_egress_file_set_picture:
 * @self: a file of video
 * @width: of the picture
 * @height: of the picture
 *
 * Says how large the picture is; it stands in the header from the next block on.
 */
void
gst_call_egress_file_set_picture (GstCallEgressFile *self, guint width, guint height)
{
  self->width = width;
  self->height = height;
}

/**
 * gst_call_egress_file_get_path:
 * @self: a file
 *
 * Where the file is.
 *
 * Returns: (transfer none): its path
 */
const char *
gst_call_egress_file_get_path (GstCallEgressFile *self)
{
  return self->path;
}

/**
 * gst_call_egress_file_get_position:
 * @self: a file
 *
 * How many samples of all channels, or frames of video, it holds.
 *
 * Returns: a number
 */
guint64
gst_call_egress_file_get_position (GstCallEgressFile *self)
{
  return self->position;
}

/**
 * gst_call_egress_file_get_bytes:
 * @self: a file
 *
 * How many bytes it holds, without its header.
 *
 * Returns: a number of bytes
 */
guint64
gst_call_egress_file_get_bytes (GstCallEgressFile *self)
{
  return self->bytes;
}

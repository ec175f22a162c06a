/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "egress-file.h"

#include "ivf-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Meetings are one folder deep. */
#define DEPTH 2
/* The last line is short: it is looked for in this many bytes from the end. */
#define TAIL 512
#define CHUNK (1024 * 1024)

/* A file that nobody closed. */
typedef struct {
  const char *path;
  const char *log;
  char *name;
  int fd;
  int sidecar_fd;
  gsize header_size;
  GstCallWavFormat wav;
  GstCallIvfHeader ivf;
  GstCallEgressKind kind;
  /* The bytes after the header that are whole samples or frames. */
  guint64 bytes;
  GstCallEgressLine last;
  guint64 sidecar_bytes;
  guint blocks;
  /* Not even the header was written. */
  gboolean is_headless;
} Case;

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (code), "%s %s: %s", what, path,
               g_strerror (code));
  return FALSE;
}

static gboolean
is_closed (int sidecar_fd)
{
  char tail[TAIL];
  struct stat status;
  off_t from;
  ssize_t n;
  const char *line;

  if (fstat (sidecar_fd, &status) < 0)
    return TRUE;
  from = MAX (status.st_size - TAIL, 0);
  n = pread (sidecar_fd, tail, sizeof tail, from);
  if (n < 1 || tail[n - 1] != '\n')
    return FALSE;
  line = memrchr (tail, '\n', (gsize) n - 1);
  line = line != NULL ? line + 1 : tail;
  return gst_call_egress_line_is_last (line, (gsize) (tail + n - line));
}

/* Finds the end of the last whole line, and the last block that is said to be there. */
static gboolean
read_sidecar (Case *self, GError **error)
{
  g_autofree char *path = g_strconcat (self->path, GST_CALL_EGRESS_SIDECAR, NULL);
  g_autofree char *text = NULL;
  gsize length, at = 0;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  while (at < length) {
    const char *end = memchr (text + at, '\n', length - at);
    GstCallEgressLine line;

    if (end == NULL)
      break;
    if (gst_call_egress_line_parse (text + at, (gsize) (end - text) - at, &line)) {
      self->last = line;
      self->blocks++;
    }
    at = (gsize) (end - text) + 1;
  }
  self->sidecar_bytes = at;
  if (at < length && ftruncate (self->sidecar_fd, (off_t) at) < 0)
    return fail (error, "cannot cut", path);
  return TRUE;
}

static gboolean
scan_ivf (Case *self, GError **error)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new_from_fd (self->fd, FALSE, error);
  const guint8 *data;

  if (map == NULL)
    return FALSE;
  data = (const guint8 *) g_mapped_file_get_contents (map);
  self->bytes = gst_call_ivf_scan (data + self->header_size,
                                   g_mapped_file_get_length (map) - self->header_size,
                                   &self->ivf.frames);
  return TRUE;
}

/* Says what kind of file it is by its first bytes, and where it is to be cut. */
static gboolean
measure (Case *self, GError **error)
{
  guint8 head[GST_CALL_WAV_HEADER_SIZE];
  ssize_t n = pread (self->fd, head, sizeof head, 0);
  struct stat status;
  guint64 promised;

  if (n < 0 || fstat (self->fd, &status) < 0)
    return fail (error, "cannot read", self->path);
  if (gst_call_wav_header_parse (head, (gsize) n, &self->wav, &promised)) {
    self->kind = GST_CALL_EGRESS_WAV;
    self->header_size = GST_CALL_WAV_HEADER_SIZE;
    self->bytes = (guint64) status.st_size - self->header_size;
    self->bytes -= self->bytes % gst_call_wav_format_get_frame_size (&self->wav);
  } else if (gst_call_ivf_header_parse (head, (gsize) n, &self->ivf)) {
    self->kind = GST_CALL_EGRESS_IVF;
    self->header_size = GST_CALL_IVF_HEADER_SIZE;
    if (!scan_ivf (self, error))
      return FALSE;
  } else {
    self->kind = GST_CALL_EGRESS_RAW;
    self->bytes = (guint64) status.st_size;
    self->is_headless = !g_str_has_suffix (self->path, ".h264") &&
                        !g_str_has_suffix (self->path, ".ogg");
  }
  if (ftruncate (self->fd, (off_t) (self->header_size + self->bytes)) < 0)
    return fail (error, "cannot cut", self->path);
  return TRUE;
}

static gboolean
mend_header (Case *self, GError **error)
{
  guint8 head[GST_CALL_WAV_HEADER_SIZE];

  if (self->kind == GST_CALL_EGRESS_WAV)
    gst_call_wav_header_build (&self->wav, self->bytes, head);
  else if (self->kind == GST_CALL_EGRESS_IVF)
    gst_call_ivf_header_build (&self->ivf, head);
  else
    return TRUE;
  if (pwrite (self->fd, head, self->header_size, 0) != (ssize_t) self->header_size)
    return fail (error, "cannot write", self->path);
  return TRUE;
}

/* Samples, frames, or bytes of what has neither. */
static guint64
count_units (const Case *self, guint64 bytes, guint64 before)
{
  if (self->kind == GST_CALL_EGRESS_WAV)
    return bytes / gst_call_wav_format_get_frame_size (&self->wav);
  return self->kind == GST_CALL_EGRESS_IVF && self->ivf.frames > before ? self->ivf.frames - before
                                                                        : 0;
}

static gboolean
append (int fd, const char *line)
{
  gsize length = strlen (line);

  return fd < 0 || write (fd, line, length) == (ssize_t) length;
}

static gboolean
read_block (Case *self, guint64 offset, guint64 length, GstCallEgressBlock *block)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK);

  while (length > 0) {
    ssize_t n = pread (self->fd, buffer, MIN (length, CHUNK), (off_t) (self->header_size + offset));

    if (n <= 0 || !gst_call_egress_block_append (block, buffer, (gsize) n))
      return FALSE;
    offset += (guint64) n;
    length -= (guint64) n;
  }
  return TRUE;
}

/* What is in the file and not in the sidecar: the block during which the process died. */
static gboolean
describe_rest (Case *self, guint64 covered, GstCallEgressLine *line)
{
  GstCallEgressBlock block = { 0 };
  struct stat status;
  gboolean good;

  memset (line, 0, sizeof *line);
  line->number = self->blocks > 0 ? self->last.number + 1 : 0;
  line->position = self->last.position + self->last.count;
  line->offset = covered;
  line->bytes = self->bytes - covered;
  line->count = count_units (self, line->bytes, line->position);
  line->is_recovered = TRUE;
  if (fstat (self->fd, &status) == 0)
    line->time_us = (gint64) status.st_mtime * G_USEC_PER_SEC;
  good = read_block (self, covered, line->bytes, &block);
  if (good)
    gst_call_egress_block_describe (&block, self->kind == GST_CALL_EGRESS_WAV ? &line->level : NULL,
                                    line->sha256);
  line->has_level = good && self->kind == GST_CALL_EGRESS_WAV;
  gst_call_egress_block_clear (&block);
  return good;
}

static gboolean
log_says (const Case *self, const char *text, const GstCallEgressLine *line)
{
  g_autofree char *needle = g_strdup_printf ("file=%s block=%" G_GUINT64_FORMAT " ", self->name,
                                             line->number);

  return text != NULL && strstr (text, needle) != NULL;
}

/* The log may lack the last block that the sidecar has, and end in mid-line. */
static void
mend_log (Case *self, int log_fd, const GstCallEgressLine *rest, const char *closing)
{
  g_autofree char *text = NULL;
  g_autofree char *last = gst_call_egress_line_to_log (&self->last, self->name);
  g_autofree char *more = rest != NULL ? gst_call_egress_line_to_log (rest, self->name) : NULL;
  gsize length = 0;

  g_file_get_contents (self->log, &text, &length, NULL);
  if (length > 0 && text[length - 1] != '\n')
    append (log_fd, "\n");
  if (self->blocks > 0 && !log_says (self, text, &self->last))
    append (log_fd, last);
  if (more != NULL)
    append (log_fd, more);
  append (log_fd, closing);
}

static gboolean
finish (Case *self, const GstCallEgressLine *rest, GError **error)
{
  guint64 position = rest != NULL ? rest->position + rest->count
                                  : self->last.position + self->last.count;
  gint64 now = g_get_real_time ();
  g_autofree char *json = rest != NULL ? gst_call_egress_line_to_json (rest) : g_strdup ("");
  g_autofree char *closing = gst_call_egress_news_to_json (GST_CALL_EGRESS_CLOSED, now, position,
                                                           position, "recovered");
  g_autofree char *log_line = gst_call_egress_news_to_log (GST_CALL_EGRESS_CLOSED, now, self->name,
                                                           position, position, "recovered");
  int log_fd = self->log != NULL
                   ? open (self->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)
                   : -1;

  if (log_fd >= 0) {
    mend_log (self, log_fd, rest, log_line);
    close (log_fd);
  }
  lseek (self->sidecar_fd, 0, SEEK_END);
  if (!append (self->sidecar_fd, json) || !append (self->sidecar_fd, closing))
    return fail (error, "cannot write the sidecar of", self->path);
  return TRUE;
}

/* A disk that lost power may have less than the sidecar says. */
static gboolean
tell_missing (Case *self, guint64 covered, GError **error)
{
  guint64 position = count_units (self, self->bytes, 0);
  guint64 promised = self->last.position + self->last.count;
  g_autofree char *line = gst_call_egress_news_to_json (
      GST_CALL_EGRESS_LOST, g_get_real_time (), position,
      promised > position ? promised - position : 0, "not on the disk");

  lseek (self->sidecar_fd, 0, SEEK_END);
  if (!append (self->sidecar_fd, line))
    return fail (error, "cannot write the sidecar of", self->path);
  self->last.position = position;
  self->last.count = 0;
  return TRUE;
}

/* A file into which nothing was ever written is no recording. */
static gboolean
discard (Case *self, GError **error)
{
  g_autofree char *sidecar = g_strconcat (self->path, GST_CALL_EGRESS_SIDECAR, NULL);

  if ((unlink (self->path) < 0 && errno != ENOENT) || unlink (sidecar) < 0)
    return fail (error, "cannot remove", self->path);
  return TRUE;
}

static gboolean
mend (Case *self, GError **error)
{
  GstCallEgressLine rest;
  guint64 covered;

  if (!read_sidecar (self, error) || !measure (self, error))
    return FALSE;
  if (self->blocks == 0 && (self->bytes == 0 || self->is_headless))
    return discard (self, error);
  if (!mend_header (self, error))
    return FALSE;
  covered = self->last.offset + self->last.bytes;
  if (self->bytes < covered && !tell_missing (self, covered, error))
    return FALSE;
  if (self->bytes <= covered)
    return finish (self, NULL, error);
  if (!describe_rest (self, covered, &rest))
    return fail (error, "cannot read", self->path);
  return finish (self, &rest, error);
}

/**
 * gst_call_egress_recover_file:
 * @path: a file that gst_call_egress_file_new() made
 * @log: (nullable): the log of its meeting
 * @error: return location
 *
 * Mends a file that was not closed: a torn sample or frame and a torn line are cut, the header is
 * written from the length, a block that the sidecar or the log lacks is added to them. A file that
 * was closed, or that a process is writing at this moment, is left alone.
 *
 * Returns: %FALSE on error
 */
gboolean
gst_call_egress_recover_file (const char *path, const char *log, GError **error)
{
  g_autofree char *sidecar = g_strconcat (path, GST_CALL_EGRESS_SIDECAR, NULL);
  g_autofree char *name = g_path_get_basename (path);
  Case self = { .path = path, .log = log, .name = name, .fd = -1 };
  gboolean good = TRUE;

  self.sidecar_fd = open (sidecar, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (self.sidecar_fd < 0)
    return fail (error, "cannot open", sidecar);
  if (flock (self.sidecar_fd, LOCK_EX | LOCK_NB) == 0 && !is_closed (self.sidecar_fd)) {
    self.fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (self.fd >= 0)
      good = mend (&self, error);
    else
      good = errno == ENOENT ? discard (&self, error) : fail (error, "cannot open", path);
  }
  if (self.fd >= 0)
    close (self.fd);
  close (self.sidecar_fd);
  return good;
}

static guint
recover_folder (const char *folder, const char *logs, const char *meeting, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *log_name = meeting != NULL ? g_strconcat (meeting, ".log", NULL) : NULL;
  g_autofree char *log = logs != NULL && meeting != NULL ? g_build_filename (logs, log_name, NULL)
                                                         : NULL;
  const char *name;
  guint failed = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_str_has_suffix (name, GST_CALL_EGRESS_SIDECAR)) {
      g_autoptr (GError) error = NULL;

      path[strlen (path) - strlen (GST_CALL_EGRESS_SIDECAR)] = '\0';
      if (!gst_call_egress_recover_file (path, log, &error)) {
        g_message ("cannot mend a recording: %s", error->message);
        failed++;
      }
    } else if (depth > 1 && g_file_test (path, G_FILE_TEST_IS_DIR) &&
               !g_file_test (path, G_FILE_TEST_IS_SYMLINK)) {
      failed += recover_folder (path, logs, name, depth - 1);
    }
  }
  return failed;
}

/**
 * gst_call_egress_recover:
 * @location: a folder with folders of meetings
 * @logs: (nullable): the folder with their logs
 *
 * Mends every file below @location that a process left behind when it died.
 *
 * Returns: how many could not be mended
 */
guint
gst_call_egress_recover (const char *location, const char *logs)
{
  return recover_folder (location, logs, NULL, DEPTH);
}

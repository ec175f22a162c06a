/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#define MAGIC "CSP1"
#define SUFFIX ".block"
#define HEADER_SIZE 24
#define MAX_RECORD (64u * 1024 * 1024)

/*
 * A queue on disk that a crash does not hurt: each record is a file of its own, written aside and
 * renamed, so that it is there whole or not at all. The header (little endian) has a magic of 4
 * bytes, sequence (8), lengths of meta and body (4, 4), CRC-32 of both (4).
 * What a lost power supply may tear is recognised by length and CRC, and thrown away.
 *
 *   <folder>/id            tells this spool from all others
 *   <folder>/next          the sequence of the next record; sequences are never used twice
 *   <folder>/<seq>.block   records, oldest first
 *   <folder>/dead/         those nobody wants; replaying puts them back in their place
 */
struct _GstCallSpool {
  char *folder;
  char *dead;
  char *id;
  guint64 max_bytes;
  guint64 size; /* of all records */
  guint64 dead_size;
  guint64 next;
  GQueue records; /* of Entry, oldest first */
  guint n_torn;
  int lock; /* held while the spool is open */
};

typedef struct {
  guint64 sequence;
  guint64 size;
} Entry;

void
gst_call_spool_record_free (GstCallSpoolRecord *self)
{
  g_free (self->meta);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

static guint32
checksum (const void *meta, gsize meta_length, const void *body, gsize length)
{
  uLong crc = crc32 (0, meta, (uInt) meta_length);

  return (guint32) crc32 (crc, body, (uInt) length);
}

static char *
path_of (const char *folder, guint64 sequence)
{
  return g_strdup_printf ("%s/%020" G_GUINT64_FORMAT SUFFIX, folder, sequence);
}

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "cannot %s %s: %s", what, path,
               g_strerror (code));
  return FALSE;
}

/* --- records ------------------------------------------------------------------------ */

static void
put_header (guint8 header[HEADER_SIZE], guint64 sequence, const char *meta, GBytes *body)
{
  gsize length, meta_length = strlen (meta);
  gconstpointer data = g_bytes_get_data (body, &length);
  guint64 seq = GUINT64_TO_LE (sequence);
  guint32 words[3] = { GUINT32_TO_LE (meta_length), GUINT32_TO_LE (length),
                       GUINT32_TO_LE (checksum (meta, meta_length, data, length)) };

  memcpy (header, MAGIC, 4);
  memcpy (header + 4, &seq, 8);
  memcpy (header + 12, words, sizeof (words));
}

static gboolean
write_all (int fd, const void *data, gsize size)
{
  const guint8 *at = data;

  while (size > 0) {
    gssize n = write (fd, at, size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    at += n;
    size -= (gsize) n;
  }
  return TRUE;
}

static gboolean
write_record (const char *path, guint64 sequence, const char *meta, GBytes *body, GError **error)
{
  g_autofree char *aside = g_strconcat (path, ".new", NULL);
  guint8 header[HEADER_SIZE] = { 0 };
  int fd = g_open (aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean ok;

  if (fd < 0)
    return fail (error, "create", aside);
  put_header (header, sequence, meta, body);
  ok = write_all (fd, header, sizeof (header)) && write_all (fd, meta, strlen (meta)) &&
       write_all (fd, g_bytes_get_data (body, NULL), g_bytes_get_size (body)) &&
       fdatasync (fd) == 0;
  if (!ok)
    fail (error, "write", aside);
  if (close (fd) < 0 && ok)
    ok = fail (error, "close", aside);
  if (ok && g_rename (aside, path) < 0)
    ok = fail (error, "rename", aside);
  if (!ok)
    g_unlink (aside);
  return ok;
}

static guint32
word_at (const guint8 *header, guint index)
{
  guint32 word;

  memcpy (&word, header + 12 + 4 * index, 4);
  return GUINT32_FROM_LE (word);
}

/* NULL when it is torn, or no record at all. */
static GstCallSpoolRecord *
parse_record (const guint8 *data, gsize size)
{
  g_autoptr (GstCallSpoolRecord) record = g_new0 (GstCallSpoolRecord, 1);
  gsize meta, body;

  if (size < HEADER_SIZE || memcmp (data, MAGIC, 4) != 0)
    return NULL;
  meta = word_at (data, 0);
  body = word_at (data, 1);
  if (size != HEADER_SIZE + meta + body ||
      checksum (data + HEADER_SIZE, meta, data + HEADER_SIZE + meta, body) != word_at (data, 2))
    return NULL;
  memcpy (&record->sequence, data + 4, 8);
  record->sequence = GUINT64_FROM_LE (record->sequence);
  record->meta = g_strndup ((const char *) data + HEADER_SIZE, meta);
  record->body = g_bytes_new (data + HEADER_SIZE + meta, body);
  return g_steal_pointer (&record);
}

static GstCallSpoolRecord *
read_record (const char *path, guint64 sequence)
{
  g_autofree char *data = NULL;
  g_autoptr (GstCallSpoolRecord) record = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, NULL))
    return NULL;
  record = parse_record ((const guint8 *) data, size);
  return record != NULL && record->sequence == sequence ? g_steal_pointer (&record) : NULL;
}

/* --- opening ------------------------------------------------------------------------ */

static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Entry *x = a, *y = b;

  return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static void
add_entry (GstCallSpool *self, guint64 sequence, guint64 size)
{
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ sequence, size };
  g_queue_insert_sorted (&self->records, entry, compare_entries, NULL);
  self->size += size;
  self->next = MAX (self->next, sequence + 1);
}

static gboolean
sequence_of (const char *name, guint64 *sequence)
{
  const char *end;

  if (!g_str_has_suffix (name, SUFFIX))
    return FALSE;
  *sequence = g_ascii_strtoull (name, (char **) &end, 10);
  return end != name && strcmp (end, SUFFIX) == 0;
}

static void
list_dead (GstCallSpool *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dead, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (self->dead, name, NULL);
    guint64 sequence;
    GStatBuf info;

    if (sequence_of (name, &sequence) && g_stat (path, &info) == 0) {
      self->dead_size += (guint64) info.st_size;
      self->next = MAX (self->next, sequence + 1);
    }
  }
}

/* Lists what is there; what was not written to its end goes. */
static gboolean
list_records (GstCallSpool *self, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (self->folder, name, NULL);
    guint64 sequence;
    GStatBuf info;

    if (g_str_has_suffix (name, SUFFIX ".new"))
      g_unlink (path);
    else if (sequence_of (name, &sequence) && g_stat (path, &info) == 0)
      add_entry (self, sequence, (guint64) info.st_size);
  }
  return TRUE;
}

static gboolean
lock_folder (GstCallSpool *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "lock", NULL);

  self->lock = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock < 0)
    return fail (error, "create", path);
  if (flock (self->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s is in use by another", self->folder);
  return FALSE;
}

/* A file that is written once, or read. */
static char *
read_or_make (const char *folder, const char *name, const char *initial, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL) && text[0] != '\0')
    return g_strstrip (text);
  g_free (text);
  if (!g_file_set_contents_full (path, initial, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;
  return g_strdup (initial);
}

static gboolean
load (GstCallSpool *self, GError **error)
{
  g_autofree char *fresh = g_uuid_string_random ();
  g_autofree char *next = NULL;

  if (!lock_folder (self, error))
    return FALSE;
  self->id = read_or_make (self->folder, "id", fresh, error);
  next = self->id == NULL ? NULL : read_or_make (self->folder, "next", "1", error);
  if (next == NULL)
    return FALSE;
  self->next = MAX (g_ascii_strtoull (next, NULL, 10), 1);
  list_dead (self);
  return list_records (self, error);
}

/**
 * gst_call_spool_open:
 * @folder: where the records are; made if it is not there, for its owner alone
 * @max_bytes: how large all records may be together
 * @error: (nullable): set when the folder cannot be used, %G_IO_ERROR_BUSY when another has it open
 *
 * Returns: (transfer full) (nullable): a spool, with all that was left in it
 */
GstCallSpool *
gst_call_spool_open (const char *folder, guint64 max_bytes, GError **error)
{
  g_autoptr (GstCallSpool) self = g_new0 (GstCallSpool, 1);

  self->lock = -1;
  self->folder = g_strdup (folder);
  self->dead = g_build_filename (folder, "dead", NULL);
  self->max_bytes = max_bytes;
  g_queue_init (&self->records);
  if (g_mkdir_with_parents (self->dead, 0700) < 0) {
    fail (error, "create", self->dead);
    return NULL;
  }
  return load (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * gst_call_spool_close:
 * @self: (transfer full): a spool, whose records stay
 */
void
gst_call_spool_close (GstCallSpool *self)
{
  if (self->lock >= 0)
    close (self->lock);
  g_queue_clear_full (&self->records, g_free);
  g_free (self->folder);
  g_free (self->dead);
  g_free (self->id);
  g_free (self);
}

/* --- the queue ------------------------------------------------------------------------ */

/* After the record: should this not happen, the record itself tells which came last. */
static gboolean
store_next (GstCallSpool *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "next", NULL);
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, self->next);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * gst_call_spool_append:
 * @self: a spool
 * @meta: what is said of the record
 * @body: the record
 * @sequence: (out) (optional): its number
 * @error: (nullable): %G_IO_ERROR_NO_SPACE when it does not fit
 *
 * Returns: whether the record is on disk, whatever happens to this process
 */
gboolean
gst_call_spool_append (GstCallSpool *self,
                       const char *meta,
                       GBytes *body,
                       guint64 *sequence,
                       GError **error)
{
  guint64 size = HEADER_SIZE + strlen (meta) + g_bytes_get_size (body), number = self->next;
  g_autofree char *path = path_of (self->folder, number);

  if (size > MAX_RECORD || self->size + size > self->max_bytes) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                 "%" G_GUINT64_FORMAT " bytes do not fit: %" G_GUINT64_FORMAT
                 " of %" G_GUINT64_FORMAT " are taken",
                 size, self->size, self->max_bytes);
    return FALSE;
  }
  if (!write_record (path, number, meta, body, error))
    return FALSE;
  add_entry (self, number, size);
  if (sequence != NULL)
    *sequence = number;
  return store_next (self, error);
}

static void
forget_head (GstCallSpool *self)
{
  g_autofree Entry *entry = g_queue_pop_head (&self->records);

  self->size -= entry->size;
}

/**
 * gst_call_spool_peek:
 * @self: a spool
 *
 * Throws away what is torn, and counts it.
 *
 * Returns: (transfer full) (nullable): the oldest record, which stays; %NULL when there is none
 */
GstCallSpoolRecord *
gst_call_spool_peek (GstCallSpool *self)
{
  Entry *head;

  while ((head = g_queue_peek_head (&self->records)) != NULL) {
    g_autofree char *path = path_of (self->folder, head->sequence);
    GstCallSpoolRecord *record = read_record (path, head->sequence);

    if (record != NULL)
      return record;
    g_unlink (path);
    self->n_torn++;
    forget_head (self);
  }
  return NULL;
}

/**
 * gst_call_spool_remove:
 * @self: a spool
 * @sequence: of the oldest record, which has arrived
 */
void
gst_call_spool_remove (GstCallSpool *self, guint64 sequence)
{
  const Entry *head = g_queue_peek_head (&self->records);
  g_autofree char *path = path_of (self->folder, sequence);

  g_return_if_fail (head != NULL && head->sequence == sequence);
  g_unlink (path);
  forget_head (self);
}

/**
 * gst_call_spool_bury:
 * @self: a spool
 * @sequence: of the oldest record, which nobody will ever take as it is
 *
 * Puts it among the dead letters, out of the way of those behind it. They may take as much room as
 * the records do.
 *
 * Returns: whether it was kept; otherwise there was no room left, and it is gone
 */
gboolean
gst_call_spool_bury (GstCallSpool *self, guint64 sequence)
{
  const Entry *head = g_queue_peek_head (&self->records);
  g_autofree char *path = path_of (self->folder, sequence);
  g_autofree char *dead = path_of (self->dead, sequence);
  gboolean is_kept = FALSE;

  g_return_val_if_fail (head != NULL && head->sequence == sequence, FALSE);
  if (self->dead_size + head->size <= self->max_bytes && g_rename (path, dead) == 0) {
    self->dead_size += head->size;
    is_kept = TRUE;
  } else {
    g_unlink (path);
  }
  forget_head (self);
  return is_kept;
}

/**
 * gst_call_spool_replay:
 * @self: a spool
 *
 * Puts the dead letters back where they were; they keep their sequences.
 *
 * Returns: how many
 */
guint
gst_call_spool_replay (GstCallSpool *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dead, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *from = g_build_filename (self->dead, name, NULL);
    g_autofree char *to = g_build_filename (self->folder, name, NULL);
    guint64 sequence;
    GStatBuf info;

    if (!sequence_of (name, &sequence) || g_stat (from, &info) < 0 || g_rename (from, to) < 0)
      continue;
    add_entry (self, sequence, (guint64) info.st_size);
    n++;
  }
  self->dead_size = 0;
  return n;
}

/**
 * gst_call_spool_get_id:
 * @self: a spool
 *
 * Returns: what tells its records from those of others, together with their sequence
 */
const char *
gst_call_spool_get_id (const GstCallSpool *self)
{
  return self->id;
}

guint
gst_call_spool_get_count (const GstCallSpool *self)
{
  return g_queue_get_length ((GQueue *) &self->records);
}

guint64
gst_call_spool_get_size (const GstCallSpool *self)
{
  return self->size;
}

guint
gst_call_spool_get_n_torn (const GstCallSpool *self)
{
  return self->n_torn;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-mailbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct _CalldMailbox {
  guint max_pieces;
  gsize max_weight;
  int fd;
  /* The reader's: of the mail it opens at this moment. */
  gint64 began_us;

  /* Guards what follows. */
  GMutex lock;
  GCond emptied;
  CalldMail *first;
  CalldMail **last;
  guint pieces;
  gsize weight;
  guint waiting; /* who waits until it is emptied */
  gboolean closed;
  gboolean quiet;  /* whether posting wakes nobody until calld_mailbox_ring() */
  gboolean unrung; /* whether mail waits that the owner was not woken for */
};

/**
 * calld_mailbox_new:
 * @max_pieces: how many pieces of mail may wait
 * @max_weight: how many bytes may wait
 *
 * Makes a mailbox.
 *
 * Returns: (transfer full): the mailbox
 */
CalldMailbox *
calld_mailbox_new (guint max_pieces, gsize max_weight)
{
  CalldMailbox *self = g_new0 (CalldMailbox, 1);

  self->max_pieces = max_pieces;
  self->max_weight = max_weight;
  self->fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (self->fd < 0)
    g_error ("eventfd: %s", g_strerror (errno));
  self->last = &self->first;
  g_mutex_init (&self->lock);
  g_cond_init (&self->emptied);
  return self;
}

/**
 * calld_mailbox_free:
 * @self: (transfer full): a mailbox nobody posts to any more
 *
 * Throws away what is left, and frees the mailbox.
 */
void
calld_mailbox_free (CalldMailbox *self)
{
  calld_mailbox_close (self);
  close (self->fd);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->emptied);
  g_free (self);
}

/**
 * calld_mailbox_get_fd:
 * @self: a mailbox
 *
 * The descriptor that is readable while mail waits.
 *
 * Returns: an eventfd of @self
 */
int
calld_mailbox_get_fd (CalldMailbox *self)
{
  return self->fd;
}

static gboolean
is_full_unlocked (const CalldMailbox *self)
{
  return self->pieces >= self->max_pieces || self->weight >= self->max_weight;
}

static void
ring_unlocked (CalldMailbox *self)
{
  guint64 one = 1;
  gssize written = write (self->fd, &one, sizeof one);

  /* It can only fail when the counter is full, and then the reader is awake already. */
  (void) written;
  self->unrung = FALSE;
}

static void
append_unlocked (CalldMailbox *self, CalldMail *mail)
{
  gboolean was_empty = self->first == NULL;

  mail->next = NULL;
  *self->last = mail;
  self->last = &mail->next;
  self->pieces++;
  self->weight += mail->weight;
  if (was_empty)
    self->unrung = TRUE;
  if (self->unrung && !self->quiet)
    ring_unlocked (self);
}

/**
 * calld_mailbox_set_quiet:
 * @self: a mailbox
 * @quiet: whether posting wakes nobody until calld_mailbox_ring()
 *
 * Waking a thread costs more than a piece of mail: who posts several in a row rings once.
 */
void
calld_mailbox_set_quiet (CalldMailbox *self, gboolean quiet)
{
  g_mutex_lock (&self->lock);
  self->quiet = quiet;
  g_mutex_unlock (&self->lock);
}

/**
 * calld_mailbox_ring:
 * @self: a mailbox
 *
 * Wakes the owner if mail waits that it was not woken for.
 */
void
calld_mailbox_ring (CalldMailbox *self)
{
  g_mutex_lock (&self->lock);
  if (self->unrung)
    ring_unlocked (self);
  g_mutex_unlock (&self->lock);
}

/**
 * calld_mailbox_post:
 * @self: a mailbox
 * @mail: (transfer full): what is posted, unless it is refused
 *
 * Posts @mail if there is room.
 *
 * Returns: %FALSE if the box is full or closed; @mail is still the caller's then
 */
gboolean
calld_mailbox_post (CalldMailbox *self, CalldMail *mail)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = !self->closed && !is_full_unlocked (self);
  if (taken)
    append_unlocked (self, mail);
  g_mutex_unlock (&self->lock);
  return taken;
}

/**
 * calld_mailbox_post_always:
 * @self: a mailbox
 * @mail: (transfer full): what is posted
 *
 * Posts @mail also when the box is full: for what is bounded elsewhere, such as one "closed" for
 * each "opened". A closed box throws it away.
 */
void
calld_mailbox_post_always (CalldMailbox *self, CalldMail *mail)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  if (!closed)
    append_unlocked (self, mail);
  g_mutex_unlock (&self->lock);
  if (closed)
    mail->open (mail, NULL);
}

/**
 * calld_mailbox_post_wait:
 * @self: a mailbox whose owner never waits for the caller
 * @mail: (transfer full): what is posted
 *
 * Posts @mail, and waits while the box is full. A closed box throws it away.
 *
 * Returns: %FALSE if it was thrown away
 */
gboolean
calld_mailbox_post_wait (CalldMailbox *self, CalldMail *mail)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  while (!self->closed && is_full_unlocked (self)) {
    if (self->unrung)
      ring_unlocked (self);
    self->waiting++;
    g_cond_wait (&self->emptied, &self->lock);
    self->waiting--;
  }
  closed = self->closed;
  if (!closed)
    append_unlocked (self, mail);
  g_mutex_unlock (&self->lock);
  if (closed)
    mail->open (mail, NULL);
  return !closed;
}

/**
 * calld_mailbox_is_full:
 * @self: a mailbox
 *
 * Whether calld_mailbox_post() would refuse.
 *
 * Returns: %TRUE if it would
 */
gboolean
calld_mailbox_is_full (CalldMailbox *self)
{
  gboolean full;

  g_mutex_lock (&self->lock);
  full = is_full_unlocked (self);
  g_mutex_unlock (&self->lock);
  return full;
}

/**
 * calld_mailbox_get_length:
 * @self: a mailbox
 *
 * How much mail waits.
 *
 * Returns: the number of pieces
 */
guint
calld_mailbox_get_length (CalldMailbox *self)
{
  guint length;

  g_mutex_lock (&self->lock);
  length = self->pieces;
  g_mutex_unlock (&self->lock);
  return length;
}

static CalldMail *
take_all (CalldMailbox *self)
{
  CalldMail *mail;

  g_mutex_lock (&self->lock);
  mail = self->first;
  self->first = NULL;
  self->last = &self->first;
  self->pieces = 0;
  self->weight = 0;
  self->unrung = FALSE;
  if (self->waiting > 0) /* telling nobody is a system call, too */
    g_cond_broadcast (&self->emptied);
  g_mutex_unlock (&self->lock);
  return mail;
}

static guint
open_all (CalldMailbox *self, CalldMail *mail, gpointer receiver)
{
  guint n = 0;

  while (mail != NULL) {
    CalldMail *next = mail->next;

    self->began_us = mail->began_us;
    mail->open (mail, receiver);
    mail = next;
    n++;
  }
  self->began_us = 0;
  return n;
}

/**
 * calld_mailbox_dispatch:
 * @self: the caller's mailbox
 * @receiver: given to each piece of mail
 *
 * Takes out all that waits and carries it out, in the order of posting.
 *
 * Returns: how many pieces there were
 */
guint
calld_mailbox_dispatch (CalldMailbox *self, gpointer receiver)
{
  guint64 count;
  gssize got = read (self->fd, &count, sizeof count);

  (void) got;
  return open_all (self, take_all (self), receiver);
}

/**
 * calld_mailbox_get_began_us:
 * @self: the caller's mailbox
 *
 * When that began which the mail opened at this moment is about.
 *
 * Returns: a time of g_get_monotonic_time(), 0 if it is not known
 */
gint64
calld_mailbox_get_began_us (CalldMailbox *self)
{
  return self->began_us;
}

/**
 * calld_mailbox_close:
 * @self: a mailbox
 *
 * Throws away what waits, and all that will be posted.
 */
void
calld_mailbox_close (CalldMailbox *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  open_all (self, take_all (self), NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CalldMail CalldMail;

/**
 * CalldMailFunc:
 * @mail: what was posted
 * @receiver: (nullable): who took it out, or %NULL when it is thrown away
 *
 * Carries a piece of mail out, and frees it in any case.
 */
typedef void (*CalldMailFunc) (CalldMail *mail, gpointer receiver);

/**
 * CalldMail:
 * @next: private
 * @open: what is done with it
 * @weight: bytes it counts for
 * @began_us: (optional): when what it is about began, monotonic; 0 if nobody wants to know
 *
 * A message to another thread; the first member of a larger struct.
 */
struct _CalldMail {
  CalldMail *next;
  CalldMailFunc open;
  gsize weight;
  gint64 began_us;
};

/**
 * CalldMailbox:
 *
 * Mail for one thread, from others, taken out in batches. It is bounded: above @max pieces or bytes
 * calld_mailbox_post() refuses, and what to do then is the sender's policy. The owner sleeps on an
 * eventfd, which is written only when the box was empty.
 */
typedef struct _CalldMailbox CalldMailbox;

CalldMailbox *calld_mailbox_new (guint max_pieces, gsize max_weight);
void calld_mailbox_free (CalldMailbox *self);
int calld_mailbox_get_fd (CalldMailbox *self);
gboolean calld_mailbox_post (CalldMailbox *self, CalldMail *mail);
void calld_mailbox_post_always (CalldMailbox *self, CalldMail *mail);
gboolean calld_mailbox_post_wait (CalldMailbox *self, CalldMail *mail);
void calld_mailbox_set_quiet (CalldMailbox *self, gboolean quiet);
void calld_mailbox_ring (CalldMailbox *self);
gboolean calld_mailbox_is_full (CalldMailbox *self);
guint calld_mailbox_get_length (CalldMailbox *self);
guint calld_mailbox_dispatch (CalldMailbox *self, gpointer receiver);
gint64 calld_mailbox_get_began_us (CalldMailbox *self);
void calld_mailbox_close (CalldMailbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldMailbox, calld_mailbox_free)

G_END_DECLS

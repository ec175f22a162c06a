/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-candidates-private.h"

#include "call-ice-private.h"

struct _CallCandidates {
  CallCandidateFunc give;
  gpointer user_data;
  GCancellable *cancellable; /* of look-ups; they do not outlive us */
  GPtrArray *waiting;        /* NULL once the remote description is set */
  guint n_seen;
};

typedef struct {
  CallCandidates *owner; /* valid unless the look-up was cancelled */
  char *candidate;
  guint index;
} Candidate;

static Candidate *
candidate_new (CallCandidates *owner, const char *text, guint index)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->owner = owner;
  candidate->candidate = g_strdup (text);
  candidate->index = index;
  return candidate;
}

static void
candidate_free (Candidate *candidate)
{
  g_free (candidate->candidate);
  g_free (candidate);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Candidate, candidate_free)

CallCandidates *
call_candidates_new (CallCandidateFunc give, gpointer user_data)
{
  CallCandidates *self = g_new0 (CallCandidates, 1);

  self->give = give;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);
  return self;
}

void
call_candidates_free (CallCandidates *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_free (self);
}

static void
give_or_keep (CallCandidates *self, const char *candidate, guint index)
{
  if (self->waiting == NULL)
    self->give (candidate, index, self->user_data);
  else
    g_ptr_array_add (self->waiting, candidate_new (self, candidate, index));
}

static void
look_up_cb (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Candidate) candidate = user_data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);

  if (addresses != NULL) {
    g_autofree char *address = g_inet_address_to_string (addresses->data);
    g_autofree char *resolved = call_candidate_replace_address (candidate->candidate, address);

    give_or_keep (candidate->owner, resolved, candidate->index);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_debug ("The name of a candidate is not known here");
  }
  g_resolver_free_addresses (addresses);
}

/*
 * Browsers hide their addresses behind names that only multicast DNS can resolve. A name that
 * nobody knows does no harm: the browser checks our candidates, and its address is learnt from
 * that.
 */
static void
look_up (CallCandidates *self, const char *candidate, guint index)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autofree char *name = call_candidate_dup_address (candidate);

  g_resolver_lookup_by_name_async (resolver, name, self->cancellable, look_up_cb,
                                   candidate_new (self, candidate, index));
}

/* Takes a candidate from outside. Malformed ones and end markers are ignored. */
void
call_candidates_add (CallCandidates *self, const char *candidate, guint index)
{
  CallCandidateClass kind = call_candidate_classify (candidate);

  if (kind == CALL_CANDIDATE_BAD || ++self->n_seen > CALL_CANDIDATES_MAX)
    g_debug ("A candidate is ignored");
  else if (kind == CALL_CANDIDATE_NAMED)
    look_up (self, candidate, index);
  else
    give_or_keep (self, candidate, index);
}

/* The remote description is set: gives what has waited, and from now on everything at once. */
void
call_candidates_open (CallCandidates *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  for (guint i = 0; waiting != NULL && i < waiting->len; i++) {
    Candidate *candidate = waiting->pdata[i];

    self->give (candidate->candidate, candidate->index, self->user_data);
  }
}

guint
call_candidates_get_waiting (CallCandidates *self)
{
  return self->waiting != NULL ? self->waiting->len : 0;
}

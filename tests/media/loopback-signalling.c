/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "loopback-signalling.h"

static void signalling_init (CallSignallingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LoopbackSignalling,
                               loopback_signalling,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALL_TYPE_SIGNALLING, signalling_init))

typedef struct {
  LoopbackSignalling *to;
  guint generation;
  char *type; /* NULL for a candidate */
  char *text;
  char *mid;
  guint index;
} Letter;

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_object_unref (letter->to);
  g_free (letter->type);
  g_free (letter->text);
  g_free (letter->mid);
  g_free (letter);
}

static gboolean
deliver (gpointer data)
{
  Letter *letter = data;
  CallSignalling *to = CALL_SIGNALLING (letter->to);

  if (letter->type != NULL)
    call_signalling_emit_description_received (to, letter->generation, letter->type, letter->text);
  else
    call_signalling_emit_candidate_received (to, letter->generation, letter->text, letter->mid,
                                             letter->index);
  return G_SOURCE_REMOVE;
}

static Letter *
post (LoopbackSignalling *from, guint generation)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->to = g_object_ref (from->link->ends[1 - from->index]);
  letter->generation = generation;
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, letter, letter_free);
  return letter;
}

static void
send_description (CallSignalling *signalling, guint generation, const char *type, const char *sdp)
{
  LoopbackSignalling *self = LOOPBACK_SIGNALLING (signalling);
  Letter *letter = post (self, generation);

  self->n_descriptions++;
  g_free (self->last_sdp);
  self->last_sdp = g_strdup (sdp);
  letter->type = g_strdup (type);
  letter->text = g_strdup (sdp);
}

static void
send_candidate (CallSignalling *signalling,
                guint generation,
                const char *candidate,
                const char *mid,
                guint index)
{
  LoopbackSignalling *self = LOOPBACK_SIGNALLING (signalling);
  LoopbackLink *link = self->link;
  g_autofree char *text = link->candidate_func != NULL
                              ? link->candidate_func (self->index, candidate, link->user_data)
                              : g_strdup (candidate);
  Letter *letter;

  self->n_candidates++;
  if (text == NULL)
    return;
  letter = post (self, generation);
  letter->text = g_steal_pointer (&text);
  letter->mid = g_strdup (mid);
  letter->index = index;
}

static void
report_flowing (CallSignalling *signalling, guint generation)
{
  LoopbackSignalling *self = LOOPBACK_SIGNALLING (signalling);

  /* Once for each, and again after it had stalled. */
  g_assert_true (generation > self->last_flowing || self->stalled == generation);
  self->n_flowing++;
  self->last_flowing = generation;
  self->stalled = 0;
}

static void
report_stalled (CallSignalling *signalling, guint generation)
{
  LoopbackSignalling *self = LOOPBACK_SIGNALLING (signalling);

  self->n_stalled++;
  self->stalled = generation;
}

static gboolean
start_next (gpointer data)
{
  loopback_link_start_generation (data);
  return G_SOURCE_REMOVE;
}

static void
report_lost (CallSignalling *signalling, guint generation, const char *why)
{
  LoopbackSignalling *self = LOOPBACK_SIGNALLING (signalling);

  g_assert_nonnull (why);
  self->n_lost++;
  if (generation == self->link->generation && !self->link->frozen) {
    self->link->generation++;
    g_idle_add (start_next, self->link);
  }
}

static void
report_alive (CallSignalling *signalling, gboolean media)
{
  LOOPBACK_SIGNALLING (signalling)->n_alive++;
}

static GPtrArray *
get_ice_servers (CallSignalling *signalling)
{
  return g_ptr_array_ref (LOOPBACK_SIGNALLING (signalling)->link->ice_servers);
}

static void
signalling_init (CallSignallingInterface *iface)
{
  iface->send_description = send_description;
  iface->send_candidate = send_candidate;
  iface->report_flowing = report_flowing;
  iface->report_stalled = report_stalled;
  iface->report_lost = report_lost;
  iface->report_alive = report_alive;
  iface->get_ice_servers = get_ice_servers;
}

static void
loopback_signalling_finalize (GObject *object)
{
  g_free (LOOPBACK_SIGNALLING (object)->last_sdp);
  G_OBJECT_CLASS (loopback_signalling_parent_class)->finalize (object);
}

static void
loopback_signalling_class_init (LoopbackSignallingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = loopback_signalling_finalize;
}

static void
loopback_signalling_init (LoopbackSignalling *self)
{
}

LoopbackLink *
loopback_link_new (void)
{
  LoopbackLink *link = g_new0 (LoopbackLink, 1);

  link->ice_servers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < 2; i++) {
    link->ends[i] = g_object_new (LOOPBACK_TYPE_SIGNALLING, NULL);
    link->ends[i]->link = link;
    link->ends[i]->index = i;
  }
  return link;
}

void
loopback_link_free (LoopbackLink *link)
{
  while (g_source_remove_by_user_data (link))
    ;
  for (guint i = 0; i < 2; i++)
    g_assert_finalize_object (link->ends[i]);
  g_ptr_array_unref (link->ice_servers);
  g_free (link);
}

/* Starts the generation that is due, the first one at first. */
void
loopback_link_start_generation (LoopbackLink *link)
{
  if (link->generation == 0)
    link->generation = 1;
  for (guint i = 0; i < 2; i++)
    call_signalling_emit_generation_started (CALL_SIGNALLING (link->ends[i]), link->generation,
                                             i == 0);
}

void
loopback_link_finish (LoopbackLink *link)
{
  for (guint i = 0; i < 2; i++)
    call_signalling_emit_finished (CALL_SIGNALLING (link->ends[i]));
}

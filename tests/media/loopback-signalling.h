/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call-media.h>

G_BEGIN_DECLS

/*
 * Two ends of a call in one process, and the server between them: messages go over the main loop,
 * in order; a generation that one end reports as lost is followed by the next.
 */
#define LOOPBACK_TYPE_SIGNALLING (loopback_signalling_get_type ())
G_DECLARE_FINAL_TYPE (LoopbackSignalling, loopback_signalling, LOOPBACK, SIGNALLING, GObject)

/* Changes a candidate on its way, returns NULL to lose it. @from is 0 for the offering end. */
typedef char *(*LoopbackCandidateFunc) (guint from, const char *candidate, gpointer user_data);

typedef struct {
  LoopbackSignalling *ends[2]; /* 0 offers */
  guint generation;
  gboolean frozen; /* reports of lost media have no consequence */
  GPtrArray *ice_servers;
  LoopbackCandidateFunc candidate_func;
  gpointer user_data;
} LoopbackLink;

struct _LoopbackSignalling {
  GObject parent_instance;

  LoopbackLink *link;
  guint index;
  /* what the engine has reported */
  guint n_flowing, n_stalled, n_lost, n_alive;
  guint n_descriptions, n_candidates;
  guint last_flowing;
  guint stalled; /* the generation that was reported so and has not flowed since, or 0 */
  char *last_sdp;
};

LoopbackLink *loopback_link_new (void);
void loopback_link_free (LoopbackLink *link);
void loopback_link_start_generation (LoopbackLink *link);
void loopback_link_finish (LoopbackLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoopbackLink, loopback_link_free)

G_END_DECLS

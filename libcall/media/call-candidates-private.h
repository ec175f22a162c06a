/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A sane peer has some ten candidates; what comes after this many is dropped. */
#define CALL_CANDIDATES_MAX 100

typedef void (*CallCandidateFunc) (const char *candidate, guint index, gpointer user_data);

/*
 * CallCandidates takes the other side's ICE candidates as they come, keeps them until the remote
 * description is set, looks up hidden names and drops what is of no use. After
 * call_candidates_free() nothing is given any more.
 */
typedef struct _CallCandidates CallCandidates;

CallCandidates *call_candidates_new (CallCandidateFunc give, gpointer user_data);
void call_candidates_free (CallCandidates *self);
void call_candidates_add (CallCandidates *self, const char *candidate, guint index);
void call_candidates_open (CallCandidates *self);
guint call_candidates_get_waiting (CallCandidates *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer than any real candidate; the length is the sender's choice. */
#define CALL_CANDIDATE_MAX_BYTES 512

typedef enum {
  CALL_CANDIDATE_BAD,   /* ignore it: malformed, or the marker of the end */
  CALL_CANDIDATE_PLAIN, /* has an address */
  CALL_CANDIDATE_NAMED, /* has a host name, hidden by multicast DNS; must be looked up first */
} CallCandidateClass;

CallCandidateClass call_candidate_classify (const char *candidate);
char *call_candidate_dup_address (const char *candidate);
char *call_candidate_replace_address (const char *candidate, const char *address);
gboolean call_candidate_is_relay (const char *candidate);

char *call_ice_uri_build (const char *url, const char *username, const char *credential);
gboolean call_ice_is_loopback_only (void);

G_END_DECLS

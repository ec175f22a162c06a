/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load-server.h"
#include "load-swarm.h"

G_BEGIN_DECLS

/* A sanitizer keeps what was freed: its memory says nothing. */
#if defined(__SANITIZE_ADDRESS__)
#define CROWD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CROWD_SANITIZED 1
#endif
#endif
#ifndef CROWD_SANITIZED
#define CROWD_SANITIZED 0
#endif

/*
 * Crowd:
 *
 * People who chat in groups over the real calld, and who keep account: what was said, what calld
 * acknowledged, and how often each member heard it. Whoever loses the connection comes back by
 * itself, and says again what was not acknowledged, under the same tempId.
 */
typedef struct {
  LoadClinic *clinic;
  LoadServer *server;
  LoadSwarm *swarm;
  guint n_clients;
  guint room_size;
  GPtrArray *messages; /* CrowdMessage by number */
  GArray *lost;        /* guint: clients that are to connect again */
  guint64 *last_seq;   /* by client: the last it heard of */
  guint resumed;       /* answers to those who asked what they missed */
  guint sent;
  guint acknowledged;
  guint refused;
  guint departures; /* connections that ended */
  char *last_refusal;
  gboolean expects_departures;
  guint text_length; /* of what is said; 0 for about 100 */
} Crowd;

typedef struct {
  guint sender;
  gint64 due_us;
  gint64 acknowledged_us; /* 0 for not yet */
  guint16 heard;          /* by members other than the sender, as it was said */
  guint64 known;          /* mask of the members that have it, live or by asking */
} CrowdMessage;

Crowd *crowd_new (guint n_clients, guint room_size, const char *const *flags);
void crowd_free (Crowd *self);
void crowd_turn (Crowd *self, int timeout_ms);
guint crowd_say (Crowd *self, guint sender);
void crowd_chat (Crowd *self, guint rate, double seconds);
void crowd_say_again (Crowd *self);
gboolean crowd_settle (Crowd *self, double seconds);
void crowd_wait_for_all (Crowd *self);
void crowd_resume (Crowd *self);
void crowd_assert_known_by_all (Crowd *self);
void crowd_assert_heard_by_all (Crowd *self, guint from);
double crowd_get_latency (Crowd *self, guint from, double p);
void crowd_check_store (Crowd *self);

G_END_DECLS

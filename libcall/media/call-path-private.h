/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-engine-stats.h"
#include "call-media-enums.h"
#include "call-peer-private.h"
#include "call-signalling.h"

G_BEGIN_DECLS

/* So many generations in a row may fail to connect before we give up. */
#define CALL_PATH_MAX_ATTEMPTS 3
/* How often the signalling hears from us during a call. */
#define CALL_PATH_ALIVE_US (10 * G_USEC_PER_SEC)

typedef struct {
  CallVideoCodec codec;
  CallCodecFormat format;
  gboolean relay_only;
  gboolean adaptive;
  gboolean muted;
  const char *local_address;
} CallPathConfig;

typedef struct {
  void (*state_changed) (CallEngineState state, gpointer user_data);
  void (*flowing) (guint generation, gpointer user_data);
  void (*lost) (gpointer user_data);
  void (*recovered) (gpointer user_data);
  void (*failed) (const GError *error, gpointer user_data);
  void (*latency_changed) (guint latency_ms, gpointer user_data);
} CallPathEvents;

/*
 * CallPath carries a call over its generations: it makes a peer for each, keeps the one before
 * until the new one flows, watches that media comes, and tells the signalling when it does not.
 */
typedef struct _CallPath CallPath;

CallPath *call_path_new (CallStage *stage,
                         const CallRelays *relays,
                         const CallPathEvents *events,
                         gpointer user_data);
void call_path_set_config (CallPath *self, const CallPathConfig *config);
void call_path_set_signalling (CallPath *self, CallSignalling *signalling);
void call_path_set_muted (CallPath *self, gboolean muted);
void call_path_tick (CallPath *self, gint64 now_us);
CallEngineState call_path_get_state (CallPath *self);
void call_path_fill_stats (CallPath *self, CallEngineStats *stats);
void call_path_close (CallPath *self);

G_END_DECLS

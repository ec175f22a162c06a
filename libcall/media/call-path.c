/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-path-private.h"

#include "call-error.h"
#include "call-meter-private.h"

struct _CallPath {
  gboolean closed; /* by an app that does so in one of our events; nothing is told any more */
  CallStage *stage;
  CallRelays relays;
  CallPathEvents events;
  gpointer user_data;
  CallPathConfig config;
  char *local_address;
  CallSignalling *signalling;
  gulong handlers[4];

  CallEngineState state;
  CallPeer *peer;     /* of the newest generation */
  CallPeer *previous; /* flows on until the newest one does */
  guint64 last_origin;
  guint n_attempts;     /* generations in a row that never flowed */
  gboolean counted;     /* the current one is among them */
  gboolean peer_flowed; /* the current one did */
  gboolean flowed;      /* some generation of this call did */
  gboolean broken;      /* the current one is, for good */

  CallWatchdog watchdog;
  CallBitrateControl control;
  CallMeter meter;
  gint64 measured_us;
  gint64 alive_us;
  guint64 alive_packets;
};

/*
 * Whoever hears an event may close the path or change its signalling there and then, so each way in
 * holds the path, and looks again at what it uses after telling something.
 */
#define HOLD(self) G_GNUC_UNUSED g_autoptr (CallPathHold) hold = g_rc_box_acquire (self)

typedef CallPath CallPathHold;

static void
path_clear (gpointer data)
{
  CallPath *self = data;

  call_relays_clear (&self->relays);
  call_stage_unref (self->stage);
  g_free (self->local_address);
}

static void
path_release (CallPathHold *hold)
{
  g_rc_box_release_full (hold, path_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallPathHold, path_release)

static void
set_state (CallPath *self, CallEngineState state)
{
  if (self->state == state || self->closed)
    return;
  self->state = state;
  self->events.state_changed (state, self->user_data);
}

static void
drop_peer (CallPath *self, CallPeer **peer)
{
  if (*peer == NULL)
    return;
  call_meter_add (&self->meter, call_peer_get_flow (*peer));
  call_peer_close (g_steal_pointer (peer));
}

static void
give_up (CallPath *self, const GError *error)
{
  drop_peer (self, &self->previous);
  drop_peer (self, &self->peer);
  set_state (self, CALL_ENGINE_FAILED);
  if (!self->closed)
    self->events.failed (error, self->user_data);
}

static void
give_up_connecting (CallPath *self)
{
  g_autoptr (GError) error = g_error_new (
      CALL_ERROR, CALL_ERROR_MEDIA,
      "No media could be exchanged with the other side in %u attempts", self->n_attempts);

  give_up (self, error);
}

static void
lose (CallPath *self)
{
  guint generation = call_peer_get_generation (self->peer);

  if (!self->peer_flowed && !self->counted) {
    self->counted = TRUE;
    self->n_attempts++;
  }
  if (self->n_attempts >= CALL_PATH_MAX_ATTEMPTS) {
    give_up_connecting (self);
    return;
  }
  g_info ("Generation %u is lost", generation);
  call_signalling_report_lost (self->signalling, generation,
                               self->broken ? "connection_failed" : "no_media");
}

/* --- what a peer tells --- */

static void
on_description (CallPeer *peer, const char *type, const char *sdp, gpointer user_data)
{
  CallPath *self = user_data;
  HOLD (self);

  if (peer != self->peer)
    return;
  call_signalling_send_description (self->signalling, call_peer_get_generation (peer), type, sdp);
  if (!self->flowed && peer == self->peer)
    set_state (self, CALL_ENGINE_CONNECTING);
}

static void
on_candidate (CallPeer *peer,
              const char *candidate,
              const char *mid,
              guint index,
              gpointer user_data)
{
  CallPath *self = user_data;

  if (peer == self->peer)
    call_signalling_send_candidate (self->signalling, call_peer_get_generation (peer), candidate,
                                    mid, index);
}

static void
on_connected (CallPeer *peer, gpointer user_data)
{
  CallPath *self = user_data;

  call_meter_note_connected (&self->meter, g_get_monotonic_time ());
}

static void
on_first_picture (CallPeer *peer, gpointer user_data)
{
  CallPath *self = user_data;

  call_meter_note_picture (&self->meter, g_get_monotonic_time ());
}

static void
on_flowing (CallPeer *peer, gpointer user_data)
{
  CallPath *self = user_data;
  guint generation = call_peer_get_generation (peer);
  HOLD (self);

  if (peer != self->peer)
    return;
  drop_peer (self, &self->previous);
  self->peer_flowed = TRUE;
  self->flowed = TRUE;
  self->n_attempts = 0;
  call_signalling_report_flowing (self->signalling, generation);
  if (peer == self->peer)
    set_state (self, CALL_ENGINE_FLOWING);
  if (peer == self->peer)
    self->events.flowing (generation, self->user_data);
}

static void check_liveness (CallPath *self, gint64 now_us);

static void
on_failed (CallPeer *peer, const GError *error, gboolean fatal, gpointer user_data)
{
  CallPath *self = user_data;
  HOLD (self);

  g_info ("Generation %u: %s", call_peer_get_generation (peer), error->message);
  if (peer != self->peer)
    return;
  if (fatal) {
    give_up (self, error);
    return;
  }
  self->broken = TRUE;
  check_liveness (self, g_get_monotonic_time ());
}

/* --- what the signalling tells --- */

static CallPeer *
make_peer (CallPath *self, guint generation, gboolean offer, GError **error)
{
  static const CallPeerEvents events = {
    .description = on_description,
    .candidate = on_candidate,
    .connected = on_connected,
    .first_picture = on_first_picture,
    .flowing = on_flowing,
    .failed = on_failed,
  };
  g_autoptr (GPtrArray) servers = call_signalling_get_ice_servers (self->signalling);
  CallPeerConfig config = {
    .generation = generation,
    .origin = ++self->last_origin,
    .offer = offer,
    .codec = self->config.codec,
    .format = self->config.format,
    .relay_only = self->config.relay_only,
    .local_address = self->local_address,
    .ice_servers = servers,
    .stage = self->stage,
    .relays = &self->relays,
    .muted = self->config.muted,
  };

  /* A new generation on a path that was narrow starts narrow, not at full rate. */
  config.format.bitrate = self->control.bitrate;
  return call_peer_new (&config, &events, self, error);
}

static void
begin (CallPath *self, guint generation, gboolean offer)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  self->broken = FALSE;
  self->counted = FALSE;
  self->peer_flowed = FALSE;
  call_watchdog_init (&self->watchdog, now);
  call_meter_begin (&self->meter, generation, now);
  self->peer = make_peer (self, generation, offer, &error);
  if (self->peer == NULL || !call_peer_start (self->peer, &error)) {
    give_up (self, error);
    return;
  }
  set_state (self, self->flowed ? CALL_ENGINE_RECONNECTING : CALL_ENGINE_GATHERING);
}

static guint
get_generation (CallPath *self)
{
  return self->meter.total.generation;
}

static void
on_generation_started (CallSignalling *signalling, guint generation, gboolean offer, CallPath *self)
{
  HOLD (self);

  if (generation <= get_generation (self))
    return;
  /* Of two that never flowed the older one is of no use; otherwise it plays until the new one does.
   */
  if (self->peer_flowed)
    drop_peer (self, &self->previous);
  if (self->peer_flowed)
    self->previous = g_steal_pointer (&self->peer);
  drop_peer (self, &self->peer);
  begin (self, generation, offer);
}

static void
on_description_received (CallSignalling *signalling,
                         guint generation,
                         const char *type,
                         const char *sdp,
                         CallPath *self)
{
  HOLD (self);

  if (self->peer != NULL && generation == get_generation (self))
    call_peer_set_remote_description (self->peer, type, sdp);
  else
    g_debug ("A description of generation %u is late", generation);
}

static void
on_candidate_received (CallSignalling *signalling,
                       guint generation,
                       const char *candidate,
                       const char *mid,
                       guint index,
                       CallPath *self)
{
  if (self->peer != NULL && generation == get_generation (self))
    call_peer_add_candidate (self->peer, candidate, mid, index);
}

static void
end (CallPath *self)
{
  drop_peer (self, &self->previous);
  drop_peer (self, &self->peer);
}

static void
on_finished (CallSignalling *signalling, CallPath *self)
{
  HOLD (self);

  end (self);
  set_state (self, CALL_ENGINE_CLOSED);
}

/* --- time --- */

static void
check_liveness (CallPath *self, gint64 now_us)
{
  guint64 packets = atomic_load (&call_peer_get_flow (self->peer)->packets_in);

  switch (call_watchdog_step (&self->watchdog, now_us, packets, self->broken)) {
  case CALL_WATCHDOG_STALLED:
    call_signalling_report_stalled (self->signalling, get_generation (self));
    set_state (self, self->flowed ? CALL_ENGINE_RECONNECTING : CALL_ENGINE_CONNECTING);
    if (!self->closed)
      self->events.lost (self->user_data);
    break;
  case CALL_WATCHDOG_RECOVERED:
    if (self->peer_flowed) {
      /* The same generation flows again: the call is not reconnecting any more. */
      call_signalling_report_flowing (self->signalling, get_generation (self));
      set_state (self, CALL_ENGINE_FLOWING);
    }
    if (!self->closed)
      self->events.recovered (self->user_data);
    break;
  case CALL_WATCHDOG_LOST:
    lose (self);
    break;
  case CALL_WATCHDOG_QUIET:
  default:
    break;
  }
}

static void
tick_peer (CallPath *self, gint64 now_us)
{
  g_autoptr (CallPeer) peer = g_object_ref (self->peer);

  call_peer_tick (peer, now_us);
}

static void
adapt (CallPath *self)
{
  guint before = self->control.bitrate;
  guint latency;

  if (!self->config.adaptive)
    return;
  if (call_bitrate_control_step (&self->control, &self->meter.latest) != before)
    call_peer_set_bitrate (self->peer, self->control.bitrate);
  latency = call_quality_choose_latency (&self->meter.latest, call_peer_get_latency (self->peer));
  if (latency == call_peer_get_latency (self->peer))
    return;
  call_peer_set_latency (self->peer, latency);
  self->events.latency_changed (latency, self->user_data);
}

static void
report_alive (CallPath *self, gint64 now_us)
{
  guint64 packets = atomic_load (&call_peer_get_flow (self->peer)->packets_in);
  gboolean media;

  if (now_us - self->alive_us < CALL_PATH_ALIVE_US)
    return;
  self->alive_us = now_us;
  media = packets != self->alive_packets;
  self->alive_packets = packets;
  call_signalling_report_alive (self->signalling, media);
}

static void
measure (CallPath *self, gint64 now_us)
{
  if (now_us - self->measured_us < G_USEC_PER_SEC)
    return;
  self->measured_us = now_us;
  call_meter_measure (&self->meter, self->peer, now_us);
  adapt (self);
}

/* Called several times a second with the monotonic time. */
void
call_path_tick (CallPath *self, gint64 now_us)
{
  static void (*const steps[]) (CallPath *, gint64) = { check_liveness, tick_peer, report_alive,
                                                        measure };
  HOLD (self);

  /* Any of them may end the generation. */
  for (gsize i = 0; i < G_N_ELEMENTS (steps) && self->peer != NULL; i++)
    steps[i](self, now_us);
}

/* --- life --- */

CallPath *
call_path_new (CallStage *stage,
               const CallRelays *relays,
               const CallPathEvents *events,
               gpointer user_data)
{
  CallPath *self = g_rc_box_new0 (CallPath);

  self->stage = call_stage_ref (stage);
  call_relays_copy (&self->relays, relays);
  self->events = *events;
  self->user_data = user_data;
  call_meter_init (&self->meter, g_get_monotonic_time ());
  return self;
}

/* For generations to come. */
void
call_path_set_config (CallPath *self, const CallPathConfig *config)
{
  g_autofree char *address = g_strdup (config->local_address);

  if (config->format.bitrate != self->config.format.bitrate)
    call_bitrate_control_init (&self->control, config->format.bitrate);
  self->config = *config;
  g_free (self->local_address);
  self->local_address = g_steal_pointer (&address);
  self->config.local_address = NULL;
}

static void
disconnect_signalling (CallPath *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_clear_signal_handler (&self->handlers[i], self->signalling);
  g_clear_object (&self->signalling);
}

static void
connect_signalling (CallPath *self)
{
  gboolean offer = FALSE;
  guint generation;

  self->handlers[0] = g_signal_connect (self->signalling, "generation-started",
                                        G_CALLBACK (on_generation_started), self);
  self->handlers[1] = g_signal_connect (self->signalling, "description-received",
                                        G_CALLBACK (on_description_received), self);
  self->handlers[2] = g_signal_connect (self->signalling, "candidate-received",
                                        G_CALLBACK (on_candidate_received), self);
  self->handlers[3] = g_signal_connect (self->signalling, "finished", G_CALLBACK (on_finished),
                                        self);
  generation = call_signalling_get_generation (self->signalling, &offer);
  if (generation != 0)
    on_generation_started (self->signalling, generation, offer, self);
}

/* Begins the call that @signalling is about, or with NULL ends the one there is. */
void
call_path_set_signalling (CallPath *self, CallSignalling *signalling)
{
  if (signalling == self->signalling)
    return;
  end (self);
  disconnect_signalling (self);
  call_meter_init (&self->meter, g_get_monotonic_time ());
  call_bitrate_control_init (&self->control, self->config.format.bitrate);
  self->flowed = FALSE;
  self->peer_flowed = FALSE;
  self->n_attempts = 0;
  set_state (self, CALL_ENGINE_IDLE);
  self->signalling = signalling != NULL ? g_object_ref (signalling) : NULL;
  if (signalling != NULL)
    connect_signalling (self);
}

void
call_path_set_muted (CallPath *self, gboolean muted)
{
  self->config.muted = muted;
  if (self->peer != NULL)
    call_peer_set_muted (self->peer, muted);
  if (self->previous != NULL)
    call_peer_set_muted (self->previous, muted);
}

CallEngineState
call_path_get_state (CallPath *self)
{
  return self->state;
}

void
call_path_fill_stats (CallPath *self, CallEngineStats *stats)
{
  call_meter_read (&self->meter, self->peer, self->previous, stats);
}

/* Lets go of @self; its peers are stopped in threads. */
void
call_path_close (CallPath *self)
{
  self->closed = TRUE;
  end (self);
  disconnect_signalling (self);
  path_release (self);
}

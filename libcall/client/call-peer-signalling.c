/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-peer-signalling"

#include "config.h"

#include "call-peer-signalling.h"

#include "call-ice-server.h"
#include "call-relay.h"

/*
 * CallPeerSignalling:
 *
 * CallSignalling over the PeerJS relay (docs/protocol.md section 6). What belongs together is told
 * by the connection id, `mc_<callId>_<generation>`, and by who sent it; anything else is dropped.
 *
 * A message may come before we know that its generation has started, since the relay and the events
 * are two connections: it is held until then. Ours are kept until media flows and sent again when
 * the relay comes back, because it forgets; the other side drops what it has seen.
 *
 * What the engine reports goes to the client by the private signals "flowing", "stalled", "lost"
 * and "alive".
 */
struct _CallPeerSignalling {
  GObject parent_instance;

  CallRelay *relay;
  CallClock *clock;
  char *appointment_id;
  char *call_id;
  char *remote; /* the other side's peer id */
  GPtrArray *ice_servers;

  guint generation;
  gboolean offer;
  gboolean described; /* the remote description of this generation has come */
  gboolean flowed;
  gboolean finished;

  GQueue
      held; /* Heard: of a generation that has not started, or a candidate before its description */
  GQueue inbox; /* Heard: checked, in order, waiting for the engine */
  GQueue sent;  /* CallPeerjsSignal: ours of this generation */
  GSource *flush_source;
  CallTimer *resend_timer;
};

typedef struct {
  char *src;
  CallPeerjsSignal signal;
} Heard;

enum { FLOWING, STALLED, LOST, ALIVE, N_SIGNALS };

static guint signals[N_SIGNALS];

static void call_peer_signalling_iface_init (CallSignallingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CallPeerSignalling,
                               call_peer_signalling,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALL_TYPE_SIGNALLING,
                                                      call_peer_signalling_iface_init))

/* The peer was not at the relay within its 5 s; it may be on its way. */
#define RESEND_MS 1000

static void
heard_free (Heard *heard)
{
  g_free (heard->src);
  call_peerjs_signal_clear (&heard->signal);
  g_free (heard);
}

static void
sent_free (CallPeerjsSignal *signal)
{
  call_peerjs_signal_clear (signal);
  g_free (signal);
}

static void
keep (GQueue *queue, gpointer item, GDestroyNotify free_func)
{
  if (queue->length < CALL_PEER_SIGNALLING_MAX_KEPT)
    g_queue_push_tail (queue, item);
  else
    free_func (item);
}

/* --- receiving -------------------------------------------------------------------------------- */

static gboolean
is_description (const CallPeerjsSignal *signal)
{
  return signal->type == CALL_PEERJS_OFFER || signal->type == CALL_PEERJS_ANSWER;
}

/* Nobody offers but the side that is to: an offer to the offering side is of another world. */
static gboolean
is_expected (CallPeerSignalling *self, const CallPeerjsSignal *signal)
{
  return signal->type == CALL_PEERJS_CANDIDATE ||
         signal->type == (self->offer ? CALL_PEERJS_ANSWER : CALL_PEERJS_OFFER);
}

static void
deliver (CallPeerSignalling *self, const CallPeerjsSignal *signal)
{
  CallSignalling *signalling = CALL_SIGNALLING (self);

  if (signal->type == CALL_PEERJS_CANDIDATE)
    call_signalling_emit_candidate_received (signalling, self->generation, signal->candidate,
                                             signal->sdp_mid, signal->sdp_mline_index);
  else
    call_signalling_emit_description_received (
        signalling, self->generation, signal->type == CALL_PEERJS_OFFER ? "offer" : "answer",
        signal->sdp);
}

static gboolean
engine_listens (CallPeerSignalling *self)
{
  guint id = g_signal_lookup ("description-received", CALL_TYPE_SIGNALLING);

  return g_signal_has_handler_pending (self, id, 0, FALSE);
}

static gboolean
flush (gpointer user_data)
{
  g_autoptr (CallPeerSignalling) self = g_object_ref (user_data);
  Heard *heard;

  g_clear_pointer (&self->flush_source, g_source_unref);
  while (!self->finished && engine_listens (self) &&
         (heard = g_queue_pop_head (&self->inbox)) != NULL) {
    deliver (self, &heard->signal);
    heard_free (heard);
  }
  return G_SOURCE_REMOVE;
}

static void
flush_soon (CallPeerSignalling *self)
{
  if (self->flush_source != NULL || self->inbox.length == 0)
    return;
  self->flush_source = g_idle_source_new ();
  g_source_set_priority (self->flush_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->flush_source, flush, self, NULL);
  g_source_attach (self->flush_source, g_main_context_get_thread_default ());
}

/* Puts a message where it belongs. Takes @heard. */
static void
sort_in (CallPeerSignalling *self, Heard *heard)
{
  const CallPeerjsSignal *signal = &heard->signal;
  gboolean ours = self->call_id == NULL || g_strcmp0 (signal->call_id, self->call_id) == 0;

  if (!ours || signal->generation == 0 || signal->generation < self->generation) {
    heard_free (heard);
  } else if (self->call_id == NULL || signal->generation > self->generation) {
    keep (&self->held, heard, (GDestroyNotify) heard_free);
  } else if (g_strcmp0 (heard->src, self->remote) != 0 || !is_expected (self, signal)) {
    heard_free (heard);
  } else if (is_description (signal)) {
    if (self->described) {
      heard_free (heard);
      return;
    }
    self->described = TRUE;
    g_queue_push_tail (&self->inbox, heard); /* one for each generation: needs no bound */
  } else {
    keep (self->described ? &self->inbox : &self->held, heard, (GDestroyNotify) heard_free);
  }
}

/* Looks at what was held again, descriptions first, so that candidates stay in their order. */
static void
sort_held (CallPeerSignalling *self)
{
  for (int round = 0; round < 2; round++) {
    for (guint n = self->held.length; n > 0; n--) {
      Heard *heard = g_queue_pop_head (&self->held);

      if (round == 0 && !is_description (&heard->signal))
        g_queue_push_tail (&self->held, heard);
      else
        sort_in (self, heard);
    }
  }
}

static void
resend (CallPeerSignalling *self)
{
  if (self->remote == NULL)
    return;
  for (GList *l = self->sent.head; l != NULL; l = l->next) {
    g_autofree char *text = call_peerjs_signal_encode (l->data, self->remote);

    if (!call_relay_send (self->relay, text))
      return;
  }
}

static void
on_resend (gpointer user_data)
{
  CallPeerSignalling *self = user_data;

  self->resend_timer = NULL;
  resend (self);
}

static void
on_message (CallRelay *relay, CallPeerjsMessage *message, CallPeerSignalling *self)
{
  Heard *heard;
  gboolean described = self->described;

  if (message->type == CALL_PEERJS_EXPIRE) {
    if (self->resend_timer == NULL && self->sent.length > 0)
      self->resend_timer = call_clock_add_timer (self->clock, RESEND_MS, on_resend, self);
    return;
  }
  if (message->type == CALL_PEERJS_LEAVE || message->src == NULL)
    return; /* only an event ends a call */
  heard = g_new0 (Heard, 1);
  heard->src = g_strdup (message->src);
  if (!call_peerjs_signal_parse (&heard->signal, message, NULL)) {
    heard_free (heard);
    return;
  }
  sort_in (self, heard);
  if (self->described && !described)
    sort_held (self);
  flush_soon (self);
}

static void
on_opened (CallRelay *relay, CallPeerSignalling *self)
{
  resend (self);
}

/* --- what the engine does --------------------------------------------------------------------- */

static void
send_signal (CallPeerSignalling *self, CallPeerjsSignal *signal)
{
  signal->connection_id = call_peerjs_connection_id_new (self->call_id, self->generation);
  signal->appointment_id = g_strdup (self->appointment_id);
  signal->call_id = g_strdup (self->call_id);
  signal->generation = self->generation;
  if (self->remote != NULL) {
    g_autofree char *text = call_peerjs_signal_encode (signal, self->remote);

    call_relay_send (self->relay, text);
  }
  if (self->flowed)
    sent_free (signal);
  else
    keep (&self->sent, signal, (GDestroyNotify) sent_free);
}

static void
call_peer_signalling_send_description (CallSignalling *signalling,
                                       guint generation,
                                       const char *type,
                                       const char *sdp)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);
  CallPeerjsSignal *signal;

  if (self->finished || generation != self->generation || generation == 0)
    return;
  signal = g_new0 (CallPeerjsSignal, 1);
  signal->type = g_str_equal (type, "offer") ? CALL_PEERJS_OFFER : CALL_PEERJS_ANSWER;
  signal->sdp = g_strdup (sdp);
  send_signal (self, signal);
}

static void
call_peer_signalling_send_candidate (CallSignalling *signalling,
                                     guint generation,
                                     const char *candidate,
                                     const char *sdp_mid,
                                     guint sdp_mline_index)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);
  CallPeerjsSignal *signal;

  if (self->finished || generation != self->generation || generation == 0)
    return;
  signal = g_new0 (CallPeerjsSignal, 1);
  signal->type = CALL_PEERJS_CANDIDATE;
  signal->candidate = g_strdup (candidate);
  signal->sdp_mid = g_strdup (sdp_mid);
  signal->sdp_mline_index = sdp_mline_index;
  send_signal (self, signal);
}

static guint
call_peer_signalling_get_generation (CallSignalling *signalling, gboolean *offer)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);

  if (self->finished)
    return 0;
  flush_soon (self);
  *offer = self->offer;
  return self->generation;
}

static void
call_peer_signalling_report_flowing (CallSignalling *signalling, guint generation)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);

  if (self->finished || generation != self->generation)
    return;
  self->flowed = TRUE;
  g_queue_clear_full (&self->sent, (GDestroyNotify) sent_free);
  g_signal_emit (self, signals[FLOWING], 0, generation);
}

static void
call_peer_signalling_report_stalled (CallSignalling *signalling, guint generation)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);

  if (!self->finished && generation == self->generation)
    g_signal_emit (self, signals[STALLED], 0, generation);
}

static void
call_peer_signalling_report_lost (CallSignalling *signalling, guint generation, const char *why)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);

  if (!self->finished && generation == self->generation)
    g_signal_emit (self, signals[LOST], 0, generation, why);
}

static void
call_peer_signalling_report_alive (CallSignalling *signalling, gboolean media)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);

  if (!self->finished)
    g_signal_emit (self, signals[ALIVE], 0, media);
}

static GPtrArray *
call_peer_signalling_get_ice_servers (CallSignalling *signalling)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (signalling);
  GPtrArray *servers = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->ice_servers->len; i++)
    g_ptr_array_add (servers, g_object_ref (self->ice_servers->pdata[i]));
  return servers;
}

static void
call_peer_signalling_iface_init (CallSignallingInterface *iface)
{
  iface->get_generation = call_peer_signalling_get_generation;
  iface->send_description = call_peer_signalling_send_description;
  iface->send_candidate = call_peer_signalling_send_candidate;
  iface->report_flowing = call_peer_signalling_report_flowing;
  iface->report_stalled = call_peer_signalling_report_stalled;
  iface->report_lost = call_peer_signalling_report_lost;
  iface->report_alive = call_peer_signalling_report_alive;
  iface->get_ice_servers = call_peer_signalling_get_ice_servers;
}

/* --- the object ------------------------------------------------------------------------------- */

static void
forget_messages (CallPeerSignalling *self)
{
  if (self->flush_source != NULL)
    g_source_destroy (self->flush_source);
  g_clear_pointer (&self->flush_source, g_source_unref);
  g_queue_clear_full (&self->inbox, (GDestroyNotify) heard_free);
  g_queue_clear_full (&self->sent, (GDestroyNotify) sent_free);
  call_clock_clear_timer (self->clock, &self->resend_timer);
}

static void
call_peer_signalling_dispose (GObject *object)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (object);

  if (self->clock != NULL)
    forget_messages (self);
  g_queue_clear_full (&self->held, (GDestroyNotify) heard_free);
  if (self->relay != NULL)
    call_relay_close (self->relay);
  g_clear_object (&self->relay);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (call_peer_signalling_parent_class)->dispose (object);
}

static void
call_peer_signalling_finalize (GObject *object)
{
  CallPeerSignalling *self = CALL_PEER_SIGNALLING (object);

  g_clear_pointer (&self->appointment_id, g_free);
  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->remote, g_free);
  g_clear_pointer (&self->ice_servers, g_ptr_array_unref);

  G_OBJECT_CLASS (call_peer_signalling_parent_class)->finalize (object);
}

static void
call_peer_signalling_class_init (CallPeerSignallingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = call_peer_signalling_dispose;
  object_class->finalize = call_peer_signalling_finalize;

  signals[FLOWING] = g_signal_new ("flowing", CALL_TYPE_PEER_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[STALLED] = g_signal_new ("stalled", CALL_TYPE_PEER_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[LOST] = g_signal_new ("lost", CALL_TYPE_PEER_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
  signals[ALIVE] = g_signal_new ("alive", CALL_TYPE_PEER_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
call_peer_signalling_init (CallPeerSignalling *self)
{
  self->ice_servers = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->held);
  g_queue_init (&self->inbox);
  g_queue_init (&self->sent);
}

CallPeerSignalling *
call_peer_signalling_new (CallHttp *http, CallClock *clock, const char *appointment_id)
{
  CallPeerSignalling *self = g_object_new (CALL_TYPE_PEER_SIGNALLING, NULL);

  self->clock = g_object_ref (clock);
  self->appointment_id = g_strdup (appointment_id);
  self->relay = call_relay_new (http, clock);
  g_signal_connect_object (self->relay, "opened", G_CALLBACK (on_opened), self, 0);
  g_signal_connect_object (self->relay, "message", G_CALLBACK (on_message), self, 0);
  return self;
}

const char *
call_peer_signalling_get_peer_id (CallPeerSignalling *self)
{
  return call_relay_get_peer_id (self->relay);
}

void
call_peer_signalling_connect (CallPeerSignalling *self)
{
  call_relay_open (self->relay);
}

/* The way to the server has changed: what is held for it goes out when the relay is there again. */
void
call_peer_signalling_reconnect (CallPeerSignalling *self)
{
  call_relay_reopen (self->relay);
}

void
call_peer_signalling_set_call_id (CallPeerSignalling *self, const char *call_id)
{
  g_free (self->call_id);
  self->call_id = g_strdup (call_id);
}

void
call_peer_signalling_set_remote (CallPeerSignalling *self, const char *peer_id)
{
  g_free (self->remote);
  self->remote = g_strdup (peer_id);
}

void
call_peer_signalling_set_ice_servers (CallPeerSignalling *self, GPtrArray *servers)
{
  g_ptr_array_set_size (self->ice_servers, 0);
  for (guint i = 0; i < servers->len; i++)
    g_ptr_array_add (self->ice_servers, g_object_ref (servers->pdata[i]));
}

/* Begins a generation; the call id and the other side's peer id have to be known. Older or equal
 * numbers are left out: two answers may tell of the same one. */
void
call_peer_signalling_start (CallPeerSignalling *self, guint generation, gboolean offer)
{
  g_return_if_fail (self->call_id != NULL);

  if (self->finished || generation <= self->generation)
    return;
  forget_messages (self);
  self->generation = generation;
  self->offer = offer;
  self->described = FALSE;
  self->flowed = FALSE;
  sort_held (self);
  call_signalling_emit_generation_started (CALL_SIGNALLING (self), generation, offer);
  flush_soon (self);
}

/* The call is over. Nothing is emitted or sent after this. */
void
call_peer_signalling_finish (CallPeerSignalling *self)
{
  g_autofree char *leave = NULL;

  if (self->finished)
    return;
  self->finished = TRUE;
  forget_messages (self);
  if (self->remote != NULL) {
    leave = call_peerjs_encode_bare (CALL_PEERJS_LEAVE, NULL, self->remote);
    call_relay_send (self->relay, leave);
  }
  call_relay_close (self->relay);
  call_signalling_emit_finished (CALL_SIGNALLING (self));
}

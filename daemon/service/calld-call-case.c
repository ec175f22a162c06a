/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-call"

#include "config.h"

#include "calld-call-case.h"

#include "calld-call-steps.h"
#include "calld-problem.h"

#include "call-body.h"

/* --- request ---------------------------------------------------------------------------------- */

static void
answer_request (CalldCallCase *self, const CalldCallRecord *call)
{
  CallRequestAnswer *answer = call_record_new (&call_request_answer);

  answer->call_id = g_strdup (call->id);
  answer->appointment_id = g_strdup (call->appointment_id);
  answer->generation = call->generation;
  answer->callee_id = g_strdup (call->parties[CALLD_SIDE_CALLEE].user_id);
  self->answer = answer;
}

/* A call whose lease has lapsed is nobody's any more: nothing was heard of it for a long time, or
 * the daemon died. It makes room in the same transaction. */
static void
bury_dead_call (CalldCallCase *self)
{
  g_autoptr (CalldCallRecord) dead = calld_call_record_copy (self->call);
  g_autoptr (CalldAuditRecord) record = calld_audit_record_new (
      "zombie", self->appointment->id, NULL, dead->id, "{\"reason\":\"no_media\"}", self->now);

  dead->state = CALLD_CALL_ENDED;
  dead->ended_at = self->now;
  dead->end_reason = CALL_END_NO_MEDIA;
  calld_change_update_call (self->change, dead, self->call->state, self->call->generation);
  calld_change_append_audit (self->change, record);
  calld_call_release_leases (self, dead);
}

static gboolean
decide_request (CalldCallCase *self, GError **error)
{
  const CalldCallOrder *order = &self->order;
  gboolean by_doctor = g_str_equal (order->user_id, self->appointment->doctor_id);
  const char *callee = by_doctor ? self->appointment->patient_id : self->appointment->doctor_id;
  const CalldCallRecord *call = self->call;
  CallNotice *notice;

  if (call != NULL && call->state == CALLD_CALL_RINGING &&
      calld_call_side_of (call, order->user_id) == CALLD_SIDE_CALLER &&
      g_strcmp0 (call->parties[CALLD_SIDE_CALLER].peer_id, order->peer_id) == 0) {
    self->repeated = TRUE;
    answer_request (self, call);
    return TRUE;
  }
  if (call != NULL && self->lease_alive) {
    g_propagate_error (error,
                       calld_problem_new_busy (call->id, "This appointment has an active call"));
    return FALSE;
  }
  if (call != NULL)
    bury_dead_call (self);

  self->after = calld_call_record_new (self->appointment->id, order->user_id, order->peer_id,
                                       callee, self->now);
  self->after->parties[CALLD_SIDE_CALLER].joined_at = self->now;
  calld_call_take_leases (self, self->ring_ms + CALLD_CALL_LEASE_MS);
  calld_change_add_call (self->change, self->after);
  calld_call_audit (self, "request", NULL);

  notice = calld_call_notice_by (self, CALL_NOTICE_CALL_REQUESTED);
  notice->person.name = g_strdup (order->name);
  notice->peer_id = g_strdup (order->peer_id);
  notice->auto_accept = self->auto_accept;
  calld_call_post_to_other (self, notice);
  answer_request (self, self->after);
  return TRUE;
}

/* --- accept, cancel --------------------------------------------------------------------------- */

static gboolean
decide_accept (CalldCallCase *self, GError **error)
{
  const CalldCallParty *callee = &self->call->parties[CALLD_SIDE_CALLEE];
  CallAcceptAnswer *answer;

  if (calld_call_side_of (self->call, self->order.user_id) != CALLD_SIDE_CALLEE)
    return calld_call_refuse (error, CALL_ERROR_FORBIDDEN,
                              "Only the person who is called can accept");
  if (calld_call_is_living (self->call)) {
    if (g_strcmp0 (callee->peer_id, self->order.peer_id) != 0)
      return calld_call_refuse (error, CALL_ERROR_CONFLICT,
                                "The call was answered on another device");
    self->repeated = TRUE;
  } else {
    CallNotice *notice;

    if (!calld_call_step (self, CALLD_CALL_EVENT_ACCEPT, error))
      return FALSE;
    self->after->accepted_at = self->now;
    self->after->parties[CALLD_SIDE_CALLEE].joined_at = self->now;
    g_free (self->after->parties[CALLD_SIDE_CALLEE].peer_id);
    self->after->parties[CALLD_SIDE_CALLEE].peer_id = g_strdup (self->order.peer_id);
    calld_call_write_call (self);
    calld_call_take_leases (self, CALLD_CALL_LEASE_MS);
    calld_call_audit (self, "accept", NULL);
    notice = calld_call_notice_by (self, CALL_NOTICE_CALL_ACCEPTED);
    notice->peer_id = g_strdup (self->order.peer_id);
    calld_call_post (self, notice, TRUE);
  }

  answer = call_record_new (&call_accept_answer);
  answer->call_id = g_strdup (self->call->id);
  answer->peer_id = g_strdup (self->call->parties[CALLD_SIDE_CALLER].peer_id);
  answer->generation = self->call->generation;
  self->answer = answer;
  return TRUE;
}

static gboolean
decide_cancel (CalldCallCase *self, GError **error)
{
  gboolean declines = calld_call_side_of (self->call, self->order.user_id) == CALLD_SIDE_CALLEE;

  calld_call_answer_empty (self);
  if (self->call->state == CALLD_CALL_ENDED) {
    self->repeated = TRUE;
    return TRUE;
  }
  if (!calld_call_step (self, CALLD_CALL_EVENT_CANCEL, error))
    return FALSE;
  calld_call_finish_call (self, declines ? CALL_END_DECLINED : CALL_END_CANCELLED);
  calld_call_audit (self, declines ? "decline" : "cancel",
                    self->order.lost ? "{\"lost\":true}" : NULL);
  calld_call_post_cancelled (self);
  return TRUE;
}

/* --- started, rejoin -------------------------------------------------------------------------- */

static void
answer_started (CalldCallCase *self, gint64 started_at)
{
  CallStartedAnswer *answer = call_record_new (&call_started_answer);

  answer->started_at_ms = started_at;
  self->answer = answer;
}

static gboolean
decide_started (CalldCallCase *self, GError **error)
{
  int side = calld_call_side_of (self->call, self->order.user_id);
  CalldCallParty *party;

  if (!calld_call_step (self, CALLD_CALL_EVENT_STARTED, error))
    return FALSE;
  party = &self->after->parties[side];
  if (self->call->started_at != 0 && party->alive_at != 0) {
    self->repeated = TRUE;
    answer_started (self, self->call->started_at);
    return TRUE;
  }
  party->alive_at = self->now;
  if (self->after->started_at == 0)
    self->after->started_at = self->now;
  if (self->appointment->status == CALL_APPOINTMENT_SCHEDULED)
    calld_call_move_appointment (self, CALL_APPOINTMENT_EVENT_MEDIA_STARTED);
  calld_call_write_call (self);
  calld_call_take_leases (self, CALLD_CALL_LEASE_MS);
  calld_call_audit_generation (self, "join");
  calld_call_post (self, calld_call_notice_by (self, CALL_NOTICE_CALL_STARTED), FALSE);
  answer_started (self, self->after->started_at);
  return TRUE;
}

static void
answer_rejoin (CalldCallCase *self, const CalldCallRecord *call)
{
  CallRejoinAnswer *answer = call_record_new (&call_rejoin_answer);

  answer->call_id = g_strdup (call->id);
  answer->generation = call->generation;
  if (answer->peers == NULL)
    answer->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (int side = 0; side < 2; side++)
    if (call->parties[side].peer_id != NULL)
      g_hash_table_insert (answer->peers, g_strdup (call->parties[side].user_id),
                           g_strdup (call->parties[side].peer_id));
  answer->offer = calld_call_side_of (call, self->order.user_id) == CALLD_SIDE_CALLER;
  self->answer = answer;
}

static gboolean
decide_rejoin (CalldCallCase *self, GError **error)
{
  int side = calld_call_side_of (self->call, self->order.user_id);
  const CalldCallParty *known = &self->call->parties[side];
  CalldCallParty *party;
  CallNotice *notice;

  if (!calld_call_step (self, CALLD_CALL_EVENT_REJOIN, error))
    return FALSE;
  /* Both sides noticed the same loss: the second one joins the generation of the first. */
  if (self->order.generation < self->call->generation && known->left_at == 0 &&
      g_strcmp0 (known->peer_id, self->order.peer_id) == 0) {
    self->repeated = TRUE;
    answer_rejoin (self, self->call);
    return TRUE;
  }

  party = &self->after->parties[side];
  g_free (party->peer_id);
  party->peer_id = g_strdup (self->order.peer_id);
  party->left_at = 0;
  self->after->generation++;
  calld_call_write_call (self);
  calld_call_take_leases (self, CALLD_CALL_LEASE_MS);
  calld_call_audit_generation (self, "rejoin");
  notice = calld_call_notice_by (self, CALL_NOTICE_CALL_REJOINED);
  notice->peer_id = g_strdup (self->order.peer_id);
  notice->generation = self->after->generation;
  calld_call_post (self, notice, TRUE);
  answer_rejoin (self, self->after);
  return TRUE;
}

/* --- leave, end, close ------------------------------------------------------------------------ */

static gboolean
decide_leave (CalldCallCase *self, GError **error)
{
  int side = calld_call_side_of (self->call, self->order.user_id);
  gboolean last = self->call->parties[1 - side].left_at != 0;

  if (self->call->state == CALLD_CALL_RINGING && side == CALLD_SIDE_CALLER)
    return decide_cancel (self, error);
  calld_call_answer_empty (self);
  if (!calld_call_is_living (self->call) || self->call->parties[side].left_at != 0) {
    self->repeated = TRUE;
    return TRUE;
  }

  if (!calld_call_step (self, last ? CALLD_CALL_EVENT_LAST_LEFT : CALLD_CALL_EVENT_LEAVE, error))
    return FALSE;
  self->after->parties[side].left_at = self->now;
  calld_call_audit (self, "leave", self->order.lost ? "{\"lost\":true}" : NULL);
  calld_call_post (self, calld_call_notice_by (self, CALL_NOTICE_CALL_LEFT), FALSE);
  if (last) {
    /* After the window nobody can come back, so the visit is over too. */
    if (self->now >= self->closes_at && self->appointment->status == CALL_APPOINTMENT_IN_PROGRESS)
      calld_call_move_appointment (self, CALL_APPOINTMENT_EVENT_WINDOW_OVER);
    calld_call_finish_call (self, CALL_END_LEFT);
    calld_call_audit_end (self, "end");
    calld_call_post_ended (self);
  } else {
    calld_call_write_call (self);
    calld_call_release_user_lease (self, self->after, side);
  }
  return TRUE;
}

static void
answer_end (CalldCallCase *self, const CalldCallRecord *call)
{
  CallEndAnswer *answer = call_record_new (&call_end_answer);

  answer->duration_seconds = calld_call_duration_of (call);
  answer->status = (int) self->status;
  self->answer = answer;
}

static gboolean
decide_end (CalldCallCase *self, GError **error)
{
  CallEndReason reason = self->order.is_operator ? CALL_END_OPERATOR : CALL_END_HANG_UP;

  if (self->call->state == CALLD_CALL_RINGING) {
    gboolean ok = decide_cancel (self, error);

    g_clear_pointer (&self->answer, call_record_unref);
    if (ok)
      answer_end (self, self->after);
    return ok;
  }
  if (self->call->state == CALLD_CALL_ENDED) {
    self->repeated = TRUE;
    answer_end (self, self->call);
    return TRUE;
  }

  if (!calld_call_step (self, CALLD_CALL_EVENT_END, error))
    return FALSE;
  if (self->appointment->status == CALL_APPOINTMENT_IN_PROGRESS)
    calld_call_move_appointment (self, CALL_APPOINTMENT_EVENT_ENDED);
  calld_call_finish_call (self, reason);
  calld_call_audit_end (self, "end");
  calld_call_post_ended (self);
  answer_end (self, self->after);
  return TRUE;
}

static gboolean
decide_no_answer (CalldCallCase *self, GError **error)
{
  if (!calld_call_step (self, CALLD_CALL_EVENT_NO_ANSWER, error))
    return FALSE;
  calld_call_finish_call (self, CALL_END_NO_ANSWER);
  calld_call_audit (self, "no_answer", NULL);
  calld_call_post_cancelled (self);
  calld_call_answer_empty (self);
  return TRUE;
}

static gboolean
decide_close (CalldCallCase *self, GError **error)
{
  gboolean rang = self->call->state == CALLD_CALL_RINGING;
  gboolean over = self->now >= self->closes_at || self->order.reason == CALL_END_OPERATOR;

  if (!calld_call_step (self, CALLD_CALL_EVENT_CLOSE, error))
    return FALSE;
  if (over && !rang && self->appointment->status == CALL_APPOINTMENT_IN_PROGRESS)
    calld_call_move_appointment (self, CALL_APPOINTMENT_EVENT_ENDED);
  calld_call_finish_call (self, self->order.reason);
  if (rang)
    calld_call_audit_end (self, "cancel");
  else
    calld_call_audit_end (self, self->order.reason == CALL_END_NO_MEDIA ? "zombie" : "end");
  if (rang)
    calld_call_post_cancelled (self);
  else
    calld_call_post_ended (self);
  calld_call_answer_empty (self);
  return TRUE;
}

/* --- signs of life, switches, troubles -------------------------------------------------------- */

/* Only the signalling was away: media went on, or is tried again, between the same peers. */
static gboolean
come_back (CalldCallCase *self, int side, GError **error)
{
  self->order.peer_id = self->call->parties[side].peer_id;
  self->order.generation = self->call->generation;
  return decide_rejoin (self, error);
}

static gboolean
decide_alive (CalldCallCase *self, GError **error)
{
  int side = calld_call_side_of (self->call, self->order.user_id);
  const CalldCallParty *party = &self->call->parties[side];

  if (!calld_call_is_living (self->call))
    return calld_call_refuse (error, CALL_ERROR_WRONG_STATE, "The call is over or still ringing");
  if (party->left_at != 0 && self->lost != NULL && self->lost[side])
    return come_back (self, side, error);
  if (party->left_at != 0)
    return calld_call_refuse (error, CALL_ERROR_WRONG_STATE, "You left the call; join it again");
  self->after = calld_call_record_copy (self->call);
  /* The first mark is set by `started`, which also writes that this side joined. */
  if (self->order.media && party->alive_at != 0)
    self->after->parties[side].alive_at = self->now;
  calld_call_write_call (self);
  calld_call_take_leases (self, CALLD_CALL_LEASE_MS);
  return TRUE;
}

static gboolean
decide_media (CalldCallCase *self, GError **error)
{
  int side = calld_call_side_of (self->call, self->order.user_id);
  const CalldCallSwitches *before = &self->switches[side];
  CallNotice *notice;

  if (!calld_call_is_living (self->call))
    return calld_call_refuse (error, CALL_ERROR_WRONG_STATE, "The call is over or still ringing");
  calld_call_answer_empty (self);
  self->after = calld_call_record_copy (self->call);
  self->repeated = !before->audio == !self->order.audio && !before->video == !self->order.video;
  if (self->repeated)
    return TRUE;
  if (!before->audio != !self->order.audio)
    calld_call_audit (self, self->order.audio ? "unmute" : "mute", NULL);
  if (!before->video != !self->order.video)
    calld_call_audit (self, self->order.video ? "camera_on" : "camera_off", NULL);
  notice = calld_call_notice_by (self, CALL_NOTICE_CALL_MEDIA);
  notice->audio = self->order.audio;
  notice->video = self->order.video;
  calld_call_post (self, notice, FALSE);
  return TRUE;
}

static gboolean
decide_error (CalldCallCase *self, GError **error)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *payload = NULL;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "stage", self->order.stage);
  call_json_add_string (&writer, "code", self->order.code);
  call_json_end_object (&writer);
  payload = call_json_writer_finish (&writer);
  calld_call_audit (self, "error", payload);
  calld_call_answer_empty (self);
  return TRUE;
}

typedef gboolean (*Decide) (CalldCallCase *self, GError **error);

static const Decide deciders[] = {
  [CALLD_CALL_REQUEST] = decide_request,
  [CALLD_CALL_ACCEPT] = decide_accept,
  [CALLD_CALL_CANCEL] = decide_cancel,
  [CALLD_CALL_STARTED] = decide_started,
  [CALLD_CALL_REJOIN] = decide_rejoin,
  [CALLD_CALL_LEAVE] = decide_leave,
  [CALLD_CALL_END] = decide_end,
  [CALLD_CALL_ALIVE] = decide_alive,
  [CALLD_CALL_MEDIA] = decide_media,
  [CALLD_CALL_ERROR] = decide_error,
  [CALLD_CALL_NO_ANSWER] = decide_no_answer,
  [CALLD_CALL_CLOSE] = decide_close,
};

/* Whether whoever asks may be outside of the call. */
static gboolean
needs_side (const CalldCallOrder *order)
{
  return order->action != CALLD_CALL_REQUEST && order->user_id != NULL && !order->is_operator;
}

/**
 * calld_call_case_decide:
 * @self: a case with everything that goes in; zero otherwise
 * @error: why nothing is to be done
 *
 * Decides. On success either @repeated is set and only @answer counts, or @change is to be
 * committed, then @outbox to be published, then @answer to be given. Clear @self afterwards.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_call_case_decide (CalldCallCase *self, GError **error)
{
  self->change = calld_change_new ();
  self->outbox = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_call_letter_free);
  self->status = self->appointment->status;
  if (needs_side (&self->order) && calld_call_side_of (self->call, self->order.user_id) < 0)
    return calld_call_refuse (error, CALL_ERROR_NOT_PARTICIPANT,
                              "You do not take part in this call");
  return deciders[self->order.action](self, error);
}

/**
 * calld_call_case_clear:
 * @self: a case that was decided
 *
 * Frees what came out.
 */
void
calld_call_case_clear (CalldCallCase *self)
{
  g_clear_pointer (&self->after, calld_call_record_free);
  g_clear_pointer (&self->change, calld_change_free);
  g_clear_pointer (&self->outbox, g_ptr_array_unref);
  g_clear_pointer (&self->answer, call_record_unref);
}

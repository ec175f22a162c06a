/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-calls"

#include "config.h"

#include "calld-access.h"
#include "calld-calls-private.h"
#include "calld-log.h"
#include "calld-problem.h"

#include "call-body.h"

/*
 * One order, from the turnstile to the answer: load what is known, check the right, decide, commit,
 * take note, publish, answer. Orders of one appointment run one after another.
 */

typedef enum {
  STEP_APPOINTMENT,
  STEP_DOCTOR,
  STEP_CALL,
  STEP_COMMIT,
} Step;

typedef struct {
  CalldCallOrder order; /* the strings are below */
  char *user_id;
  char *name;
  char *appointment_id;
  char *call_id;
  char *peer_id;
  char *stage;
  char *code;
  CalldIdentity *who; /* NULL for the server's own orders */
  guint64 connection_id;
  gint64 began_us;

  Step step;
  CalldAppointmentRecord *appointment;
  CalldUserRecord *doctor;
  CalldCallRecord *call;
  CalldCallCase *verdict;
} Operation;

typedef struct {
  CallAction right;     /* what the access policy is asked */
  gboolean asks_doctor; /* whether the doctor's standing counts */
  const char *event;    /* in the log */
  CalldLogLevel level;
} Trait;

static const Trait traits[] = {
  [CALLD_CALL_REQUEST] = { CALL_ACTION_REQUEST, TRUE, "call_requested", CALLD_LOG_INFO },
  [CALLD_CALL_ACCEPT] = { CALL_ACTION_ACCEPT, TRUE, "call_accepted", CALLD_LOG_INFO },
  [CALLD_CALL_CANCEL] = { CALL_ACTION_CANCEL, FALSE, "call_cancelled", CALLD_LOG_INFO },
  [CALLD_CALL_STARTED] = { CALL_ACTION_STARTED, TRUE, "call_started", CALLD_LOG_INFO },
  [CALLD_CALL_REJOIN] = { CALL_ACTION_REJOIN, TRUE, "call_rejoined", CALLD_LOG_INFO },
  [CALLD_CALL_LEAVE] = { CALL_ACTION_LEAVE, FALSE, "call_left", CALLD_LOG_INFO },
  [CALLD_CALL_END] = { CALL_ACTION_END, FALSE, "call_ended", CALLD_LOG_INFO },
  /* Those in a call may always say how it is. */
  [CALLD_CALL_ALIVE] = { CALL_ACTION_LEAVE, FALSE, "call_alive", CALLD_LOG_DEBUG },
  [CALLD_CALL_MEDIA] = { CALL_ACTION_LEAVE, FALSE, "call_media", CALLD_LOG_INFO },
  [CALLD_CALL_ERROR] = { CALL_ACTION_LEAVE, FALSE, "call_error", CALLD_LOG_WARNING },
  [CALLD_CALL_NO_ANSWER] = { CALL_ACTION_CANCEL, FALSE, "call_no_answer", CALLD_LOG_INFO },
  [CALLD_CALL_CLOSE] = { CALL_ACTION_END, FALSE, "call_closed", CALLD_LOG_INFO },
};

static void advance (GTask *task, Step step);

/* --- the operation ---------------------------------------------------------------------------- */

static Operation *
operation_new (const CalldCallOrder *order, CalldIdentity *who)
{
  Operation *op = g_new0 (Operation, 1);

  op->order = *order;
  op->who = who != NULL ? calld_identity_ref (who) : NULL;
  op->order.user_id = op->user_id = g_strdup (who != NULL ? who->user_id : order->user_id);
  op->order.name = op->name = g_strdup (who != NULL ? who->name : order->name);
  op->order.appointment_id = op->appointment_id = g_strdup (order->appointment_id);
  op->order.call_id = op->call_id = g_strdup (order->call_id);
  op->order.peer_id = op->peer_id = g_strdup (order->peer_id);
  op->order.stage = op->stage = g_strdup (order->stage);
  op->order.code = op->code = g_strdup (order->code);
  return op;
}

static void
clear_verdict (Operation *op)
{
  if (op->verdict != NULL)
    calld_call_case_clear (op->verdict);
  g_clear_pointer (&op->verdict, g_free);
}

static void
operation_free (Operation *op)
{
  clear_verdict (op);
  g_clear_pointer (&op->appointment, calld_appointment_record_free);
  g_clear_pointer (&op->doctor, calld_user_record_free);
  g_clear_pointer (&op->call, calld_call_record_free);
  g_clear_pointer (&op->who, calld_identity_unref);
  g_free (op->user_id);
  g_free (op->name);
  g_free (op->appointment_id);
  g_free (op->call_id);
  g_free (op->peer_id);
  g_free (op->stage);
  g_free (op->code);
  g_free (op);
}

static void
write_log (CalldCalls *self, Operation *op, const GError *error)
{
  const Trait *trait = &traits[op->order.action];
  const char *call_id = op->call_id;

  if (call_id == NULL && op->verdict != NULL && op->verdict->after != NULL)
    call_id = op->verdict->after->id;
  calld_log_at (trait->level, trait->event, .appointment_id = op->appointment_id,
                .call_id = call_id, .user_id = op->user_id, .connection_id = op->connection_id,
                .code = error != NULL ? call_error_to_code (calld_problem_get_code (error)) : NULL,
                .latency_us = calld_clock_monotonic_us (self->clock) - op->began_us);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void
publish_busy (CalldCalls *self, Operation *op, const GError *error)
{
  g_autoptr (CallErrorBody) body = calld_problem_get_body (error);
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_BUSY);
  g_autofree char *topic = calld_topic_user (op->user_id);
  const char *const topics[] = { topic, NULL };

  notice->appointment_id = g_strdup (op->appointment_id);
  notice->call_id = g_strdup (body->call_id);
  notice->at_ms = calld_clock_now_ms (self->clock);
  calld_bus_publish (self->bus, topics, notice, CALLD_PUBLISH_NONE, 0);
}

/* Takes @task and @error. */
static void
fail (GTask *task, GError *error)
{
  CalldCalls *self = g_task_get_source_object (task);
  Operation *op = g_task_get_task_data (task);

  if (op->order.action == CALLD_CALL_REQUEST && op->user_id != NULL &&
      calld_problem_get_code (error) == CALL_ERROR_BUSY)
    publish_busy (self, op, error);
  write_log (self, op, error);
  calld_turnstile_leave (self->turnstile, op->appointment_id);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gpointer
answer_alive (const CalldCallRecord *call)
{
  CallAcceptAnswer *answer = call_record_new (&call_accept_answer);

  answer->call_id = g_strdup (call->id);
  answer->generation = call->generation;
  return answer;
}

/* Takes @task. */
static void
succeed (GTask *task)
{
  CalldCalls *self = g_task_get_source_object (task);
  Operation *op = g_task_get_task_data (task);
  gpointer answer = op->order.action == CALLD_CALL_ALIVE ? answer_alive (op->verdict->after)
                                                         : g_steal_pointer (&op->verdict->answer);

  write_log (self, op, NULL);
  calld_turnstile_leave (self->turnstile, op->appointment_id);
  g_task_return_pointer (task, answer, call_record_unref);
  g_object_unref (task);
}

/* What only this daemon knows of a side, besides the record. */
static void
remember_side (CalldCalls *self, Operation *op)
{
  CalldLiveCall *live = calld_calls_get_live (self, op->appointment_id);
  CalldCallParty *party = live != NULL && op->user_id != NULL
                              ? calld_call_record_get_party (live->record, op->user_id)
                              : NULL;
  int side;

  if (party == NULL)
    return;
  side = (int) (party - live->record->parties);
  live->lost[side] = party->left_at != 0 && (op->order.lost || live->lost[side]);
  if (op->connection_id != 0 && party->left_at == 0)
    calld_presence_enter_call (self->presence, op->appointment_id, op->user_id, op->connection_id,
                               NULL);
  if (op->order.action == CALLD_CALL_MEDIA)
    live->switches[side] = (CalldCallSwitches){ .audio = op->order.audio,
                                                .video = op->order.video };
}

static void
on_committed (CalldCalls *self, Operation *op)
{
  GPtrArray *outbox = op->verdict->outbox;
  CalldCallRecord *after = op->verdict->after;

  if (after != NULL)
    calld_calls_remember (self, after);
  remember_side (self, op);
  for (guint i = 0; i < outbox->len; i++) {
    CalldCallLetter *letter = outbox->pdata[i];

    calld_bus_publish (self->bus, (const char *const *) letter->topics, letter->notice,
                       CALLD_PUBLISH_NONE, 0);
  }
  if (after != NULL)
    g_signal_emit_by_name (self, "changed", op->appointment_id, after);
}

/* --- the decision ----------------------------------------------------------------------------- */

/* Who is in another call cannot ring or be rung; @error says who. */
static gboolean
check_others_free (CalldCalls *self, Operation *op, GError **error)
{
  gboolean by_doctor = g_str_equal (op->user_id, op->appointment->doctor_id);
  const char *callee = by_doctor ? op->appointment->patient_id : op->appointment->doctor_id;
  CalldLiveCall *live = calld_calls_find_user (self, op->user_id);

  if (live != NULL && !g_str_equal (live->record->appointment_id, op->appointment_id)) {
    g_propagate_error (error, calld_problem_new_busy (live->record->id, "You are in another call"));
    return FALSE;
  }
  live = calld_calls_find_user (self, callee);
  if (live != NULL && !g_str_equal (live->record->appointment_id, op->appointment_id)) {
    g_propagate_error (error, calld_problem_new_busy (NULL, "The other person is in another call"));
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_right (CalldCalls *self, Operation *op, gint64 now, GError **error)
{
  CalldAppointmentRecord *appointment = op->appointment;

  if (op->user_id != NULL && g_str_equal (op->user_id, appointment->doctor_id))
    op->order.role = CALL_ROLE_DOCTOR;
  else if (op->user_id != NULL && g_str_equal (op->user_id, appointment->patient_id))
    op->order.role = CALL_ROLE_PATIENT;
  else if (op->who != NULL) {
    op->order.role = op->who->role;
    op->order.is_operator = TRUE;
  }
  return op->who == NULL ||
         calld_access_check (self->config, op->who, traits[op->order.action].right, appointment,
                             op->doctor, now, error);
}

static gboolean
decide (CalldCalls *self, Operation *op, GError **error)
{
  CalldLiveCall *live = calld_calls_get_live (self, op->appointment_id);
  static const CalldCallSwitches all_on[2] = { { TRUE, TRUE }, { TRUE, TRUE } };
  CalldCallCase *verdict;
  gint64 now = calld_clock_now_ms (self->clock);

  if (op->order.action == CALLD_CALL_REQUEST && !check_others_free (self, op, error))
    return FALSE;
  clear_verdict (op);
  op->verdict = verdict = g_new0 (CalldCallCase, 1);
  verdict->order = op->order;
  verdict->now = now;
  verdict->closes_at = calld_access_window (self->config, op->appointment).closes_at;
  verdict->ring_ms = (gint64) self->config->ring_seconds * 1000;
  verdict->auto_accept = self->config->auto_accept;
  verdict->appointment = op->appointment;
  verdict->call = op->call;
  verdict->lease_alive = live != NULL && live->lease_until > now;
  verdict->switches = live != NULL ? live->switches : all_on;
  verdict->lost = live != NULL ? live->lost : NULL;
  return calld_call_case_decide (verdict, error);
}

/* --- the steps -------------------------------------------------------------------------------- */

static void
load_call (CalldCalls *self, Operation *op, GAsyncReadyCallback callback, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (op->order.action == CALLD_CALL_REQUEST)
    calld_store_list_active_calls_async (self->store, op->appointment_id, cancellable, callback,
                                         task);
  else
    calld_store_get_call_async (self->store, op->call_id, cancellable, callback, task);
}

static gboolean
finish_call (CalldCalls *self, Operation *op, GAsyncResult *result, GError **error)
{
  if (op->order.action == CALLD_CALL_REQUEST) {
    g_autoptr (GPtrArray) active = calld_store_list_finish (self->store, result, error);

    if (active == NULL)
      return FALSE;
    if (active->len > 0)
      op->call = calld_call_record_copy (active->pdata[0]);
    return TRUE;
  }

  op->call = calld_store_get_call_finish (self->store, result, error);
  if (op->call == NULL)
    return FALSE;
  if (!g_str_equal (op->call->appointment_id, op->appointment_id)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND,
                         "This appointment has no such call");
    return FALSE;
  }
  return TRUE;
}

static gboolean
finish_step (CalldCalls *self, Operation *op, GAsyncResult *result, GError **error)
{
  switch (op->step) {
  case STEP_APPOINTMENT:
    op->appointment = calld_store_get_appointment_finish (self->store, result, error);
    return op->appointment != NULL;
  case STEP_DOCTOR:
    op->doctor = calld_store_get_user_finish (self->store, result, error);
    return op->doctor != NULL;
  case STEP_CALL:
    return finish_call (self, op, result, error);
  case STEP_COMMIT:
    return calld_store_commit_finish (self->store, result, error);
  default:
    g_return_val_if_reached (FALSE);
  }
}

static void
on_step_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldCalls *self = g_task_get_source_object (task);
  Operation *op = g_task_get_task_data (task);
  gint64 now = calld_clock_now_ms (self->clock);
  GError *error = NULL;

  if (!finish_step (self, op, result, &error)) {
    fail (task, error);
    return;
  }
  switch (op->step) {
  case STEP_APPOINTMENT:
    if (traits[op->order.action].asks_doctor)
      advance (task, STEP_DOCTOR);
    else if (check_right (self, op, now, &error))
      advance (task, STEP_CALL);
    break;
  case STEP_DOCTOR:
    if (check_right (self, op, now, &error))
      advance (task, STEP_CALL);
    break;
  case STEP_CALL:
    if (!decide (self, op, &error))
      break;
    if (op->verdict->repeated)
      succeed (task);
    else
      advance (task, STEP_COMMIT);
    break;
  case STEP_COMMIT:
    on_committed (self, op);
    succeed (task);
    break;
  default:
    g_assert_not_reached ();
  }
  if (error != NULL)
    fail (task, error);
}

static void
advance (GTask *task, Step step)
{
  CalldCalls *self = g_task_get_source_object (task);
  Operation *op = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  op->step = step;
  switch (step) {
  case STEP_APPOINTMENT:
    calld_store_get_appointment_async (self->store, op->appointment_id, cancellable, on_step_done,
                                       task);
    break;
  case STEP_DOCTOR:
    calld_store_get_user_async (self->store, op->appointment->doctor_id, cancellable, on_step_done,
                                task);
    break;
  case STEP_CALL:
    load_call (self, op, on_step_done, task);
    break;
  case STEP_COMMIT:
    calld_store_commit_async (self->store, g_steal_pointer (&op->verdict->change), NULL,
                              on_step_done, task);
    break;
  default:
    g_assert_not_reached ();
  }
}

static void
on_turn (gpointer user_data)
{
  advance (user_data, STEP_APPOINTMENT);
}

/**
 * calld_calls_perform_async:
 * @self: the calls
 * @who: (nullable): who asks; %NULL for the server itself, which nobody refuses
 * @order: what is asked; user, name and role are taken from @who
 * @connection_id: the connection that asks, or 0
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Carries out an order: checks the right, writes what changes with its audit row, tells whom it
 * concerns, then answers. All but errors of a client may be repeated.
 */
void
calld_calls_perform_async (CalldCalls *self,
                           CalldIdentity *who,
                           const CalldCallOrder *order,
                           guint64 connection_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Operation *op = operation_new (order, who);
  CalldLiveCall *live;

  g_task_set_task_data (task, op, (GDestroyNotify) operation_free);
  /* What is committed is answered as committed. */
  g_task_set_check_cancellable (task, FALSE);
  op->connection_id = connection_id;
  op->began_us = calld_clock_monotonic_us (self->clock);

  if (op->order.action == CALLD_CALL_ALIVE) {
    live = calld_calls_note_alive (self, &op->order);
    if (live != NULL) {
      calld_presence_enter_call (self->presence, op->appointment_id, op->user_id, connection_id,
                                 NULL);
      g_task_return_pointer (task, answer_alive (live->record), call_record_unref);
      g_object_unref (task);
      return;
    }
  }
  if (!calld_turnstile_enter (self->turnstile, op->appointment_id, on_turn, task)) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                             "Too many requests wait for this appointment; try again");
    g_object_unref (task);
  }
}

/**
 * calld_calls_perform_finish:
 * @self: the calls
 * @result: the result
 * @error: why not: see docs/protocol.md §2 and #CALLD_PROBLEM
 *
 * Returns: (transfer full): the answer's body, a record of call-body.h; of a sign of life a
 *   #CallAcceptAnswer; %NULL with @error
 */
gpointer
calld_calls_perform_finish (CalldCalls *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client.h"

#include "call-active-call-private.h"
#include "call-appointment-private.h"
#include "call-client-private.h"

/* What the server tells: first it goes into the appointment it is about, so that whoever looks at
 * the model sees it, then to the call or the chat. */

static void
copy_peers (CallActiveCall *from, CallActiveCall *to)
{
  GHashTableIter iter;
  gpointer user_id, peer_id;

  g_hash_table_iter_init (&iter, call_active_call_get_peers (from));
  while (g_hash_table_iter_next (&iter, &user_id, &peer_id))
    call_active_call_add_peer (to, user_id, peer_id);
}

static CallActiveCall *
requested_call (CallAppointment *appointment, const CallNotice *notice)
{
  CallParticipant *callee = call_appointment_get_other (appointment, notice->person.id);
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (notice->at_ms / 1000);
  CallActiveCall *fresh = call_active_call_new (
      notice->call_id, CALL_PROGRESS_RINGING, notice->person.id,
      callee != NULL ? call_participant_get_user_id (callee) : NULL, 1, at, NULL);

  if (notice->peer_id != NULL)
    call_active_call_add_peer (fresh, notice->person.id, notice->peer_id);
  return fresh;
}

/* The call as it was, but further. %NULL if it is another one. */
static CallActiveCall *
advanced_call (CallAppointment *appointment, const CallNotice *notice)
{
  CallActiveCall *known = call_appointment_get_active_call (appointment);
  CallProgress progress;
  guint generation;
  CallActiveCall *fresh;

  if (known == NULL || g_strcmp0 (call_active_call_get_call_id (known), notice->call_id) != 0)
    return NULL;
  progress = notice->kind == CALL_NOTICE_CALL_STARTED ? CALL_PROGRESS_ACTIVE
                                                      : CALL_PROGRESS_ACCEPTED;
  generation = MAX (call_active_call_get_generation (known), notice->generation);
  fresh = call_active_call_new (
      notice->call_id, MAX (progress, call_active_call_get_state (known)),
      call_active_call_get_caller_id (known), call_active_call_get_callee_id (known), generation,
      call_active_call_get_requested_at (known), call_active_call_get_started_at (known));
  copy_peers (known, fresh);
  if (notice->peer_id != NULL && notice->person.id != NULL)
    call_active_call_add_peer (fresh, notice->person.id, notice->peer_id);
  return fresh;
}

static void
end_call (CallAppointment *appointment, const CallNotice *notice)
{
  CallActiveCall *known = call_appointment_get_active_call (appointment);
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (notice->at_ms / 1000);

  if (known != NULL && g_strcmp0 (call_active_call_get_call_id (known), notice->call_id) == 0)
    call_appointment_set_active_call (appointment, NULL);
  if (notice->kind == CALL_NOTICE_CALL_CANCELLED || notice->status < 0)
    return;
  call_appointment_set_status (appointment, notice->status);
  if (notice->status == CALL_APPOINTMENT_COMPLETED)
    call_appointment_set_ended_at (appointment, at);
}

static void
start_appointment (CallAppointment *appointment, const CallNotice *notice)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (notice->at_ms / 1000);

  if (call_appointment_get_started_at (appointment) == NULL)
    call_appointment_set_started_at (appointment, at);
  if (call_appointment_get_status (appointment) == CALL_APPOINTMENT_SCHEDULED)
    call_appointment_set_status (appointment, CALL_APPOINTMENT_IN_PROGRESS);
}

static void
update_call (CallAppointment *appointment, const CallNotice *notice)
{
  g_autoptr (CallActiveCall) fresh = NULL;

  if (notice->kind == CALL_NOTICE_CALL_REQUESTED)
    fresh = requested_call (appointment, notice);
  else
    fresh = advanced_call (appointment, notice);
  if (fresh != NULL)
    call_appointment_set_active_call (appointment, fresh);
  if (notice->kind == CALL_NOTICE_CALL_STARTED)
    start_appointment (appointment, notice);
}

static void
update_waiting (CallClient *self, CallAppointment *appointment, const CallNotice *notice)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (notice->at_ms / 1000);
  g_autoptr (CallParticipant) participant = NULL;

  if (notice->person.id == NULL)
    return;
  participant = call_participant_new (notice->person.id, notice->person.name,
                                      notice->person.role >= 0 ? notice->person.role
                                                               : CALL_ROLE_PATIENT,
                                      notice->waiting ? at : NULL);
  if (notice->waiting)
    call_appointment_add_waiting (appointment, participant);
  else
    call_appointment_remove_waiting (appointment, notice->person.id);
  call_client_emit_waiting (self, appointment, participant, notice->waiting);
}

static void
update_appointment (CallClient *self, CallAppointment *appointment, const CallNotice *notice)
{
  switch (notice->kind) {
  case CALL_NOTICE_CALL_REQUESTED:
  case CALL_NOTICE_CALL_ACCEPTED:
  case CALL_NOTICE_CALL_STARTED:
  case CALL_NOTICE_CALL_REJOINED:
    update_call (appointment, notice);
    break;
  case CALL_NOTICE_CALL_ENDED:
  case CALL_NOTICE_CALL_CANCELLED:
    end_call (appointment, notice);
    break;
  case CALL_NOTICE_NO_SHOW:
    call_appointment_set_missing (appointment, notice->missing);
    call_appointment_set_status (appointment, CALL_APPOINTMENT_NO_SHOW);
    break;
  case CALL_NOTICE_WAITING:
    update_waiting (self, appointment, notice);
    break;
  case CALL_NOTICE_CALL_LEFT:
  case CALL_NOTICE_BUSY:
  case CALL_NOTICE_UPDATED:
  case CALL_NOTICE_CALL_MEDIA:
  case CALL_NOTICE_CONNECTED:
  case CALL_NOTICE_NEW_MESSAGE:
  case CALL_NOTICE_MESSAGE_SENT:
  case CALL_NOTICE_MESSAGE_ERROR:
  case CALL_NOTICE_MESSAGE_DELIVERED:
  case CALL_NOTICE_MESSAGE_READ:
  case CALL_NOTICE_MESSAGE_EDITED:
  case CALL_NOTICE_MESSAGE_DELETED:
  case CALL_NOTICE_MESSAGE_RECALLED:
  case CALL_NOTICE_USER_TYPING:
  case CALL_NOTICE_USER_STOPPED_TYPING:
  case CALL_NOTICE_CONTACT_STATUS:
  case CALL_NOTICE_ONLINE_USERS:
  case CALL_NOTICE_USER_JOINED_GROUP:
  case CALL_NOTICE_USER_LEFT_GROUP:
  case CALL_NOTICE_GROUP_UPDATED:
  case CALL_NOTICE_TOKEN_EXPIRED:
  case CALL_NOTICE_SERVER_DRAINING:
  case CALL_NOTICE_N_KINDS:
    break;
  }
}

/* The list holds what was asked for; what is in it already stays, wherever it is moved. */
static gboolean
belongs_in_list (CallClient *self, CallAppointment *appointment)
{
  GDateTime *at = call_appointment_get_scheduled_at (appointment);

  if (call_client_find_appointment (self, call_appointment_get_id (appointment)) != NULL)
    return TRUE;
  return at != NULL && (self->from == NULL || g_date_time_compare (at, self->from) >= 0) &&
         (self->to == NULL || g_date_time_compare (at, self->to) < 0);
}

static void
hand_on (CallClient *self, const CallNotice *notice)
{
  switch (notice->kind) {
  case CALL_NOTICE_CALL_REQUESTED:
    call_client_ring (self, notice);
    break;
  case CALL_NOTICE_CALL_ACCEPTED:
  case CALL_NOTICE_CALL_STARTED:
  case CALL_NOTICE_CALL_REJOINED:
  case CALL_NOTICE_CALL_LEFT:
  case CALL_NOTICE_CALL_ENDED:
  case CALL_NOTICE_CALL_CANCELLED:
  case CALL_NOTICE_CALL_MEDIA:
    call_client_handle_call (self, notice);
    break;
  case CALL_NOTICE_UPDATED:
    if (notice->appointment != NULL && belongs_in_list (self, notice->appointment))
      call_appointment_list_take (self->appointments, notice->appointment);
    call_client_subscribe_wanted (self);
    break;
  case CALL_NOTICE_NEW_MESSAGE:
  case CALL_NOTICE_MESSAGE_SENT:
  case CALL_NOTICE_MESSAGE_ERROR:
  case CALL_NOTICE_MESSAGE_DELIVERED:
  case CALL_NOTICE_MESSAGE_READ:
  case CALL_NOTICE_MESSAGE_EDITED:
  case CALL_NOTICE_MESSAGE_DELETED:
  case CALL_NOTICE_MESSAGE_RECALLED:
  case CALL_NOTICE_USER_TYPING:
  case CALL_NOTICE_USER_STOPPED_TYPING:
  case CALL_NOTICE_CONTACT_STATUS:
  case CALL_NOTICE_ONLINE_USERS:
  case CALL_NOTICE_USER_JOINED_GROUP:
  case CALL_NOTICE_USER_LEFT_GROUP:
  case CALL_NOTICE_GROUP_UPDATED:
    call_client_handle_chat (self, notice);
    break;
  case CALL_NOTICE_SERVER_DRAINING:
    call_client_reconnect_after (self, notice->delay_ms);
    break;
  case CALL_NOTICE_TOKEN_EXPIRED: /* the next attempt to connect is refused, which says it */
  case CALL_NOTICE_BUSY:          /* the answer to the request tells the same */
  case CALL_NOTICE_NO_SHOW:
  case CALL_NOTICE_WAITING:
  case CALL_NOTICE_CONNECTED:
  case CALL_NOTICE_N_KINDS:
    break;
  }
}

void
call_client_handle_notice (CallClient *self, const CallNotice *notice)
{
  CallAppointment *appointment = NULL;

  if (notice->appointment_id != NULL)
    appointment = call_client_find_appointment (self, notice->appointment_id);
  if (appointment != NULL)
    update_appointment (self, appointment, notice);
  hand_on (self, notice);
}

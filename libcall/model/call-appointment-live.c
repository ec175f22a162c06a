/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-appointment.h"

#include "call-appointment-private.h"

/* What keeps a shared appointment up to date. */

gboolean
call_appointment_find_waiting (CallAppointment *self, const char *user_id, guint *position)
{
  GListModel *waiting = G_LIST_MODEL (self->waiting);

  for (guint i = 0; i < g_list_model_get_n_items (waiting); i++) {
    g_autoptr (CallParticipant) item = g_list_model_get_item (waiting, i);

    if (g_strcmp0 (call_participant_get_user_id (item), user_id) != 0)
      continue;
    if (position != NULL)
      *position = i;
    return TRUE;
  }
  return FALSE;
}

static void
take_string (CallAppointment *self, char **target, const char *fresh, guint prop)
{
  if (g_strcmp0 (*target, fresh) == 0)
    return;
  g_free (*target);
  *target = g_strdup (fresh);
  g_object_notify_by_pspec (G_OBJECT (self), call_appointment_props[prop]);
}

static void
take_date (CallAppointment *self, GDateTime **target, GDateTime *fresh, guint prop)
{
  if (*target == fresh)
    return;
  if (*target != NULL && fresh != NULL && g_date_time_equal (*target, fresh))
    return;
  if (fresh != NULL)
    g_date_time_ref (fresh);
  g_clear_pointer (target, g_date_time_unref);
  *target = fresh;
  g_object_notify_by_pspec (G_OBJECT (self), call_appointment_props[prop]);
}

/* Enters @participant, or brings the entry of the same user up to date. */
void
call_appointment_add_waiting (CallAppointment *self, CallParticipant *participant)
{
  guint position;

  g_return_if_fail (CALL_IS_APPOINTMENT (self));
  g_return_if_fail (CALL_IS_PARTICIPANT (participant));

  if (call_appointment_find_waiting (self, call_participant_get_user_id (participant), &position))
    g_list_store_splice (self->waiting, position, 1, (gpointer *) &participant, 1);
  else
    g_list_store_append (self->waiting, participant);
}

void
call_appointment_remove_waiting (CallAppointment *self, const char *user_id)
{
  guint position;

  g_return_if_fail (CALL_IS_APPOINTMENT (self));
  g_return_if_fail (user_id != NULL);

  if (call_appointment_find_waiting (self, user_id, &position))
    g_list_store_remove (self->waiting, position);
}

void
call_appointment_set_status (CallAppointment *self, CallAppointmentStatus status)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  if (self->status == status)
    return;
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), call_appointment_props[CALL_APPOINTMENT_PROP_STATUS]);
}

/* @active_call: (nullable): %NULL when none is going on any more */
void
call_appointment_set_active_call (CallAppointment *self, CallActiveCall *active_call)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  if (g_set_object (&self->active_call, active_call))
    g_object_notify_by_pspec (G_OBJECT (self),
                              call_appointment_props[CALL_APPOINTMENT_PROP_ACTIVE_CALL]);
}

void
call_appointment_set_missing (CallAppointment *self, const char *missing)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  take_string (self, &self->missing, missing, CALL_APPOINTMENT_PROP_MISSING);
}

void
call_appointment_set_started_at (CallAppointment *self, GDateTime *started_at)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  take_date (self, &self->started_at, started_at, CALL_APPOINTMENT_PROP_STARTED_AT);
}

void
call_appointment_set_ended_at (CallAppointment *self, GDateTime *ended_at)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  take_date (self, &self->ended_at, ended_at, CALL_APPOINTMENT_PROP_ENDED_AT);
}

static void
absorb_waiting (CallAppointment *self, CallAppointment *fresh)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (fresh->waiting));
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  if (n == 0 && g_list_model_get_n_items (G_LIST_MODEL (self->waiting)) == 0)
    return;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (fresh->waiting), i));
  g_list_store_splice (self->waiting, 0, g_list_model_get_n_items (G_LIST_MODEL (self->waiting)),
                       items->pdata, items->len);
}

static void
absorb_people (CallAppointment *self, CallAppointment *fresh)
{
  if (g_set_object (&self->doctor, fresh->doctor))
    g_object_notify_by_pspec (G_OBJECT (self),
                              call_appointment_props[CALL_APPOINTMENT_PROP_DOCTOR]);
  if (g_set_object (&self->patient, fresh->patient))
    g_object_notify_by_pspec (G_OBJECT (self),
                              call_appointment_props[CALL_APPOINTMENT_PROP_PATIENT]);
  call_appointment_set_active_call (self, fresh->active_call);
  absorb_waiting (self, fresh);
}

/*
 * call_appointment_absorb:
 *
 * Brings @self up to date with @fresh, which is the same appointment as the server tells it whole.
 * Notifies of what has changed, once all of it has.
 */
void
call_appointment_absorb (CallAppointment *self, CallAppointment *fresh)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (fresh));
  g_return_if_fail (g_strcmp0 (self->id, fresh->id) == 0);

  g_object_freeze_notify (G_OBJECT (self));
  call_appointment_set_status (self, fresh->status);
  take_date (self, &self->scheduled_at, fresh->scheduled_at, CALL_APPOINTMENT_PROP_SCHEDULED_AT);
  take_date (self, &self->opens_at, fresh->opens_at, CALL_APPOINTMENT_PROP_OPENS_AT);
  take_date (self, &self->closes_at, fresh->closes_at, CALL_APPOINTMENT_PROP_CLOSES_AT);
  take_date (self, &self->started_at, fresh->started_at, CALL_APPOINTMENT_PROP_STARTED_AT);
  take_date (self, &self->ended_at, fresh->ended_at, CALL_APPOINTMENT_PROP_ENDED_AT);
  take_string (self, &self->conversation_id, fresh->conversation_id,
               CALL_APPOINTMENT_PROP_CONVERSATION_ID);
  take_string (self, &self->rescheduled_to, fresh->rescheduled_to,
               CALL_APPOINTMENT_PROP_RESCHEDULED_TO);
  take_string (self, &self->missing, fresh->missing, CALL_APPOINTMENT_PROP_MISSING);
  if (self->duration_minutes != fresh->duration_minutes) {
    self->duration_minutes = fresh->duration_minutes;
    g_object_notify_by_pspec (G_OBJECT (self),
                              call_appointment_props[CALL_APPOINTMENT_PROP_DURATION_MINUTES]);
  }
  absorb_people (self, fresh);
  g_object_thaw_notify (G_OBJECT (self));
}

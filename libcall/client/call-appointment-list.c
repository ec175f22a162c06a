/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-appointment-list.h"

#include "call-appointment-private.h"

/*
 * CallAppointmentList:
 *
 * A GListModel of CallAppointment by time, with one live object for each id: what comes from the
 * server is taken into the object that is there.
 */
struct _CallAppointmentList {
  GObject parent_instance;

  GPtrArray *items;
};

static void call_appointment_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CallAppointmentList,
                               call_appointment_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      call_appointment_list_model_init))

static GType
call_appointment_list_get_item_type (GListModel *model)
{
  return CALL_TYPE_APPOINTMENT;
}

static guint
call_appointment_list_get_n_items (GListModel *model)
{
  return CALL_APPOINTMENT_LIST (model)->items->len;
}

static gpointer
call_appointment_list_get_item (GListModel *model, guint position)
{
  CallAppointmentList *self = CALL_APPOINTMENT_LIST (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
call_appointment_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = call_appointment_list_get_item_type;
  iface->get_n_items = call_appointment_list_get_n_items;
  iface->get_item = call_appointment_list_get_item;
}

static void
call_appointment_list_finalize (GObject *object)
{
  g_clear_pointer (&CALL_APPOINTMENT_LIST (object)->items, g_ptr_array_unref);

  G_OBJECT_CLASS (call_appointment_list_parent_class)->finalize (object);
}

static void
call_appointment_list_class_init (CallAppointmentListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_appointment_list_finalize;
}

static void
call_appointment_list_init (CallAppointmentList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

CallAppointmentList *
call_appointment_list_new (void)
{
  return g_object_new (CALL_TYPE_APPOINTMENT_LIST, NULL);
}

static int
compare (CallAppointment *a, CallAppointment *b)
{
  GDateTime *at = call_appointment_get_scheduled_at (a);
  GDateTime *bt = call_appointment_get_scheduled_at (b);
  int order = 0;

  if (at != NULL && bt != NULL)
    order = g_date_time_compare (at, bt);
  return order != 0 ? order : g_strcmp0 (call_appointment_get_id (a), call_appointment_get_id (b));
}

static gboolean
position_of (CallAppointmentList *self, const char *id, guint *position)
{
  for (guint i = 0; i < self->items->len; i++) {
    if (g_strcmp0 (call_appointment_get_id (self->items->pdata[i]), id) != 0)
      continue;
    *position = i;
    return TRUE;
  }
  return FALSE;
}

static void
insert (CallAppointmentList *self, CallAppointment *item)
{
  guint place = self->items->len;

  while (place > 0 && compare (self->items->pdata[place - 1], item) > 0)
    place--;
  g_ptr_array_insert (self->items, (int) place, item);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 0, 1);
}

static gboolean
is_in_order (CallAppointmentList *self, guint i)
{
  return (i == 0 || compare (self->items->pdata[i - 1], self->items->pdata[i]) <= 0) &&
         (i + 1 >= self->items->len ||
          compare (self->items->pdata[i], self->items->pdata[i + 1]) <= 0);
}

/* Returns: (transfer none) (nullable) */
CallAppointment *
call_appointment_list_find (CallAppointmentList *self, const char *id)
{
  guint position;

  return position_of (self, id, &position) ? self->items->pdata[position] : NULL;
}

/*
 * call_appointment_list_take:
 * @fresh: an appointment as the server tells it
 *
 * Returns: (transfer none): the live object for it, up to date
 */
CallAppointment *
call_appointment_list_take (CallAppointmentList *self, CallAppointment *fresh)
{
  CallAppointment *known;
  guint position;

  if (!position_of (self, call_appointment_get_id (fresh), &position)) {
    insert (self, g_object_ref (fresh));
    return fresh;
  }
  known = self->items->pdata[position];
  if (known != fresh)
    call_appointment_absorb (known, fresh);
  if (!is_in_order (self, position)) {
    g_ptr_array_steal_index (self->items, position);
    g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
    insert (self, known);
  }
  return known;
}

static gboolean
contains (GPtrArray *appointments, const char *id)
{
  for (guint i = 0; i < appointments->len; i++)
    if (g_strcmp0 (call_appointment_get_id (appointments->pdata[i]), id) == 0)
      return TRUE;
  return FALSE;
}

/* Makes the list hold exactly @fresh, keeping the objects that stay. */
void
call_appointment_list_replace (CallAppointmentList *self, GPtrArray *fresh)
{
  for (guint i = self->items->len; i > 0; i--) {
    if (contains (fresh, call_appointment_get_id (self->items->pdata[i - 1])))
      continue;
    g_ptr_array_remove_index (self->items, i - 1);
    g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
  }
  for (guint i = 0; i < fresh->len; i++)
    call_appointment_list_take (self, fresh->pdata[i]);
}

void
call_appointment_list_clear (CallAppointmentList *self)
{
  guint n = self->items->len;

  if (n == 0)
    return;
  g_ptr_array_set_size (self->items, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-appointment-list"

#include "config.h"

#include "desk-appointment-list.h"

#include "desk-appointment-row.h"
#include "desk-clock.h"
#include "desk-schedule.h"

/**
 * DeskAppointmentList:
 *
 * The appointments of the day under the headings Now, Later and Earlier. Rows are kept while their
 * appointment changes its place, so that selection and keyboard focus stay where they are.
 */
struct _DeskAppointmentList {
  AdwBin parent_instance;

  GtkListBox *list_box;
  GListModel *model;
  /* CallAppointment → DeskAppointmentRow; both are owned by others while they are in here. */
  GHashTable *rows;
  gint64 minute;
};

enum { PROP_0, PROP_SELECTED, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { SIGNAL_ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskAppointmentList, desk_appointment_list, ADW_TYPE_BIN)

static CallAppointment *
appointment_of (GtkListBoxRow *row)
{
  return desk_appointment_row_get_appointment (DESK_APPOINTMENT_ROW (row));
}

static int
compare_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());

  return desk_schedule_compare (appointment_of (a), appointment_of (b), now);
}

static GtkWidget *
make_header (DeskSection section)
{
  GtkWidget *label = gtk_label_new (desk_schedule_section_title (section));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "section-header");
  return label;
}

static void
update_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  DeskSection section = desk_schedule_get_section (appointment_of (row), now);

  if (before == NULL || desk_schedule_get_section (appointment_of (before), now) != section)
    gtk_list_box_row_set_header (row, make_header (section));
  else
    gtk_list_box_row_set_header (row, NULL);
}

static void
refresh_all (DeskAppointmentList *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    desk_appointment_row_refresh (row, now);
  gtk_list_box_invalidate_sort (self->list_box);
  gtk_list_box_invalidate_headers (self->list_box);
}

static void
on_appointment_changed (DeskAppointmentList *self)
{
  refresh_all (self);
}

static void
on_tick (DeskAppointmentList *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  gint64 minute = g_date_time_to_unix (now) / 10;

  /* What is shown is exact to the minute; a look every ten seconds keeps it within that. */
  if (minute == self->minute)
    return;
  self->minute = minute;
  refresh_all (self);
}

static void
remove_row (DeskAppointmentList *self, CallAppointment *appointment, GtkWidget *row)
{
  desk_schedule_unwatch (appointment, self);
  gtk_list_box_remove (self->list_box, row);
}

static void
remove_gone (DeskAppointmentList *self, GHashTable *present)
{
  GHashTableIter iter;
  gpointer appointment, row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &appointment, &row))
    if (!g_hash_table_contains (present, appointment)) {
      g_hash_table_iter_steal (&iter);
      remove_row (self, appointment, row);
      g_object_unref (appointment);
    }
}

static void
add_row (DeskAppointmentList *self, CallAppointment *appointment)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  GtkWidget *row = desk_appointment_row_new (appointment);

  desk_appointment_row_refresh (DESK_APPOINTMENT_ROW (row), now);
  g_hash_table_insert (self->rows, g_object_ref (appointment), row);
  desk_schedule_watch (appointment, G_CALLBACK (on_appointment_changed), self);
  gtk_list_box_append (self->list_box, row);
}

static void
on_items_changed (DeskAppointmentList *self)
{
  g_autoptr (GHashTable) present = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  guint n = self->model != NULL ? g_list_model_get_n_items (self->model) : 0;

  for (guint i = 0; i < n; i++)
    g_hash_table_add (present, g_list_model_get_item (self->model, i));
  remove_gone (self, present);
  for (guint i = 0; i < n; i++) {
    g_autoptr (CallAppointment) appointment = g_list_model_get_item (self->model, i);

    if (!g_hash_table_contains (self->rows, appointment))
      add_row (self, appointment);
  }
  refresh_all (self);
}

static void
on_row_selected (DeskAppointmentList *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

static void
on_row_activated (DeskAppointmentList *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, appointment_of (row));
}

static void
desk_appointment_list_get_property (GObject *object,
                                    guint prop_id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  DeskAppointmentList *self = DESK_APPOINTMENT_LIST (object);

  switch (prop_id) {
  case PROP_SELECTED:
    g_value_set_object (value, desk_appointment_list_get_selected (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
desk_appointment_list_dispose (GObject *object)
{
  DeskAppointmentList *self = DESK_APPOINTMENT_LIST (object);

  if (self->list_box != NULL)
    desk_appointment_list_set_model (self, NULL);
  self->list_box = NULL;
  adw_bin_set_child (ADW_BIN (self), NULL);
  G_OBJECT_CLASS (desk_appointment_list_parent_class)->dispose (object);
}

static void
desk_appointment_list_finalize (GObject *object)
{
  DeskAppointmentList *self = DESK_APPOINTMENT_LIST (object);

  g_hash_table_unref (self->rows);
  G_OBJECT_CLASS (desk_appointment_list_parent_class)->finalize (object);
}

static void
desk_appointment_list_class_init (DeskAppointmentListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = desk_appointment_list_get_property;
  object_class->dispose = desk_appointment_list_dispose;
  object_class->finalize = desk_appointment_list_finalize;

  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, CALL_TYPE_APPOINTMENT,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", DESK_TYPE_APPOINTMENT_LIST,
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                            CALL_TYPE_APPOINTMENT);
}

static void
desk_appointment_list_init (DeskAppointmentList *self)
{
  self->rows = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->list_box = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list_box, GTK_SELECTION_BROWSE);
  gtk_list_box_set_sort_func (self->list_box, compare_rows, NULL, NULL);
  gtk_list_box_set_header_func (self->list_box, update_header, NULL, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->list_box), "navigation-sidebar");
  gtk_widget_add_css_class (GTK_WIDGET (self->list_box), "appointments");
  g_signal_connect_object (self->list_box, "row-selected", G_CALLBACK (on_row_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list_box, "row-activated", G_CALLBACK (on_row_activated), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (on_tick), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list_box));
}

/**
 * desk_appointment_list_set_model:
 * @self: a list
 * @model: (nullable): a list model of #CallAppointment
 *
 * Sets what is shown.
 */
void
desk_appointment_list_set_model (DeskAppointmentList *self, GListModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    g_signal_connect_object (model, "items-changed", G_CALLBACK (on_items_changed), self,
                             G_CONNECT_SWAPPED);
  on_items_changed (self);
}

/**
 * desk_appointment_list_get_selected:
 * @self: a list
 *
 * Returns: (transfer none) (nullable): the selected appointment
 */
CallAppointment *
desk_appointment_list_get_selected (DeskAppointmentList *self)
{
  GtkListBoxRow *row = self->list_box != NULL ? gtk_list_box_get_selected_row (self->list_box)
                                              : NULL;

  return row != NULL ? appointment_of (row) : NULL;
}

/**
 * desk_appointment_list_select:
 * @self: a list
 * @appointment: (nullable): one of its appointments; %NULL selects the first
 *
 * Selects an appointment.
 */
void
desk_appointment_list_select (DeskAppointmentList *self, CallAppointment *appointment)
{
  GtkListBoxRow *row = appointment != NULL ? g_hash_table_lookup (self->rows, appointment)
                                           : gtk_list_box_get_row_at_index (self->list_box, 0);

  if (row != NULL)
    gtk_list_box_select_row (self->list_box, row);
}

/**
 * desk_appointment_list_get_n_waiting:
 * @self: a list
 *
 * Returns: how many patients wait now
 */
guint
desk_appointment_list_get_n_waiting (DeskAppointmentList *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  GHashTableIter iter;
  gpointer appointment;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &appointment, NULL))
    n += desk_schedule_get_standing (appointment, now) == DESK_STANDING_WAITING;
  return n;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-schedule-page"

#include "config.h"

#include "desk-schedule-page.h"

#include "desk-appointment-details.h"
#include "desk-appointment-list.h"
#include "desk-clock.h"
#include "desk-error-text.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

/**
 * DeskSchedulePage:
 *
 * The day: the list of appointments and, beside it, the one that is selected. On a narrow window
 * one of the two is shown. What is asked of an appointment comes out as the signals of
 * #DeskAppointmentDetails.
 */
struct _DeskSchedulePage {
  AdwBin parent_instance;

  AdwLeaflet *leaflet;
  GtkWidget *sidebar;
  GtkWidget *content;
  AdwWindowTitle *list_title;
  AdwWindowTitle *details_title;
  GtkRevealer *offline_revealer;
  GtkLabel *offline_label;
  GtkStack *list_stack;
  AdwStatusPage *error_page;
  DeskAppointmentList *list;
  GtkStack *details_stack;
  DeskAppointmentDetails *details;

  GListModel *appointments;
  gboolean loading;
  gboolean failed;
  /* Whether the selection is the clinician's: until then it is the first of the list. */
  gboolean chosen;
  gboolean selecting;
};

enum { SIGNAL_CALL, SIGNAL_COPY_LINK, SIGNAL_RESCHEDULE, SIGNAL_CANCEL, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskSchedulePage, desk_schedule_page, ADW_TYPE_BIN)

static guint
count_appointments (DeskSchedulePage *self)
{
  return self->appointments != NULL ? g_list_model_get_n_items (self->appointments) : 0;
}

static void
show_list_state (DeskSchedulePage *self)
{
  const char *page = "empty";

  if (count_appointments (self) > 0)
    page = "list";
  else if (self->failed)
    page = "error";
  else if (self->loading)
    page = "loading";
  gtk_stack_set_visible_child_name (self->list_stack, page);
}

static void
show_subtitle (DeskSchedulePage *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  guint waiting = desk_appointment_list_get_n_waiting (self->list);
  g_autofree char *subtitle = NULL;

  if (waiting > 0)
    subtitle = g_strdup_printf (
        ngettext ("%u patient is waiting", "%u patients are waiting", waiting), waiting);
  else
    subtitle = desk_time_text_date (now);
  if (g_strcmp0 (adw_window_title_get_subtitle (self->list_title), subtitle) != 0)
    adw_window_title_set_subtitle (self->list_title, subtitle);
}

static void
show_details (DeskSchedulePage *self)
{
  CallAppointment *appointment = desk_appointment_list_get_selected (self->list);
  const char *page = "blank";

  if (appointment != NULL)
    page = "details";
  else if (count_appointments (self) > 0)
    page = "none";
  desk_appointment_details_set_appointment (self->details, appointment);
  gtk_stack_set_visible_child_name (self->details_stack, page);
}

static void
select_first (DeskSchedulePage *self)
{
  self->selecting = TRUE;
  desk_appointment_list_select (self->list, NULL);
  self->selecting = FALSE;
}

static void
on_items_changed (DeskSchedulePage *self)
{
  show_list_state (self);
  show_subtitle (self);
  if (!self->chosen || desk_appointment_list_get_selected (self->list) == NULL)
    select_first (self);
  show_details (self);
}

static void
on_selected (DeskSchedulePage *self)
{
  if (!self->selecting)
    self->chosen = desk_appointment_list_get_selected (self->list) != NULL;
  show_details (self);
}

static void
on_activated (DeskSchedulePage *self, CallAppointment *appointment)
{
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

static void
go_back (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DeskSchedulePage *self = DESK_SCHEDULE_PAGE (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
}

static void
on_details_call (DeskSchedulePage *self, CallAppointment *appointment)
{
  g_signal_emit (self, signals[SIGNAL_CALL], 0, appointment);
}

static void
on_details_copy_link (DeskSchedulePage *self, CallAppointment *appointment)
{
  g_signal_emit (self, signals[SIGNAL_COPY_LINK], 0, appointment);
}

static void
on_details_reschedule (DeskSchedulePage *self, CallAppointment *appointment)
{
  g_signal_emit (self, signals[SIGNAL_RESCHEDULE], 0, appointment);
}

static void
on_details_cancel (DeskSchedulePage *self, CallAppointment *appointment)
{
  g_signal_emit (self, signals[SIGNAL_CANCEL], 0, appointment);
}

static void
desk_schedule_page_dispose (GObject *object)
{
  DeskSchedulePage *self = DESK_SCHEDULE_PAGE (object);

  if (self->appointments != NULL)
    g_signal_handlers_disconnect_by_data (self->appointments, self);
  g_clear_object (&self->appointments);
  adw_bin_set_child (ADW_BIN (self), NULL);
  G_OBJECT_CLASS (desk_schedule_page_parent_class)->dispose (object);
}

static guint
new_signal (const char *name)
{
  return g_signal_new (name, DESK_TYPE_SCHEDULE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, CALL_TYPE_APPOINTMENT);
}

static void
desk_schedule_page_class_init (DeskSchedulePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_schedule_page_dispose;

  signals[SIGNAL_CALL] = new_signal ("call");
  signals[SIGNAL_COPY_LINK] = new_signal ("copy-link");
  signals[SIGNAL_RESCHEDULE] = new_signal ("reschedule");
  signals[SIGNAL_CANCEL] = new_signal ("cancel");

  g_type_ensure (DESK_TYPE_APPOINTMENT_LIST);
  g_type_ensure (DESK_TYPE_APPOINTMENT_DETAILS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-schedule-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, sidebar);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, content);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, list_title);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, details_title);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, offline_revealer);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, offline_label);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, error_page);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, list);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, details_stack);
  gtk_widget_class_bind_template_child (widget_class, DeskSchedulePage, details);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_details_call);
  gtk_widget_class_bind_template_callback (widget_class, on_details_copy_link);
  gtk_widget_class_bind_template_callback (widget_class, on_details_reschedule);
  gtk_widget_class_bind_template_callback (widget_class, on_details_cancel);
  gtk_widget_class_install_action (widget_class, "schedule.back", NULL, go_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "schedule.back",
                                       NULL);
}

static void
desk_schedule_page_init (DeskSchedulePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  show_subtitle (self);
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (show_subtitle), self,
                           G_CONNECT_SWAPPED);
}

/**
 * desk_schedule_page_set_appointments:
 * @self: the page
 * @appointments: (nullable): a list model of #CallAppointment, which may change
 *
 * Sets what is shown.
 */
void
desk_schedule_page_set_appointments (DeskSchedulePage *self, GListModel *appointments)
{
  if (self->appointments == appointments)
    return;
  if (self->appointments != NULL)
    g_signal_handlers_disconnect_by_data (self->appointments, self);
  g_set_object (&self->appointments, appointments);
  desk_appointment_list_set_model (self->list, appointments);
  if (appointments != NULL)
    g_signal_connect_object (appointments, "items-changed", G_CALLBACK (on_items_changed), self,
                             G_CONNECT_SWAPPED);
  on_items_changed (self);
}

/**
 * desk_schedule_page_set_loading:
 * @self: the page
 * @loading: whether the list is being fetched
 *
 * Shows a spinner while there is nothing else to show.
 */
void
desk_schedule_page_set_loading (DeskSchedulePage *self, gboolean loading)
{
  self->loading = loading;
  show_list_state (self);
}

/**
 * desk_schedule_page_set_error:
 * @self: the page
 * @error: (nullable): why the list could not be fetched
 *
 * Shows what went wrong, and a button to try again, in place of an empty list.
 */
void
desk_schedule_page_set_error (DeskSchedulePage *self, const GError *error)
{
  DeskErrorText text = desk_error_text_get (error);

  self->failed = error != NULL;
  adw_status_page_set_title (self->error_page, text.title);
  adw_status_page_set_description (self->error_page, text.next_step);
  show_list_state (self);
}

/**
 * desk_schedule_page_set_connection:
 * @self: the page
 * @state: how the connection to the server stands
 *
 * Says so above the list when the server cannot be reached.
 */
void
desk_schedule_page_set_connection (DeskSchedulePage *self, CallConnectionState state)
{
  gboolean online = state == CALL_CONNECTION_ONLINE;

  if (state == CALL_CONNECTION_RECONNECTING)
    gtk_label_set_label (self->offline_label, _ ("Connection lost. Trying to reconnect…"));
  else if (state == CALL_CONNECTION_OFFLINE)
    gtk_label_set_label (self->offline_label, _ ("You are offline. What you see may be outdated."));
  gtk_revealer_set_reveal_child (self->offline_revealer,
                                 !online && state != CALL_CONNECTION_CONNECTING);
  desk_appointment_details_set_online (self->details, online);
}

/**
 * desk_schedule_page_select:
 * @self: the page
 * @appointment: one of the appointments
 *
 * Selects @appointment and shows its details.
 */
void
desk_schedule_page_select (DeskSchedulePage *self, CallAppointment *appointment)
{
  desk_appointment_list_select (self->list, appointment);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

/**
 * desk_schedule_page_get_selected:
 * @self: the page
 *
 * Returns: (transfer none) (nullable): the selected appointment
 */
CallAppointment *
desk_schedule_page_get_selected (DeskSchedulePage *self)
{
  return desk_appointment_list_get_selected (self->list);
}

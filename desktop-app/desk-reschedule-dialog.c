/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-reschedule-dialog"

#include "config.h"

#include "desk-reschedule-dialog.h"

#include "desk-clock.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

/**
 * DeskRescheduleDialog:
 *
 * Asks for the new time of an appointment. The response is "reschedule" or "back".
 */
struct _DeskRescheduleDialog {
  AdwMessageDialog parent_instance;

  GtkCalendar *calendar;
  GtkSpinButton *hour_spin;
  GtkSpinButton *minute_spin;
  GtkLabel *note_label;

  CallAppointment *appointment;
};

G_DEFINE_FINAL_TYPE (DeskRescheduleDialog, desk_reschedule_dialog, ADW_TYPE_MESSAGE_DIALOG)

static gboolean
on_output (GtkSpinButton *spin, gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("%02d", gtk_spin_button_get_value_as_int (spin));

  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (spin)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static void
on_changed (DeskRescheduleDialog *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  g_autoptr (GDateTime) time = NULL;
  gboolean ahead, same;

  if (self->appointment == NULL)
    return;
  time = desk_reschedule_dialog_dup_time (self);
  /* The hour that is skipped when clocks go forward does not exist. */
  ahead = time != NULL && g_date_time_compare (time, now) > 0;
  same = time != NULL &&
         g_date_time_equal (time, call_appointment_get_scheduled_at (self->appointment));
  if (!ahead)
    gtk_label_set_label (self->note_label, _ ("Choose a time in the future."));
  else if (same)
    gtk_label_set_label (self->note_label, _ ("This is the time it has now."));
  else
    gtk_label_set_label (self->note_label, _ ("The patient needs a new link afterwards."));
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "reschedule", ahead && !same);
}

static void
desk_reschedule_dialog_dispose (GObject *object)
{
  DeskRescheduleDialog *self = DESK_RESCHEDULE_DIALOG (object);

  g_clear_object (&self->appointment);
  G_OBJECT_CLASS (desk_reschedule_dialog_parent_class)->dispose (object);
}

static void
desk_reschedule_dialog_class_init (DeskRescheduleDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_reschedule_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-reschedule-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskRescheduleDialog, calendar);
  gtk_widget_class_bind_template_child (widget_class, DeskRescheduleDialog, hour_spin);
  gtk_widget_class_bind_template_child (widget_class, DeskRescheduleDialog, minute_spin);
  gtk_widget_class_bind_template_child (widget_class, DeskRescheduleDialog, note_label);
  gtk_widget_class_bind_template_callback (widget_class, on_output);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
}

static void
desk_reschedule_dialog_init (DeskRescheduleDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
show_current_time (DeskRescheduleDialog *self)
{
  CallParticipant *patient = call_appointment_get_patient (self->appointment);
  GDateTime *start = call_appointment_get_scheduled_at (self->appointment);
  g_autoptr (GDateTime) local = g_date_time_to_local (start);
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  g_autofree char *day = desk_time_text_day (start, now);
  g_autofree char *clock = desk_time_text_clock (start);

  /* Translators: name of the patient; then day and time of the appointment as it is now. */
  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (self), _ ("%s\nNow: %s, %s"),
                                  call_participant_get_name (patient), day, clock);
  gtk_calendar_select_day (self->calendar, local);
  gtk_spin_button_set_value (self->hour_spin, g_date_time_get_hour (local));
  gtk_spin_button_set_value (self->minute_spin, g_date_time_get_minute (local));
}

/**
 * desk_reschedule_dialog_new:
 * @parent: the window it belongs to
 * @appointment: what is to be moved
 *
 * Returns: (transfer floating): a dialog
 */
GtkWidget *
desk_reschedule_dialog_new (GtkWindow *parent, CallAppointment *appointment)
{
  DeskRescheduleDialog *self = g_object_new (DESK_TYPE_RESCHEDULE_DIALOG, "transient-for", parent,
                                             "modal", TRUE, NULL);

  self->appointment = g_object_ref (appointment);
  show_current_time (self);
  on_changed (self);
  return GTK_WIDGET (self);
}

/**
 * desk_reschedule_dialog_get_appointment:
 * @self: the dialog
 *
 * Returns: (transfer none): what is to be moved
 */
CallAppointment *
desk_reschedule_dialog_get_appointment (DeskRescheduleDialog *self)
{
  return self->appointment;
}

/**
 * desk_reschedule_dialog_dup_time:
 * @self: the dialog
 *
 * Returns: (transfer full) (nullable): the time that was chosen, %NULL if there is no such time
 */
GDateTime *
desk_reschedule_dialog_dup_time (DeskRescheduleDialog *self)
{
  g_autoptr (GDateTime) day = gtk_calendar_get_date (self->calendar);
  g_autoptr (GDateTime) local = g_date_time_new_local (
      g_date_time_get_year (day), g_date_time_get_month (day), g_date_time_get_day_of_month (day),
      gtk_spin_button_get_value_as_int (self->hour_spin),
      gtk_spin_button_get_value_as_int (self->minute_spin), 0);

  return local != NULL ? g_date_time_to_utc (local) : NULL;
}

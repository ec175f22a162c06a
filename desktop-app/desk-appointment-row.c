/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-appointment-row"

#include "config.h"

#include "desk-appointment-row.h"

#include "desk-schedule.h"
#include "desk-time-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/**
 * DeskAppointmentRow:
 *
 * One appointment in the list of the day: who, when, and how it stands. The list refreshes it when
 * the appointment or the time has changed.
 */
struct _DeskAppointmentRow {
  GtkListBoxRow parent_instance;

  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *time_label;
  GtkImage *standing_icon;
  GtkLabel *standing_label;

  CallAppointment *appointment;
  /* The class that was added for the standing shown now, static. */
  const char *style;
};

enum { PROP_0, PROP_APPOINTMENT, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (DeskAppointmentRow, desk_appointment_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
icon_of_standing (DeskStanding standing)
{
  switch (standing) {
  case DESK_STANDING_WAITING:
    return "desk-waiting-symbolic";
  case DESK_STANDING_IN_CALL:
    return "camera-video-symbolic";
  case DESK_STANDING_COMPLETED:
    return "object-select-symbolic";
  case DESK_STANDING_NO_SHOW:
    return "call-missed-symbolic";
  case DESK_STANDING_IN_PROGRESS:
  case DESK_STANDING_OPEN:
  case DESK_STANDING_UPCOMING:
  case DESK_STANDING_CANCELLED:
  case DESK_STANDING_RESCHEDULED:
  case DESK_STANDING_LAPSED:
  default:
    return NULL;
  }
}

static void
show_style (DeskAppointmentRow *self, const char *style)
{
  if (self->style == style)
    return;
  if (self->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->style);
  self->style = style;
  gtk_widget_add_css_class (GTK_WIDGET (self), style);
}

static void
show_label (GtkLabel *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

/**
 * desk_appointment_row_refresh:
 * @self: a row
 * @now: the current time
 *
 * Shows the appointment as it is at @now.
 */
void
desk_appointment_row_refresh (DeskAppointmentRow *self, GDateTime *now)
{
  CallParticipant *patient = call_appointment_get_patient (self->appointment);
  DeskStanding standing = desk_schedule_get_standing (self->appointment, now);
  const char *icon = icon_of_standing (standing);
  g_autofree char *time = NULL;
  g_autofree char *text = desk_schedule_describe (self->appointment, now);
  g_autofree char *spoken = NULL;

  time = desk_time_text_clock (call_appointment_get_scheduled_at (self->appointment));
  show_label (self->name_label, call_participant_get_name (patient));
  show_label (self->time_label, time);
  show_label (self->standing_label, text);
  adw_avatar_set_text (self->avatar, call_participant_get_name (patient));
  gtk_image_set_from_icon_name (self->standing_icon, icon);
  gtk_widget_set_visible (GTK_WIDGET (self->standing_icon), icon != NULL);
  show_style (self, desk_standing_style (standing));

  /* Translators: what a screen reader says of an appointment: name, time, standing. */
  spoken = g_strdup_printf (_ ("%s, %s, %s"), call_participant_get_name (patient), time, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
desk_appointment_row_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  DeskAppointmentRow *self = DESK_APPOINTMENT_ROW (object);

  switch (prop_id) {
  case PROP_APPOINTMENT:
    self->appointment = g_value_dup_object (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
desk_appointment_row_dispose (GObject *object)
{
  DeskAppointmentRow *self = DESK_APPOINTMENT_ROW (object);

  g_clear_object (&self->appointment);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), NULL);
  G_OBJECT_CLASS (desk_appointment_row_parent_class)->dispose (object);
}

static void
desk_appointment_row_class_init (DeskAppointmentRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = desk_appointment_row_set_property;
  object_class->dispose = desk_appointment_row_dispose;

  properties[PROP_APPOINTMENT] = g_param_spec_object (
      "appointment", NULL, NULL, CALL_TYPE_APPOINTMENT,
      G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-appointment-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentRow, time_label);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentRow, standing_icon);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentRow, standing_label);
}

static void
desk_appointment_row_init (DeskAppointmentRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * desk_appointment_row_new:
 * @appointment: what it shows
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
desk_appointment_row_new (CallAppointment *appointment)
{
  return g_object_new (DESK_TYPE_APPOINTMENT_ROW, "appointment", appointment, NULL);
}

/**
 * desk_appointment_row_get_appointment:
 * @self: a row
 *
 * Returns: (transfer none): its appointment
 */
CallAppointment *
desk_appointment_row_get_appointment (DeskAppointmentRow *self)
{
  return self->appointment;
}

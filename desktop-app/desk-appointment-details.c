/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-appointment-details"

#include "config.h"

#include "desk-appointment-details.h"

#include "desk-clock.h"
#include "desk-schedule.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

/**
 * DeskAppointmentDetails:
 *
 * One appointment with what can be done about it. The actions become signals: "call",
 * "copy-link", "reschedule" and "cancel", each with the appointment.
 */
struct _DeskAppointmentDetails {
  AdwBin parent_instance;

  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *time_label;
  GtkWidget *standing_pill;
  GtkWidget *standing_icon;
  GtkLabel *standing_label;
  GtkWidget *call_button;
  AdwButtonContent *call_content;
  GtkLabel *hint_label;
  GtkWidget *actions_group;
  GtkWidget *link_row;
  GtkWidget *reschedule_row;
  GtkWidget *cancel_row;

  CallAppointment *appointment;
  const char *style;
  gboolean online;
};

enum { SIGNAL_CALL, SIGNAL_COPY_LINK, SIGNAL_RESCHEDULE, SIGNAL_CANCEL, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskAppointmentDetails, desk_appointment_details, ADW_TYPE_BIN)

static void
show_text (GtkLabel *label, const char *text)
{
  /* Setting the same text again would make a screen reader say it again. */
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

static void
show_person (DeskAppointmentDetails *self, GDateTime *now)
{
  CallParticipant *patient = call_appointment_get_patient (self->appointment);
  GDateTime *start = call_appointment_get_scheduled_at (self->appointment);
  guint minutes = call_appointment_get_duration_minutes (self->appointment);
  g_autofree char *day = desk_time_text_day (start, now);
  g_autofree char *range = desk_time_text_range (start, minutes);
  g_autofree char *duration = desk_time_text_duration (minutes);
  /* Translators: day, start and end, duration: "Today, 14:30 – 15:00 (30 minutes)". */
  g_autofree char *when = g_strdup_printf (_ ("%s, %s (%s)"), day, range, duration);

  adw_avatar_set_text (self->avatar, call_participant_get_name (patient));
  show_text (self->name_label, call_participant_get_name (patient));
  show_text (self->time_label, when);
}

static void
show_standing (DeskAppointmentDetails *self, DeskStanding standing, GDateTime *now)
{
  g_autofree char *text = desk_schedule_describe (self->appointment, now);
  const char *style = desk_standing_style (standing);

  show_text (self->standing_label, text);
  gtk_widget_set_visible (self->standing_icon, standing == DESK_STANDING_WAITING);
  if (self->style != style) {
    if (self->style != NULL)
      gtk_widget_remove_css_class (self->standing_pill, self->style);
    self->style = style;
    gtk_widget_add_css_class (self->standing_pill, style);
  }
}

static char *
make_hint (DeskAppointmentDetails *self, DeskStanding standing)
{
  GDateTime *opens_at = call_appointment_get_opens_at (self->appointment);
  g_autofree char *clock = NULL;

  if (!self->online)
    return g_strdup (_ ("You can call again when the connection is back."));
  switch (standing) {
  case DESK_STANDING_UPCOMING:
    if (opens_at == NULL)
      return g_strdup ("");
    clock = desk_time_text_clock (opens_at);
    /* Translators: %s is a time of day. */
    return g_strdup_printf (_ ("You can call from %s."), clock);
  case DESK_STANDING_OPEN:
    return g_strdup (
        _ ("You can call now, or wait for the patient. Send the link if it got lost."));
  case DESK_STANDING_WAITING:
  case DESK_STANDING_IN_CALL:
  case DESK_STANDING_IN_PROGRESS:
  case DESK_STANDING_COMPLETED:
  case DESK_STANDING_NO_SHOW:
  case DESK_STANDING_CANCELLED:
  case DESK_STANDING_RESCHEDULED:
  case DESK_STANDING_LAPSED:
  default:
    return g_strdup ("");
  }
}

static void
show_actions (DeskAppointmentDetails *self, DeskStanding standing, GDateTime *now)
{
  gboolean open = desk_schedule_get_section (self->appointment, now) != DESK_SECTION_EARLIER;
  gboolean can_move = desk_schedule_can_move (self->appointment);
  g_autofree char *hint = make_hint (self, standing);
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_set_visible (self->call_button, open);
  adw_button_content_set_label (
      self->call_content, standing == DESK_STANDING_IN_CALL ? _ ("_Return to Call") : _ ("_Call"));
  show_text (self->hint_label, hint);
  gtk_widget_set_visible (GTK_WIDGET (self->hint_label), *hint != '\0');

  gtk_widget_set_visible (self->link_row, open);
  gtk_widget_set_visible (self->reschedule_row, can_move);
  gtk_widget_set_visible (self->cancel_row, can_move);
  gtk_widget_set_visible (self->actions_group, open || can_move);

  gtk_widget_action_set_enabled (widget, "details.call",
                                 self->online && desk_schedule_can_call (self->appointment, now));
  gtk_widget_action_set_enabled (widget, "details.copy-link", self->online && open);
  gtk_widget_action_set_enabled (widget, "details.reschedule", self->online && can_move);
  gtk_widget_action_set_enabled (widget, "details.cancel", self->online && can_move);
}

static void
refresh (DeskAppointmentDetails *self)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  DeskStanding standing;

  if (self->appointment == NULL)
    return;
  standing = desk_schedule_get_standing (self->appointment, now);
  show_person (self, now);
  show_standing (self, standing, now);
  show_actions (self, standing, now);
}

static void
emit (GtkWidget *widget, guint signal)
{
  DeskAppointmentDetails *self = DESK_APPOINTMENT_DETAILS (widget);
  g_autoptr (CallAppointment) appointment = NULL;

  if (!g_set_object (&appointment, self->appointment))
    return;
  g_signal_emit (self, signals[signal], 0, appointment);
}

static void
on_call (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  emit (widget, SIGNAL_CALL);
}

static void
on_copy_link (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  emit (widget, SIGNAL_COPY_LINK);
}

static void
on_reschedule (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  emit (widget, SIGNAL_RESCHEDULE);
}

static void
on_cancel (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  emit (widget, SIGNAL_CANCEL);
}

static void
desk_appointment_details_dispose (GObject *object)
{
  DeskAppointmentDetails *self = DESK_APPOINTMENT_DETAILS (object);

  if (self->appointment != NULL)
    desk_schedule_unwatch (self->appointment, self);
  g_clear_object (&self->appointment);
  adw_bin_set_child (ADW_BIN (self), NULL);
  G_OBJECT_CLASS (desk_appointment_details_parent_class)->dispose (object);
}

static guint
new_signal (const char *name)
{
  return g_signal_new (name, DESK_TYPE_APPOINTMENT_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, CALL_TYPE_APPOINTMENT);
}

static void
desk_appointment_details_class_init (DeskAppointmentDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_appointment_details_dispose;

  signals[SIGNAL_CALL] = new_signal ("call");
  signals[SIGNAL_COPY_LINK] = new_signal ("copy-link");
  signals[SIGNAL_RESCHEDULE] = new_signal ("reschedule");
  signals[SIGNAL_CANCEL] = new_signal ("cancel");

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-appointment-details.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, avatar);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, name_label);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, time_label);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, standing_pill);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, standing_icon);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, standing_label);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, call_button);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, call_content);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, hint_label);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, actions_group);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, link_row);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, reschedule_row);
  gtk_widget_class_bind_template_child (widget_class, DeskAppointmentDetails, cancel_row);
  gtk_widget_class_install_action (widget_class, "details.call", NULL, on_call);
  gtk_widget_class_install_action (widget_class, "details.copy-link", NULL, on_copy_link);
  gtk_widget_class_install_action (widget_class, "details.reschedule", NULL, on_reschedule);
  gtk_widget_class_install_action (widget_class, "details.cancel", NULL, on_cancel);
}

static void
desk_appointment_details_init (DeskAppointmentDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
}

/**
 * desk_appointment_details_set_appointment:
 * @self: the pane
 * @appointment: (nullable): what it shows; %NULL leaves the last one in view
 *
 * Sets what is shown. The appointment is followed while it changes.
 */
void
desk_appointment_details_set_appointment (DeskAppointmentDetails *self,
                                          CallAppointment *appointment)
{
  if (self->appointment == appointment)
    return;
  if (self->appointment != NULL)
    desk_schedule_unwatch (self->appointment, self);
  g_set_object (&self->appointment, appointment);
  if (appointment != NULL)
    desk_schedule_watch (appointment, G_CALLBACK (refresh), self);
  refresh (self);
}

/**
 * desk_appointment_details_get_appointment:
 * @self: the pane
 *
 * Returns: (transfer none) (nullable): what it shows
 */
CallAppointment *
desk_appointment_details_get_appointment (DeskAppointmentDetails *self)
{
  return self->appointment;
}

/**
 * desk_appointment_details_set_online:
 * @self: the pane
 * @online: whether the server can be reached
 *
 * Nothing can be done while the server cannot be reached.
 */
void
desk_appointment_details_set_online (DeskAppointmentDetails *self, gboolean online)
{
  self->online = online;
  refresh (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-ring-page"

#include "config.h"

#include "desk-ring-page.h"

#include "desk-clock.h"
#include "desk-time-text.h"

#include <glib/gi18n.h>

/**
 * DeskRingPage:
 *
 * A call before its media flows: somebody calls, we call, or both sides are connecting.
 */
struct _DeskRingPage {
  AdwBin parent_instance;

  GtkWidget *announcement;
  GtkWidget *halo;
  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkSpinner *spinner;
  GtkLabel *status_label;
  GtkLabel *appointment_label;
  GtkWidget *preview_frame;
  GtkPicture *preview;
  GtkWidget *decline_button;
  GtkWidget *answer_button;
  GtkWidget *cancel_button;

  DeskCall *call;
};

G_DEFINE_FINAL_TYPE (DeskRingPage, desk_ring_page, ADW_TYPE_BIN)

static void
show_buttons (DeskRingPage *self, DeskCallPhase phase)
{
  gboolean incoming = phase == DESK_CALL_RINGING_IN;

  gtk_widget_set_visible (self->decline_button, incoming);
  gtk_widget_set_visible (self->answer_button, incoming);
  gtk_widget_set_visible (self->cancel_button, !incoming);
  gtk_widget_set_visible (self->preview_frame, !incoming);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner),
                          phase == DESK_CALL_CONNECTING || phase == DESK_CALL_ENDING);
  if (phase == DESK_CALL_RINGING_IN || phase == DESK_CALL_RINGING_OUT)
    gtk_widget_add_css_class (self->halo, "ringing");
  else
    gtk_widget_remove_css_class (self->halo, "ringing");
}

static void
show_phase (DeskRingPage *self)
{
  g_autofree char *status = desk_call_dup_status (self->call);
  g_autofree char *spoken = NULL;

  gtk_label_set_label (self->status_label, status);
  show_buttons (self, desk_call_get_phase (self->call));
  /* Translators: the first %s is a name, the second what it does: "is calling you". */
  spoken = g_strdup_printf (_ ("%s: %s"), desk_call_get_peer_name (self->call), status);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->announcement),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
show_appointment (DeskRingPage *self, CallAppointment *appointment)
{
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());
  g_autofree char *day = NULL;
  g_autofree char *range = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->appointment_label), appointment != NULL);
  if (appointment == NULL)
    return;
  day = desk_time_text_day (call_appointment_get_scheduled_at (appointment), now);
  range = desk_time_text_range (call_appointment_get_scheduled_at (appointment),
                                call_appointment_get_duration_minutes (appointment));
  /* Translators: day, and start and end of an appointment. */
  text = g_strdup_printf (_ ("Appointment: %s, %s"), day, range);
  gtk_label_set_label (self->appointment_label, text);
}

static void
desk_ring_page_dispose (GObject *object)
{
  DeskRingPage *self = DESK_RING_PAGE (object);

  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  g_clear_object (&self->call);
  adw_bin_set_child (ADW_BIN (self), NULL);
  G_OBJECT_CLASS (desk_ring_page_parent_class)->dispose (object);
}

static void
desk_ring_page_class_init (DeskRingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_ring_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/libcall/Desk/desk-ring-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, announcement);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, halo);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, name_label);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, status_label);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, appointment_label);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, preview_frame);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, preview);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, decline_button);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, answer_button);
  gtk_widget_class_bind_template_child (widget_class, DeskRingPage, cancel_button);
}

static void
desk_ring_page_init (DeskRingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * desk_ring_page_set_call:
 * @self: the page
 * @call: (nullable): the call it shows
 *
 * Shows @call. The focus goes to the announcement and not to a button: a key that was meant for
 * something else must not answer a call.
 */
void
desk_ring_page_set_call (DeskRingPage *self, DeskCall *call)
{
  if (self->call == call)
    return;
  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  g_set_object (&self->call, call);
  gtk_picture_set_paintable (self->preview, NULL);
  if (call == NULL)
    return;
  g_signal_connect_object (call, "notify::phase", G_CALLBACK (show_phase), self, G_CONNECT_SWAPPED);
  adw_avatar_set_text (self->avatar, desk_call_get_peer_name (call));
  gtk_label_set_label (self->name_label, desk_call_get_peer_name (call));
  gtk_picture_set_paintable (self->preview, desk_call_get_paintable (call, CALL_VIDEO_LOCAL));
  desk_call_set_picture_size (call, CALL_VIDEO_LOCAL, 192, 108);
  show_appointment (self, desk_call_get_appointment (call));
  show_phase (self);
  gtk_widget_grab_focus (self->announcement);
}

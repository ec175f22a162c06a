/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-appointment-actions"

#include "config.h"

#include "desk-appointment-actions.h"

#include "desk-error-text.h"
#include "desk-reschedule-dialog.h"

#include <glib/gi18n.h>

/* What one request needs until it is answered. */
typedef struct {
  AdwToastOverlay *toasts;
  CallClient *client;
  CallAppointment *appointment;
} Job;

static Job *
job_new (const DeskAppointmentContext *context, CallAppointment *appointment)
{
  Job *job = g_new0 (Job, 1);

  job->toasts = g_object_ref (context->toasts);
  job->client = g_object_ref (context->client);
  job->appointment = g_object_ref (appointment);
  return job;
}

static void
job_free (Job *job)
{
  g_object_unref (job->toasts);
  g_object_unref (job->client);
  g_object_unref (job->appointment);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static void
free_job_of_closure (gpointer job, GClosure *closure)
{
  job_free (job);
}

static void
tell (Job *job, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (markup);

  adw_toast_set_timeout (toast, 6);
  adw_toast_overlay_add_toast (job->toasts, toast);
}

static void
tell_error (Job *job, const GError *error)
{
  g_autofree char *sentence = desk_error_text_to_sentence (error);

  tell (job, sentence);
}

static void
on_link (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *url = call_client_create_link_finish (CALL_CLIENT (source), result, &error);

  if (url == NULL) {
    tell_error (job, error);
    return;
  }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (job->toasts)), url);
  tell (job, _ ("Link copied. Paste it into a message to the patient."));
}

/**
 * desk_appointment_copy_link:
 * @context: where
 * @appointment: an appointment
 *
 * Puts the patient's link into the clipboard.
 */
void
desk_appointment_copy_link (const DeskAppointmentContext *context, CallAppointment *appointment)
{
  call_client_create_link_async (context->client, appointment, NULL, on_link,
                                 job_new (context, appointment));
}

static void
on_rescheduled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) fresh = call_client_reschedule_appointment_finish (
      CALL_CLIENT (source), result, &error);

  if (fresh == NULL)
    tell_error (job, error);
  else
    tell (job, _ ("Appointment moved. Send the patient the new link."));
}

static void
on_reschedule_response (DeskRescheduleDialog *dialog, const char *response, Job *job)
{
  g_autoptr (GDateTime) time = NULL;

  if (!g_str_equal (response, "reschedule"))
    return;
  time = desk_reschedule_dialog_dup_time (dialog);
  if (time == NULL)
    return;
  call_client_reschedule_appointment_async (
      job->client, job->appointment, time, call_appointment_get_duration_minutes (job->appointment),
      NULL, on_rescheduled,
      job_new (&(DeskAppointmentContext){ NULL, job->toasts, job->client }, job->appointment));
}

/**
 * desk_appointment_reschedule:
 * @context: where
 * @appointment: an appointment
 *
 * Asks for a new time and moves the appointment to it.
 */
void
desk_appointment_reschedule (const DeskAppointmentContext *context, CallAppointment *appointment)
{
  GtkWidget *dialog = desk_reschedule_dialog_new (context->window, appointment);

  g_signal_connect_data (dialog, "response", G_CALLBACK (on_reschedule_response),
                         job_new (context, appointment), free_job_of_closure, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_cancel_appointment_finish (CALL_CLIENT (source), result, &error))
    tell_error (job, error);
  else
    tell (job, _ ("Appointment cancelled"));
}

static void
on_cancel_response (AdwMessageDialog *dialog, const char *response, Job *job)
{
  if (g_str_equal (response, "cancel"))
    call_client_cancel_appointment_async (
        job->client, job->appointment, "clinician", NULL, on_cancelled,
        job_new (&(DeskAppointmentContext){ NULL, job->toasts, job->client }, job->appointment));
}

/**
 * desk_appointment_cancel:
 * @context: where
 * @appointment: an appointment
 *
 * Asks whether it is meant, and cancels the appointment.
 */
void
desk_appointment_cancel (const DeskAppointmentContext *context, CallAppointment *appointment)
{
  CallParticipant *patient = call_appointment_get_patient (appointment);
  GtkWidget *widget = adw_message_dialog_new (context->window, _ ("Cancel Appointment?"), NULL);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);

  /* Translators: %s is a name. */
  adw_message_dialog_format_body (
      dialog, _ ("%s can no longer use the link, and is told at once if already waiting."),
      call_participant_get_name (patient));
  adw_message_dialog_add_responses (dialog, "keep", _ ("_Keep"), "cancel",
                                    _ ("_Cancel Appointment"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "cancel", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "keep");
  adw_message_dialog_set_close_response (dialog, "keep");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_cancel_response),
                         job_new (context, appointment), free_job_of_closure, 0);
  gtk_window_present (GTK_WINDOW (widget));
}

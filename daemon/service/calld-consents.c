/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-consents"

#include "config.h"

#include "calld-consents.h"

#include "calld-log.h"
#include "calld-view.h"

#include "call-id.h"

/**
 * CalldConsents:
 *
 * What doctor and patient of an appointment agree to. Nothing is ever changed: a withdrawal is
 * another row, and the last one counts. Each goes into the audit trail in the same transaction.
 */
struct _CalldConsents {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldAppointments *appointments;
};

G_DEFINE_FINAL_TYPE (CalldConsents, calld_consents, G_TYPE_OBJECT)

static void
calld_consents_finalize (GObject *object)
{
  CalldConsents *self = CALLD_CONSENTS (object);

  g_object_unref (self->clock);
  g_object_unref (self->store);
  g_object_unref (self->appointments);
  G_OBJECT_CLASS (calld_consents_parent_class)->finalize (object);
}

static void
calld_consents_class_init (CalldConsentsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_consents_finalize;
}

static void
calld_consents_init (CalldConsents *self)
{
}

/**
 * calld_consents_new:
 * @clock: the clock
 * @store: where consents are kept
 * @appointments: who may see which appointment
 *
 * Makes the service.
 *
 * Returns: (transfer full): the service
 */
CalldConsents *
calld_consents_new (CalldClock *clock, CalldStore *store, CalldAppointments *appointments)
{
  CalldConsents *self = g_object_new (CALLD_TYPE_CONSENTS, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->appointments = g_object_ref (appointments);
  return self;
}

static CallConsent *
view (const CalldConsentRecord *record)
{
  g_autoptr (GDateTime) at = calld_view_time (record->at);

  return call_consent_new (record->id, record->appointment_id, record->user_id, record->kind,
                           record->mode, record->text_version, record->language, record->given, at);
}

/* --- giving ----------------------------------------------------------------------------------- */

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const CalldConsentRecord *record = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }
  calld_log_info (record->given ? "consent_given" : "consent_withdrawn",
                  .appointment_id = record->appointment_id, .user_id = record->user_id,
                  .detail = record->kind);
  g_task_return_pointer (task, view (record), g_object_unref);
}

static CalldChange *
build_change (const CalldConsentRecord *record)
{
  CalldChange *change = calld_change_new ();
  g_autofree char *payload = g_strdup_printf ("{\"kind\":\"%s\",\"textVersion\":\"%s\"}",
                                              record->kind, record->text_version);
  g_autoptr (CalldAuditRecord) row = calld_audit_record_new (
      record->given ? "consent" : "consent_withdrawn", record->appointment_id, record->user_id,
      NULL, payload, record->at);

  calld_change_add_consent (change, record);
  calld_change_append_audit (change, row);
  return change;
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldConsents *self = g_task_get_source_object (task);
  const CalldConsentRecord *record = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (CalldAppointmentRecord) appointment = calld_appointments_open_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (appointment == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_commit_async (self->store, build_change (record), g_task_get_cancellable (task),
                            on_stored, task);
}

/**
 * calld_consents_give_async:
 * @self: the service
 * @who: who agrees, or does not agree any more
 * @appointment_id: for which visit
 * @body: to what; kind and text version are words
 * @cancellable: (nullable): gives up
 * @callback: called when it is stored
 * @user_data: for @callback
 *
 * Notes that somebody agrees to something, or withdraws it.
 */
void
calld_consents_give_async (CalldConsents *self,
                           CalldIdentity *who,
                           const char *appointment_id,
                           const CallConsentBody *body,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldConsentRecord *record = g_new0 (CalldConsentRecord, 1);

  record->id = call_id_new ();
  record->appointment_id = g_strdup (appointment_id);
  record->user_id = g_strdup (who->user_id);
  record->kind = g_strdup (body->kind);
  record->text_version = g_strdup (body->text_version);
  record->language = g_strdup (body->language);
  record->mode = g_strdup ("clicked");
  record->given = body->given;
  record->at = calld_clock_now_ms (self->clock);
  g_task_set_task_data (task, record, (GDestroyNotify) calld_consent_record_free);
  calld_appointments_open_async (self->appointments, who, CALLD_ACTION_GIVE_CONSENT, appointment_id,
                                 cancellable, on_opened, task);
}

/**
 * calld_consents_give_finish:
 * @self: the service
 * @result: the result
 * @error: as calld_appointments_open_finish(), or the store's
 *
 * Returns: (transfer full): what was noted, or %NULL with @error
 */
CallConsent *
calld_consents_give_finish (CalldConsents *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  GPtrArray *views;

  if (records == NULL) {
    g_task_return_error (task, error);
    return;
  }
  views = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (views, view (records->pdata[i]));
  g_task_return_pointer (task, views, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_opened_to_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldConsents *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (CalldAppointmentRecord) appointment = calld_appointments_open_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (appointment != NULL) {
    calld_store_list_consents_async (self->store, appointment->id, g_task_get_cancellable (task),
                                     on_listed, task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * calld_consents_list_async:
 * @self: the service
 * @who: who asks
 * @appointment_id: of which visit
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists what was agreed to and withdrawn, in that order.
 */
void
calld_consents_list_async (CalldConsents *self,
                           CalldIdentity *who,
                           const char *appointment_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  calld_appointments_open_async (self->appointments, who, CALLD_ACTION_READ_CONSENTS,
                                 appointment_id, cancellable, on_opened_to_list,
                                 g_task_new (self, cancellable, callback, user_data));
}

/**
 * calld_consents_list_finish:
 * @self: the service
 * @result: the result
 * @error: as calld_appointments_open_finish()
 *
 * Returns: (transfer full) (element-type CallConsent): the list, or %NULL with @error
 */
GPtrArray *
calld_consents_list_finish (CalldConsents *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_consents_is_given:
 * @consents: (element-type CalldConsentRecord): those of a visit, in their order
 * @user_id: whose
 * @kind: to what
 *
 * Whether somebody agrees: what was said last counts, and nothing said is no.
 *
 * Returns: %TRUE if so
 */
gboolean
calld_consents_is_given (GPtrArray *consents, const char *user_id, const char *kind)
{
  gboolean given = FALSE;

  for (guint i = 0; i < consents->len; i++) {
    const CalldConsentRecord *record = consents->pdata[i];

    if (g_str_equal (record->user_id, user_id) && g_str_equal (record->kind, kind))
      given = record->given;
  }
  return given;
}

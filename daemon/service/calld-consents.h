/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"

#include "call-consent-body.h"

G_BEGIN_DECLS

/* The word for the analysis of a voice by a machine; without it no sound of a visit leaves. */
#define CALLD_CONSENT_ANALYSIS "ai_analysis"

#define CALLD_TYPE_CONSENTS (calld_consents_get_type ())
G_DECLARE_FINAL_TYPE (CalldConsents, calld_consents, CALLD, CONSENTS, GObject)

CalldConsents *
calld_consents_new (CalldClock *clock, CalldStore *store, CalldAppointments *appointments);

void calld_consents_give_async (CalldConsents *self,
                                CalldIdentity *who,
                                const char *appointment_id,
                                const CallConsentBody *body,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
CallConsent *calld_consents_give_finish (CalldConsents *self, GAsyncResult *result, GError **error);

void calld_consents_list_async (CalldConsents *self,
                                CalldIdentity *who,
                                const char *appointment_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *calld_consents_list_finish (CalldConsents *self, GAsyncResult *result, GError **error);

gboolean calld_consents_is_given (GPtrArray *consents, const char *user_id, const char *kind);

G_END_DECLS

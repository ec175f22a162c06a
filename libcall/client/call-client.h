/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-appointment.h"
#include "call-conversation.h"
#include "call-enums.h"
#include "call-message.h"
#include "call-session.h"
#include "call-signalling.h"
#include "call-user.h"

G_BEGIN_DECLS

#define CALL_TYPE_CLIENT (call_client_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallClient, call_client, CALL, CLIENT, GObject)

CALL_AVAILABLE_IN_ALL
CallClient *call_client_new (const char *endpoint);

CALL_AVAILABLE_IN_ALL
const char *call_client_get_endpoint (CallClient *self);
CALL_AVAILABLE_IN_ALL
CallUser *call_client_get_user (CallClient *self);
CALL_AVAILABLE_IN_ALL
const char *call_client_get_token (CallClient *self);
CALL_AVAILABLE_IN_ALL
CallConnectionState call_client_get_connection_state (CallClient *self);
CALL_AVAILABLE_IN_ALL
GListModel *call_client_get_appointments (CallClient *self);
CALL_AVAILABLE_IN_ALL
CallSession *call_client_get_active_session (CallClient *self);
CALL_AVAILABLE_IN_ALL
const GError *call_client_get_last_error (CallClient *self);

/* Signing in and being there */

CALL_AVAILABLE_IN_ALL
void call_client_sign_in_async (CallClient *self,
                                const char *email,
                                const char *password,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
CALL_AVAILABLE_IN_ALL
void call_client_sign_in_with_token_async (CallClient *self,
                                           const char *token,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CALL_AVAILABLE_IN_ALL
void call_client_sign_in_with_link_async (CallClient *self,
                                          const char *link,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean call_client_sign_in_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean
call_client_sign_in_with_token_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean
call_client_sign_in_with_link_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_sign_out (CallClient *self);

CALL_AVAILABLE_IN_ALL
void call_client_go_online_async (CallClient *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean call_client_go_online_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_go_offline (CallClient *self);

/* Appointments */

CALL_AVAILABLE_IN_ALL
CallAppointment *call_client_find_appointment (CallClient *self, const char *appointment_id);
CALL_AVAILABLE_IN_ALL
void call_client_load_appointments_async (CallClient *self,
                                          GDateTime *from,
                                          GDateTime *to,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean
call_client_load_appointments_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_load_appointment_async (CallClient *self,
                                         const char *appointment_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
CALL_AVAILABLE_IN_ALL
CallAppointment *
call_client_load_appointment_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_create_appointment_async (CallClient *self,
                                           const char *patient_id,
                                           const char *doctor_id,
                                           GDateTime *scheduled_at,
                                           guint duration_minutes,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CALL_AVAILABLE_IN_ALL
CallAppointment *
call_client_create_appointment_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_cancel_appointment_async (CallClient *self,
                                           CallAppointment *appointment,
                                           const char *reason,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean
call_client_cancel_appointment_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_reschedule_appointment_async (CallClient *self,
                                               CallAppointment *appointment,
                                               GDateTime *scheduled_at,
                                               guint duration_minutes,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);
CALL_AVAILABLE_IN_ALL
CallAppointment *
call_client_reschedule_appointment_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_create_link_async (CallClient *self,
                                    CallAppointment *appointment,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CALL_AVAILABLE_IN_ALL
char *call_client_create_link_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_load_audit_async (CallClient *self,
                                   CallAppointment *appointment,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
CALL_AVAILABLE_IN_ALL
GPtrArray *call_client_load_audit_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_enter_waiting_room_async (CallClient *self,
                                           CallAppointment *appointment,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean
call_client_enter_waiting_room_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_leave_waiting_room_async (CallClient *self,
                                           CallAppointment *appointment,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean
call_client_leave_waiting_room_finish (CallClient *self, GAsyncResult *result, GError **error);

/* Messages */

CALL_AVAILABLE_IN_ALL
CallConversation *call_client_get_conversation (CallClient *self, CallAppointment *appointment);
CALL_AVAILABLE_IN_ALL
void call_client_load_messages_async (CallClient *self,
                                      CallConversation *conversation,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean call_client_load_messages_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
CallMessage *call_client_send_message (CallClient *self,
                                       CallConversation *conversation,
                                       const char *text,
                                       GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_mark_read (CallClient *self, CallConversation *conversation);

/* Calls */

CALL_AVAILABLE_IN_ALL
void call_client_request_call_async (CallClient *self,
                                     CallAppointment *appointment,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
CALL_AVAILABLE_IN_ALL
CallSession *
call_client_request_call_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_rejoin_call_async (CallClient *self,
                                    CallAppointment *appointment,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CALL_AVAILABLE_IN_ALL
CallSession *
call_client_rejoin_call_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_accept_call_async (CallClient *self,
                                    CallSession *session,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean call_client_accept_call_finish (CallClient *self, GAsyncResult *result, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean call_client_decline_call (CallClient *self, CallSession *session, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean call_client_cancel_call (CallClient *self, CallSession *session, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean call_client_leave_call (CallClient *self, CallSession *session, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean call_client_end_call (CallClient *self, CallSession *session, GError **error);
CALL_AVAILABLE_IN_ALL
gboolean call_client_hang_up (CallClient *self, CallSession *session, GError **error);
CALL_AVAILABLE_IN_ALL
void call_client_set_media (CallClient *self, CallSession *session, gboolean audio, gboolean video);
CALL_AVAILABLE_IN_ALL
void call_client_report_call_error (CallClient *self,
                                    CallSession *session,
                                    const char *stage,
                                    const char *code);
CALL_AVAILABLE_IN_ALL
CallSignalling *call_client_get_signalling (CallClient *self, CallSession *session);

CALL_AVAILABLE_IN_ALL
void call_client_load_ice_servers_async (CallClient *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
CALL_AVAILABLE_IN_ALL
GPtrArray *
call_client_load_ice_servers_finish (CallClient *self, GAsyncResult *result, GError **error);

G_END_DECLS

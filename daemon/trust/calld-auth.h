/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-config.h"
#include "calld-identity.h"
#include "calld-rights.h"
#include "calld-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CALLD_TYPE_AUTH (calld_auth_get_type ())
G_DECLARE_FINAL_TYPE (CalldAuth, calld_auth, CALLD, AUTH, GObject)

CalldAuth *
calld_auth_new (CalldConfig *config, CalldClock *clock, CalldStore *store, GError **error);

void calld_auth_sign_in_async (CalldAuth *self,
                               const char *email,
                               const char *password,
                               const char *address,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
CalldIdentity *calld_auth_sign_in_finish (CalldAuth *self, GAsyncResult *result, GError **error);
guint calld_auth_get_retry_seconds (CalldAuth *self, const char *email, const char *address);

void calld_auth_hash_password_async (CalldAuth *self,
                                     const char *password,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
char *calld_auth_hash_password_finish (CalldAuth *self, GAsyncResult *result, GError **error);

CalldIdentity *calld_auth_identity_for_user (CalldAuth *self, const CalldUserRecord *user);
char *calld_auth_issue_token (CalldAuth *self, const CalldIdentity *identity, GError **error);
CalldIdentity *calld_auth_verify_token (CalldAuth *self, const char *token, GError **error);

char *calld_auth_make_link (CalldAuth *self,
                            const CalldAppointmentRecord *appointment,
                            gint64 *expires_at,
                            GError **error);
CalldIdentity *calld_auth_verify_link (CalldAuth *self, const char *link, GError **error);

char *calld_auth_make_file_link (CalldAuth *self,
                                 const CalldIdentity *identity,
                                 const char *file_id,
                                 gint64 *expires_at,
                                 GError **error);
CalldIdentity *calld_auth_verify_file_link (CalldAuth *self,
                                            const char *link,
                                            const char *file_id,
                                            GError **error);

G_END_DECLS

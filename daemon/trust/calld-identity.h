/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * CalldIdentity:
 * @user_id: who
 * @name: for display to the other side; never for logs
 * @role: what this user may do
 * @time_zone: (nullable): IANA name; %NULL when a token carries none and the user is not looked up
 * @appointment_id: (nullable): the one appointment a join link opens, %NULL for no such bound
 * @expires_at: when the token ends, milliseconds since 1970
 * @local_operator: came over D-Bus as the user who runs the daemon
 *
 * Who is asking, as a verified token says. Immutable, reference counted, usable from any thread.
 */
typedef struct {
  char *user_id;
  char *name;
  CallRole role;
  char *time_zone;
  char *appointment_id;
  gint64 expires_at;
  gboolean local_operator;
} CalldIdentity;

#define CALLD_TYPE_IDENTITY (calld_identity_get_type ())
GType calld_identity_get_type (void) G_GNUC_CONST;

CalldIdentity *calld_identity_new (const char *user_id,
                                   const char *name,
                                   CallRole role,
                                   const char *time_zone,
                                   const char *appointment_id,
                                   gint64 expires_at);
CalldIdentity *calld_identity_new_operator (void);
CalldIdentity *calld_identity_ref (CalldIdentity *self);
void calld_identity_unref (CalldIdentity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldIdentity, calld_identity_unref)

G_END_DECLS

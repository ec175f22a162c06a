/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-identity"

#include "config.h"

#include "calld-identity.h"

/* Who did it, in the audit, when it was the operator of this machine. It is no user of the clinic.
 */
#define OPERATOR_ID "00000000-0000-0000-0000-000000000000"

G_DEFINE_BOXED_TYPE (CalldIdentity, calld_identity, calld_identity_ref, calld_identity_unref)

/**
 * calld_identity_new:
 * @user_id: who
 * @name: for display
 * @role: what this user may do
 * @time_zone: (nullable): IANA name
 * @appointment_id: (nullable): the one appointment it is bound to
 * @expires_at: milliseconds since 1970, 0 for never
 *
 * Makes an identity. Whoever calls this has verified what it says.
 *
 * Returns: (transfer full): the identity
 */
CalldIdentity *
calld_identity_new (const char *user_id,
                    const char *name,
                    CallRole role,
                    const char *time_zone,
                    const char *appointment_id,
                    gint64 expires_at)
{
  CalldIdentity *self = g_atomic_rc_box_new0 (CalldIdentity);

  self->user_id = g_strdup (user_id);
  self->name = g_strdup (name);
  self->role = role;
  self->time_zone = g_strdup (time_zone);
  self->appointment_id = g_strdup (appointment_id);
  self->expires_at = expires_at;
  return self;
}

/**
 * calld_identity_new_operator:
 *
 * Makes the identity of whoever runs the daemon and asks over D-Bus. It is an admin that is no
 * user.
 *
 * Returns: (transfer full): the identity
 */
CalldIdentity *
calld_identity_new_operator (void)
{
  CalldIdentity *self = calld_identity_new (OPERATOR_ID, "operator", CALL_ROLE_ADMIN, NULL, NULL,
                                            0);

  self->local_operator = TRUE;
  return self;
}

CalldIdentity *
calld_identity_ref (CalldIdentity *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
identity_clear (gpointer data)
{
  CalldIdentity *self = data;

  g_free (self->user_id);
  g_free (self->name);
  g_free (self->time_zone);
  g_free (self->appointment_id);
}

void
calld_identity_unref (CalldIdentity *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, identity_clear);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-config.h"
#include "calld-identity.h"
#include "calld-record.h"

#include "call-access-policy.h"

G_BEGIN_DECLS

/**
 * CalldWindow:
 * @opens_at: first moment at which people may enter
 * @closes_at: first moment at which they may not any more
 *
 * The access window of an appointment, milliseconds since 1970.
 */
typedef struct {
  gint64 opens_at;
  gint64 closes_at;
} CalldWindow;

CalldWindow calld_access_window (const CalldConfig *config,
                                 const CalldAppointmentRecord *appointment);
gboolean calld_access_check (const CalldConfig *config,
                             const CalldIdentity *who,
                             CallAction action,
                             const CalldAppointmentRecord *appointment,
                             const CalldUserRecord *doctor,
                             gint64 now_ms,
                             GError **error);

G_END_DECLS

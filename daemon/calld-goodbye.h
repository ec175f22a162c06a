/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-config.h"
#include "calld-hub.h"
#include "calld-server.h"

G_BEGIN_DECLS

/**
 * CalldGoodbye:
 *
 * A goodbye under way: ends when clients are gone and requests answered, or when time is up.
 */
typedef struct _CalldGoodbye CalldGoodbye;

CalldGoodbye *calld_goodbye_new (const CalldConfig *config,
                                 CalldClock *clock,
                                 CalldServer *server,
                                 CalldHub *hub,
                                 GTask *task);
void calld_goodbye_free (CalldGoodbye *self);

G_END_DECLS

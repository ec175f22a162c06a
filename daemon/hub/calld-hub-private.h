/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-hub.h"
#include "calld-reactor.h"

G_BEGIN_DECLS

/* For gateways; main context. The reactor may be looked at only before the hub listens, and where
 * its functions allow any thread. */
CalldReactor *calld_hub_get_reactor (CalldHub *self);
void calld_hub_post (CalldHub *self, CalldMail *mail);
gboolean calld_hub_try_post (CalldHub *self, CalldMail *mail);

G_END_DECLS

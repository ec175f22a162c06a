/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-peerjs.h"
#include "calld-reactor.h"

G_BEGIN_DECLS

void calld_peerjs_relay_new (CalldReactor *reactor, const CalldPeerjsOptions *options);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call.h"

G_BEGIN_DECLS

char *desk_outcome_describe (DeskCall *call);

G_END_DECLS

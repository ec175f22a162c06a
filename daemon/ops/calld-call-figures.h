/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-notice.h"

G_BEGIN_DECLS

void calld_call_figures_take (const CallNotice *notice);

G_END_DECLS

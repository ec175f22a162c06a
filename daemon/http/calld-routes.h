/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-router.h"

G_BEGIN_DECLS

const CalldRoute *calld_routes_get (gsize *n_routes);

G_END_DECLS

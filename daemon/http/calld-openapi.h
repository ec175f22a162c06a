/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-router.h"

G_BEGIN_DECLS

char *calld_openapi_write (const CalldRoute *routes, gsize n_routes);
char *calld_asyncapi_write (void);

G_END_DECLS

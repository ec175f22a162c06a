/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"

G_BEGIN_DECLS

#define CALLD_TYPE_BUS_LOCAL (calld_bus_local_get_type ())
G_DECLARE_FINAL_TYPE (CalldBusLocal, calld_bus_local, CALLD, BUS_LOCAL, GObject)

CalldBus *calld_bus_local_new (void);

G_END_DECLS

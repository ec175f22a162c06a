/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call-media.h>
#include <call.h>

G_BEGIN_DECLS

#define DESK_TYPE_DEVICE_ROW (desk_device_row_get_type ())
G_DECLARE_FINAL_TYPE (DeskDeviceRow, desk_device_row, DESK, DEVICE_ROW, AdwComboRow)

void desk_device_row_bind (DeskDeviceRow *self,
                           GListModel *devices,
                           CallDeviceKind kind,
                           GSettings *settings,
                           const char *key);

G_END_DECLS

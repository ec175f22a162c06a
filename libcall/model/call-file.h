/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"

G_BEGIN_DECLS

#define CALL_TYPE_FILE (call_file_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallFile, call_file, CALL, FILE, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_file_get_id (CallFile *self);
CALL_AVAILABLE_IN_ALL
const char *call_file_get_name (CallFile *self);
CALL_AVAILABLE_IN_ALL
const char *call_file_get_media_type (CallFile *self);
CALL_AVAILABLE_IN_ALL
gint64 call_file_get_size (CallFile *self);
CALL_AVAILABLE_IN_ALL
const char *call_file_get_url (CallFile *self);
CALL_AVAILABLE_IN_ALL
gint64 call_file_get_duration_ms (CallFile *self);
CALL_AVAILABLE_IN_ALL
const char *call_file_get_waveform (CallFile *self);
CALL_AVAILABLE_IN_ALL
int call_file_get_width (CallFile *self);
CALL_AVAILABLE_IN_ALL
int call_file_get_height (CallFile *self);
CALL_AVAILABLE_IN_ALL
const char *call_file_get_status (CallFile *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  DESK_SOUND_RING,
  DESK_SOUND_RINGBACK,
  DESK_SOUND_ARRIVAL,
  DESK_SOUND_MESSAGE,
  DESK_SOUND_ENDED,
} DeskSound;

#define DESK_TYPE_RINGER (desk_ringer_get_type ())
G_DECLARE_FINAL_TYPE (DeskRinger, desk_ringer, DESK, RINGER, GObject)

DeskRinger *desk_ringer_new (GSettings *settings);

void desk_ringer_play (DeskRinger *self, DeskSound sound);
void desk_ringer_loop (DeskRinger *self, DeskSound sound);
void desk_ringer_stop (DeskRinger *self);
gboolean desk_ringer_is_playing (DeskRinger *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-engine.h"
#include "call-rig-private.h"

G_BEGIN_DECLS

struct _CallEngine {
  GObject parent_instance;

  CallSettings settings;
  CallSignalling *signalling;
  CallDeviceManager *devices;
  GstElement *sinks[2]; /* by CallVideoRole */
  CallEngineState state;

  CallStage *stage;
  CallRig *rig; /* NULL unless started */
  CallEngineStats last_stats;
  GPtrArray *stoppers; /* of GTask, waiting for the stage to be empty */
};

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * CallStage is what the pipelines of one engine share: a clock, the same zero, one main context,
 * and the count of those that still run. Only the main context touches it.
 */
typedef struct _CallStage CallStage;
typedef void (*CallStageEmptyFunc) (gpointer user_data);

CallStage *call_stage_new (void);
CallStage *call_stage_ref (CallStage *self);
void call_stage_unref (CallStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallStage, call_stage_unref)

GstClock *call_stage_get_clock (CallStage *self);
GstClockTime call_stage_get_base_time (CallStage *self);
GMainContext *call_stage_get_context (CallStage *self);

void call_stage_enter (CallStage *self);
void call_stage_leave (CallStage *self);
void call_stage_when_empty (CallStage *self, CallStageEmptyFunc func, gpointer user_data);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-pipeline-private.h"

G_BEGIN_DECLS

typedef void (*CallReplyFunc) (gpointer receiver, const GstStructure *reply, const GError *error);

GstPromise *call_promise_new (CallPipeline *pipeline, GObject *receiver, CallReplyFunc func);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/*
 * What the streaming threads of a peer count. Whoever holds a reference may read and add; each
 * figure is atomic by itself and they need not agree with each other.
 */
typedef struct {
  gatomicrefcount refs;
  atomic_bool connected;
  atomic_uint_fast64_t frames_decoded;
  atomic_uint_fast64_t frames_sent;
  atomic_uint_fast64_t sounds_decoded;
  atomic_uint_fast64_t packets_in;
  atomic_uint_fast64_t bytes_in;
  atomic_uint_fast64_t bytes_out;
  atomic_uint width;
  atomic_uint height;
} CallFlow;

CallFlow *call_flow_new (void);
CallFlow *call_flow_ref (CallFlow *self);
void call_flow_unref (CallFlow *self);
void call_flow_note_size (CallFlow *self, GstElement *sink);

G_END_DECLS

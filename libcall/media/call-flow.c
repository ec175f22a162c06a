/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-flow-private.h"

CallFlow *
call_flow_new (void)
{
  CallFlow *self = g_new0 (CallFlow, 1);

  g_atomic_ref_count_init (&self->refs);
  return self;
}

CallFlow *
call_flow_ref (CallFlow *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
call_flow_unref (CallFlow *self)
{
  if (g_atomic_ref_count_dec (&self->refs))
    g_free (self);
}

/* Notes the size of the pictures that arrive at @sink. */
void
call_flow_note_size (CallFlow *self, GstElement *sink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  int width = 0, height = 0;

  if (caps == NULL)
    return;
  gst_structure_get (gst_caps_get_structure (caps, 0), "width", G_TYPE_INT, &width, "height",
                     G_TYPE_INT, &height, NULL);
  atomic_store (&self->width, (guint) MAX (width, 0));
  atomic_store (&self->height, (guint) MAX (height, 0));
}

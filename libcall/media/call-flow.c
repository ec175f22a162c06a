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

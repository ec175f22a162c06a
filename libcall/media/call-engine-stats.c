/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-engine-stats.h"

G_DEFINE_BOXED_TYPE (CallEngineStats,
                     call_engine_stats,
                     call_engine_stats_copy,
                     call_engine_stats_free)

/**
 * call_engine_stats_copy:
 * @self: figures
 *
 * Copies @self.
 *
 * Returns: (transfer full): the copy
 */
CallEngineStats *
call_engine_stats_copy (const CallEngineStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

/**
 * call_engine_stats_free:
 * @self: (transfer full) (nullable): figures
 *
 * Frees @self. The names of candidate types are static strings.
 */
void
call_engine_stats_free (CallEngineStats *self)
{
  g_free (self);
}

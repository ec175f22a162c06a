/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Two peers in processes of their own, and the signalling between them. */
typedef struct _MediaProcesses MediaProcesses;

typedef struct {
  double cpu_seconds;
  guint64 decoded, sent;
  gint64 connected_ms, first_frame_ms;
  double rtt_ms, loss_in, loss_out, level;
  gboolean fresh;
} MediaFigures;

/* @addresses: one for each peer's own network, or NULL for the loopback; NULL when not permitted.
 */
MediaProcesses *media_processes_new (const char *const *addresses);
void media_processes_free (MediaProcesses *self);

void media_processes_start_generation (MediaProcesses *self);
gboolean media_processes_is_flowing (MediaProcesses *self);
guint media_processes_get_generation (MediaProcesses *self);
void media_processes_ask (MediaProcesses *self);
gboolean media_processes_have_answered (MediaProcesses *self);
const MediaFigures *media_processes_get_figures (MediaProcesses *self, guint peer);

/* Only with networks of their own. */
void media_processes_set_network (MediaProcesses *self, double loss, guint delay_ms, gboolean cut);

G_END_DECLS

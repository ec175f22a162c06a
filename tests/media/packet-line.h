/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A line between two network interfaces that loses and delays packets, run by a thread. */
typedef struct _PacketLine PacketLine;

PacketLine *packet_line_new (int left, int right);
void packet_line_free (PacketLine *line);
void packet_line_set (PacketLine *line, double loss, guint delay_ms, gboolean cut);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A bad network between two peers on the loopback: each candidate is replaced by a port of ours,
 * and what comes there is lost, delayed or forwarded in a thread.
 */
typedef struct _UdpRelay UdpRelay;

UdpRelay *udp_relay_new (void);
void udp_relay_free (UdpRelay *relay);

char *udp_relay_rewrite (guint from, const char *candidate, gpointer relay);
void udp_relay_set_loss (UdpRelay *relay, double loss);
void udp_relay_set_delay (UdpRelay *relay, guint delay_ms);
void udp_relay_set_cut (UdpRelay *relay, gboolean cut);
void udp_relay_cut_present (UdpRelay *relay);
guint64 udp_relay_get_forwarded (UdpRelay *relay);

G_END_DECLS

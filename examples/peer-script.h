/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call-media.h>
#include <call.h>

/**
 * PeerScript:
 *
 * What a peer without a user does by itself while it is in a call: the one who called says a
 * sentence, mutes for a while and hangs up; the one who answered answers the sentence.
 */
typedef struct _PeerScript PeerScript;

void peer_say (CallClient *client, CallAppointment *appointment, const char *text);

PeerScript *peer_script_new (CallClient *client, CallEngine *engine, guint seconds);
void peer_script_play (PeerScript *self, CallSession *session);
void peer_script_stop (PeerScript *self);
void peer_script_free (PeerScript *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerScript, peer_script_free)

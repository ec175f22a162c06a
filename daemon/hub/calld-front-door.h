/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-reactor.h"

G_BEGIN_DECLS

/**
 * CalldHandover:
 * @mail: how it travels
 * @channel: the connection
 * @address: the other end
 * @client: whom the request came from
 * @received: head and body of the request, as far as they have come
 * @following: (nullable): what came behind the request
 * @body_left: bytes of the body still to come, -1 for a body in chunks
 * @keep_alive: whether the connection may come back after the answer
 *
 * A connection with one request for libsoup.
 */
typedef struct {
  CalldMail mail;
  CalldChannel channel;
  CalldAddress address;
  CalldAddress client;
  GBytes *received;
  GBytes *following;
  gint64 body_left;
  gboolean keep_alive;
} CalldHandover;

void calld_handover_free (CalldHandover *self);
void calld_handover_open (CalldMail *mail, gpointer hub);

void calld_front_door_accept (CalldReactor *reactor, int listener_fd, gboolean *exhausted);
void calld_front_door_adopt (CalldReactor *reactor,
                             const CalldChannel *channel,
                             const CalldAddress *address,
                             GBytes *following);
gsize calld_front_door_step (CalldPeer *peer, const guint8 *data, gsize length);

void calld_peer_answer (CalldPeer *peer,
                        guint status,
                        const char *content_type,
                        const char *more_headers,
                        const void *body,
                        gsize length);
void calld_peer_answer_text (CalldPeer *peer,
                             guint status,
                             const char *content_type,
                             const char *more_headers,
                             const char *body);
gboolean calld_peer_upgrade (CalldPeer *peer,
                             const CalldHead *head,
                             guint32 max_message,
                             const char *more_headers,
                             const CalldPeerClass *klass,
                             gpointer owner);

G_END_DECLS

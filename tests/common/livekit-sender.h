/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * LivekitSender:
 *
 * What LiveKit's track egress does on the wire, to the byte: the request of Go's gorilla dialer,
 * masked binary frames of 10 ms, `{"muted":true}` in text frames, a ping with the payload "ping",
 * an empty close frame and the end of the connection without waiting. It blocks. Functions abort
 * the test when something fails, but where they say otherwise.
 */
typedef struct {
  int fd;
  guint32 mask;
} LivekitSender;

/* 10 ms of 48 kHz stereo, as the audiomixer makes them. */
#define LIVEKIT_FRAME_BYTES 1920

guint livekit_sender_dial (LivekitSender *self, guint16 port, const char *target);
gboolean livekit_sender_send (LivekitSender *self, const void *data, gsize length);
void livekit_sender_send_muted (LivekitSender *self, gboolean muted);
void livekit_sender_send_text (LivekitSender *self, const char *text);
void livekit_sender_ping (LivekitSender *self);
char *livekit_sender_read (LivekitSender *self, guint8 *opcode, gsize *length);
void livekit_sender_close (LivekitSender *self);
void livekit_sender_vanish (LivekitSender *self);
gboolean livekit_sender_send_raw (LivekitSender *self, const void *data, gsize length);

G_END_DECLS

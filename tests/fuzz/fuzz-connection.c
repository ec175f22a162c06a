/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole connection: whatever a client sends goes through the front door into the gateways, on a
 * reactor that is turned by hand. */
#include "fuzz.h"

#include "calld-front-door.h"
#include "calld-peerjs-relay.h"
#include "calld-pusher.h"
#include "calld-reactor-private.h"
#include "calld-socketio-server.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
on_connect (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  calld_socketio_session_accept (session, nsp, NULL);
}

static void
on_event (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  calld_socketio_session_send (session, packet);
}

static const CalldSocketioApp app = { .connect = on_connect, .event = on_event };

static CalldReactor *
make_reactor (CalldMailbox *to_main)
{
  static const char *const namespaces[] = { "/", "/custom", NULL };
  CalldSocketioServerOptions socketio = {
    .engine = { .path = "/socket.io",
                .protocol = CALLD_PROTOCOL_SOCKETIO,
                .ping_interval_ms = 25000,
                .ping_timeout_ms = 20000,
                .upgrade_timeout_ms = 10000,
                .max_payload = 10000 },
    .namespaces = namespaces,
    .connect_timeout_ms = 45000,
    .max_attachments = 10,
  };
  CalldPeerjsOptions peerjs;
  CalldPusherOptions pusher;
  CalldHubOptions options;
  CalldReactor *reactor;

  calld_hub_options_init (&options);
  options.head_bytes = 4096;
  reactor = calld_reactor_new (&options, NULL, to_main, NULL);
  calld_socketio_server_new (reactor, &socketio, &app, NULL, NULL);
  calld_peerjs_options_init (&peerjs);
  calld_peerjs_relay_new (reactor, &peerjs);
  calld_pusher_options_init (&pusher);
  pusher.app_id = "id";
  pusher.app_key = "key";
  pusher.app_secret = "secret";
  calld_pusher_attach (reactor, &pusher);
  return reactor;
}

static void
drain (int fd)
{
  char buffer[4096];

  while (recv (fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
    ;
}

/* The first byte of the input says how it is cut up, so that every state is met half-way too. */
static void
play (CalldReactor *reactor, int fd, const unsigned char *data, size_t size)
{
  gsize piece = size > 0 ? 1 + data[0] * 4 : 1;

  for (gsize done = 1; done < size; done += piece) {
    if (send (fd, data + done, MIN (piece, size - done), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
      return;
    calld_reactor_turn (reactor, 0);
    calld_reactor_turn (reactor, 0);
    drain (fd);
  }
}

int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  CalldMailbox *to_main = calld_mailbox_new (16, 100000);
  CalldReactor *reactor = make_reactor (to_main);
  CalldAddress address = { 0 };
  CalldChannel channel = { 0 };
  int fds[2];

  g_assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
  channel.fd = fds[0];
  calld_front_door_adopt (reactor, &channel, &address, NULL);
  play (reactor, fds[1], data, size);
  close (fds[1]);
  for (guint i = 0; i < 4; i++)
    calld_reactor_turn (reactor, 0);
  g_assert (reactor->n_peers == 0);
  g_assert (reactor->frame_memory == 0);
  calld_mailbox_dispatch (to_main, NULL);
  calld_reactor_free (reactor);
  calld_mailbox_free (to_main);
  return 0;
}

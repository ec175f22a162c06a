/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO on a reactor that is turned by hand: what depends on time and on memory. */
#include "config.h"

#include "calld-front-door.h"
#include "calld-reactor-private.h"
#include "calld-socketio-server.h"

#include "call-websocket-frame.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND 1000

typedef struct {
  CalldMailbox *to_main;
  CalldReactor *reactor;
  const char *owner;
  guint n_left;
  guint n_gone;
  guint n_events;
} Fixture;

/* --- an application --------------------------------------------------------------------------- */

static void
on_connect (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  Fixture *self = calld_socketio_session_get_app_data (session);

  calld_rooms_join (self->reactor->rooms, &session->engine.base.member, "room");
  calld_socketio_session_accept (session, nsp, self->owner);
}

static void
on_event (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  ((Fixture *) calld_socketio_session_get_app_data (session))->n_events++;
}

static void
on_left (CalldSocketioSession *session, guint nsp)
{
  ((Fixture *) calld_socketio_session_get_app_data (session))->n_left++;
}

static void
on_gone (gpointer app_data, CalldReactor *reactor, guint64 id)
{
  g_assert_null (calld_reactor_lookup (reactor, id));
  ((Fixture *) app_data)->n_gone++;
}

static const CalldSocketioApp app = {
  .connect = on_connect,
  .event = on_event,
  .left = on_left,
  .gone = on_gone,
};

static void
set_up (Fixture *self, gconstpointer data)
{
  static const char *const namespaces[] = { "/", "/custom", NULL };
  CalldSocketioServerOptions options = {
    .engine = { .path = "/socket.io",
                .protocol = CALLD_PROTOCOL_SOCKETIO,
                .ping_interval_ms = 25 * SECOND,
                .ping_timeout_ms = 60 * SECOND,
                .upgrade_timeout_ms = 10 * SECOND,
                .max_payload = 100 * 1000 * 1000 },
    .namespaces = namespaces,
    .connect_timeout_ms = 45 * SECOND,
    .max_attachments = 10,
    .recovery = TRUE,
  };
  CalldHubOptions hub;

  calld_hub_options_init (&hub);
  hub.frame_memory = 1000000;
  self->to_main = calld_mailbox_new (16, 100000);
  self->reactor = calld_reactor_new (&hub, NULL, self->to_main, NULL);
  calld_socketio_server_new (self->reactor, &options, &app, self, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  calld_mailbox_dispatch (self->to_main, NULL);
  calld_reactor_free (self->reactor);
  calld_mailbox_free (self->to_main);
}

static void
turn (Fixture *self)
{
  for (guint i = 0; i < 4; i++)
    calld_reactor_turn (self->reactor, 0);
}

/* Time passes for the timers alone. */
static void
pass (Fixture *self, guint64 ms)
{
  CalldWheel *wheel = &self->reactor->wheel;
  guint64 end = wheel->now_ms + ms;
  guint64 due;

  while (calld_wheel_next (wheel, &due) && due <= end)
    calld_wheel_advance (wheel, due);
  calld_wheel_advance (wheel, end);
  turn (self);
}

/* --- a client --------------------------------------------------------------------------------- */

static void
say (Fixture *self, int fd, CallWebsocketOpcode opcode, const void *data, gsize length)
{
  g_autoptr (GBytes) frame = call_websocket_frame_new_masked (opcode, TRUE, 0x01020304, data,
                                                              length);
  gsize left;
  const char *bytes = g_bytes_get_data (frame, &left);

  while (left > 0) {
    gssize n = send (fd, bytes, left, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0) {
      bytes += n;
      left -= (gsize) n;
    } else if (errno != EAGAIN) {
      break;
    }
    turn (self);
  }
  turn (self);
}

static void
say_text (Fixture *self, int fd, const char *text)
{
  say (self, fd, CALL_WEBSOCKET_TEXT, text, strlen (text));
}

/* All that has come, with frames told apart by '|'. */
static char *
hear (Fixture *self, int fd)
{
  GString *heard = g_string_new (NULL);
  g_autofree guint8 *buffer = g_malloc (1000000);
  gssize n;
  gsize length = 0;

  turn (self);
  while ((n = recv (fd, buffer + length, 1000000 - length, MSG_DONTWAIT)) > 0) {
    length += (gsize) n;
    turn (self);
  }
  for (gsize at = 0; at + 2 <= length;) {
    gsize size = buffer[at + 1], header = 2;

    if (size == 126) {
      size = (gsize) buffer[at + 2] << 8 | buffer[at + 3];
      header = 4;
    }
    if (buffer[at] == 0x88)
      g_string_append (heard, "closed");
    else
      g_string_append_len (heard, (char *) buffer + at + header, (gssize) size);
    g_string_append_c (heard, '|');
    at += header + size;
  }
  return g_string_free (heard, FALSE);
}

static int
open_client (Fixture *self, const char *connect, char **answer)
{
  static const char request[] =
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  CalldAddress address = { 0 };
  CalldChannel channel = { 0 };
  char head[4096];
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  channel.fd = fds[0];
  calld_front_door_adopt (self->reactor, &channel, &address, NULL);
  g_assert_cmpint (send (fds[1], request, sizeof request - 1, MSG_NOSIGNAL), >, 0);
  turn (self);
  g_assert_cmpint (recv (fds[1], head, sizeof head, MSG_DONTWAIT), >, 0);
  say_text (self, fds[1], connect);
  *answer = hear (self, fds[1]);
  return fds[1];
}

static char *
get_member (const char *answer, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\"%s\":\"", name);
  const char *at = strstr (answer, start);

  g_assert_nonnull (at);
  at += strlen (start);
  return g_strndup (at, strcspn (at, "\""));
}

static void
lose (Fixture *self, int fd)
{
  close (fd);
  turn (self);
}

static void
deliver (CalldMember *member, gpointer frame)
{
  CalldClient *client = (CalldClient *) member;

  client->klass->deliver (client, frame, CALLD_SEND_DEFAULT);
}

/* Returns the offset. */
static char *
publish (Fixture *self, const char *event)
{
  static const char *const rooms[] = { "room", NULL };
  g_autoptr (CalldFrame) frame = calld_socketio_event_frame_new (event);
  gsize length;
  const char *text = (const char *) calld_frame_get_payload (frame, &length);
  g_autofree char *copy = g_strndup (text, length - 2);

  calld_rooms_broadcast (self->reactor->rooms, CALLD_PROTOCOL_SOCKETIO, rooms, 0, deliver, frame);
  return g_strdup (strrchr (copy, '"') + 1);
}

/* A client that has heard one event and then lost its connection. */
static void
begin_away (Fixture *self, char **sid, char **pid, char **offset)
{
  g_autofree char *answer = NULL;
  int fd = open_client (self, "40", &answer);

  *sid = get_member (answer, "sid");
  *pid = get_member (answer, "pid");
  *offset = publish (self, "2[\"first\"]");
  lose (self, fd);
  g_assert_cmpuint (self->n_left, ==, 0);
  g_assert_cmpuint (self->n_gone, ==, 0);
}

static int
come_back (Fixture *self, const char *pid, const char *offset, char **answer)
{
  g_autofree char *connect = g_strdup_printf ("40{\"pid\":\"%s\",\"offset\":\"%s\"}", pid, offset);

  return open_client (self, connect, answer);
}

/* --- coming back ------------------------------------------------------------------------------ */

static void
test_back (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL;
  g_autofree char *missed = NULL, *answer = NULL, *again = NULL, *expected = NULL, *later = NULL;
  g_autofree char *heard = NULL;
  int fd;

  begin_away (self, &sid, &pid, &offset);
  pass (self, CALLD_SOCKETIO_AWAY_MS - SECOND);
  missed = publish (self, "2[\"second\"]");
  fd = come_back (self, pid, offset, &answer);
  expected = g_strdup_printf ("40{\"sid\":\"%s\",\"pid\":\"%s\"}|42[\"second\",\"%s\"]|", sid, pid,
                              missed);
  g_assert_true (g_str_has_suffix (answer, expected));
  g_assert_cmpuint (self->n_gone, ==, 1);
  later = publish (self, "2[\"third\"]");
  heard = hear (self, fd);
  g_assert_true (g_str_has_prefix (heard, "42[\"third\","));

  /* And once more: the log goes on behind what was sent again. */
  lose (self, fd);
  fd = come_back (self, pid, missed, &again);
  g_assert_nonnull (strstr (again, sid));
  g_assert_nonnull (strstr (again, "42[\"third\","));
  g_assert_null (strstr (again, "second"));
  lose (self, fd);
}

static void
test_too_late (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL, *answer = NULL;

  begin_away (self, &sid, &pid, &offset);
  pass (self, CALLD_SOCKETIO_AWAY_MS);
  g_assert_cmpuint (self->n_gone, ==, 1);
  g_assert_cmpuint (calld_rooms_get_count (self->reactor->rooms), ==, 0);
  lose (self, come_back (self, pid, offset, &answer));
  g_assert_null (strstr (answer, sid));
  g_assert_null (strstr (answer, pid));
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL, *answer = NULL, *other = NULL;
  g_autofree char *right = NULL;

  begin_away (self, &sid, &pid, &offset);
  lose (self, come_back (self, "nobody", offset, &answer));
  g_assert_null (strstr (answer, sid));
  lose (self, come_back (self, pid, "nothing", &other));
  g_assert_null (strstr (other, sid));
  /* Neither took anything from the one who knows both. */
  lose (self, come_back (self, pid, offset, &right));
  g_assert_nonnull (strstr (right, sid));
}

static void
test_somebody_else (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL, *answer = NULL, *secret = NULL;

  self->owner = "user/1";
  begin_away (self, &sid, &pid, &offset);
  secret = publish (self, "2[\"secret\"]");
  self->owner = "user/2";
  lose (self, come_back (self, pid, offset, &answer));
  g_assert_null (strstr (answer, sid));
  g_assert_null (strstr (answer, "secret"));
}

/* Overflow of the log: who missed more starts anew. */
static void
test_overflow (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL, *last = NULL, *answer = NULL;
  g_autofree char *again = NULL;

  begin_away (self, &sid, &pid, &offset);
  for (guint i = 0; i < CALLD_SOCKETIO_LOG_FRAMES; i++) {
    g_free (last);
    last = publish (self, "2[\"x\"]");
  }
  lose (self, come_back (self, pid, offset, &answer));
  g_assert_null (strstr (answer, sid));
  lose (self, come_back (self, pid, last, &again));
  g_assert_nonnull (strstr (again, sid));
}

static void
test_leaving (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL, *answer = NULL, *back = NULL;
  int fd = open_client (self, "40", &answer);

  sid = get_member (answer, "sid");
  pid = get_member (answer, "pid");
  offset = publish (self, "2[\"first\"]");
  say_text (self, fd, "41");
  lose (self, fd);
  g_assert_cmpuint (self->n_left, ==, 1);
  lose (self, come_back (self, pid, offset, &back));
  g_assert_null (strstr (back, sid));
}

/* What the services do to the old id while the client is away holds. */
static void
test_closed_while_away (Fixture *self, gconstpointer data)
{
  g_autofree char *sid = NULL, *pid = NULL, *offset = NULL, *answer = NULL;
  CalldClient *stand_in;

  begin_away (self, &sid, &pid, &offset);
  stand_in = self->reactor->slots->len > 0
                 ? g_array_index (self->reactor->slots, CalldSlot, 0).session
                 : NULL;
  g_assert_nonnull (stand_in);
  g_assert_cmpuint (self->reactor->n_sessions, ==, 0);
  g_assert_null (calld_socketio_server_lookup (self->reactor, stand_in->member.id));
  stand_in->klass->close (stand_in);
  g_assert_cmpuint (self->n_gone, ==, 1);
  lose (self, come_back (self, pid, offset, &answer));
  g_assert_null (strstr (answer, sid));
}

/* --- memory ----------------------------------------------------------------------------------- */

/* 100 MB may be one message, and ten of them its attachments: what many clients have sent in part
 * stays within the budget of all. */
static void
test_attachments (Fixture *self, gconstpointer data)
{
  static const char event[] =
      "453-[\"x\",{\"_placeholder\":true,\"num\":0},"
      "{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":2}]";
  g_autofree guint8 *bytes = g_malloc0 (100000);
  guint n_closed = 0;
  int fds[20];

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    g_autofree char *answer = NULL;
    g_autofree char *heard = NULL;

    fds[i] = open_client (self, "40", &answer);
    say_text (self, fds[i], event);
    say (self, fds[i], CALL_WEBSOCKET_BINARY, bytes, 100000);
    g_assert_cmpuint (self->reactor->frame_memory, <=, 1000000);
    heard = hear (self, fds[i]);
    n_closed += strstr (heard, "closed") != NULL;
  }
  g_assert_cmpuint (self->reactor->frame_memory, >, 800000);
  g_assert_cmpuint (n_closed, >=, 10);
  /* Who sends the rest is served, once there is room. */
  for (guint i = 1; i < G_N_ELEMENTS (fds); i++)
    lose (self, fds[i]);
  say (self, fds[0], CALL_WEBSOCKET_BINARY, bytes, 100000);
  say (self, fds[0], CALL_WEBSOCKET_BINARY, bytes, 100000);
  g_assert_cmpuint (self->n_events, ==, 1);
  g_assert_cmpuint (self->reactor->frame_memory, ==, 0);
  lose (self, fds[0]);
}

/* One message that is longer than the whole budget, and many that are together. */
static void
test_large_messages (Fixture *self, gconstpointer data)
{
  g_autofree char *text = g_strnfill (600000, 'x');
  g_autofree char *answer = NULL, *other_answer = NULL, *heard = NULL;
  g_autoptr (GBytes) frame = NULL;
  int first = open_client (self, "40", &answer);
  int second = open_client (self, "40", &other_answer);
  gsize length;
  const guint8 *wire;

  memcpy (text, "42[\"x\",\"", 8);
  memcpy (text + 600000 - 2, "\"]", 2);
  frame = call_websocket_frame_new_masked (CALL_WEBSOCKET_TEXT, TRUE, 7, text, 600000);
  wire = g_bytes_get_data (frame, &length);
  /* All of it but the last byte. */
  for (gsize at = 0; at < length - 1;) {
    gssize n = send (first, wire + at, MIN (50000, length - 1 - at), MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0)
      at += (gsize) n;
    turn (self);
  }
  g_assert_cmpuint (self->reactor->frame_memory, >=, 599000);
  say (self, second, CALL_WEBSOCKET_TEXT, text, 600000);
  heard = hear (self, second);
  g_assert_nonnull (strstr (heard, "closed"));
  g_assert_cmpint (send (first, wire + length - 1, 1, MSG_NOSIGNAL), ==, 1);
  turn (self);
  g_assert_cmpuint (self->n_events, ==, 1);
  g_assert_cmpuint (self->reactor->frame_memory, ==, 0);
  lose (self, first);
  lose (self, second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/recovery/back", test_back);
  ADD ("/recovery/too-late", test_too_late);
  ADD ("/recovery/unknown", test_unknown);
  ADD ("/recovery/somebody-else", test_somebody_else);
  ADD ("/recovery/overflow", test_overflow);
  ADD ("/recovery/leaving", test_leaving);
  ADD ("/recovery/closed-while-away", test_closed_while_away);
  ADD ("/memory/attachments", test_attachments);
  ADD ("/memory/large-messages", test_large_messages);
  return g_test_run ();
}

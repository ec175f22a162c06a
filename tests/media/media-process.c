/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-process.h"

#include "media-fixture.h"
#include "packet-line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  MediaProcesses *owner;
  guint index;
  GSubprocess *process;
  GSocket *socket;
  GSocketConnection *connection;
  GDataInputStream *input;
  int tun;
  gboolean ready;
  guint flowing;
  MediaFigures figures;
} Peer;

struct _MediaProcesses {
  Peer peers[2];
  PacketLine *line;
  guint generation;
  GCancellable *cancellable;
};

static void
tell (Peer *peer, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  g_socket_send_with_blocking (peer->socket, text, strlen (text), TRUE, NULL, NULL);
}

static gboolean
read_figures (Peer *peer, const char *line)
{
  MediaFigures *f = &peer->figures;

  f->fresh = sscanf (line,
                     "stats cpu=%lf decoded=%" G_GUINT64_FORMAT " sent=%" G_GUINT64_FORMAT
                     " connected=%" G_GINT64_FORMAT " first=%" G_GINT64_FORMAT
                     " rtt=%lf loss-in=%lf loss-out=%lf level=%lf",
                     &f->cpu_seconds, &f->decoded, &f->sent, &f->connected_ms, &f->first_frame_ms,
                     &f->rtt_ms, &f->loss_in, &f->loss_out, &f->level) == 9;
  return f->fresh;
}

static void
hear (Peer *peer, const char *line)
{
  MediaProcesses *self = peer->owner;

  if (g_str_has_prefix (line, "description ") || g_str_has_prefix (line, "candidate "))
    tell (&self->peers[1 - peer->index], line);
  else if (g_str_has_prefix (line, "flowing "))
    peer->flowing = atoi (line + strlen ("flowing "));
  else if (g_str_has_prefix (line, "lost "))
    (guint) atoi (line + strlen ("lost ")) == self->generation
        ? media_processes_start_generation (self)
        : (void) 0;
  else if (g_str_equal (line, "ready"))
    peer->ready = TRUE;
  else if (!read_figures (peer, line))
    g_error ("a peer said: %s", line);
}

static void
on_line (GObject *input, GAsyncResult *result, gpointer user_data)
{
  Peer *peer = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (input), result,
                                                                NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || line == NULL)
    return;
  hear (peer, line);
  g_data_input_stream_read_line_async (peer->input, G_PRIORITY_DEFAULT, peer->owner->cancellable,
                                       on_line, peer);
}

static gboolean
receive_tun (Peer *peer, int fd)
{
  char mark;
  struct iovec data = { &mark, 1 };
  union {
    char bytes[CMSG_SPACE (sizeof (int))];
    struct cmsghdr align;
  } control;
  struct msghdr message = { .msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  struct cmsghdr *header;

  if (recvmsg (fd, &message, 0) != 1 || (header = CMSG_FIRSTHDR (&message)) == NULL)
    return FALSE; /* it exited: not permitted here */
  memcpy (&peer->tun, CMSG_DATA (header), sizeof peer->tun);
  return TRUE;
}

static char *
find_program (void)
{
  const char *directory = g_getenv ("G_TEST_BUILDDIR");

  g_assert_nonnull (directory);
  return g_build_filename (directory, "media", "media-peer", NULL);
}

static gboolean
spawn (Peer *peer, const char *address)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *program = find_program ();
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  if (address == NULL)
    g_subprocess_launcher_setenv (launcher, "CALL_MEDIA_ADDRESS", "127.0.0.1", TRUE);
  peer->process = g_subprocess_launcher_spawn (launcher, &error, program, address, NULL);
  g_assert_no_error (error);
  g_subprocess_launcher_close (launcher);
  if (address != NULL && !receive_tun (peer, fds[0])) {
    close (fds[0]);
    return FALSE;
  }
  peer->socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  peer->connection = g_socket_connection_factory_create_connection (peer->socket);
  peer->input = g_data_input_stream_new (
      g_io_stream_get_input_stream (G_IO_STREAM (peer->connection)));
  g_data_input_stream_read_line_async (peer->input, G_PRIORITY_DEFAULT, peer->owner->cancellable,
                                       on_line, peer);
  return TRUE;
}

MediaProcesses *
media_processes_new (const char *const *addresses)
{
  MediaProcesses *self = g_new0 (MediaProcesses, 1);

  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < 2; i++) {
    self->peers[i].owner = self;
    self->peers[i].index = i;
    self->peers[i].tun = -1;
    if (!spawn (&self->peers[i], addresses != NULL ? addresses[i] : NULL)) {
      media_processes_free (self);
      return NULL;
    }
  }
  if (addresses != NULL)
    self->line = packet_line_new (self->peers[0].tun, self->peers[1].tun);
  wait_until (self->peers[0].ready && self->peers[1].ready, 30);
  return self;
}

static void
peer_clear (Peer *peer)
{
  if (peer->socket != NULL)
    tell (peer, "quit");
  if (peer->process != NULL)
    g_subprocess_wait (peer->process, NULL, NULL);
  g_clear_object (&peer->process);
  g_clear_object (&peer->input);
  g_clear_object (&peer->connection);
  g_clear_object (&peer->socket);
  if (peer->tun >= 0)
    close (peer->tun);
}

void
media_processes_free (MediaProcesses *self)
{
  g_cancellable_cancel (self->cancellable);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (self->line != NULL)
    packet_line_free (self->line);
  for (guint i = 0; i < 2; i++)
    peer_clear (&self->peers[i]);
  g_object_unref (self->cancellable);
  g_free (self);
}

void
media_processes_start_generation (MediaProcesses *self)
{
  self->generation++;
  for (guint i = 0; i < 2; i++) {
    g_autofree char *line = g_strdup_printf ("generation %u %d", self->generation, i == 0);

    tell (&self->peers[i], line);
  }
}

gboolean
media_processes_is_flowing (MediaProcesses *self)
{
  return self->peers[0].flowing == self->generation && self->peers[1].flowing == self->generation;
}

guint
media_processes_get_generation (MediaProcesses *self)
{
  return self->generation;
}

void
media_processes_ask (MediaProcesses *self)
{
  for (guint i = 0; i < 2; i++) {
    self->peers[i].figures.fresh = FALSE;
    tell (&self->peers[i], "stats");
  }
}

gboolean
media_processes_have_answered (MediaProcesses *self)
{
  return self->peers[0].figures.fresh && self->peers[1].figures.fresh;
}

const MediaFigures *
media_processes_get_figures (MediaProcesses *self, guint peer)
{
  return &self->peers[peer].figures;
}

void
media_processes_set_network (MediaProcesses *self, double loss, guint delay_ms, gboolean cut)
{
  packet_line_set (self->line, loss, delay_ms, cut);
}

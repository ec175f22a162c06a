/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * One side of a call as a process of its own, told what to do by lines on descriptor 3:
 *
 *   generation N OFFER · description N TYPE BASE64 · candidate N INDEX BASE64 · stats · quit
 *
 * It says the same lines for its own messages, and: ready · flowing N · lost N · stats FIGURES.
 * With an address as argument it makes a network namespace with one interface that has it, and
 * hands the other end of that interface over before anything else.
 */

#define CONTROL 3
#define EXIT_SKIP 77

#define PIPE_TYPE_SIGNALLING (pipe_signalling_get_type ())
G_DECLARE_FINAL_TYPE (PipeSignalling, pipe_signalling, PIPE, SIGNALLING, GObject)

struct _PipeSignalling {
  GObject parent_instance;
};

static void signalling_init (CallSignallingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PipeSignalling,
                               pipe_signalling,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALL_TYPE_SIGNALLING, signalling_init))

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vdprintf (CONTROL, format, args);
  va_end (args);
}

static void
send_description (CallSignalling *signalling, guint generation, const char *type, const char *sdp)
{
  g_autofree char *text = g_base64_encode ((const guchar *) sdp, strlen (sdp));

  say ("description %u %s %s\n", generation, type, text);
}

static void
send_candidate (CallSignalling *signalling,
                guint generation,
                const char *candidate,
                const char *mid,
                guint index)
{
  g_autofree char *text = g_base64_encode ((const guchar *) candidate, strlen (candidate));

  say ("candidate %u %u %s\n", generation, index, text);
}

static void
report_flowing (CallSignalling *signalling, guint generation)
{
  say ("flowing %u\n", generation);
}

static void
report_lost (CallSignalling *signalling, guint generation, const char *why)
{
  say ("lost %u\n", generation);
}

static void
signalling_init (CallSignallingInterface *iface)
{
  iface->send_description = send_description;
  iface->send_candidate = send_candidate;
  iface->report_flowing = report_flowing;
  iface->report_lost = report_lost;
}

static void
pipe_signalling_class_init (PipeSignallingClass *klass)
{
}

static void
pipe_signalling_init (PipeSignalling *self)
{
}

/* --- orders --- */

typedef struct {
  CallSignalling *signalling;
  CallEngine *engine;
  GMainLoop *loop;
  GDataInputStream *input;
} Peer;

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
say_stats (Peer *peer)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (peer->engine);

  say ("stats cpu=%.3f decoded=%" G_GUINT64_FORMAT " sent=%" G_GUINT64_FORMAT
       " connected=%" G_GINT64_FORMAT " first=%" G_GINT64_FORMAT
       " rtt=%.1f loss-in=%.3f loss-out=%.3f level=%.1f\n",
       get_cpu_seconds (), stats->frames_decoded, stats->frames_sent, stats->connected_ms,
       stats->first_frame_ms, stats->rtt_ms, stats->loss_in, stats->loss_out,
       stats->audio_level_in);
}

static char *
decode (const char *word)
{
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (word, &length);

  return g_strndup ((const char *) bytes, length);
}

static void
obey (Peer *peer, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);
  guint n = g_strv_length (words), generation = n > 1 ? atoi (words[1]) : 0;
  g_autofree char *text = n > 3 ? decode (words[3]) : NULL;

  if (g_str_equal (words[0], "generation") && n == 3)
    call_signalling_emit_generation_started (peer->signalling, generation, atoi (words[2]));
  else if (g_str_equal (words[0], "description") && n == 4)
    call_signalling_emit_description_received (peer->signalling, generation, words[2], text);
  else if (g_str_equal (words[0], "candidate") && n == 4)
    call_signalling_emit_candidate_received (peer->signalling, generation, text, NULL,
                                             atoi (words[2]));
  else if (g_str_equal (words[0], "stats"))
    say_stats (peer);
  else
    g_main_loop_quit (peer->loop);
}

static void
on_line (GObject *input, GAsyncResult *result, gpointer user_data)
{
  Peer *peer = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (input), result,
                                                                NULL, NULL);

  if (line == NULL) {
    g_main_loop_quit (peer->loop);
    return;
  }
  obey (peer, line);
  g_data_input_stream_read_line_async (peer->input, G_PRIORITY_DEFAULT, NULL, on_line, peer);
}

static void
on_stopped (GObject *engine, GAsyncResult *result, gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static void
run (Peer *peer)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (CONTROL, NULL);
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GError) error = NULL;

  peer->loop = g_main_loop_new (NULL, FALSE);
  peer->signalling = g_object_new (PIPE_TYPE_SIGNALLING, NULL);
  peer->engine = call_engine_new ();
  peer->input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_object_set (peer->engine, "use-test-sources", TRUE, "audio-sink", "fake", "signalling",
                peer->signalling, NULL);
  if (!call_engine_start (peer->engine, &error))
    g_error ("%s", error->message);
  g_data_input_stream_read_line_async (peer->input, G_PRIORITY_DEFAULT, NULL, on_line, peer);
  say ("ready\n");
  g_main_loop_run (peer->loop);
  call_engine_stop_async (peer->engine, NULL, on_stopped, peer->loop);
  g_main_loop_run (peer->loop);
  g_object_unref (peer->engine);
}

/* --- a network of its own --- */

static void
hand_over (int fd)
{
  char mark = 't';
  struct iovec data = { &mark, 1 };
  union {
    char bytes[CMSG_SPACE (sizeof (int))];
    struct cmsghdr align;
  } control = { 0 };
  struct msghdr message = { .msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);

  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN (sizeof (int));
  memcpy (CMSG_DATA (header), &fd, sizeof fd);
  g_assert_cmpint (sendmsg (CONTROL, &message, 0), ==, 1);
}

/* Before any thread is made: a namespace belongs to the thread. */
static void
make_network (const char *address)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
  g_autofree char *commands = g_strdup_printf (
      "ip link set lo up && ip addr add %s/24 dev call0 && "
      "ip link set call0 up",
      address);
  int fd;

  if (unshare (CLONE_NEWNET) != 0 || (fd = open ("/dev/net/tun", O_RDWR | O_CLOEXEC)) < 0)
    exit (EXIT_SKIP);
  g_strlcpy (request.ifr_name, "call0", sizeof request.ifr_name);
  if (ioctl (fd, TUNSETIFF, &request) != 0 || system (commands) != 0)
    exit (EXIT_SKIP);
  hand_over (fd);
}

int
main (int argc, char **argv)
{
  Peer peer = { 0 };

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (argc > 1)
    make_network (argv[1]);
  run (&peer);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a connection costs in memory and a delivery in CPU: the hub with its Socket.IO gateway
 * against Node's socket.io, the same clients, messages and machine, in one run.
 *
 * usage: hub-bench [--connections N] [--rate MSGS] [--room N] [--seconds N] [--rounds N]
 *
 * Both servers only pass messages on: no sign-in, nothing stored. CPU is user and system time of
 * the server's process; memory is the growth of its resident set; latency counts from the time a
 * message was due. Clients and server share the machine.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNDER_WAY 256
#define EVENTS 512

typedef struct {
  int fd;
  guint number;
  guint8 stage;
  GByteArray *in;
} Client;

typedef struct {
  const char *name;
  GSubprocess *process;
  guint16 port;
  long pid;
  Client *clients;
  int epoll_fd;
  guint connecting;
  guint joined;
  guint64 delivered;
  GArray *latencies;
} Run;

typedef struct {
  double bytes_per_connection;
  double connects_per_second;
  double cpu_us_per_delivery;
  double p50_ms;
  double p99_ms;
  guint64 delivered;
  guint64 expected;
} Result;

static int option_connections = 10000;
static int option_rate = 1000;
static int option_room = 10;
static int option_seconds = 10;
static int option_rounds = 1;

static const GOptionEntry entries[] = {
  { "connections", 0, 0, G_OPTION_ARG_INT, &option_connections, "joined connections", "N" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &option_rate, "messages a second", "N" },
  { "room", 0, 0, G_OPTION_ARG_INT, &option_room, "members of a room", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &option_seconds, "how long messages are sent", "N" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &option_rounds, "how often, in turn; medians are printed",
    "N" },
  G_OPTION_ENTRY_NULL,
};

/* --- the server's process --------------------------------------------------------------------- */

static void
start_server (Run *run, const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;

  run->process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  if (run->process == NULL)
    g_error ("%s", error->message);
  run->pid = g_ascii_strtoll (g_subprocess_get_identifier (run->process), NULL, 10);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (run->process));
  while (TRUE) {
    g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

    if (line == NULL)
      g_error ("%s did not start", run->name);
    if (g_str_has_prefix (line, "port "))
      run->port = (guint16) g_ascii_strtoull (line + 5, NULL, 10);
    if (g_str_equal (line, "ready"))
      return;
  }
}

static guint64
get_rss (const Run *run)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/statm", run->pid);
  g_autofree char *text = NULL;
  char *resident;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("%s has gone", run->name);
  resident = strchr (text, ' ');
  return g_ascii_strtoull (resident, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

/* Nanoseconds on a CPU, of all threads. */
static guint64
get_cpu (const Run *run)
{
  g_autofree char *path = g_strdup_printf ("/proc/%ld/task", run->pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *task;
  guint64 sum = 0;

  while (dir != NULL && (task = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, task, "schedstat", NULL);
    g_autofree char *text = NULL;

    if (g_file_get_contents (file, &text, NULL, NULL))
      sum += g_ascii_strtoull (text, NULL, 10);
  }
  return sum;
}

/* --- clients ---------------------------------------------------------------------------------- */

static void
send_all (int fd, const void *data, gsize length)
{
  if (send (fd, data, length, MSG_NOSIGNAL) != (gssize) length)
    g_error ("send: %s", g_strerror (errno));
}

static void
send_text (Client *client, const char *text)
{
  gsize length = strlen (text);
  guint8 frame[1024] = { 0x81 };
  gsize header = 2;

  g_assert (length < sizeof frame - 8);
  frame[1] = (guint8) (0x80 | MIN (length, 126));
  if (length >= 126) {
    frame[2] = (guint8) (length >> 8);
    frame[3] = (guint8) length;
    header = 4;
  }
  memset (frame + header, 0, 4); /* a mask of zeros is a mask */
  memcpy (frame + header + 4, text, length);
  send_all (client->fd, frame, header + 4 + length);
}

static void
connect_client (Run *run, guint number)
{
  static const char request[] =
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (run->port) };
  Client *client = &run->clients[number];
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
  int one = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  client->number = number;
  client->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client->fd < 0 || connect (client->fd, (struct sockaddr *) &address, sizeof address) < 0)
    g_error ("connect: %s", g_strerror (errno));
  setsockopt (client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  send_all (client->fd, request, sizeof request - 1);
  epoll_ctl (run->epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
  run->connecting++;
}

static void
take_delivery (Run *run, const char *text, gsize length)
{
  const char *stamp = g_strstr_len (text, (gssize) length, "\"t\":");

  run->delivered++;
  if (stamp != NULL) {
    double late = (double) (g_get_monotonic_time () - g_ascii_strtoll (stamp + 4, NULL, 10)) / 1000;

    g_array_append_val (run->latencies, late);
  }
}

static void
take_text (Run *run, Client *client, const char *text, gsize length)
{
  if (length >= 1 && text[0] == '0') {
    send_text (client, "40");
  } else if (length >= 2 && strncmp (text, "40", 2) == 0) {
    g_autofree char *join = g_strdup_printf ("421[\"join\",\"r%u\"]",
                                             client->number / (guint) option_room);

    send_text (client, join);
  } else if (length >= 3 && strncmp (text, "431", 3) == 0) {
    run->joined++;
    run->connecting--;
  } else if (length == 1 && text[0] == '2') {
    send_text (client, "3");
  } else if (length > 6 && strncmp (text, "42[\"msg", 7) == 0) {
    take_delivery (run, text, length);
  }
}

static gsize
take_frames (Run *run, Client *client, const guint8 *data, gsize length)
{
  gsize used = 0;

  if (client->stage == 0) {
    const char *end = g_strstr_len ((const char *) data, (gssize) length, "\r\n\r\n");

    if (end == NULL)
      return 0;
    client->stage = 1;
    used = (gsize) (end + 4 - (const char *) data);
  }
  while (length - used >= 2) {
    gsize header = 2, size = data[used + 1] & 0x7f;

    if (size == 126) {
      if (length - used < 4)
        break;
      size = (gsize) data[used + 2] << 8 | data[used + 3];
      header = 4;
    }
    if (length - used < header + size)
      break;
    take_text (run, client, (const char *) data + used + header, size);
    used += header + size;
  }
  return used;
}

static void
read_client (Run *run, Client *client)
{
  static guint8 buffer[65536];
  gssize n = recv (client->fd, buffer, sizeof buffer - 1, MSG_DONTWAIT);
  gsize used;

  if (n <= 0) {
    if (n < 0 && errno == EAGAIN)
      return;
    g_error ("%s closed a connection", run->name);
  }
  if (client->in != NULL) {
    g_byte_array_append (client->in, buffer, (guint) n);
    used = take_frames (run, client, client->in->data, client->in->len);
    g_byte_array_remove_range (client->in, 0, (guint) used);
    if (client->in->len == 0)
      g_clear_pointer (&client->in, g_byte_array_unref);
    return;
  }
  buffer[n] = '\0';
  used = take_frames (run, client, buffer, (gsize) n);
  if (used < (gsize) n) {
    client->in = g_byte_array_new ();
    g_byte_array_append (client->in, buffer + used, (guint) ((gsize) n - used));
  }
}

static void
turn (Run *run, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (run->epoll_fd, events, EVENTS, timeout_ms);

  for (int i = 0; i < n; i++)
    read_client (run, events[i].data.ptr);
}

/* --- phases ----------------------------------------------------------------------------------- */

static void
connect_all (Run *run, Result *result)
{
  guint64 before = get_rss (run);
  gint64 start = g_get_monotonic_time ();
  guint next = 0;

  while (run->joined < (guint) option_connections) {
    while (next < (guint) option_connections && run->connecting < UNDER_WAY)
      connect_client (run, next++);
    turn (run, 100);
  }
  result->connects_per_second = option_connections * 1e6 /
                                (double) (g_get_monotonic_time () - start);
  for (guint i = 0; i < 20; i++) /* let the server come to rest, and a collector collect */
    turn (run, 100);
  result->bytes_per_connection = ((double) get_rss (run) - (double) before) / option_connections;
}

static void
send_message (Run *run, guint64 number, gint64 due)
{
  guint from = (guint) (number * 7919 % (guint) option_connections);
  g_autofree char *text = g_strdup_printf ("42[\"msg\",{\"room\":\"r%u\",\"t\":%" G_GINT64_FORMAT
                                           ",\"text\":\"%0100u\"}]",
                                           from / (guint) option_room, due, (guint) number);

  send_text (&run->clients[from], text);
}

static void
send_messages (Run *run, Result *result)
{
  guint64 count = (guint64) option_rate * (guint64) option_seconds;
  guint64 cpu = get_cpu (run);
  gint64 start = g_get_monotonic_time ();
  gint64 deadline = 0;

  result->expected = count * (guint64) option_room;
  for (guint64 i = 0; i < count; i++) {
    gint64 due = start + (gint64) (i * G_USEC_PER_SEC / (guint64) option_rate);

    gint64 left;

    do {
      left = due - g_get_monotonic_time ();
      turn (run, left > 0 ? (int) (left / 1000) : 0);
    } while (left > 0);
    send_message (run, i, due);
  }
  deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (run->delivered < result->expected && g_get_monotonic_time () < deadline)
    turn (run, 50);
  result->delivered = run->delivered;
  result->cpu_us_per_delivery = (double) (get_cpu (run) - cpu) / 1000 / (double) run->delivered;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
percentile (GArray *values, double p)
{
  if (values->len == 0)
    return 0;
  return g_array_index (values, double, (guint) (p * (values->len - 1)));
}

static void
measure (const char *name, const char *const *argv, Result *result)
{
  Run run = { .name = name };

  start_server (&run, argv);
  run.clients = g_new0 (Client, option_connections);
  run.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  run.latencies = g_array_new (FALSE, FALSE, sizeof (double));
  connect_all (&run, result);
  send_messages (&run, result);
  g_array_sort (run.latencies, compare_doubles);
  result->p50_ms = percentile (run.latencies, 0.5);
  result->p99_ms = percentile (run.latencies, 0.99);
  for (int i = 0; i < option_connections; i++) {
    close (run.clients[i].fd);
    g_clear_pointer (&run.clients[i].in, g_byte_array_unref);
  }
  g_subprocess_force_exit (run.process);
  g_subprocess_wait (run.process, NULL, NULL);
  g_object_unref (run.process);
  close (run.epoll_fd);
  g_array_unref (run.latencies);
  g_free (run.clients);
  g_print ("%-10s %8.0f B/connection  %7.0f connects/s  %6.2f us/delivery  p50 %6.2f ms  p99 %7.2f "
           "ms  %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " delivered\n",
           name, result->bytes_per_connection, result->connects_per_second,
           result->cpu_us_per_delivery, result->p50_ms, result->p99_ms, result->delivered,
           result->expected);
}

/* --- the whole -------------------------------------------------------------------------------- */

static double
median (const Result *results, gsize offset)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (int i = 0; i < option_rounds; i++)
    g_array_append_val (values, G_STRUCT_MEMBER (double, &results[i], offset));
  g_array_sort (values, compare_doubles);
  return percentile (values, 0.5);
}

static void
print_ratio (const char *what, const Result *ours, const Result *theirs, gsize offset)
{
  double a = median (ours, offset), b = median (theirs, offset);

  g_print ("%-22s hub %10.2f   socket.io %10.2f   ratio %6.3f\n", what, a, b, a / b);
}

static gboolean
have_node (const char *script)
{
  const char *const argv[] = { "node", script, "--check", NULL };
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const char *server = g_getenv ("PROTOCOL_SERVER");
  g_autofree char *script = g_build_filename (
      g_getenv ("CALL_SOURCE_ROOT") ? g_getenv ("CALL_SOURCE_ROOT") : ".", "tests", "clients",
      "socketio-server.mjs", NULL);
  g_autofree Result *ours = NULL;
  g_autofree Result *theirs = NULL;
  struct rlimit limit;
  gboolean compare;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || server == NULL)
    return 2;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < (rlim_t) option_connections + 100)
    g_error ("RLIMIT_NOFILE is too small: %lu", (unsigned long) limit.rlim_cur);

  ours = g_new0 (Result, option_rounds);
  theirs = g_new0 (Result, option_rounds);
  compare = have_node (script);
  g_print ("%d connections in rooms of %d, %d messages/s for %d s\n", option_connections,
           option_room, option_rate, option_seconds);
  for (int i = 0; i < option_rounds; i++) {
    measure ("hub",
             (const char *const[]){ server, "--protocol", "socketio", "--ping-interval", "25000",
                                    "--ping-timeout", "20000", NULL },
             &ours[i]);
    if (compare)
      measure ("socket.io", (const char *const[]){ "node", script, NULL }, &theirs[i]);
  }
  if (!compare) {
    g_print ("socket.io is not installed (npm ci in tests/clients): nothing to compare with\n");
    return 0;
  }
  print_ratio ("bytes/connection", ours, theirs, G_STRUCT_OFFSET (Result, bytes_per_connection));
  print_ratio ("CPU us/delivery", ours, theirs, G_STRUCT_OFFSET (Result, cpu_us_per_delivery));
  print_ratio ("connects/s", ours, theirs, G_STRUCT_OFFSET (Result, connects_per_second));
  print_ratio ("latency p99 ms", ours, theirs, G_STRUCT_OFFSET (Result, p99_ms));
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-server.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

/* --- starting --------------------------------------------------------------------------------- */

const char *
load_kind_to_name (LoadKind kind)
{
  static const char *const names[] = { "calld", "socket.io", "floor" };

  return names[kind];
}

static char *
get_node_script (void)
{
  const char *root = g_getenv ("CALL_SOURCE_ROOT");

  return g_build_filename (root != NULL ? root : ".", "tests", "clients", "socketio-server.mjs",
                           NULL);
}

/* Whether there is such a server here: socket.io comes with `npm ci`. */
gboolean
load_kind_is_available (LoadKind kind)
{
  g_autofree char *script = get_node_script ();
  const char *const argv[] = { "node", script, "--check", NULL };
  g_autoptr (GSubprocess) process = NULL;

  if (kind != LOAD_SOCKETIO)
    return TRUE;
  process = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL);
  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

static cpu_set_t all_cpus;
static cpu_set_t server_cpus;

/**
 * load_set_apart:
 * @apart: whether servers and clients share no CPU
 *
 * Clients would be elsewhere in life: on the CPU of the server they would preempt it with each
 * message. With this the clients, that is we, have the last CPU, and servers that are started from
 * now on have the others. Without a second CPU nothing happens.
 */
void
load_set_apart (gboolean apart)
{
  cpu_set_t ours;
  int last = -1;

  if (CPU_COUNT (&all_cpus) == 0)
    sched_getaffinity (0, sizeof all_cpus, &all_cpus);
  server_cpus = ours = all_cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET (cpu, &all_cpus))
      last = cpu;
  if (apart && CPU_COUNT (&all_cpus) > 1) {
    CPU_CLR (last, &server_cpus);
    CPU_ZERO (&ours);
    CPU_SET (last, &ours);
  }
  sched_setaffinity (0, sizeof ours, &ours);
}

static void
set_up_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (CPU_COUNT (&server_cpus) > 0)
    sched_setaffinity (0, sizeof server_cpus, &server_cpus);
}

/* As $variable says, or in the tree a test was built in. */
static char *
get_program (const char *variable, const char *folder, const char *name)
{
  const char *path = g_getenv (variable);
  const char *build = g_getenv ("G_TEST_BUILDDIR");

  if (path != NULL)
    return g_strdup (path);
  if (build == NULL)
    g_error ("%s does not say where %s is", variable, name);
  return g_build_filename (build, "..", folder, name, NULL);
}

static void
add_calld_arguments (LoadServer *self, GPtrArray *argv, GSubprocessLauncher *launcher)
{
  g_autofree char *database = load_clinic_get_database (self->clinic);
  g_autofree char *log = g_build_filename (self->clinic->directory, "calld.log", NULL);

  g_ptr_array_add (argv, get_program ("CALLD_BINARY", "daemon", "calld"));
  g_ptr_array_add (argv, g_strdup ("--print-port"));
  g_ptr_array_add (argv, g_strdup ("--no-dbus"));
  g_ptr_array_add (argv, g_strdup ("--host=127.0.0.1"));
  g_ptr_array_add (argv, g_strdup_printf ("--port=%u", self->port));
  g_ptr_array_add (argv, g_strdup_printf ("--state-directory=%s", self->clinic->directory));
  g_ptr_array_add (argv, g_strdup_printf ("--database-url=sqlite://%s", database));
  g_ptr_array_add (argv, g_strdup ("--max-connections=19000"));
  /* Senders are few here and say much. */
  g_ptr_array_add (argv, g_strdup ("--rate-limit-per-minute=1000000"));
  for (guint i = 0; self->flags != NULL && self->flags[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (self->flags[i]));
  g_subprocess_launcher_setenv (launcher, "JWT_SECRET", self->clinic->secret, TRUE);
  g_subprocess_launcher_set_cwd (launcher, self->clinic->directory);
  g_subprocess_launcher_set_stderr_file_path (launcher, log);
}

static void
read_port (LoadServer *self)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (
      g_subprocess_get_stdout_pipe (self->process));

  for (;;) {
    g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

    if (line == NULL)
      g_error ("%s did not start", load_kind_to_name (self->kind));
    if (g_str_has_prefix (line, "port "))
      self->port = (guint16) atoi (line + strlen ("port "));
    if (g_str_has_prefix (line, "calld: listening on "))
      self->port = (guint16) atoi (strrchr (line, ':') + 1);
    if (g_str_equal (line, "ready") || g_str_has_prefix (line, "calld: listening on "))
      return;
  }
}

/**
 * load_server_start:
 * @self: a server that does not run
 *
 * Starts it, on the port it had before if it had one, and waits until it listens.
 */
void
load_server_start (LoadServer *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  if (self->kind == LOAD_CALLD) {
    add_calld_arguments (self, argv, launcher);
  } else if (self->kind == LOAD_SOCKETIO) {
    g_ptr_array_add (argv, g_strdup ("node"));
    g_ptr_array_add (argv, get_node_script ());
  } else {
    g_ptr_array_add (argv, get_program ("FLOOR_SERVER", "tests/bench", "floor-server"));
  }
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata,
                                                &error);
  if (self->process == NULL)
    g_error ("%s", error->message);
  self->pid = atol (g_subprocess_get_identifier (self->process));
  read_port (self);
}

static void
end (LoadServer *self, int signal)
{
  if (self->process == NULL)
    return;
  g_subprocess_send_signal (self->process, signal);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

/* Without a warning. */
void
load_server_kill (LoadServer *self)
{
  end (self, SIGKILL);
}

void
load_server_stop (LoadServer *self)
{
  end (self, SIGTERM);
}

/**
 * load_server_new:
 * @kind: which server
 * @clinic: (nullable): of calld
 * @flags: (nullable): further flags of calld
 *
 * Starts a server.
 *
 * Returns: (transfer full): the server
 */
LoadServer *
load_server_new (LoadKind kind, LoadClinic *clinic, const char *const *flags)
{
  LoadServer *self = g_new0 (LoadServer, 1);

  self->kind = kind;
  self->clinic = clinic;
  self->flags = g_strdupv ((char **) flags);
  load_server_start (self);
  return self;
}

void
load_server_free (LoadServer *self)
{
  load_server_kill (self);
  g_strfreev (self->flags);
  g_free (self);
}

/* --- what clients say ------------------------------------------------------------------------- */

char *
load_server_hello (LoadServer *self, guint client)
{
  if (self->kind == LOAD_CALLD)
    return g_strdup_printf ("40{\"token\":\"%s\"}", self->clinic->tokens[client]);
  return g_strdup ("40");
}

char *
load_server_join (LoadServer *self, guint client, guint room_size)
{
  guint room = client / room_size;

  if (self->kind == LOAD_CALLD)
    return g_strdup_printf ("421[\"join_group\",{\"groupId\":\"%s\"}]", self->clinic->groups[room]);
  return g_strdup_printf ("421[\"join\",\"r%u\"]", room);
}

/**
 * load_server_message:
 * @self: a server
 * @room: to which room
 * @text: what is said
 * @temp_id: the sender's name for it, which calld's answer carries
 *
 * Returns: (transfer full): the packet
 */
char *
load_server_message (LoadServer *self, guint room, const char *text, const char *temp_id)
{
  if (self->kind == LOAD_CALLD)
    return g_strdup_printf (
        "42[\"send_message\",{\"groupId\":\"%s\",\"content\":\"%s\",\"type\":\"text\","
        "\"tempId\":\"%s\"}]",
        self->clinic->groups[room], text, temp_id);
  return g_strdup_printf ("42[\"msg\",{\"room\":\"r%u\",\"text\":\"%s\"}]", room, text);
}

/* Whether a packet carries a message: of calld also the answer to its sender, who gets no other. */
gboolean
load_server_is_delivery (LoadServer *self, const char *packet)
{
  if (self->kind == LOAD_CALLD)
    return g_str_has_prefix (packet, "42[\"new_message\"") ||
           g_str_has_prefix (packet, "42[\"message_sent\"");
  return g_str_has_prefix (packet, "42[\"msg\"");
}

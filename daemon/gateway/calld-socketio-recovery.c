/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-socketio"

#include "config.h"

#include "calld-socketio-recovery.h"

#include "call-engineio.h"

#include <string.h>

struct _CalldSocketioRecoveries {
  CalldReactor *reactor;
  CalldSocketioGoneFunc gone;
  gpointer app_data;
  /* Those that are away, by their private id. */
  GHashTable *away;
  gsize bytes;
};

struct _CalldSocketioRecovery {
  /* First, since it stands in for the client. */
  CalldClient stand_in;
  CalldSocketioRecoveries *table;
  char *sid;
  char *pid;
  char *owner;
  GQueue log;
  gsize bytes;
  CalldWheelTimer timer;
};

/* --- the log ---------------------------------------------------------------------------------- */

static gsize
get_weight (CalldFrame *frame)
{
  gsize length;

  calld_frame_get_wire (frame, &length);
  return length;
}

static void
drop_oldest (CalldSocketioRecovery *self)
{
  CalldFrame *frame = g_queue_pop_head (&self->log);
  gsize weight = get_weight (frame);

  self->bytes -= weight;
  self->table->bytes -= weight;
  calld_frame_unref (frame);
}

/**
 * calld_socketio_recovery_note:
 * @self: a client's
 * @frame: what it is sent, or would be if it were there
 *
 * Keeps an event. The bounds hold: what is dropped cannot be made up for any more.
 */
void
calld_socketio_recovery_note (CalldSocketioRecovery *self, CalldFrame *frame)
{
  gsize weight = get_weight (frame);

  if (self->table->bytes + weight > CALLD_SOCKETIO_LOGS_BYTES) {
    while (!g_queue_is_empty (&self->log))
      drop_oldest (self);
    return;
  }
  g_queue_push_tail (&self->log, calld_frame_ref (frame));
  self->bytes += weight;
  self->table->bytes += weight;
  while (self->log.length > CALLD_SOCKETIO_LOG_FRAMES || self->bytes > CALLD_SOCKETIO_LOG_BYTES)
    drop_oldest (self);
}

/* Whether @frame is the event with that offset, which is its last argument. */
static gboolean
has_offset (CalldFrame *frame, const char *offset)
{
  g_autofree char *end = g_strdup_printf (",\"%s\"]", offset);
  gsize end_length = strlen (end);
  gsize length;
  const guint8 *payload = calld_frame_get_payload (frame, &length);

  return calld_frame_get_kind (frame) == CALLD_FRAME_TEXT && length > end_length &&
         memcmp (payload + length - end_length, end, end_length) == 0;
}

/**
 * calld_socketio_recovery_get_missed:
 * @self: a client's
 * @offset: the last event it has seen
 *
 * Finds what came behind an event.
 *
 * Returns: (transfer full) (nullable) (element-type CalldFrame): frames to send again, %NULL if
 *   nobody can say which they are
 */
GPtrArray *
calld_socketio_recovery_get_missed (CalldSocketioRecovery *self, const char *offset)
{
  GPtrArray *missed;
  GList *at = self->log.tail;

  while (at != NULL && !has_offset (at->data, offset))
    at = at->prev;
  if (at == NULL)
    return NULL;
  /* The attachments of an event that was seen were seen with it. */
  do
    at = at->next;
  while (at != NULL && calld_frame_get_kind (at->data) == CALLD_FRAME_BINARY);
  missed = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_frame_unref);
  for (; at != NULL; at = at->next)
    g_ptr_array_add (missed, calld_frame_ref (at->data));
  return missed;
}

/* --- one client ------------------------------------------------------------------------------- */

/**
 * calld_socketio_recovery_new:
 * @table: the clients of its server
 * @sid: its id in the namespace
 * @owner: (nullable): who it is; only the same one may come back as it
 *
 * Begins to keep what a client is sent.
 *
 * Returns: (transfer full): what it needs to come back
 */
CalldSocketioRecovery *
calld_socketio_recovery_new (CalldSocketioRecoveries *table, const char *sid, const char *owner)
{
  CalldSocketioRecovery *self = g_new0 (CalldSocketioRecovery, 1);

  self->table = table;
  self->sid = g_strdup (sid);
  self->pid = call_engineio_sid_new ();
  self->owner = g_strdup (owner);
  g_queue_init (&self->log);
  return self;
}

/**
 * calld_socketio_recovery_free:
 * @self: (transfer full) (nullable): that of a client that is there, or will not come back
 *
 * Frees it.
 */
void
calld_socketio_recovery_free (CalldSocketioRecovery *self)
{
  if (self == NULL)
    return;
  while (!g_queue_is_empty (&self->log))
    drop_oldest (self);
  g_free (self->sid);
  g_free (self->pid);
  g_free (self->owner);
  g_free (self);
}

const char *
calld_socketio_recovery_get_sid (CalldSocketioRecovery *self)
{
  return self->sid;
}

const char *
calld_socketio_recovery_get_pid (CalldSocketioRecovery *self)
{
  return self->pid;
}

/* --- away ------------------------------------------------------------------------------------- */

/* Ends the time in which @self stood in for its client; the application hears of the old id. */
static void
step_back (CalldSocketioRecovery *self)
{
  CalldSocketioRecoveries *table = self->table;
  guint64 id = self->stand_in.member.id;

  g_hash_table_remove (table->away, self->pid);
  calld_reactor_stop_timer (table->reactor, &self->timer);
  calld_reactor_remove_session (table->reactor, &self->stand_in);
  table->gone (table->app_data, table->reactor, id);
}

static void
give_up (CalldSocketioRecovery *self)
{
  step_back (self);
  calld_socketio_recovery_free (self);
}

static void
on_away_too_long (CalldWheelTimer *timer)
{
  give_up (
      (CalldSocketioRecovery *) ((char *) timer - G_STRUCT_OFFSET (CalldSocketioRecovery, timer)));
}

static void
deliver (CalldClient *client, CalldFrame *frame, CalldSendFlags flags)
{
  /* Volatile ones too: each may be the last that the client has seen. */
  calld_socketio_recovery_note ((CalldSocketioRecovery *) client, frame);
}

static void
close_stand_in (CalldClient *client)
{
  give_up ((CalldSocketioRecovery *) client);
}

static void
drain_stand_in (CalldClient *client, guint reconnect_ms)
{
  give_up ((CalldSocketioRecovery *) client);
}

static const CalldClientClass stand_in_class = {
  .deliver = deliver,
  .close = close_stand_in,
  .drain = drain_stand_in,
  .stands_in = TRUE,
};

/**
 * calld_socketio_recovery_await:
 * @self: (transfer full): a client's
 * @client: the client, whose connection has gone
 *
 * Stands in for a client for two minutes: takes over its id and its rooms. No more clients are
 * awaited than may be there.
 *
 * Returns: %FALSE if it is not awaited
 */
gboolean
calld_socketio_recovery_await (CalldSocketioRecovery *self, CalldClient *client)
{
  CalldSocketioRecoveries *table = self->table;

  if (g_hash_table_size (table->away) >=
      calld_reactor_get_options (table->reactor)->max_connections) {
    calld_socketio_recovery_free (self);
    return FALSE;
  }
  self->stand_in.klass = &stand_in_class;
  self->stand_in.member.protocol = client->member.protocol;
  calld_reactor_replace_session (table->reactor, client, &self->stand_in);
  g_hash_table_insert (table->away, self->pid, self);
  calld_reactor_start_timer (table->reactor, &self->timer, CALLD_SOCKETIO_AWAY_MS,
                             on_away_too_long);
  return TRUE;
}

/* --- all clients ------------------------------------------------------------------------------ */

/**
 * calld_socketio_recoveries_new:
 * @reactor: the reactor
 * @gone: hears of clients that are not awaited any more
 * @app_data: given back to it
 *
 * Returns: (transfer full): a table without clients
 */
CalldSocketioRecoveries *
calld_socketio_recoveries_new (CalldReactor *reactor, CalldSocketioGoneFunc gone, gpointer app_data)
{
  CalldSocketioRecoveries *self = g_new0 (CalldSocketioRecoveries, 1);

  self->reactor = reactor;
  self->gone = gone;
  self->app_data = app_data;
  self->away = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

/**
 * calld_socketio_recoveries_free:
 * @self: (transfer full): a table; no client is there any more, but some may be away
 *
 * Frees it.
 */
void
calld_socketio_recoveries_free (CalldSocketioRecoveries *self)
{
  g_autoptr (GList) away = g_hash_table_get_values (self->away);

  for (GList *at = away; at != NULL; at = at->next)
    give_up (at->data);
  g_hash_table_unref (self->away);
  g_free (self);
}

/**
 * calld_socketio_recoveries_take:
 * @self: the clients
 * @pid: the private id a client shows
 * @offset: the last event it has seen
 * @owner: (nullable): who it is
 * @member: the new connection; it enters the rooms
 *
 * Finds a client that is away and comes back. If it is somebody else's, or too much was missed, it
 * goes on waiting, for a connection that knows better.
 *
 * Returns: (transfer full) (nullable): what it needs, %NULL if it has to start anew
 */
CalldSocketioRecovery *
calld_socketio_recoveries_take (CalldSocketioRecoveries *self,
                                const char *pid,
                                const char *offset,
                                const char *owner,
                                CalldMember *member)
{
  CalldSocketioRecovery *recovery = g_hash_table_lookup (self->away, pid);
  CalldRooms *rooms = calld_reactor_get_rooms (self->reactor);
  g_autoptr (GPtrArray) missed = NULL;
  g_autofree const char **names = NULL;

  if (recovery == NULL || g_strcmp0 (recovery->owner, owner) != 0)
    return NULL;
  missed = calld_socketio_recovery_get_missed (recovery, offset);
  if (missed == NULL)
    return NULL;
  names = calld_rooms_list (rooms, &recovery->stand_in.member);
  for (guint i = 0; names[i] != NULL; i++)
    calld_rooms_join (rooms, member, names[i]);
  step_back (recovery);
  return recovery;
}

/**
 * calld_socketio_offset_new:
 *
 * Makes the offset of an event: later ones differ from it, those of another run of the program too.
 * Any thread.
 *
 * Returns: (transfer full): the offset
 */
char *
calld_socketio_offset_new (void)
{
  static gsize start = 0;
  static gsize count = 0;

  if (g_once_init_enter (&start))
    g_once_init_leave (&start, (gsize) g_get_real_time ());
  return g_strdup_printf ("%" G_GSIZE_MODIFIER "x",
                          start + (gsize) __atomic_fetch_add (&count, 1, __ATOMIC_RELAXED));
}

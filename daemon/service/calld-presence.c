/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-presence"

#include "config.h"

#include "calld-presence.h"

#include "call-error.h"

#define ATTENDANCES_MAX 32 /* of one user; a clinician's whole day and more */
#define BINDINGS_MAX 8     /* connections one attendance hangs on; the oldest is forgotten */

/*
 * Who is where, by identity. An attendance (somebody in a waiting room or in a call) hangs on the
 * connections that announced it, or on all connections of the user while none has. When the last of
 * them goes, a grace begins in which any new connection of the same user saves it.
 */

typedef enum {
  IN_WAITING_ROOM,
  IN_CALL,
} Place;

typedef struct {
  char *id;
  GArray *connections; /* guint64 */
  GPtrArray *attendances;
} User;

typedef struct {
  CalldPresence *presence;
  User *user;
  Place place;
  char *name;
  CalldWaiter waiter;
  char *appointment_id;
  GArray *connections; /* guint64; empty: hangs on all of the user's */
  CalldTimer *grace;
} Attendance;

struct _CalldPresence {
  GObject parent_instance;

  CalldClock *clock;
  gint64 grace_ms;
  GHashTable *users;        /* id → User, owns */
  GHashTable *connections;  /* guint64 → User */
  GHashTable *appointments; /* id → GPtrArray of Attendance, borrowed */
};

enum { SIGNAL_WAITING_CHANGED, SIGNAL_CALL_LOST, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CalldPresence, calld_presence, G_TYPE_OBJECT)

/* --- small parts ------------------------------------------------------------------------------ */

static void
attendance_free (Attendance *attendance)
{
  calld_clock_clear (attendance->presence->clock, &attendance->grace);
  g_array_unref (attendance->connections);
  g_free (attendance->appointment_id);
  g_free (attendance->name);
  g_free (attendance);
}

static void
user_free (User *user)
{
  g_ptr_array_unref (user->attendances);
  g_array_unref (user->connections);
  g_free (user->id);
  g_free (user);
}

static User *
ensure_user (CalldPresence *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  if (user != NULL)
    return user;
  user = g_new0 (User, 1);
  user->id = g_strdup (user_id);
  user->connections = g_array_new (FALSE, FALSE, sizeof (guint64));
  user->attendances = g_ptr_array_new_with_free_func ((GDestroyNotify) attendance_free);
  g_hash_table_insert (self->users, user->id, user);
  return user;
}

static void
drop_user_if_idle (CalldPresence *self, User *user)
{
  if (user->connections->len == 0 && user->attendances->len == 0)
    g_hash_table_remove (self->users, user->id);
}

static gboolean
array_remove (GArray *array, guint64 value)
{
  for (guint i = 0; i < array->len; i++)
    if (g_array_index (array, guint64, i) == value) {
      g_array_remove_index (array, i);
      return TRUE;
    }
  return FALSE;
}

static void
bind_connection (Attendance *attendance, guint64 connection_id)
{
  array_remove (attendance->connections, connection_id);
  if (attendance->connections->len == BINDINGS_MAX)
    g_array_remove_index (attendance->connections, 0);
  g_array_append_val (attendance->connections, connection_id);
}

static Attendance *
find_attendance (CalldPresence *self, Place place, const char *appointment_id, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  for (guint i = 0; user != NULL && i < user->attendances->len; i++) {
    Attendance *attendance = user->attendances->pdata[i];

    if (attendance->place == place && g_str_equal (attendance->appointment_id, appointment_id))
      return attendance;
  }
  return NULL;
}

/* --- coming and going ------------------------------------------------------------------------- */

static Attendance *
add_attendance (CalldPresence *self, Place place, const char *appointment_id, User *user)
{
  Attendance *attendance = g_new0 (Attendance, 1);
  GPtrArray *of_appointment = g_hash_table_lookup (self->appointments, appointment_id);

  attendance->presence = self;
  attendance->user = user;
  attendance->place = place;
  attendance->appointment_id = g_strdup (appointment_id);
  attendance->connections = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_ptr_array_add (user->attendances, attendance);

  if (of_appointment == NULL) {
    of_appointment = g_ptr_array_new ();
    g_hash_table_insert (self->appointments, g_strdup (appointment_id), of_appointment);
  }
  g_ptr_array_add (of_appointment, attendance);
  return attendance;
}

/* Takes @attendance out of all tables; the caller frees it. */
static void
unlink_attendance (CalldPresence *self, Attendance *attendance)
{
  GPtrArray *of_appointment = g_hash_table_lookup (self->appointments, attendance->appointment_id);
  User *user = attendance->user;
  guint index;

  g_ptr_array_remove (of_appointment, attendance);
  if (of_appointment->len == 0)
    g_hash_table_remove (self->appointments, attendance->appointment_id);
  if (g_ptr_array_find (user->attendances, attendance, &index))
    g_ptr_array_steal_index_fast (user->attendances, index);
  calld_clock_clear (self->clock, &attendance->grace);
}

static void
end_attendance (CalldPresence *self, Attendance *attendance, gboolean lost)
{
  User *user = attendance->user;

  unlink_attendance (self, attendance);
  if (attendance->place == IN_WAITING_ROOM)
    g_signal_emit (self, signals[SIGNAL_WAITING_CHANGED], 0, &attendance->waiter, FALSE);
  else if (lost)
    g_signal_emit (self, signals[SIGNAL_CALL_LOST], 0, attendance->appointment_id, user->id);
  attendance_free (attendance);
  drop_user_if_idle (self, user);
}

static void
on_grace_over (gpointer user_data)
{
  Attendance *attendance = user_data;

  attendance->grace = NULL;
  end_attendance (attendance->presence, attendance, TRUE);
}

static void
on_connection_lost (Attendance *attendance, guint64 connection_id)
{
  CalldPresence *self = attendance->presence;
  gboolean was_bound = attendance->connections->len > 0;
  gboolean held;

  array_remove (attendance->connections, connection_id);
  held = was_bound ? attendance->connections->len > 0 : attendance->user->connections->len > 0;
  if (!held && attendance->grace == NULL)
    attendance->grace = calld_clock_add_timer (self->clock, self->grace_ms, on_grace_over,
                                               attendance);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_presence_dispose (GObject *object)
{
  CalldPresence *self = CALLD_PRESENCE (object);

  g_clear_pointer (&self->users, g_hash_table_unref);
  g_clear_pointer (&self->connections, g_hash_table_unref);
  g_clear_pointer (&self->appointments, g_hash_table_unref);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (calld_presence_parent_class)->dispose (object);
}

static void
calld_presence_class_init (CalldPresenceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_presence_dispose;

  /**
   * CalldPresence::waiting-changed:
   * @self: the presence
   * @waiter: a #CalldWaiter, valid during the emission
   * @waiting: %TRUE if they came, %FALSE if they went
   */
  signals[SIGNAL_WAITING_CHANGED] = g_signal_new ("waiting-changed", G_TYPE_FROM_CLASS (klass),
                                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                  G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BOOLEAN);

  /**
   * CalldPresence::call-lost:
   * @self: the presence
   * @appointment_id: whose call
   * @user_id: whose connections went and did not come back in time
   */
  signals[SIGNAL_CALL_LOST] = g_signal_new ("call-lost", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                            G_TYPE_STRING, G_TYPE_STRING);
}

static void
calld_presence_init (CalldPresence *self)
{
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) user_free);
  self->connections = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->appointments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify) g_ptr_array_unref);
}

/**
 * calld_presence_new:
 * @clock: the clock of the grace
 * @grace_ms: how long somebody without a connection still counts as present
 *
 * Returns: (transfer full): a presence that knows nobody
 */
CalldPresence *
calld_presence_new (CalldClock *clock, gint64 grace_ms)
{
  CalldPresence *self = g_object_new (CALLD_TYPE_PRESENCE, NULL);

  self->clock = g_object_ref (clock);
  self->grace_ms = grace_ms;
  return self;
}

/* --- connections ------------------------------------------------------------------------------ */

/**
 * calld_presence_connected:
 * @self: the presence
 * @connection_id: a connection that signed in
 * @user_id: as whom
 *
 * A user has one connection more. It saves whatever was in its grace.
 */
void
calld_presence_connected (CalldPresence *self, guint64 connection_id, const char *user_id)
{
  User *user = ensure_user (self, user_id);

  g_array_append_val (user->connections, connection_id);
  g_hash_table_insert (self->connections, g_memdup2 (&connection_id, sizeof connection_id), user);
  for (guint i = 0; i < user->attendances->len; i++) {
    Attendance *attendance = user->attendances->pdata[i];

    if (attendance->grace == NULL)
      continue;
    calld_clock_clear (self->clock, &attendance->grace);
    bind_connection (attendance, connection_id);
  }
}

/**
 * calld_presence_disconnected:
 * @self: the presence
 * @connection_id: a connection that has gone
 *
 * A user has one connection less. An unknown one is ignored.
 */
void
calld_presence_disconnected (CalldPresence *self, guint64 connection_id)
{
  User *user = g_hash_table_lookup (self->connections, &connection_id);

  if (user == NULL)
    return;
  g_hash_table_remove (self->connections, &connection_id);
  array_remove (user->connections, connection_id);
  for (guint i = 0; i < user->attendances->len; i++)
    on_connection_lost (user->attendances->pdata[i], connection_id);
  drop_user_if_idle (self, user);
}

/**
 * calld_presence_is_connected:
 * @self: the presence
 * @user_id: a user
 *
 * Returns: whether the user has a connection at this moment
 */
gboolean
calld_presence_is_connected (CalldPresence *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  return user != NULL && user->connections->len > 0;
}

/* --- waiting rooms and calls ------------------------------------------------------------------ */

/* Finds or makes the attendance; @is_new says which. NULL when the user is in too many places. */
static Attendance *
attend (CalldPresence *self,
        Place place,
        const char *appointment_id,
        const char *user_id,
        guint64 connection_id,
        gboolean *is_new,
        GError **error)
{
  Attendance *attendance = find_attendance (self, place, appointment_id, user_id);
  User *user = ensure_user (self, user_id);

  *is_new = attendance == NULL;
  if (attendance == NULL && user->attendances->len >= ATTENDANCES_MAX) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED,
                 "You are in %d waiting rooms and calls already; leave one first", ATTENDANCES_MAX);
    return NULL;
  }
  if (attendance == NULL)
    attendance = add_attendance (self, place, appointment_id, user);
  calld_clock_clear (self->clock, &attendance->grace);
  /* It may have gone while its request waited for the store. */
  if (g_hash_table_contains (self->connections, &connection_id))
    bind_connection (attendance, connection_id);
  return attendance;
}

/**
 * calld_presence_enter_waiting_room:
 * @self: the presence
 * @appointment_id: whose waiting room
 * @who: who enters
 * @connection_id: the connection that says so, or 0
 * @error: %CALL_ERROR_RATE_LIMITED if @who is in too many places
 *
 * Somebody waits. May be repeated, which binds another connection and tells nobody.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_presence_enter_waiting_room (CalldPresence *self,
                                   const char *appointment_id,
                                   const CalldIdentity *who,
                                   guint64 connection_id,
                                   GError **error)
{
  gboolean is_new;
  Attendance *attendance = attend (self, IN_WAITING_ROOM, appointment_id, who->user_id,
                                   connection_id, &is_new, error);

  if (attendance == NULL)
    return FALSE;
  if (!is_new)
    return TRUE;

  attendance->name = g_strdup (who->name);
  attendance->waiter = (CalldWaiter){
    .appointment_id = attendance->appointment_id,
    .user_id = attendance->user->id,
    .name = attendance->name,
    .role = who->role,
    .since = calld_clock_now_ms (self->clock),
  };
  g_signal_emit (self, signals[SIGNAL_WAITING_CHANGED], 0, &attendance->waiter, TRUE);
  return TRUE;
}

/**
 * calld_presence_leave_waiting_room:
 * @self: the presence
 * @appointment_id: whose waiting room
 * @user_id: who leaves
 *
 * Somebody waits no longer. Nothing happens if they did not.
 */
void
calld_presence_leave_waiting_room (CalldPresence *self,
                                   const char *appointment_id,
                                   const char *user_id)
{
  Attendance *attendance = find_attendance (self, IN_WAITING_ROOM, appointment_id, user_id);

  if (attendance != NULL)
    end_attendance (self, attendance, FALSE);
}

/**
 * calld_presence_list_waiting:
 * @self: the presence
 * @appointment_id: whose waiting room
 *
 * Returns: (transfer container) (element-type CalldWaiter): who waits, in the order of entry; the
 *   elements are valid until the main context turns
 */
GPtrArray *
calld_presence_list_waiting (CalldPresence *self, const char *appointment_id)
{
  GPtrArray *of_appointment = g_hash_table_lookup (self->appointments, appointment_id);
  GPtrArray *waiters = g_ptr_array_new ();

  for (guint i = 0; of_appointment != NULL && i < of_appointment->len; i++) {
    Attendance *attendance = of_appointment->pdata[i];

    if (attendance->place == IN_WAITING_ROOM)
      g_ptr_array_add (waiters, &attendance->waiter);
  }
  return waiters;
}

/**
 * calld_presence_enter_call:
 * @self: the presence
 * @appointment_id: whose call
 * @user_id: who takes part
 * @connection_id: the connection that says so, or 0 if none did: then it hangs on all of them
 * @error: %CALL_ERROR_RATE_LIMITED if the user is in too many places
 *
 * Somebody takes part in the call. May be repeated, which binds another connection.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_presence_enter_call (CalldPresence *self,
                           const char *appointment_id,
                           const char *user_id,
                           guint64 connection_id,
                           GError **error)
{
  gboolean is_new;

  return attend (self, IN_CALL, appointment_id, user_id, connection_id, &is_new, error) != NULL;
}

/**
 * calld_presence_leave_call:
 * @self: the presence
 * @appointment_id: whose call
 * @user_id: who takes part no longer
 *
 * Forgets a participant without a signal: whoever calls this knows already.
 */
void
calld_presence_leave_call (CalldPresence *self, const char *appointment_id, const char *user_id)
{
  Attendance *attendance = find_attendance (self, IN_CALL, appointment_id, user_id);

  if (attendance != NULL)
    end_attendance (self, attendance, FALSE);
}

/**
 * calld_presence_forget_appointment:
 * @self: the presence
 * @appointment_id: an appointment that is over
 *
 * Empties its waiting room, with signals, and forgets the participants of its call.
 */
void
calld_presence_forget_appointment (CalldPresence *self, const char *appointment_id)
{
  GPtrArray *of_appointment;

  while ((of_appointment = g_hash_table_lookup (self->appointments, appointment_id)) != NULL)
    end_attendance (self, of_appointment->pdata[0], FALSE);
}

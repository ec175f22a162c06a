/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-room.h"

typedef struct {
  char *name;
  CalldMembership *members;
  guint count;
} Room;

/* One member in one room: an element of two lists, so that either end finds it without a search. */
struct _CalldMembership {
  Room *room;
  CalldMember *member;
  CalldMembership *next_in_room;
  CalldMembership *prev_in_room;
  CalldMembership *next_of_member;
};

struct _CalldRooms {
  GHashTable *by_name;
  guint64 stamp;
};

static void
room_free (gpointer data)
{
  Room *room = data;

  g_assert (room->members == NULL);
  g_free (room->name);
  g_free (room);
}

/**
 * calld_rooms_new:
 *
 * Makes an empty table.
 *
 * Returns: (transfer full): the table
 */
CalldRooms *
calld_rooms_new (void)
{
  CalldRooms *self = g_new0 (CalldRooms, 1);

  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, room_free);
  return self;
}

/**
 * calld_rooms_free:
 * @self: (transfer full): a table all members have left
 *
 * Frees the table.
 */
void
calld_rooms_free (CalldRooms *self)
{
  g_hash_table_unref (self->by_name);
  g_free (self);
}

static CalldMembership **
find_position (CalldMember *member, const Room *room)
{
  CalldMembership **position = &member->rooms;

  while (*position != NULL && (*position)->room != room)
    position = &(*position)->next_of_member;
  return position;
}

static Room *
get_or_make_room (CalldRooms *self, const char *name)
{
  Room *room = g_hash_table_lookup (self->by_name, name);

  if (room == NULL) {
    room = g_new0 (Room, 1);
    room->name = g_strdup (name);
    g_hash_table_insert (self->by_name, room->name, room);
  }
  return room;
}

/**
 * calld_rooms_join:
 * @self: a table
 * @member: who joins
 * @name: the room
 *
 * Puts @member into a room; being there already is fine.
 *
 * Returns: %FALSE if @member is in #CALLD_ROOMS_PER_MEMBER rooms already
 */
gboolean
calld_rooms_join (CalldRooms *self, CalldMember *member, const char *name)
{
  Room *room = g_hash_table_lookup (self->by_name, name);
  CalldMembership *membership;

  if (room != NULL && *find_position (member, room) != NULL)
    return TRUE;
  if (member->n_rooms >= CALLD_ROOMS_PER_MEMBER)
    return FALSE;

  room = get_or_make_room (self, name);
  membership = g_new (CalldMembership, 1);
  membership->room = room;
  membership->member = member;
  membership->prev_in_room = NULL;
  membership->next_in_room = room->members;
  if (room->members != NULL)
    room->members->prev_in_room = membership;
  room->members = membership;
  room->count++;
  membership->next_of_member = member->rooms;
  member->rooms = membership;
  member->n_rooms++;
  return TRUE;
}

static void
remove_at (CalldRooms *self, CalldMembership **position)
{
  CalldMembership *membership = *position;
  Room *room = membership->room;

  *position = membership->next_of_member;
  membership->member->n_rooms--;
  if (membership->next_in_room != NULL)
    membership->next_in_room->prev_in_room = membership->prev_in_room;
  if (membership->prev_in_room != NULL)
    membership->prev_in_room->next_in_room = membership->next_in_room;
  else
    room->members = membership->next_in_room;
  if (--room->count == 0)
    g_hash_table_remove (self->by_name, room->name);
  g_free (membership);
}

/**
 * calld_rooms_leave:
 * @self: a table
 * @member: who leaves
 * @name: the room; not being there is fine
 *
 * Takes @member out of a room.
 */
void
calld_rooms_leave (CalldRooms *self, CalldMember *member, const char *name)
{
  Room *room = g_hash_table_lookup (self->by_name, name);
  CalldMembership **position;

  if (room == NULL)
    return;
  position = find_position (member, room);
  if (*position != NULL)
    remove_at (self, position);
}

/**
 * calld_rooms_leave_all:
 * @self: a table
 * @member: who leaves
 *
 * Takes @member out of all its rooms.
 */
void
calld_rooms_leave_all (CalldRooms *self, CalldMember *member)
{
  while (member->rooms != NULL)
    remove_at (self, &member->rooms);
}

/**
 * calld_rooms_list:
 * @self: a table
 * @member: a member
 *
 * Lists the rooms of a member.
 *
 * Returns: (transfer container) (array zero-terminated=1): their names, good while it is in them
 */
const char **
calld_rooms_list (CalldRooms *self, const CalldMember *member)
{
  const char **names = g_new0 (const char *, (gsize) member->n_rooms + 1);
  guint n = 0;

  for (CalldMembership *at = member->rooms; at != NULL; at = at->next_of_member)
    names[n++] = at->room->name;
  return names;
}

/**
 * calld_rooms_move:
 * @self: a table
 * @from: a member, which leaves all its rooms
 * @to: who takes its place in them; in no room yet
 *
 * Puts one member in the place of another.
 */
void
calld_rooms_move (CalldRooms *self, CalldMember *from, CalldMember *to)
{
  g_return_if_fail (to->rooms == NULL);

  for (CalldMembership *at = from->rooms; at != NULL; at = at->next_of_member)
    at->member = to;
  to->rooms = g_steal_pointer (&from->rooms);
  to->n_rooms = from->n_rooms;
  from->n_rooms = 0;
}

/**
 * calld_rooms_get_count:
 * @self: a table
 *
 * How many rooms have members.
 *
 * Returns: their number
 */
guint
calld_rooms_get_count (CalldRooms *self)
{
  return g_hash_table_size (self->by_name);
}

/**
 * calld_rooms_broadcast:
 * @self: a table
 * @protocol: only members of this protocol
 * @names: (array zero-terminated=1): rooms
 * @except: a connection that is left out, or 0
 * @func: called once for each receiver, also if it is in several of the rooms
 * @user_data: data for @func
 *
 * Goes through the members of several rooms.
 *
 * Returns: how many receivers there were
 */
guint
calld_rooms_broadcast (CalldRooms *self,
                       guint8 protocol,
                       const char *const *names,
                       guint64 except,
                       CalldRoomFunc func,
                       gpointer user_data)
{
  guint64 stamp = ++self->stamp;
  guint count = 0;

  for (gsize i = 0; names[i] != NULL; i++) {
    Room *room = g_hash_table_lookup (self->by_name, names[i]);

    for (CalldMembership *m = room != NULL ? room->members : NULL; m != NULL; m = m->next_in_room) {
      CalldMember *member = m->member;

      if (member->seen == stamp || member->id == except || member->protocol != protocol)
        continue;
      member->seen = stamp;
      func (member, user_data);
      count++;
    }
  }
  return count;
}

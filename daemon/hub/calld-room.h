/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One connection may be in this many rooms; a client cannot make the table grow without end. */
#define CALLD_ROOMS_PER_MEMBER 512

typedef struct _CalldMembership CalldMembership;
typedef struct _CalldMember CalldMember;

/**
 * CalldMember:
 * @id: the connection
 * @protocol: which protocol's frames it takes
 * @n_rooms: how many rooms it is in
 * @rooms: private
 * @seen: private
 *
 * What rooms need to know of a connection; to be part of a gateway's session.
 */
struct _CalldMember {
  guint64 id;
  guint8 protocol;
  guint16 n_rooms;
  CalldMembership *rooms;
  guint64 seen;
};

/**
 * CalldRoomFunc:
 * @member: a receiver
 * @user_data: what was given
 *
 * Called for each receiver of a broadcast; may not change rooms.
 */
typedef void (*CalldRoomFunc) (CalldMember *member, gpointer user_data);

/**
 * CalldRooms:
 *
 * Rooms by name and their members. A room exists while it has a member. Joining costs one look-up,
 * leaving all rooms costs nothing but their number.
 */
typedef struct _CalldRooms CalldRooms;

CalldRooms *calld_rooms_new (void);
void calld_rooms_free (CalldRooms *self);
gboolean calld_rooms_join (CalldRooms *self, CalldMember *member, const char *name);
void calld_rooms_leave (CalldRooms *self, CalldMember *member, const char *name);
void calld_rooms_leave_all (CalldRooms *self, CalldMember *member);
const char **calld_rooms_list (CalldRooms *self, const CalldMember *member);
void calld_rooms_move (CalldRooms *self, CalldMember *from, CalldMember *to);
guint calld_rooms_get_count (CalldRooms *self);
guint calld_rooms_broadcast (CalldRooms *self,
                             guint8 protocol,
                             const char *const *names,
                             guint64 except,
                             CalldRoomFunc func,
                             gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldRooms, calld_rooms_free)

G_END_DECLS

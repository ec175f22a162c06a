/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is published: libcall/wire/call-notice.h. */
typedef struct _CallNotice CallNotice;

/**
 * CalldPublishFlags:
 * @CALLD_PUBLISH_NONE: must reach every connection of its topics
 * @CALLD_PUBLISH_VOLATILE: worth nothing later (typing, presence): may be dropped for a slow
 * receiver
 *
 * How hard a notice is delivered.
 */
typedef enum {
  CALLD_PUBLISH_NONE = 0,
  CALLD_PUBLISH_VOLATILE = 1 << 0,
} CalldPublishFlags;

/**
 * CalldBusFunc:
 * @topics: (array zero-terminated=1): where @notice goes; a receiver of several gets one copy
 * @notice: the notice, borrowed for the time of the call
 * @flags: how hard it is delivered
 * @except: a connection that gets no copy (the one that caused it), or 0
 * @user_data: the subscriber's
 *
 * A gateway's subscriber: encodes @notice once and hands it to the rooms that stand for @topics.
 */
typedef void (*CalldBusFunc) (const char *const *topics,
                              const CallNotice *notice,
                              CalldPublishFlags flags,
                              guint64 except,
                              gpointer user_data);

#define CALLD_TYPE_BUS (calld_bus_get_type ())
G_DECLARE_INTERFACE (CalldBus, calld_bus, CALLD, BUS, GObject)

/**
 * CalldBusInterface:
 * @publish: hands a notice to the subscribers of every node
 * @subscribe: adds a subscriber of this node
 * @unsubscribe: removes it
 *
 * The only door between nodes: notices to connections wherever they are. Leases are not here but
 * in the store, where they are taken in the same transaction as what they protect. The local bus is
 * the same contract without a server.
 */
struct _CalldBusInterface {
  GTypeInterface parent;

  void (*publish) (CalldBus *self,
                   const char *const *topics,
                   const CallNotice *notice,
                   CalldPublishFlags flags,
                   guint64 except);
  guint (*subscribe) (CalldBus *self,
                      CalldBusFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy);
  void (*unsubscribe) (CalldBus *self, guint id);
};

char *calld_topic_appointment (const char *appointment_id);
char *calld_topic_user (const char *user_id);
char *calld_topic_conversation (const char *conversation_id);
char *calld_topic_to_room (const char *topic);

void calld_bus_publish (CalldBus *self,
                        const char *const *topics,
                        const CallNotice *notice,
                        CalldPublishFlags flags,
                        guint64 except);
guint
calld_bus_subscribe (CalldBus *self, CalldBusFunc func, gpointer user_data, GDestroyNotify destroy);
void calld_bus_unsubscribe (CalldBus *self, guint id);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"
#include "calld-auth.h"
#include "calld-bots.h"
#include "calld-calls.h"
#include "calld-chat.h"
#include "calld-clock.h"
#include "calld-company.h"
#include "calld-config.h"
#include "calld-consents.h"
#include "calld-files.h"
#include "calld-hub.h"
#include "calld-livekit.h"
#include "calld-meetings.h"
#include "calld-push.h"
#include "calld-router.h"
#include "calld-search.h"
#include "calld-stats.h"
#include "calld-store.h"
#include "calld-watchdog.h"
#include "calld-webhooks.h"

#include "call-record.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * CalldParts:
 * @config: settings
 * @clock: the clock
 * @store: the store
 * @auth: tokens and passwords
 * @calls: calls
 * @appointments: appointments
 * @chat: conversations
 * @company: who is around in a conversation
 * @webhooks: who outside hears what happens
 * @bots: programs that take part
 * @push: devices to wake
 * @consents: what people agree to
 * @meetings: meetings at LiveKit
 * @livekit: its egress service
 * @files: files of conversations
 * @search: words of messages
 * @hub: (nullable): the hub, for health
 * @stats: who is asked for figures
 * @watchdog: (nullable): what looks at them
 * @draining: whether the daemon is about to stop
 * @stopping: whether it stops: what is asked for now is refused
 * @began_us: when it began, monotonic
 *
 * What the resources of the HTTP server work on. Borrowed: outlives the server.
 */
typedef struct {
  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldAuth *auth;
  CalldCalls *calls;
  CalldAppointments *appointments;
  CalldChat *chat;
  CalldCompany *company;
  CalldWebhooks *webhooks;
  CalldBots *bots;
  CalldPush *push;
  CalldConsents *consents;
  CalldMeetings *meetings;
  CalldLivekit *livekit;
  CalldFiles *files;
  CalldSearch *search;
  CalldHub *hub;
  CalldStatsSources stats;
  CalldWatchdog *watchdog;
  gboolean draining;
  gboolean stopping;
  gint64 began_us;
} CalldParts;

/**
 * CalldExchange:
 *
 * One request and the right to answer it, once. Whoever holds it must call exactly one of the reply
 * functions, which frees it.
 */
typedef struct _CalldExchange CalldExchange;

CalldExchange *calld_exchange_new (CalldParts *parts, SoupServerMessage *message);
void calld_exchange_set_match (CalldExchange *self, CalldRouteMatch *match);
void calld_exchange_set_identity (CalldExchange *self, CalldIdentity *identity);

CalldParts *calld_exchange_get_parts (CalldExchange *self);
SoupServerMessage *calld_exchange_get_message (CalldExchange *self);
const CalldRoute *calld_exchange_get_route (CalldExchange *self);
CalldIdentity *calld_exchange_get_identity (CalldExchange *self);
const char *calld_exchange_get_param (CalldExchange *self);
const char *calld_exchange_get_second_param (CalldExchange *self);
const char *calld_exchange_get_query (CalldExchange *self, const char *name);
const char *calld_exchange_get_address (CalldExchange *self);
gboolean calld_exchange_check_input (CalldExchange *self, GError **error);
gpointer calld_exchange_get_body (CalldExchange *self);
guint64 calld_exchange_get_number (CalldExchange *self, const char *name, guint64 fallback);
gint64 calld_exchange_get_time (CalldExchange *self, const char *name);
guint calld_exchange_get_values (CalldExchange *self, const char *name, GType type);

void calld_exchange_reply (CalldExchange *self, guint status, gpointer record);
void calld_exchange_reply_error (CalldExchange *self, const GError *error);
void calld_exchange_reply_bytes (CalldExchange *self,
                                 guint status,
                                 const char *content_type,
                                 GBytes *bytes);
void calld_exchange_reply_empty (CalldExchange *self, guint status);
void calld_exchange_add_header (CalldExchange *self, const char *name, const char *value);

/**
 * CalldBodyReader:
 * @chunk: takes the next bytes of the body; may hold the exchange
 * @end: the body is whole; must reply
 * @gone: the client has gone before the end of the body; the exchange is gone too
 *
 * What takes a body that is too large to be gathered.
 */
typedef struct {
  void (*chunk) (CalldExchange *exchange, GBytes *chunk, gpointer user_data);
  void (*end) (CalldExchange *exchange, gpointer user_data);
  void (*gone) (gpointer user_data);
} CalldBodyReader;

/**
 * CalldBodyWriter:
 * @more: the last piece is written: calld_exchange_write() the next, now or later
 * @gone: all is written, or the client has gone; the exchange is gone too
 *
 * What gives a body that is too large to be gathered.
 */
typedef struct {
  void (*more) (CalldExchange *exchange, gpointer user_data);
  void (*gone) (gpointer user_data);
} CalldBodyWriter;

void calld_exchange_read (CalldExchange *self, const CalldBodyReader *reader, gpointer user_data);
void calld_exchange_hold (CalldExchange *self);
void calld_exchange_go_on (CalldExchange *self);
void calld_exchange_reply_stream (CalldExchange *self,
                                  guint status,
                                  gint64 length,
                                  const CalldBodyWriter *writer,
                                  gpointer user_data);
void calld_exchange_write (CalldExchange *self, GBytes *bytes);
void calld_exchange_cut (CalldExchange *self);

G_END_DECLS

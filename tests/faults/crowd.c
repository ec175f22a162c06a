/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "crowd.h"

#include "calld-sqlite.h"
#include "load-figures.h"

#include <stdlib.h>
#include <string.h>

#define UNDER_WAY 128
#define STRIDE 7919

static char *
hello (gpointer data, guint client)
{
  return load_server_hello (((Crowd *) data)->server, client);
}

static char *
join (gpointer data, guint client)
{
  Crowd *self = data;

  return load_server_join (self->server, client, self->room_size);
}

/* The number is in the text, which is in everything that is told of a message. */
static CrowdMessage *
find_message (Crowd *self, const char *text, gsize length)
{
  guint64 number;
  gint64 due_us;

  if (!load_stamp_parse (text, length, &number, &due_us) || number >= self->messages->len)
    return NULL;
  return self->messages->pdata[number];
}

/* Notes all messages a packet tells of, one or a list. */
static void
learn (Crowd *self, guint client, const char *text, gsize length)
{
  const char *end = text + length;
  const char *at = text;

  while ((at = memchr (at, '#', (gsize) (end - at))) != NULL) {
    CrowdMessage *message = find_message (self, at, (gsize) (end - at));

    if (message != NULL)
      message->known |= G_GUINT64_CONSTANT (1) << client % self->room_size;
    at++;
  }
  for (at = text; (at = strstr (at, "\"seq\":")) != NULL; at++)
    self->last_seq[client] = MAX (self->last_seq[client],
                                  g_ascii_strtoull (at + strlen ("\"seq\":"), NULL, 10));
}

static void
on_packet (gpointer data, guint client, const char *text, gsize length)
{
  Crowd *self = data;
  CrowdMessage *message;

  if (g_str_has_prefix (text, "42[\"message_error\"")) {
    self->refused++;
    g_free (self->last_refusal);
    self->last_refusal = g_strndup (text, length);
    return;
  }
  if (g_str_has_prefix (text, "432[")) {
    g_assert_nonnull (strstr (text, "\"more\":false"));
    self->resumed++;
    learn (self, client, text, length);
    return;
  }
  message = find_message (self, text, length);
  if (message == NULL)
    return;
  learn (self, client, text, length);
  if (g_str_has_prefix (text, "42[\"new_message\"")) {
    message->heard++;
  } else if (g_str_has_prefix (text, "42[\"message_sent\"") && message->acknowledged_us == 0) {
    message->acknowledged_us = g_get_monotonic_time ();
    self->acknowledged++;
  }
}

static void
on_gone (gpointer data, guint client)
{
  Crowd *self = data;

  g_assert_true (self->expects_departures);
  self->departures++;
  g_array_append_val (self->lost, client);
}

/* Reads, and lets those come back that were cut off. */
void
crowd_turn (Crowd *self, int timeout_ms)
{
  while (self->lost->len > 0 && load_swarm_get_under_way (self->swarm) < UNDER_WAY) {
    guint client = g_array_index (self->lost, guint, self->lost->len - 1);

    if (!load_swarm_connect (self->swarm, client))
      break; /* nobody listens; a later turn tries again */
    g_array_set_size (self->lost, self->lost->len - 1);
  }
  load_swarm_turn (self->swarm, timeout_ms);
}

static void
say_message (Crowd *self, guint number)
{
  const CrowdMessage *message = self->messages->pdata[number];
  g_autofree char *stamp = load_stamp (number, message->due_us);
  g_autofree char *padding = g_strnfill (self->text_length, '.');
  g_autofree char *text = g_strconcat (stamp, padding, NULL);
  g_autofree char *temp_id = g_strdup_printf ("m%u", number);
  g_autofree char *packet = load_server_message (self->server, message->sender / self->room_size,
                                                 text, temp_id);

  if (load_swarm_get_stage (self->swarm, message->sender) == LOAD_JOINED)
    load_swarm_send (self->swarm, message->sender, packet);
}

/* Returns: the number of the message */
guint
crowd_say (Crowd *self, guint sender)
{
  CrowdMessage *message = g_new0 (CrowdMessage, 1);

  message->sender = sender;
  message->due_us = g_get_monotonic_time ();
  g_ptr_array_add (self->messages, message);
  self->sent++;
  say_message (self, self->messages->len - 1);
  return self->messages->len - 1;
}

/**
 * crowd_chat:
 * @self: a crowd
 * @rate: messages a second
 * @seconds: how long
 *
 * Everybody says something in turn.
 */
void
crowd_chat (Crowd *self, guint rate, double seconds)
{
  gint64 start = g_get_monotonic_time ();
  guint count = (guint) (rate * seconds);

  for (guint i = 0; i < count; i++) {
    gint64 due = start + (gint64) i * G_USEC_PER_SEC / rate;
    gint64 left;

    do {
      left = due - g_get_monotonic_time ();
      crowd_turn (self, left > 0 ? (int) (left / 1000) : 0);
    } while (left > 0);
    crowd_say (self, (guint) ((guint64) self->sent * STRIDE % self->n_clients));
  }
}

/* Says again what was not acknowledged, as a client does that came back. */
void
crowd_say_again (Crowd *self)
{
  for (guint i = 0; i < self->messages->len; i++)
    if (((CrowdMessage *) self->messages->pdata[i])->acknowledged_us == 0)
      say_message (self, i);
}

/* Returns: whether all that was said is acknowledged, after that time at the latest */
gboolean
crowd_settle (Crowd *self, double seconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (self->acknowledged < self->sent && g_get_monotonic_time () < until)
    crowd_turn (self, 20);
  return self->acknowledged == self->sent;
}

/* Until everybody is there; the watchdog of the test ends an endless wait. */
void
crowd_wait_for_all (Crowd *self)
{
  while (load_swarm_get_joined (self->swarm) < self->n_clients)
    crowd_turn (self, 20);
}

/* Everybody names the last sequence it knows, and is told what came since. */
void
crowd_resume (Crowd *self)
{
  self->resumed = 0;
  for (guint i = 0; i < self->n_clients; i++) {
    g_autofree char *packet = g_strdup_printf (
        "422[\"resume\",{\"groupId\":\"%s\",\"seq\":%" G_GUINT64_FORMAT "}]",
        self->clinic->groups[i / self->room_size], self->last_seq[i]);

    load_swarm_send (self->swarm, i, packet);
  }
  while (self->resumed < self->n_clients)
    crowd_turn (self, 20);
}

/* Every message is known to all members of its room, live or by asking. */
void
crowd_assert_known_by_all (Crowd *self)
{
  const guint64 all = (G_GUINT64_CONSTANT (1) << self->room_size) - 1;

  for (guint i = 0; i < self->messages->len; i++)
    g_assert_cmphex (((CrowdMessage *) self->messages->pdata[i])->known, ==, all);
}

/* Every message from number @from on was heard by each other member of its room, once. */
void
crowd_assert_heard_by_all (Crowd *self, guint from)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  for (guint i = from; i < self->messages->len; i++) {
    const CrowdMessage *message = self->messages->pdata[i];

    while (message->heard < self->room_size - 1 && g_get_monotonic_time () < until)
      crowd_turn (self, 20);
    g_assert_cmpuint (message->heard, ==, self->room_size - 1);
  }
}

/* Returns: milliseconds from saying until it was acknowledged, of messages from @from on */
double
crowd_get_latency (Crowd *self, guint from, double p)
{
  g_autoptr (GArray) latencies = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = from; i < self->messages->len; i++) {
    const CrowdMessage *message = self->messages->pdata[i];
    double ms = (double) (message->acknowledged_us - message->due_us) / 1000;

    if (message->acknowledged_us != 0)
      g_array_append_val (latencies, ms);
  }
  g_array_sort (latencies, load_compare_doubles);
  return load_percentile (latencies, p);
}

/**
 * crowd_check_store:
 * @self: a crowd whose calld does not run
 *
 * Nothing that was acknowledged is missing on the disk, nothing is there twice, and sequences have
 * no gaps.
 */
void
crowd_check_store (Crowd *self)
{
  g_autofree char *path = load_clinic_get_database (self->clinic);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldSqlite) db = calld_sqlite_open (path, FALSE, &error);
  g_autoptr (CalldCursor) cursor = NULL;
  g_autoptr (CalldCursor) gaps = NULL;
  g_autofree guint8 *stored = g_new0 (guint8, self->messages->len);

  g_assert_no_error (error);
  cursor = calld_sqlite_prepare (db, "SELECT temp_id FROM messages");
  while (calld_cursor_next (cursor, &error)) {
    guint number = (guint) atoi (calld_cursor_peek_text (cursor) + 1);

    g_assert_cmpuint (number, <, self->messages->len);
    g_assert_cmpuint (stored[number]++, ==, 0);
  }
  g_assert_no_error (error);
  for (guint i = 0; i < self->messages->len; i++)
    if (((CrowdMessage *) self->messages->pdata[i])->acknowledged_us != 0)
      g_assert_cmpuint (stored[i], ==, 1);
  gaps = calld_sqlite_prepare (db, "SELECT count(*) FROM (SELECT 1 FROM messages GROUP BY "
                                   "conversation_id HAVING max (seq) <> count (*))");
  g_assert_true (calld_cursor_next (gaps, &error));
  g_assert_cmpint (calld_cursor_get_int (gaps), ==, 0);
}

/**
 * crowd_new:
 * @n_clients: how many people
 * @room_size: how many to a group, fewer than 64
 * @flags: (nullable): further flags of calld
 *
 * Starts calld on a fresh database, and lets everybody in.
 *
 * Returns: (transfer full): the crowd
 */
Crowd *
crowd_new (guint n_clients, guint room_size, const char *const *flags)
{
  static const LoadSwarmFuncs funcs = {
    .hello = hello,
    .join = join,
    .packet = on_packet,
    .gone = on_gone,
  };
  Crowd *self = g_new0 (Crowd, 1);

  load_raise_descriptor_limit ();
  self->n_clients = n_clients;
  self->room_size = room_size;
  self->messages = g_ptr_array_new_with_free_func (g_free);
  self->last_seq = g_new0 (guint64, n_clients);
  self->lost = g_array_new (FALSE, FALSE, sizeof (guint));
  self->clinic = load_clinic_new (n_clients, room_size);
  self->server = load_server_new (LOAD_CALLD, self->clinic, flags);
  self->swarm = load_swarm_new (self->server->port, n_clients, &funcs, self);
  load_swarm_connect_all (self->swarm, UNDER_WAY);
  return self;
}

void
crowd_free (Crowd *self)
{
  load_swarm_free (self->swarm);
  load_server_free (self->server);
  load_clinic_free (self->clinic);
  g_ptr_array_unref (self->messages);
  g_array_unref (self->lost);
  g_free (self->last_refusal);
  g_free (self->last_seq);
  g_free (self);
}

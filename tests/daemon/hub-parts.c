/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pure parts of the hub: timers, frames, queues, rooms, mailboxes, request heads. */
#include "config.h"

#include "calld-head.h"
#include "calld-mailbox.h"
#include "calld-queue.h"
#include "calld-room.h"
#include "calld-wheel.h"

#include <glib.h>
#include <poll.h>
#include <string.h>

/* --- wheel ------------------------------------------------------------------------------------ */

typedef struct {
  CalldWheelTimer timer;
  CalldWheel *wheel;
  guint64 fired_at;
  guint fired;
} Alarm;

static void
on_alarm (CalldWheelTimer *timer)
{
  Alarm *alarm = (Alarm *) timer;

  alarm->fired++;
  alarm->fired_at = alarm->wheel->now_ms;
}

static void
test_wheel_exact (void)
{
  static const guint64 starts[] = { 0, 1, 63, 64, 4095, 4096, 1234567, (1ULL << 36) - 2 };
  static const guint64 delays[] = {
    1, 2, 62, 63, 64, 65, 4095, 4096, 25000, 60000, 262144, 1 << 24
  };

  for (gsize s = 0; s < G_N_ELEMENTS (starts); s++) {
    for (gsize d = 0; d < G_N_ELEMENTS (delays); d++) {
      g_autofree CalldWheel *wheel = g_new0 (CalldWheel, 1);
      Alarm alarm = { .wheel = wheel };
      guint64 next = 0;

      calld_wheel_init (wheel, starts[s]);
      calld_wheel_start (wheel, &alarm.timer, starts[s] + delays[d], on_alarm);
      /* Follow what the wheel itself says: it must get there, and never overshoot. */
      while (alarm.fired == 0) {
        g_assert_true (calld_wheel_next (wheel, &next));
        g_assert_cmpuint (next, <=, starts[s] + delays[d]);
        calld_wheel_advance (wheel, next);
      }
      g_assert_cmpuint (alarm.fired_at, ==, starts[s] + delays[d]);
      g_assert_false (calld_wheel_next (wheel, &next));
      g_assert_cmpuint (wheel->count, ==, 0);
    }
  }
}

static void
test_wheel_random (void)
{
  enum { N = 2000 };
  g_autofree CalldWheel *wheel = g_new0 (CalldWheel, 1);
  g_autofree Alarm *alarms = g_new0 (Alarm, N);
  guint64 now = 1000;

  calld_wheel_init (wheel, now);
  for (guint i = 0; i < N; i++) {
    alarms[i].wheel = wheel;
    calld_wheel_start (wheel, &alarms[i].timer, now + 1 + (guint) g_test_rand_int_range (0, 100000),
                       on_alarm);
  }
  for (guint i = 0; i < N; i += 3)
    calld_wheel_stop (wheel, &alarms[i].timer);
  while (wheel->count > 0) {
    guint64 before = now;

    now += (guint) g_test_rand_int_range (1, 3000);
    calld_wheel_advance (wheel, now);
    for (guint i = 0; i < N; i++) {
      gboolean due = alarms[i].timer.due_ms <= now && i % 3 != 0;

      g_assert_cmpuint (alarms[i].fired, ==, due ? 1 : 0);
      if (due && alarms[i].timer.due_ms > before)
        g_assert_cmpuint (alarms[i].fired_at, ==, now);
    }
  }
}

typedef struct {
  Alarm alarm;
  Alarm *victim;
} Killer;

static void
on_killer (CalldWheelTimer *timer)
{
  Killer *killer = (Killer *) timer;

  on_alarm (timer);
  calld_wheel_stop (killer->alarm.wheel, &killer->victim->timer);
  calld_wheel_start (killer->alarm.wheel, timer, 0, on_alarm);
}

static void
test_wheel_reentry (void)
{
  g_autofree CalldWheel *wheel = g_new0 (CalldWheel, 1);
  Alarm victim = { .wheel = wheel };
  Killer killer = { .alarm = { .wheel = wheel }, .victim = &victim };

  calld_wheel_init (wheel, 0);
  calld_wheel_start (wheel, &killer.alarm.timer, 5, on_killer);
  calld_wheel_start (wheel, &victim.timer, 5, on_alarm);
  g_assert_cmpuint (calld_wheel_advance (wheel, 5), ==, 1);
  g_assert_cmpuint (victim.fired, ==, 0);
  /* What is started from a callback waits for the next advance, and an advance cannot be endless.
   */
  g_assert_cmpuint (killer.alarm.fired, ==, 1);
  g_assert_cmpuint (calld_wheel_advance (wheel, 5), ==, 1);
  g_assert_cmpuint (killer.alarm.fired, ==, 2);
}

static void
test_wheel_time_backwards (void)
{
  g_autofree CalldWheel *wheel = g_new0 (CalldWheel, 1);
  Alarm alarm = { .wheel = wheel };

  calld_wheel_init (wheel, 1000);
  calld_wheel_start (wheel, &alarm.timer, 1010, on_alarm);
  g_assert_cmpuint (calld_wheel_advance (wheel, 10), ==, 0);
  g_assert_cmpuint (wheel->now_ms, ==, 1000);
  g_assert_cmpuint (calld_wheel_advance (wheel, 1010), ==, 1);
}

/* --- frames and queues ------------------------------------------------------------------------ */

static void
test_frame (void)
{
  static const struct {
    gsize length;
    gsize header;
  } cases[] = { { 0, 2 }, { 1, 2 }, { 125, 2 }, { 126, 4 }, { 65535, 4 }, { 65536, 10 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strnfill (cases[i].length, 'x');
    g_autoptr (CalldFrame) frame = calld_frame_new_text (text);
    gsize length;
    const guint8 *wire = calld_frame_get_wire (frame, &length);

    g_assert_cmpuint (length, ==, cases[i].length + cases[i].header);
    g_assert_cmphex (wire[0], ==, 0x81);
    g_assert_true (calld_frame_get_payload (frame, &length) == wire + cases[i].header);
    g_assert_cmpmem (wire + cases[i].header, length, text, strlen (text));
  }
}

static CalldQueueResult
push (CalldQueue *queue, const char *text, gboolean is_volatile, guint *dropped)
{
  static const CalldQueueLimits limits = { 4, 64 };
  g_autoptr (CalldFrame) frame = calld_frame_new (CALLD_FRAME_RAW, text, strlen (text));

  return calld_queue_push (queue, frame, is_volatile, &limits, dropped);
}

static char *
contents (CalldQueue *queue)
{
  GString *text = g_string_new (NULL);
  struct iovec iov[8];
  guint n = calld_queue_get_iovec (queue, iov, G_N_ELEMENTS (iov));

  for (guint i = 0; i < n; i++)
    g_string_append_len (text, iov[i].iov_base, (gssize) iov[i].iov_len);
  return g_string_free (text, FALSE);
}

static void
assert_contents (CalldQueue *queue, const char *expected)
{
  g_autofree char *text = contents (queue);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_queue_overflow (void)
{
  CalldQueue queue = { 0 };
  guint dropped = 0;

  g_assert_cmpint (push (&queue, "a", FALSE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpint (push (&queue, "v", TRUE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpint (push (&queue, "w", TRUE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpint (push (&queue, "b", FALSE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpuint (dropped, ==, 0);

  /* Full: what is volatile goes first, the new one or those that wait. */
  g_assert_cmpint (push (&queue, "x", TRUE, &dropped), ==, CALLD_QUEUE_DROPPED);
  g_assert_cmpuint (dropped, ==, 1);
  assert_contents (&queue, "avwb");
  g_assert_cmpint (push (&queue, "c", FALSE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpuint (dropped, ==, 3);
  assert_contents (&queue, "abc");

  g_assert_cmpint (push (&queue, "d", FALSE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpint (push (&queue, "e", FALSE, &dropped), ==, CALLD_QUEUE_OVERFLOW);
  assert_contents (&queue, "abcd");

  calld_queue_clear (&queue);
  g_assert_null (queue.frames);
}

static void
test_queue_bytes (void)
{
  g_autofree char *large = g_strnfill (1000, 'l');
  CalldQueue queue = { 0 };
  guint dropped = 0;

  /* One frame may always wait, or it could never be sent at all. */
  g_assert_cmpint (push (&queue, large, FALSE, &dropped), ==, CALLD_QUEUE_TAKEN);
  g_assert_cmpint (push (&queue, "a", FALSE, &dropped), ==, CALLD_QUEUE_OVERFLOW);
  calld_queue_consume (&queue, 999);
  assert_contents (&queue, "l");
  calld_queue_consume (&queue, 1);
  g_assert_cmpuint (calld_queue_get_length (&queue), ==, 0);
  g_assert_null (queue.frames);
}

static void
test_queue_partial_volatile (void)
{
  CalldQueue queue = { 0 };
  guint dropped = 0;

  push (&queue, "vvvv", TRUE, &dropped);
  calld_queue_consume (&queue, 2);
  push (&queue, "b", FALSE, &dropped);
  push (&queue, "c", FALSE, &dropped);
  push (&queue, "d", FALSE, &dropped);
  /* Half of the volatile frame is on its way: it has to stay, or the stream breaks. */
  g_assert_cmpint (push (&queue, "e", FALSE, &dropped), ==, CALLD_QUEUE_OVERFLOW);
  assert_contents (&queue, "vvbcd");
  calld_queue_clear (&queue);
}

static void
test_queue_wraps (void)
{
  CalldQueue queue = { 0 };
  guint dropped = 0;

  for (guint round = 0; round < 100; round++) {
    char text[2] = { (char) ('a' + round % 26), '\0' };

    g_assert_cmpint (push (&queue, text, FALSE, &dropped), ==, CALLD_QUEUE_TAKEN);
    if (round >= 2) {
      g_autofree char *all = contents (&queue);

      g_assert_cmpuint (strlen (all), ==, 3);
      g_assert_cmpint (all[2], ==, text[0]);
      calld_queue_consume (&queue, 1);
    }
  }
  calld_queue_clear (&queue);
}

/* --- rooms ------------------------------------------------------------------------------------ */

static void
on_receiver (CalldMember *member, gpointer user_data)
{
  g_string_append_printf (user_data, "%" G_GUINT64_FORMAT " ", member->id);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
assert_receivers (CalldRooms *rooms,
                  guint8 protocol,
                  const char *names,
                  guint64 except,
                  const char *expected)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) words = NULL;
  g_autofree char *sorted = NULL;

  calld_rooms_broadcast (rooms, protocol, (const char *const *) list, except, on_receiver, text);
  words = g_strsplit (g_strstrip (text->str), " ", -1);
  qsort (words, g_strv_length (words), sizeof *words, compare_words);
  sorted = g_strjoinv (" ", words);
  g_assert_cmpstr (sorted, ==, expected);
}

static void
test_rooms (void)
{
  g_autoptr (CalldRooms) rooms = calld_rooms_new ();
  CalldMember one = { .id = 1, .protocol = 1 };
  CalldMember two = { .id = 2, .protocol = 1 };
  CalldMember three = { .id = 3, .protocol = 2 };

  g_assert_true (calld_rooms_join (rooms, &one, "a"));
  g_assert_true (calld_rooms_join (rooms, &one, "a"));
  g_assert_true (calld_rooms_join (rooms, &one, "b"));
  g_assert_true (calld_rooms_join (rooms, &two, "b"));
  g_assert_true (calld_rooms_join (rooms, &three, "b"));
  g_assert_cmpuint (calld_rooms_get_count (rooms), ==, 2);
  g_assert_cmpuint (one.n_rooms, ==, 2);

  assert_receivers (rooms, 1, "a b", 0, "1 2");
  assert_receivers (rooms, 1, "a b a", 1, "2");
  assert_receivers (rooms, 2, "a b", 0, "3");
  assert_receivers (rooms, 1, "nowhere", 0, "");

  calld_rooms_leave (rooms, &one, "nowhere");
  calld_rooms_leave (rooms, &one, "b");
  assert_receivers (rooms, 1, "a b", 0, "1 2");
  assert_receivers (rooms, 1, "b", 0, "2");
  calld_rooms_leave_all (rooms, &one);
  calld_rooms_leave_all (rooms, &two);
  calld_rooms_leave_all (rooms, &three);
  g_assert_cmpuint (calld_rooms_get_count (rooms), ==, 0);
}

static void
test_rooms_bound (void)
{
  g_autoptr (CalldRooms) rooms = calld_rooms_new ();
  CalldMember member = { .id = 1, .protocol = 1 };

  for (guint i = 0; i < CALLD_ROOMS_PER_MEMBER; i++) {
    g_autofree char *name = g_strdup_printf ("room %u", i);

    g_assert_true (calld_rooms_join (rooms, &member, name));
  }
  g_assert_false (calld_rooms_join (rooms, &member, "one too many"));
  g_assert_true (calld_rooms_join (rooms, &member, "room 3"));
  calld_rooms_leave_all (rooms, &member);
}

/* --- mailboxes -------------------------------------------------------------------------------- */

typedef struct {
  CalldMail mail;
  GString *log;
  int number;
} Letter;

static void
open_letter (CalldMail *mail, gpointer receiver)
{
  Letter *letter = (Letter *) mail;

  g_string_append_printf (letter->log, "%d%s ", letter->number, receiver != NULL ? "" : "!");
  g_free (letter);
}

static CalldMail *
write_letter (GString *log, int number)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->mail.open = open_letter;
  letter->mail.weight = 10;
  letter->log = log;
  letter->number = number;
  return &letter->mail;
}

static gboolean
is_readable (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 1;
}

static void
test_mailbox_bound (void)
{
  CalldMailbox *box = calld_mailbox_new (3, 1000);
  g_autoptr (GString) log = g_string_new (NULL);
  CalldMail *refused = write_letter (log, 4);

  g_assert_false (is_readable (calld_mailbox_get_fd (box)));
  for (int i = 1; i <= 3; i++)
    g_assert_true (calld_mailbox_post (box, write_letter (log, i)));
  g_assert_true (calld_mailbox_is_full (box));
  g_assert_false (calld_mailbox_post (box, refused));
  calld_mailbox_post_always (box, refused);
  g_assert_true (is_readable (calld_mailbox_get_fd (box)));

  g_assert_cmpuint (calld_mailbox_dispatch (box, box), ==, 4);
  g_assert_cmpstr (log->str, ==, "1 2 3 4 ");
  g_assert_false (is_readable (calld_mailbox_get_fd (box)));

  calld_mailbox_post_always (box, write_letter (log, 5));
  calld_mailbox_close (box);
  g_assert_false (calld_mailbox_post_wait (box, write_letter (log, 6)));
  g_assert_cmpstr (log->str, ==, "1 2 3 4 5! 6! ");
  calld_mailbox_free (box);
}

static gpointer
post_many (gpointer data)
{
  gpointer *arguments = data;

  for (int i = 0; i < 1000; i++)
    calld_mailbox_post_wait (arguments[0], write_letter (arguments[1], i));
  return NULL;
}

static void
test_mailbox_threads (void)
{
  g_autoptr (CalldMailbox) box = calld_mailbox_new (1000, 100);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  gpointer arguments[] = { box, log };
  g_autoptr (GThread) thread = g_thread_new ("post", post_many, arguments);
  guint seen = 0;

  /* The weight allows ten at a time, so the sender has to wait again and again. */
  while (seen < 1000) {
    struct pollfd poll_fd = { .fd = calld_mailbox_get_fd (box), .events = POLLIN };
    guint n;

    poll (&poll_fd, 1, -1);
    n = calld_mailbox_dispatch (box, box);
    g_assert_cmpuint (n, <=, 10);
    seen += n;
  }
  g_thread_join (g_steal_pointer (&thread));
  for (int i = 0; i < 1000; i++)
    g_string_append_printf (expected, "%d ", i);
  g_assert_cmpstr (log->str, ==, expected->str);
}

/* --- heads ------------------------------------------------------------------------------------ */

static CalldHeadResult
parse (const char *text, CalldHead *head, gsize *used)
{
  return calld_head_parse (head, text, strlen (text), 200, used);
}

static void
test_head_good (void)
{
  g_auto (CalldHead) head = { 0 };
  gsize used;

  g_assert_cmpint (parse ("\r\nGET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
                          "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\nrest",
                          &head, &used),
                   ==, CALLD_HEAD_DONE);
  g_assert_cmpstr (head.path, ==, "/socket.io/");
  g_assert_cmpstr (head.query, ==, "EIO=4&transport=websocket");
  g_assert_true (head.websocket);
  g_assert_true (head.keep_alive);
  g_assert_cmpint (head.content_length, ==, 0);
  g_assert_true (calld_head_is_below (&head, "/socket.io"));
  g_assert_false (calld_head_is_below (&head, "/socket"));
  g_assert_cmpuint (used, ==, 2 + 52 + 9 + 33 + 20 + 2);
}

static void
test_head_parts (void)
{
  static const char text[] = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";

  for (gsize i = 0; i < sizeof text - 1; i++) {
    CalldHead head;
    gsize used;

    g_assert_cmpint (calld_head_parse (&head, text, i, 200, &used), ==, CALLD_HEAD_MORE);
    g_assert_cmpuint (used, ==, 0);
  }
}

static void
test_head_bad (void)
{
  static const char *const bad[] = {
    "GET\r\n\r\n",
    "\x16\x03\x01\x02\x01\n\n",
    "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    CalldHead head;
    gsize used;

    g_assert_cmpint (parse (bad[i], &head, &used), ==, CALLD_HEAD_BAD);
    g_assert_null (head.path);
  }
}

static void
test_head_too_large (void)
{
  g_autofree char *endless = g_strnfill (201, 'a');
  CalldHead head;
  gsize used;

  g_assert_cmpint (parse (endless, &head, &used), ==, CALLD_HEAD_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/wheel/exact", test_wheel_exact);
  g_test_add_func ("/hub/wheel/random", test_wheel_random);
  g_test_add_func ("/hub/wheel/reentry", test_wheel_reentry);
  g_test_add_func ("/hub/wheel/time-backwards", test_wheel_time_backwards);
  g_test_add_func ("/hub/frame", test_frame);
  g_test_add_func ("/hub/queue/overflow", test_queue_overflow);
  g_test_add_func ("/hub/queue/bytes", test_queue_bytes);
  g_test_add_func ("/hub/queue/partial-volatile", test_queue_partial_volatile);
  g_test_add_func ("/hub/queue/wraps", test_queue_wraps);
  g_test_add_func ("/hub/rooms/broadcast", test_rooms);
  g_test_add_func ("/hub/rooms/bound", test_rooms_bound);
  g_test_add_func ("/hub/mailbox/bound", test_mailbox_bound);
  g_test_add_func ("/hub/mailbox/threads", test_mailbox_threads);
  g_test_add_func ("/hub/head/good", test_head_good);
  g_test_add_func ("/hub/head/parts", test_head_parts);
  g_test_add_func ("/hub/head/bad", test_head_bad);
  g_test_add_func ("/hub/head/too-large", test_head_too_large);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-wheel.h"

/*
 * The level of a timer is the highest base-64 digit in which its time differs from now; its slot is
 * that digit. All higher digits are equal, so slots of a level never wrap round and the first
 * occupied slot of the lowest occupied level is the next to come. When the time reaches a slot
 * above level 0, its timers differ from now in a lower digit only, and sink.
 */

#define DIGIT_BITS 6
#define DIGIT_MASK (CALLD_WHEEL_SLOTS - 1)

static void
list_init (CalldWheelTimer *head)
{
  head->next = head;
  head->prev = head;
}

static void
list_append (CalldWheelTimer *head, CalldWheelTimer *timer)
{
  timer->prev = head->prev;
  timer->next = head;
  head->prev->next = timer;
  head->prev = timer;
}

/**
 * calld_wheel_init:
 * @self: a wheel
 * @now_ms: the time it begins with
 *
 * Makes an empty wheel.
 */
void
calld_wheel_init (CalldWheel *self, guint64 now_ms)
{
  self->now_ms = now_ms;
  self->count = 0;
  list_init (&self->due);
  for (int level = 0; level < CALLD_WHEEL_LEVELS; level++) {
    self->occupied[level] = 0;
    for (int slot = 0; slot < CALLD_WHEEL_SLOTS; slot++)
      list_init (&self->slots[level][slot]);
  }
}

static void
insert (CalldWheel *self, CalldWheelTimer *timer)
{
  guint64 when = timer->due_ms;
  guint64 differing;
  guint level, slot;

  if (when <= self->now_ms) {
    list_append (&self->due, timer);
    return;
  }

  differing = when ^ self->now_ms;
  level = (63 - (guint) __builtin_clzll (differing)) / DIGIT_BITS;
  slot = (when >> (DIGIT_BITS * level)) & DIGIT_MASK;
  list_append (&self->slots[level][slot], timer);
  self->occupied[level] |= 1ULL << slot;
}

/**
 * calld_wheel_start:
 * @self: a wheel
 * @timer: a timer; if it is started already it is moved
 * @due_ms: when it fires; the past means at the next advance
 * @func: what is called then
 *
 * Starts @timer. The wheel keeps a pointer to it until it fires or is stopped.
 */
void
calld_wheel_start (CalldWheel *self, CalldWheelTimer *timer, guint64 due_ms, CalldWheelFunc func)
{
  calld_wheel_stop (self, timer);
  timer->due_ms = due_ms;
  timer->func = func;
  insert (self, timer);
  self->count++;
}

/**
 * calld_wheel_stop:
 * @self: a wheel
 * @timer: a timer
 *
 * Stops @timer; nothing happens if it is not started. A timer that is due in the same advance but
 * has not fired yet is stopped too.
 */
void
calld_wheel_stop (CalldWheel *self, CalldWheelTimer *timer)
{
  CalldWheelTimer *first = &self->slots[0][0];
  CalldWheelTimer *end = first + CALLD_WHEEL_LEVELS * CALLD_WHEEL_SLOTS;
  CalldWheelTimer *head = timer->next;

  if (head == NULL)
    return;
  if (timer->next == timer->prev && head >= first && head < end) {
    guint index = (guint) (head - first);

    self->occupied[index / CALLD_WHEEL_SLOTS] &= ~(1ULL << (index % CALLD_WHEEL_SLOTS));
  }
  timer->prev->next = timer->next;
  timer->next->prev = timer->prev;
  timer->next = timer->prev = NULL;
  self->count--;
}

/* The first occupied slot and the time at which it is reached. */
static gboolean
next_slot (const CalldWheel *self, guint *level, guint *slot, guint64 *when)
{
  for (guint l = 0; l < CALLD_WHEEL_LEVELS; l++) {
    guint shift = DIGIT_BITS * l;

    if (self->occupied[l] == 0)
      continue;
    *level = l;
    *slot = (guint) __builtin_ctzll (self->occupied[l]);
    *when = (self->now_ms >> shift >> DIGIT_BITS << DIGIT_BITS | *slot) << shift;
    return TRUE;
  }
  return FALSE;
}

/**
 * calld_wheel_next:
 * @self: a wheel
 * @due_ms: (out): when to advance next
 *
 * Says until when nothing can fire. The wheel may have nothing to do then but to move timers.
 *
 * Returns: %FALSE if no timer is started
 */
gboolean
calld_wheel_next (const CalldWheel *self, guint64 *due_ms)
{
  guint level, slot;

  if (self->due.next != &self->due) {
    *due_ms = self->now_ms;
    return TRUE;
  }
  return next_slot (self, &level, &slot, due_ms);
}

static void
sink (CalldWheel *self, guint level, guint slot)
{
  CalldWheelTimer *head = &self->slots[level][slot];
  CalldWheelTimer *timer = head->next;

  list_init (head);
  self->occupied[level] &= ~(1ULL << slot);
  while (timer != head) {
    CalldWheelTimer *next = timer->next;

    insert (self, timer);
    timer = next;
  }
}

/**
 * calld_wheel_advance:
 * @self: a wheel
 * @now_ms: the time; never goes back, an earlier one than before counts as the same
 *
 * Fires what is due, in the order of time. A timer that is started from a callback and is due at
 * once fires at the next advance.
 *
 * Returns: how many fired
 */
guint
calld_wheel_advance (CalldWheel *self, guint64 now_ms)
{
  CalldWheelTimer batch;
  guint level, slot, fired = 0;
  guint64 when;

  while (next_slot (self, &level, &slot, &when) && when <= now_ms) {
    self->now_ms = MAX (self->now_ms, when);
    sink (self, level, slot);
  }
  self->now_ms = MAX (self->now_ms, now_ms);
  if (self->due.next == &self->due)
    return 0;

  batch = self->due;
  batch.next->prev = &batch;
  batch.prev->next = &batch;
  list_init (&self->due);
  while (batch.next != &batch) {
    CalldWheelTimer *timer = batch.next;

    calld_wheel_stop (self, timer);
    timer->func (timer);
    fired++;
  }
  return fired;
}

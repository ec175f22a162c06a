/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-change.h"
#include "calld-record.h"

#include "call-notice.h"

G_BEGIN_DECLS

/**
 * CalldCallAction:
 *
 * What may be asked of a call. The last ones are the server's own.
 */
typedef enum {
  CALLD_CALL_REQUEST,
  CALLD_CALL_ACCEPT,
  CALLD_CALL_CANCEL,
  CALLD_CALL_STARTED,
  CALLD_CALL_REJOIN,
  CALLD_CALL_LEAVE,
  CALLD_CALL_END,
  CALLD_CALL_ALIVE, /* a sign of life; media says whether packets came */
  CALLD_CALL_MEDIA, /* microphone or camera switched */
  CALLD_CALL_ERROR, /* a client's trouble, for the audit */
  CALLD_CALL_NO_ANSWER,
  CALLD_CALL_CLOSE, /* for a reason */
} CalldCallAction;

/**
 * CalldCallOrder:
 * @action: what is asked
 * @user_id: (nullable): by whom; %NULL for the server
 * @name: (nullable): the user's name
 * @role: the user's role
 * @is_operator: @user_id ends or cancels without taking part
 * @lost: a leave because all connections went
 * @appointment_id: of which appointment
 * @call_id: (nullable): of which call; %NULL for a request
 * @peer_id: (nullable): where the user's media is signalled
 * @generation: the generation the user knows
 * @audio: microphone on
 * @video: camera on
 * @media: media came since the last sign of life
 * @stage: (nullable): where the trouble was
 * @code: (nullable): what it was
 * @reason: of a close
 *
 * Something asked of a call. Borrows everything.
 */
typedef struct {
  CalldCallAction action;
  const char *user_id;
  const char *name;
  CallRole role;
  gboolean is_operator;
  gboolean lost;
  const char *appointment_id;
  const char *call_id;
  const char *peer_id;
  guint generation;
  gboolean audio;
  gboolean video;
  gboolean media;
  const char *stage;
  const char *code;
  CallEndReason reason;
} CalldCallOrder;

/**
 * CalldCallSwitches:
 * @audio: microphone on
 * @video: camera on
 *
 * What a side last said of its devices.
 */
typedef struct {
  gboolean audio;
  gboolean video;
} CalldCallSwitches;

/**
 * CalldCallCase:
 * @order: what is asked
 * @now: when, milliseconds since 1970
 * @closes_at: end of the appointment's window
 * @ring_ms: how long a call may ring
 * @auto_accept: whether clients are to answer by themselves (in development)
 * @appointment: the appointment
 * @call: (nullable): the call; of a request the active one of the appointment, if any
 * @lease_alive: of a request: whether @call still holds its lease
 * @switches: (nullable): what both sides last said of their devices
 * @lost: (nullable): which sides left because their connections went, not because they wanted to
 * @repeated: out: it was done before; nothing is written or published
 * @after: out: (nullable): the call as it becomes
 * @status: out: the appointment's status afterwards
 * @change: out: what to write
 * @outbox: out: (element-type CalldCallLetter): what to publish once it is written
 * @answer: out: (nullable): the body of the answer, a record of call-body.h
 *
 * One decision about a call: what is known goes in, what is to be done comes out. Nothing here
 * knows the store, the bus or a clock.
 */
typedef struct {
  CalldCallOrder order;
  gint64 now;
  gint64 closes_at;
  gint64 ring_ms;
  gboolean auto_accept;
  const CalldAppointmentRecord *appointment;
  const CalldCallRecord *call;
  gboolean lease_alive;
  const CalldCallSwitches *switches;
  const gboolean *lost;

  gboolean repeated;
  CalldCallRecord *after;
  CallAppointmentStatus status;
  CalldChange *change;
  GPtrArray *outbox;
  gpointer answer;
} CalldCallCase;

/**
 * CalldCallLetter:
 * @notice: what
 * @topics: where to
 *
 * Something to publish.
 */
typedef struct {
  CallNotice *notice;
  char **topics;
} CalldCallLetter;

/** CALLD_CALL_LEASE_MS: how long a call stays busy without a sign of life. */
#define CALLD_CALL_LEASE_MS (60 * 1000)

gboolean calld_call_case_decide (CalldCallCase *self, GError **error);
void calld_call_case_clear (CalldCallCase *self);
char *calld_call_lease_for_appointment (const char *appointment_id);
char *calld_call_lease_for_user (const char *user_id);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-change.h"

G_BEGIN_DECLS

/* For store backends only. */

typedef enum {
  CALLD_STEP_ADD_USER,
  CALLD_STEP_UPDATE_USER,
  CALLD_STEP_ADD_APPOINTMENT,
  CALLD_STEP_UPDATE_APPOINTMENT,
  CALLD_STEP_ADD_CALL,
  CALLD_STEP_UPDATE_CALL,
  CALLD_STEP_TAKE_LEASE,
  CALLD_STEP_RENEW_LEASE,
  CALLD_STEP_RELEASE_LEASE,
  CALLD_STEP_APPEND_AUDIT,
  CALLD_STEP_APPEND_MESSAGE,
  CALLD_STEP_MARK_RECEIPT,
  CALLD_STEP_ADD_CONVERSATION,
  CALLD_STEP_UPDATE_CONVERSATION,
  CALLD_STEP_EXPECT_MEMBER,
  CALLD_STEP_ADD_MEMBER,
  CALLD_STEP_SET_MEMBER_ROLE,
  CALLD_STEP_REMOVE_MEMBER,
  CALLD_STEP_KEEP_ADMIN,
  CALLD_STEP_ADD_CONSENT,
  CALLD_STEP_SET_SETTING,
  CALLD_STEP_SET_PRESENCE,
  CALLD_STEP_ADD_WEBHOOK,
  CALLD_STEP_REMOVE_WEBHOOK,
  CALLD_STEP_UPDATE_WEBHOOK,
  CALLD_STEP_ENQUEUE_EVENT,
  CALLD_STEP_FINISH_DELIVERY,
  CALLD_STEP_RETRY_DELIVERY,
  CALLD_STEP_ADD_PUSH,
  CALLD_STEP_REMOVE_PUSH,
  CALLD_STEP_ADD_FILE,
  CALLD_STEP_UPDATE_FILE,
  CALLD_STEP_FORGET_FILE,
  CALLD_STEP_INDEX_MESSAGES,
  CALLD_STEP_NOTE_EVENT,
  CALLD_STEP_START_MEETING,
  CALLD_STEP_END_MEETING,
  CALLD_STEP_SET_EGRESS,
} CalldStepKind;

typedef struct {
  CalldStepKind kind;
  /* The record of the kind; %NULL where the fields below say it all. */
  gpointer record;
  GDestroyNotify free_record;
  /* update_call: what the row must be now. */
  CalldCallState expected_state;
  guint expected_generation;
  /* update_file: the state of the row now. add_file: what its user and all may keep. */
  int expected;
  gint64 limits[2];
  /* take_lease: the time by which a lease is judged; note_event: when it came. */
  gint64 now_ms;
  /* add_member: the most members. */
  guint limit;
  /* update_appointment, forget_file, note_event: the id; keep_admin: the conversation; set_setting:
   * the key and the value. */
  char *key;
  char *value;
} CalldStep;

CalldStep *calld_change_add_step (CalldChange *self,
                                  CalldStepKind kind,
                                  gpointer record,
                                  GDestroyNotify free_record);
const CalldStep *calld_change_get_step (const CalldChange *self, guint index);
void calld_appointment_update_free (CalldAppointmentUpdate *update);

G_END_DECLS

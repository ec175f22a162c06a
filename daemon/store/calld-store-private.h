/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-change-private.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* For store backends only. */

typedef enum {
  CALLD_JOB_COMMIT,         /* change */
  CALLD_JOB_APPEND_MESSAGE, /* message */
  CALLD_JOB_CHANGE_MESSAGE, /* message_change */
  CALLD_JOB_LAST_WRITE = CALLD_JOB_CHANGE_MESSAGE,
  CALLD_JOB_GET_USER, /* key: id */
  CALLD_JOB_GET_USER_BY_EMAIL,
  CALLD_JOB_GET_APPOINTMENT,
  CALLD_JOB_GET_APPOINTMENT_BY_CONVERSATION,
  CALLD_JOB_GET_CALL,
  CALLD_JOB_GET_LEASE,
  CALLD_JOB_GET_SETTING,
  CALLD_JOB_LIST_USERS,
  CALLD_JOB_LIST_APPOINTMENTS, /* key: user id or NULL; appointments */
  CALLD_JOB_LIST_ACTIVE_CALLS, /* key: appointment id or NULL */
  CALLD_JOB_LIST_AUDIT,        /* key: appointment id or NULL; after, limit */
  CALLD_JOB_LIST_MESSAGES,     /* key: conversation; before, after, limit */
  CALLD_JOB_LIST_MESSAGES_BY_ID,
  CALLD_JOB_LIST_MEMBERS,
  CALLD_JOB_LIST_RECEIPTS,
  CALLD_JOB_LIST_CONSENTS,
  CALLD_JOB_GET_CONVERSATION,
  CALLD_JOB_LIST_MEMBERSHIPS, /* key: user id; appointments.to: before, limit */
  CALLD_JOB_LIST_GROUP_IDS,   /* key: user id; limit */
  CALLD_JOB_RESUME,           /* key: conversation; after, revision, limit */
  CALLD_JOB_FIRST_SOCIAL,
  CALLD_JOB_GET_PRESENCE = CALLD_JOB_FIRST_SOCIAL, /* key: user id */
  CALLD_JOB_LIST_PRESENCES,                        /* key: conversation */
  CALLD_JOB_LIST_CONTACTS,                         /* key: user id; limit */
  CALLD_JOB_LIST_WEBHOOKS,
  CALLD_JOB_LIST_DELIVERIES, /* key: webhook id; limit */
  CALLD_JOB_LIST_PUSHES,     /* key: user id */
  CALLD_JOB_FIRST_FILES,
  CALLD_JOB_GET_FILE = CALLD_JOB_FIRST_FILES, /* key: id */
  CALLD_JOB_LIST_FILES,                       /* key: state; before, limit */
  CALLD_JOB_GET_TWIN,                         /* keys: id, conversation, user, etag; after */
  CALLD_JOB_LIST_UNINDEXED,                   /* limit */
  CALLD_JOB_SEARCH_MESSAGES, /* keys: user, question; key: conversation; before, limit */
  CALLD_JOB_FIRST_MEETING,
  CALLD_JOB_GET_MEETING = CALLD_JOB_FIRST_MEETING, /* key: meeting id */
  CALLD_JOB_GET_ACTIVE_MEETING,                    /* key: room */
  CALLD_JOB_LIST_MEETINGS,                         /* limit */
  CALLD_JOB_LIST_EGRESSES,
} CalldJobKind;

/**
 * CalldJob:
 *
 * One request to a backend, the data of its task. The result of the task is what the _finish
 * function gives: a boolean for COMMIT, a record or %CALL_ERROR_NOT_FOUND for GET, a #GPtrArray for
 * LIST, a message for APPEND_MESSAGE and CHANGE_MESSAGE.
 */
typedef struct {
  CalldJobKind kind;
  CalldChange *change;
  CalldMessageRecord *message;
  CalldMessageChange *message_change;
  gboolean repeated; /* out, APPEND_MESSAGE, CHANGE_MESSAGE: it was done before */
  char *key;
  char **keys;
  CalldAppointmentQuery appointments; /* its user_id is in key */
  guint64 before;
  guint64 after;
  gint64 revision; /* -1: that of the message @after */
  guint limit;
} CalldJob;

CalldJob *calld_job_new (CalldJobKind kind, const char *key);
void calld_store_submit (CalldStore *self,
                         CalldJob *job,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gpointer calld_store_take (CalldStore *self, GAsyncResult *result, GError **error);

struct _CalldStoreInterface {
  GTypeInterface parent_iface;

  /* Takes the task, whose data is a CalldJob, and returns it once, from any thread. */
  void (*submit) (CalldStore *self, GTask *task);
  /* Finishes what was submitted, then returns the task with a boolean. */
  void (*close) (CalldStore *self, GTask *task);
  void (*get_stats) (CalldStore *self, CalldStoreStats *stats);
};

G_END_DECLS

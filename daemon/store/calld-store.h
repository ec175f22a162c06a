/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-audit.h"
#include "calld-change.h"
#include "calld-record.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CALLD_TYPE_STORE (calld_store_get_type ())
G_DECLARE_INTERFACE (CalldStore, calld_store, CALLD, STORE, GObject)

/**
 * CalldAppointmentQuery:
 * @user_id: (nullable): only those of this doctor or patient; %NULL: of everybody
 * @from: scheduled at or after, 0: no bound
 * @to: scheduled before, 0: no bound
 * @statuses: mask of `1u << CallAppointmentStatus`, 0: all
 * @limit: at most so many, 0: 500
 *
 * Which appointments to list; they come by time.
 */
typedef struct {
  const char *user_id;
  gint64 from;
  gint64 to;
  guint statuses;
  guint limit;
} CalldAppointmentQuery;

/**
 * CalldMessageQuery:
 * @conversation_id: where
 * @before: only with a smaller sequence, 0: no bound (the newest ones)
 * @after: only with a greater sequence, 0: no bound
 * @limit: at most so many, 0: 100
 *
 * Which messages to list. They always come by sequence; with @after unset, they are the last @limit
 * before @before.
 */
typedef struct {
  const char *conversation_id;
  guint64 before;
  guint64 after;
  guint limit;
} CalldMessageQuery;

/**
 * CalldResumeQuery:
 * @conversation_id: where
 * @seq: the last sequence the client knows
 * @revision: the last revision the client knows, -1: that of the message @seq
 * @limit: at most so many messages, 0: 100
 *
 * Where a client goes on.
 */
typedef struct {
  const char *conversation_id;
  guint64 seq;
  gint64 revision;
  guint limit;
} CalldResumeQuery;

/**
 * CalldSearchQuery:
 * @user_id: who looks
 * @text: for what
 * @conversation_id: (nullable): only there; %NULL: in all groups and direct conversations of the
 * user
 * @before: only messages from before this time, 0: no bound
 * @limit: at most so many
 *
 * Which messages to look for; the newest come first.
 */
typedef struct {
  const char *user_id;
  const char *text;
  const char *conversation_id;
  gint64 before;
  guint limit;
} CalldSearchQuery;

/**
 * CalldStoreStats:
 * @queued: jobs waiting now
 * @commits: transactions so far
 * @jobs: jobs done so far
 * @written: those of them that wrote
 * @capacity: how many may wait
 * @refused: jobs refused because the queue was full
 * @healthy: %FALSE after a write failed for want of space or a broken disk, until one succeeds
 */
typedef struct {
  guint queued;
  guint64 commits;
  guint64 jobs;
  guint64 written;
  guint capacity;
  guint64 refused;
  gboolean healthy;
} CalldStoreStats;

CalldStore *calld_store_open (const char *database_url, CalldAudit *audit, GError **error);
void calld_store_close_async (CalldStore *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean calld_store_close_finish (CalldStore *self, GAsyncResult *result, GError **error);
void calld_store_get_stats (CalldStore *self, CalldStoreStats *stats);

/* --- writing --- */

void calld_store_commit_async (CalldStore *self,
                               CalldChange *change,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean calld_store_commit_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_append_message_async (CalldStore *self,
                                       const CalldMessageRecord *message,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
CalldMessageRecord *calld_store_append_message_finish (CalldStore *self,
                                                       GAsyncResult *result,
                                                       gboolean *repeated,
                                                       GError **error);

void calld_store_change_message_async (CalldStore *self,
                                       const CalldMessageChange *change,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
CalldMessageRecord *calld_store_change_message_finish (CalldStore *self,
                                                       GAsyncResult *result,
                                                       gboolean *repeated,
                                                       GError **error);

/* --- reading: one record, or CALL_ERROR_NOT_FOUND --- */

void calld_store_get_user_async (CalldStore *self,
                                 const char *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
void calld_store_get_user_by_email_async (CalldStore *self,
                                          const char *email,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
CalldUserRecord *
calld_store_get_user_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_get_appointment_async (CalldStore *self,
                                        const char *id,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void calld_store_get_appointment_by_conversation_async (CalldStore *self,
                                                        const char *conversation_id,
                                                        GCancellable *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer user_data);
CalldAppointmentRecord *
calld_store_get_appointment_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_get_call_async (CalldStore *self,
                                 const char *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
CalldCallRecord *
calld_store_get_call_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_get_lease_async (CalldStore *self,
                                  const char *name,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
CalldLeaseRecord *
calld_store_get_lease_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_get_setting_async (CalldStore *self,
                                    const char *key,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
char *calld_store_get_setting_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_get_conversation_async (CalldStore *self,
                                         const char *id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
CalldConversationRecord *
calld_store_get_conversation_finish (CalldStore *self, GAsyncResult *result, GError **error);

void calld_store_resume_async (CalldStore *self,
                               const CalldResumeQuery *query,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
CalldResumeRecord *
calld_store_resume_finish (CalldStore *self, GAsyncResult *result, GError **error);

/* --- reading: lists; all end with calld_store_list_finish(), a GPtrArray that owns its records ---
 */

void calld_store_list_users_async (CalldStore *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void calld_store_list_appointments_async (CalldStore *self,
                                          const CalldAppointmentQuery *query,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
void calld_store_list_active_calls_async (CalldStore *self,
                                          const char *appointment_id,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
void calld_store_list_audit_async (CalldStore *self,
                                   const char *appointment_id,
                                   guint64 after_seq,
                                   guint limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void calld_store_list_messages_async (CalldStore *self,
                                      const CalldMessageQuery *query,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_store_list_messages_by_id_async (CalldStore *self,
                                            const char *const *ids,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
void calld_store_list_memberships_async (CalldStore *self,
                                         const char *user_id,
                                         gint64 before,
                                         guint limit,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
void calld_store_list_group_ids_async (CalldStore *self,
                                       const char *user_id,
                                       guint limit,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
void calld_store_list_members_async (CalldStore *self,
                                     const char *conversation_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
void calld_store_list_receipts_async (CalldStore *self,
                                      const char *conversation_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_store_get_file_async (CalldStore *self,
                                 const char *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
CalldFileRecord *
calld_store_get_file_finish (CalldStore *self, GAsyncResult *result, GError **error);
void calld_store_list_unindexed_async (CalldStore *self,
                                       guint limit,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
void calld_store_search_messages_async (CalldStore *self,
                                        const CalldSearchQuery *query,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void calld_store_get_twin_async (CalldStore *self,
                                 const CalldFileRecord *file,
                                 gint64 since,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
void calld_store_list_files_async (CalldStore *self,
                                   CalldFileState state,
                                   gint64 before,
                                   guint limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void calld_store_list_consents_async (CalldStore *self,
                                      const char *appointment_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *calld_store_list_finish (CalldStore *self, GAsyncResult *result, GError **error);

G_END_DECLS

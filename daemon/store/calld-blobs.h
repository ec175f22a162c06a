/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalldBlobs:
 *
 * Files by id in a folder. A file grows piece by piece in `incoming/`, which only its uploader's
 * code reads; once it is whole and found to be harmless it moves to `kept/` in one step and never
 * changes again. What was acknowledged is on the disk. Everything that waits for the disk does so
 * in threads of GLib's pool. Reference counted, any thread.
 */
typedef struct _CalldBlobs CalldBlobs;

/* Pieces are read and written in this size. */
#define CALLD_BLOBS_PIECE (256 * 1024)

/**
 * CalldBlobsPlace:
 * @CALLD_BLOBS_INCOMING: still coming, or not yet looked at
 * @CALLD_BLOBS_KEPT: whole
 *
 * Where a file is.
 */
typedef enum {
  CALLD_BLOBS_INCOMING,
  CALLD_BLOBS_KEPT,
} CalldBlobsPlace;

CalldBlobs *calld_blobs_new (const char *directory, GError **error);
CalldBlobs *calld_blobs_ref (CalldBlobs *self);
void calld_blobs_unref (CalldBlobs *self);
char *calld_blobs_get_path (CalldBlobs *self, CalldBlobsPlace place, const char *id);

void calld_blobs_write_async (CalldBlobs *self,
                              const char *id,
                              gint64 offset,
                              GBytes *bytes,
                              gboolean sync,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean calld_blobs_write_finish (GAsyncResult *result, GError **error);

void calld_blobs_cut_async (CalldBlobs *self,
                            const char *id,
                            gint64 size,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void calld_blobs_measure_async (CalldBlobs *self,
                                CalldBlobsPlace place,
                                const char *id,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gint64 calld_blobs_measure_finish (GAsyncResult *result, GError **error);

void calld_blobs_keep_async (CalldBlobs *self,
                             const char *id,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void calld_blobs_remove_async (CalldBlobs *self,
                               const char *id,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean calld_blobs_done_finish (GAsyncResult *result, GError **error);

void calld_blobs_read_async (CalldBlobs *self,
                             CalldBlobsPlace place,
                             const char *id,
                             gint64 offset,
                             gsize length,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
GBytes *calld_blobs_read_finish (GAsyncResult *result, GError **error);

void calld_blobs_list_async (CalldBlobs *self, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *calld_blobs_list_finish (GAsyncResult *result, GError **error);

gboolean calld_blobs_is_full (const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldBlobs, calld_blobs_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CALLD_TYPE_POSTER (calld_poster_get_type ())
G_DECLARE_FINAL_TYPE (CalldPoster, calld_poster, CALLD, POSTER, GObject)

/**
 * CalldPost:
 * @url: where to
 * @secret: signs the body
 * @id: of the delivery
 * @event: what happened
 * @body: JSON
 * @now_seconds: the time, which is signed too
 *
 * A request to a webhook.
 */
typedef struct {
  const char *url;
  const char *secret;
  const char *id;
  const char *event;
  const char *body;
  gint64 now_seconds;
} CalldPost;

CalldPoster *calld_poster_new (gboolean allow_private);
gboolean calld_poster_check_url (const char *url, gboolean allow_private, GError **error);
void calld_poster_send_async (CalldPoster *self,
                              const CalldPost *post,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean calld_poster_send_finish (CalldPoster *self, GAsyncResult *result, GError **error);

G_END_DECLS

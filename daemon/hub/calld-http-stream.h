/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-front-door.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CALLD_TYPE_HTTP_STREAM (calld_http_stream_get_type ())
G_DECLARE_FINAL_TYPE (CalldHttpStream, calld_http_stream, CALLD, HTTP_STREAM, GIOStream)

/**
 * CalldHttpStreamFunc:
 * @handover: (transfer full): the connection, between two requests
 * @user_data: data that was given
 *
 * Called when a connection is free for its next request.
 */
typedef void (*CalldHttpStreamFunc) (CalldHandover *handover, gpointer user_data);

CalldHttpStream *calld_http_stream_new (CalldHandover *handover,
                                        gsize body_limit,
                                        CalldHttpStreamFunc returned,
                                        gpointer user_data,
                                        GDestroyNotify destroy);
gboolean calld_http_stream_may_return (CalldHttpStream *self);
void calld_http_stream_set_answered (CalldHttpStream *self);
gboolean calld_http_stream_check_stall (CalldHttpStream *self, gint64 now_us, gint64 limit_us);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-engineio.h"
#include "calld-front-door.h"

G_BEGIN_DECLS

struct _CalldEngineio {
  CalldReactor *reactor;
  CalldEngineioOptions options;
  const CalldEngineioClass *klass;
  gpointer app;
  GDestroyNotify app_free;
  GHashTable *by_sid;
  CalldFrame *ping;
  CalldFrame *noop;
  CalldFrame *probe_answer;
  /* Sessions with a poll to answer, or to be closed, at the next turn of the loop. */
  CalldEngineioSession *pending;
  CalldWheelTimer pending_timer;
};

/* calld-engineio.c: sessions */
CalldEngineioSession *
calld_engineio_session_new (CalldEngineio *server, CalldPeer *peer, const CallEngineioQuery *query);
void calld_engineio_session_begin (CalldEngineioSession *self, const CallEngineioQuery *query);
gboolean calld_engineio_session_take (CalldEngineioSession *self, const CallEngineioPacket *packet);
gboolean calld_engineio_session_may_read (CalldEngineioSession *self);
void calld_engineio_session_end (CalldEngineioSession *self);
void calld_engineio_session_mark_pending (CalldEngineioSession *self);
char *calld_engineio_session_get_open_packet (CalldEngineioSession *self, gboolean upgrade);

/* calld-engineio-http.c: long polls */
void calld_engineio_answer (CalldPeer *peer,
                            CalldEngineio *server,
                            const CalldHead *head,
                            guint status,
                            const char *content_type,
                            const char *body,
                            gssize length);
gint64 calld_engineio_body_limit (gpointer data, CalldPeer *peer, const CalldHead *head);
void calld_engineio_request (gpointer data,
                             CalldPeer *peer,
                             const CalldHead *head,
                             const guint8 *body,
                             gsize length);
void calld_engineio_answer_poll (CalldEngineioSession *self, const char *last);
void calld_engineio_go_on_with_post (CalldEngineioSession *self);

/* calld-engineio-websocket.c */
void calld_engineio_open_websocket (CalldEngineio *server,
                                    CalldPeer *peer,
                                    const CalldHead *head,
                                    const CallEngineioQuery *query);
void calld_engineio_open_probe (CalldEngineioSession *self, CalldPeer *peer, const CalldHead *head);
void calld_engineio_drop_probe (CalldEngineioSession *self);

G_END_DECLS

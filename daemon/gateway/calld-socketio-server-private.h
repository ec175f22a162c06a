/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-socketio-server.h"

G_BEGIN_DECLS

struct _CalldSocketioServer {
  CalldSocketioApp app;
  gpointer app_data;
  GDestroyNotify app_free;
  char **namespaces;
  guint connect_timeout_ms;
  guint max_attachments;
  /* NULL unless clients may come back. */
  CalldSocketioRecoveries *recoveries;
};

#define CALLD_SOCKETIO_BIT(nsp) (1u << (nsp))
/* The namespace that clients may come back to. */
#define CALLD_SOCKETIO_ROOT 0

/* calld-socketio-session.c: one client */
CalldSocketioServer *calld_socketio_session_get_server (CalldSocketioSession *self);
void calld_socketio_session_stop_timer (CalldSocketioSession *self);
void calld_socketio_session_leave (CalldSocketioSession *self, guint nsp);
void calld_socketio_session_on_delivered (CalldEngineioSession *session, CalldFrame *frame);
void calld_socketio_session_end_recovery (CalldSocketioSession *self);
void calld_socketio_session_await_return (CalldSocketioSession *self);

G_END_DECLS

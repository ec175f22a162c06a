/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-transport-loopback.h"

#include "call-error.h"

/*
 * CallTransportLoopback:
 *
 * A transport without a network: requests are answered by a function of this process, notices come
 * by call_transport_emit_notice(). For tests and for demonstrations without a server.
 */
struct _CallTransportLoopback {
  GObject parent_instance;

  CallLoopbackHandler handler;
  gpointer user_data;
  gboolean open;
  guint n_opened;
  GError *refusal; /* what the next attempts to open get */
};

static void call_transport_loopback_iface_init (CallTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CallTransportLoopback,
                               call_transport_loopback,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALL_TYPE_TRANSPORT,
                                                      call_transport_loopback_iface_init))

static void
call_transport_loopback_open_async (CallTransport *transport,
                                    const char *token,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  CallTransportLoopback *self = CALL_TRANSPORT_LOOPBACK (transport);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->refusal != NULL) {
    g_task_return_error (task, g_error_copy (self->refusal));
    return;
  }
  self->open = TRUE;
  self->n_opened++;
  g_task_return_boolean (task, TRUE);
}

static gboolean
call_transport_loopback_open_finish (CallTransport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
call_transport_loopback_request_async (CallTransport *transport,
                                       const CallRequest *request,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  CallTransportLoopback *self = CALL_TRANSPORT_LOOPBACK (transport);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  CallAck *ack = g_new0 (CallAck, 1);
  GError *error = NULL;

  if (!self->open)
    g_set_error_literal (&error, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "It is not open.");
  if (error == NULL && self->handler (request, ack, self->user_data, &error)) {
    g_task_return_pointer (task, ack, (GDestroyNotify) call_transport_ack_free);
    return;
  }
  call_transport_ack_free (ack);
  g_task_return_error (task, error);
}

static CallAck *
call_transport_loopback_request_finish (CallTransport *transport,
                                        GAsyncResult *result,
                                        GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
call_transport_loopback_close (CallTransport *transport)
{
  CALL_TRANSPORT_LOOPBACK (transport)->open = FALSE;
}

static void
call_transport_loopback_iface_init (CallTransportInterface *iface)
{
  iface->open_async = call_transport_loopback_open_async;
  iface->open_finish = call_transport_loopback_open_finish;
  iface->request_async = call_transport_loopback_request_async;
  iface->request_finish = call_transport_loopback_request_finish;
  iface->close = call_transport_loopback_close;
}

static void
call_transport_loopback_finalize (GObject *object)
{
  g_clear_error (&CALL_TRANSPORT_LOOPBACK (object)->refusal);

  G_OBJECT_CLASS (call_transport_loopback_parent_class)->finalize (object);
}

static void
call_transport_loopback_class_init (CallTransportLoopbackClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_transport_loopback_finalize;
}

static void
call_transport_loopback_init (CallTransportLoopback *self)
{
}

CallTransportLoopback *
call_transport_loopback_new (CallLoopbackHandler handler, gpointer user_data)
{
  CallTransportLoopback *self = g_object_new (CALL_TYPE_TRANSPORT_LOOPBACK, NULL);

  self->handler = handler;
  self->user_data = user_data;
  return self;
}

/* @error: (nullable): what attempts to open get from now on; %NULL to let them in again */
void
call_transport_loopback_refuse (CallTransportLoopback *self, const GError *error)
{
  g_clear_error (&self->refusal);
  self->refusal = error != NULL ? g_error_copy (error) : NULL;
}

/* Cuts the connection, as a network that goes away does. */
void
call_transport_loopback_lose (CallTransportLoopback *self)
{
  g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                                                  "The connection was cut.");

  if (!self->open)
    return;
  self->open = FALSE;
  call_transport_emit_lost (CALL_TRANSPORT (self), error);
}

gboolean
call_transport_loopback_is_open (CallTransportLoopback *self)
{
  return self->open;
}

guint
call_transport_loopback_get_n_opened (CallTransportLoopback *self)
{
  return self->n_opened;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-transport-private.h"

#include "call-error.h"
#include "call-ice-private.h"
#include "call-ice-server.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#include <nice/nice.h>

/* How long a TURN server may take to say goodbye. */
#define CLOSE_PATIENCE_MS 1000

static void
add_ice_server (GstElement *webrtc, CallIceServer *server)
{
  const char *const *urls = call_ice_server_get_urls (server);

  for (guint i = 0; urls != NULL && urls[i] != NULL; i++) {
    g_autofree char *uri = call_ice_uri_build (urls[i], call_ice_server_get_username (server),
                                               call_ice_server_get_credential (server));
    gboolean added = FALSE;

    if (uri == NULL)
      g_debug ("A server for ICE is left out: its URL cannot be used");
    else if (g_str_has_prefix (uri, "stun:"))
      g_object_set (webrtc, "stun-server", uri, NULL);
    else
      g_signal_emit_by_name (webrtc, "add-turn-server", uri, &added);
  }
}

/* Routers are not asked to open ports: it takes long, tells them of the call, and TURN does it too.
 */
static void
disable_upnp (GstElement *webrtc)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  if (agent != NULL)
    g_object_set (agent, "upnp", FALSE, NULL);
}

/* Gathers on one address only; also the way to use the loopback, which libnice leaves out. */
static void
pin_address (GstElement *webrtc, const char *address)
{
  g_autoptr (GObject) ice = NULL;
  gboolean added = FALSE;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  g_signal_emit_by_name (ice, "add-local-ip-address", address, &added);
  if (!added)
    g_debug ("%s is no address of this machine", address);
}

/*
 * Makes a webrtcbin with everything set that has to be set before the first description.
 * Returns: (transfer full): it, or %NULL with a CALL_ERROR_MEDIA
 */
GstElement *
call_transport_new (const CallPeerConfig *config, GError **error)
{
  g_autoptr (GstElement) webrtc = gst_element_factory_make ("webrtcbin", "webrtc");
  g_autoptr (GstElementFactory) nice = gst_element_factory_find ("nicesrc");

  if (webrtc == NULL || nice == NULL) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_MEDIA,
                         "GStreamer's webrtcbin or libnice's plug-in is missing");
    g_clear_object (&webrtc);
    return NULL;
  }
  gst_object_ref_sink (webrtc);
  g_object_set (webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency",
                CALL_TRANSPORT_LATENCY_MS, NULL);
  disable_upnp (webrtc);
  if (config->relay_only)
    g_object_set (webrtc, "ice-transport-policy", GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY, NULL);
  for (guint i = 0; config->ice_servers != NULL && i < config->ice_servers->len; i++)
    add_ice_server (webrtc, config->ice_servers->pdata[i]);
  if (config->local_address != NULL)
    pin_address (webrtc, config->local_address);
  else if (call_ice_is_loopback_only ())
    pin_address (webrtc, "127.0.0.1");
  return g_steal_pointer (&webrtc);
}

/* Its tasks run in order, so the reply to the last one tells that all are done. */
static void
finish_tasks (GstElement *webrtc)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();

  g_signal_emit_by_name (webrtc, "get-stats", NULL, promise);
  gst_promise_wait (promise);
}

static void
close_agent_cb (GObject *agent, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  *done = TRUE;
}

static gboolean
on_patience_over (gpointer user_data)
{
  gboolean *over = user_data;

  *over = TRUE;
  return G_SOURCE_CONTINUE;
}

typedef struct {
  gboolean done;
  gboolean over;
} Closing;

/* Gives the relayed addresses back; webrtcbin would leave them to expire on the server. */
static void
close_agent (GstElement *webrtc)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) patience = g_timeout_source_new (CLOSE_PATIENCE_MS);
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  Closing closing = { FALSE, FALSE };

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_main_context_push_thread_default (context);
  g_source_set_callback (patience, on_patience_over, &closing.over, NULL);
  g_source_attach (patience, context);
  nice_agent_close_async (NICE_AGENT (agent), close_agent_cb, &closing.done);
  while (!closing.done && !closing.over)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (patience);
  /* A callback that comes later belongs to this context, which nobody runs any more. */
  g_main_context_pop_thread_default (context);
}

/*
 * Finishes what webrtcbin does not when it is stopped: in the middle of gathering it would leave
 * sockets open, and addresses on TURN servers at any time. For the closing thread.
 */
void
call_transport_drain (GstBin *pipeline)
{
  g_autoptr (GstElement) webrtc = gst_bin_get_by_name (pipeline, "webrtc");

  if (webrtc == NULL || GST_STATE (webrtc) < GST_STATE_READY)
    return;
  finish_tasks (webrtc);
  close_agent (webrtc);
}

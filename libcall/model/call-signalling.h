/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_SIGNALLING (call_signalling_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (CallSignalling, call_signalling, CALL, SIGNALLING, GObject)

/**
 * CallSignallingInterface:
 * @parent_iface: the parent
 * @get_generation: see [method@Call.Signalling.get_generation]
 * @send_description: see [method@Call.Signalling.send_description]
 * @send_candidate: see [method@Call.Signalling.send_candidate]
 * @report_flowing: see [method@Call.Signalling.report_flowing]
 * @report_stalled: see [method@Call.Signalling.report_stalled]
 * @report_lost: see [method@Call.Signalling.report_lost]
 * @report_alive: see [method@Call.Signalling.report_alive]
 * @get_ice_servers: see [method@Call.Signalling.get_ice_servers]
 *
 * What an implementation of [iface@Call.Signalling] provides. A function left %NULL does nothing.
 */
struct _CallSignallingInterface {
  GTypeInterface parent_iface;

  guint (*get_generation) (CallSignalling *self, gboolean *offer);
  void (*send_description) (CallSignalling *self,
                            guint generation,
                            const char *type,
                            const char *sdp);
  void (*send_candidate) (CallSignalling *self,
                          guint generation,
                          const char *candidate,
                          const char *sdp_mid,
                          guint sdp_mline_index);
  void (*report_flowing) (CallSignalling *self, guint generation);
  void (*report_stalled) (CallSignalling *self, guint generation);
  void (*report_lost) (CallSignalling *self, guint generation, const char *why);
  void (*report_alive) (CallSignalling *self, gboolean media);
  GPtrArray *(*get_ice_servers) (CallSignalling *self);

  /*< private >*/
  gpointer padding[8];
};

CALL_AVAILABLE_IN_ALL
guint call_signalling_get_generation (CallSignalling *self, gboolean *offer);
CALL_AVAILABLE_IN_ALL
void call_signalling_send_description (CallSignalling *self,
                                       guint generation,
                                       const char *type,
                                       const char *sdp);
CALL_AVAILABLE_IN_ALL
void call_signalling_send_candidate (CallSignalling *self,
                                     guint generation,
                                     const char *candidate,
                                     const char *sdp_mid,
                                     guint sdp_mline_index);
CALL_AVAILABLE_IN_ALL
void call_signalling_report_flowing (CallSignalling *self, guint generation);
CALL_AVAILABLE_IN_ALL
void call_signalling_report_stalled (CallSignalling *self, guint generation);
CALL_AVAILABLE_IN_ALL
void call_signalling_report_lost (CallSignalling *self, guint generation, const char *why);
CALL_AVAILABLE_IN_ALL
void call_signalling_report_alive (CallSignalling *self, gboolean media);
CALL_AVAILABLE_IN_ALL
GPtrArray *call_signalling_get_ice_servers (CallSignalling *self);

CALL_AVAILABLE_IN_ALL
void
call_signalling_emit_generation_started (CallSignalling *self, guint generation, gboolean offer);
CALL_AVAILABLE_IN_ALL
void call_signalling_emit_description_received (CallSignalling *self,
                                                guint generation,
                                                const char *type,
                                                const char *sdp);
CALL_AVAILABLE_IN_ALL
void call_signalling_emit_candidate_received (CallSignalling *self,
                                              guint generation,
                                              const char *candidate,
                                              const char *sdp_mid,
                                              guint sdp_mline_index);
CALL_AVAILABLE_IN_ALL
void call_signalling_emit_finished (CallSignalling *self);

G_END_DECLS

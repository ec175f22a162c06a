/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-dbus-generated.h"
#include "calld-dbus.h"

G_BEGIN_DECLS

/* Where the settings keep which user of the clinic belongs to a Unix user. */
#define CALLD_DBUS_LOCAL_USER "local-user.%u"

/**
 * CalldDbusRequest:
 * @dbus: who was asked
 * @invocation: what was asked; answered once
 * @uid: the Unix user who asked
 *
 * A method call on its way through asynchronous steps.
 */
typedef struct {
  CalldDbus *dbus;
  GDBusMethodInvocation *invocation;
  guint uid;
} CalldDbusRequest;

/* Takes the request. */
typedef void (*CalldDbusFunc) (CalldDbusRequest *request);

void calld_dbus_admit (CalldDbus *self,
                       GDBusMethodInvocation *invocation,
                       gboolean operators_only,
                       CalldDbusFunc func);
void calld_dbus_request_return (CalldDbusRequest *request, GVariant *answer);
void calld_dbus_request_fail (CalldDbusRequest *request, GError *error);
gboolean calld_dbus_is_operator (guint uid);

CalldContext *calld_dbus_get_context (CalldDbus *self);
void calld_dbus_open_session (CalldDbusRequest *request);

GVariant *calld_dbus_stats_to_variant (const CallStatsAnswer *answer);

CalldDbusCalldAdmin *calld_dbus_admin_new (CalldDbus *dbus);
/**
 * CalldDbusMethod:
 * @signal: what the generated interface emits
 * @func: does it, for operators
 *
 * A method of the interface of operators.
 */
typedef struct {
  const char *signal;
  void (*func) (CalldDbusRequest *request);
} CalldDbusMethod;

void calld_dbus_serve (CalldDbusCalldAdmin *admin,
                       CalldDbus *dbus,
                       const CalldDbusMethod *methods,
                       gsize n_methods);
void calld_dbus_egress_connect (CalldDbusCalldAdmin *admin, CalldDbus *dbus);
void calld_dbus_social_connect (CalldDbusCalldAdmin *admin, CalldDbus *dbus);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* More hops than this are nobody's honest set-up: what stands before them is not looked at. */
#define CALLD_PROXIES_HOPS_MAX 16

/**
 * CalldProxies:
 *
 * The networks whose word about the address of a client is taken: TRUSTED_PROXIES. Immutable,
 * reference counted, usable from any thread.
 */
typedef struct _CalldProxies CalldProxies;

CalldProxies *calld_proxies_new (const char *const *networks, GError **error);
CalldProxies *calld_proxies_ref (CalldProxies *self);
void calld_proxies_unref (CalldProxies *self);

gboolean calld_proxies_contain (const CalldProxies *self, GInetAddress *address);
GInetAddress *
calld_proxies_find_client (const CalldProxies *self, GInetAddress *peer, const char *forwarded_for);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldProxies, calld_proxies_unref)

G_END_DECLS

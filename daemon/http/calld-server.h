/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-exchange.h"

G_BEGIN_DECLS

/** CALLD_SERVER_BODY_MAX: the longest body of a request, in bytes. */
#define CALLD_SERVER_BODY_MAX (256 * 1024)

#define CALLD_TYPE_SERVER (calld_server_get_type ())
G_DECLARE_FINAL_TYPE (CalldServer, calld_server, CALLD, SERVER, GObject)

CalldServer *calld_server_new (CalldParts *parts);
SoupServer *calld_server_get_soup (CalldServer *self);
guint calld_server_get_n_pending (CalldServer *self);
void calld_server_set_idle_func (CalldServer *self, void (*func) (gpointer), gpointer user_data);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-exchange.h"

G_BEGIN_DECLS

struct _CalldExchange {
  CalldParts *parts;
  SoupServerMessage *message;
  CalldRouteMatch match;
  CalldIdentity *identity;
  GHashTable *query;
  /* (nullable): the record that the route's line asks for */
  gpointer body;
  char *address;
};

gpointer calld_exchange_parse_body (CalldExchange *self, const CallSchema *schema, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-exchange.h"

G_BEGIN_DECLS

/* Under which name a message knows the exchange whose body is not gathered. */
#define CALLD_EXCHANGE_STREAM "calld-stream"

struct _CalldExchange {
  CalldParts *parts;
  SoupServerMessage *message;
  CalldRouteMatch match;
  CalldIdentity *identity;
  GHashTable *query;
  /* (nullable): the record that the route's line asks for */
  gpointer body;
  char *address;
  /* Of a body that is not gathered: who takes or gives it. */
  const CalldBodyReader *reader;
  const CalldBodyWriter *writer;
  gpointer stream_data;
};

void calld_exchange_free (CalldExchange *self);

CalldExchange *calld_exchange_peek_stream (SoupServerMessage *message);
void calld_exchange_mark_stream (CalldExchange *self);
gboolean calld_exchange_take_chunk (CalldExchange *self, GBytes *chunk);
gboolean calld_exchange_take_end (CalldExchange *self);

gpointer calld_exchange_parse_body (CalldExchange *self, const CallSchema *schema, GError **error);

G_END_DECLS

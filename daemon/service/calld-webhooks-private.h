/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-poster.h"
#include "calld-webhooks.h"

G_BEGIN_DECLS

/*
 * Who outside hears what happens. Messages are queued by the store in their own transaction; other
 * events are queued as soon as they were published. A runner for each webhook sends what waits.
 */
struct _CalldWebhooks {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldPoster *poster;
  guint subscription;
  GPtrArray *active;   /* of CalldWebhookRecord, as last read */
  GHashTable *runners; /* webhook id → CalldWebhookRunner */
  CalldTimer *timer;
  gboolean is_started;
  CalldWebhooksStats stats;
};

void calld_webhooks_look (CalldWebhooks *self);

G_END_DECLS

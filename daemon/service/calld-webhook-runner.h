/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-poster.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* After how long without one success nothing is sent any more. */
#define CALLD_WEBHOOK_GIVE_UP_MS (24 * 3600 * G_GINT64_CONSTANT (1000))
/* Attempts begin so far apart, and end so far apart. */
#define CALLD_WEBHOOK_RETRY_MIN_MS 5000
#define CALLD_WEBHOOK_RETRY_MAX_MS 3600000

/**
 * CalldWebhookResult:
 * @CALLD_WEBHOOK_DELIVERED: a request was taken
 * @CALLD_WEBHOOK_FAILED: an attempt failed; it is tried again later
 * @CALLD_WEBHOOK_DISABLED: it failed for too long: nothing is sent any more
 * @CALLD_WEBHOOK_IDLE: nothing is left; the runner may be freed
 *
 * What became of a webhook's queue.
 */
typedef enum {
  CALLD_WEBHOOK_DELIVERED,
  CALLD_WEBHOOK_FAILED,
  CALLD_WEBHOOK_DISABLED,
  CALLD_WEBHOOK_IDLE,
} CalldWebhookResult;

#define CALLD_TYPE_WEBHOOK_RUNNER (calld_webhook_runner_get_type ())
G_DECLARE_FINAL_TYPE (CalldWebhookRunner, calld_webhook_runner, CALLD, WEBHOOK_RUNNER, GObject)

/**
 * CalldWebhookFunc:
 * @runner: the runner
 * @result: what happened
 * @user_data: what was given with the function
 *
 * Hears what becomes of a webhook's queue.
 */
typedef void (*CalldWebhookFunc) (CalldWebhookRunner *runner,
                                  CalldWebhookResult result,
                                  gpointer user_data);

CalldWebhookRunner *calld_webhook_runner_new (CalldClock *clock,
                                              CalldStore *store,
                                              CalldPoster *poster,
                                              const char *webhook_id,
                                              CalldWebhookFunc func,
                                              gpointer user_data);
const char *calld_webhook_runner_get_id (CalldWebhookRunner *self);
void calld_webhook_runner_poke (CalldWebhookRunner *self);
void calld_webhook_runner_stop (CalldWebhookRunner *self);

G_END_DECLS

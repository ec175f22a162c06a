/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-change"

#include "config.h"

#include "calld-change-private.h"

void
calld_change_set_presence (CalldChange *self, const CalldPresenceRecord *presence)
{
  calld_change_add_step (self, CALLD_STEP_SET_PRESENCE, calld_presence_record_copy (presence),
                         (GDestroyNotify) calld_presence_record_free);
}

static void
add_webhook_step (CalldChange *self, CalldStepKind kind, const CalldWebhookRecord *webhook)
{
  calld_change_add_step (self, kind, calld_webhook_record_copy (webhook),
                         (GDestroyNotify) calld_webhook_record_free);
}

void
calld_change_add_webhook (CalldChange *self, const CalldWebhookRecord *webhook)
{
  add_webhook_step (self, CALLD_STEP_ADD_WEBHOOK, webhook);
}

void
calld_change_remove_webhook (CalldChange *self, const char *webhook_id)
{
  const CalldWebhookRecord webhook = { .id = (char *) webhook_id };

  add_webhook_step (self, CALLD_STEP_REMOVE_WEBHOOK, &webhook);
}

void
calld_change_update_webhook (CalldChange *self, const CalldWebhookRecord *webhook)
{
  add_webhook_step (self, CALLD_STEP_UPDATE_WEBHOOK, webhook);
}

static void
add_delivery_step (CalldChange *self, CalldStepKind kind, const CalldDeliveryRecord *delivery)
{
  calld_change_add_step (self, kind, calld_delivery_record_copy (delivery),
                         (GDestroyNotify) calld_delivery_record_free);
}

void
calld_change_enqueue_event (CalldChange *self, const CalldDeliveryRecord *delivery)
{
  add_delivery_step (self, CALLD_STEP_ENQUEUE_EVENT, delivery);
}

void
calld_change_finish_delivery (CalldChange *self, const CalldDeliveryRecord *delivery)
{
  add_delivery_step (self, CALLD_STEP_FINISH_DELIVERY, delivery);
}

void
calld_change_retry_delivery (CalldChange *self, const CalldDeliveryRecord *delivery)
{
  add_delivery_step (self, CALLD_STEP_RETRY_DELIVERY, delivery);
}

static void
add_push_step (CalldChange *self, CalldStepKind kind, const CalldPushRecord *push)
{
  calld_change_add_step (self, kind, calld_push_record_copy (push),
                         (GDestroyNotify) calld_push_record_free);
}

void
calld_change_add_push (CalldChange *self, const CalldPushRecord *push)
{
  add_push_step (self, CALLD_STEP_ADD_PUSH, push);
}

void
calld_change_remove_push (CalldChange *self, const CalldPushRecord *push)
{
  add_push_step (self, CALLD_STEP_REMOVE_PUSH, push);
}

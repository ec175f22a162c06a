/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-record"

#include "config.h"

#include "calld-record-social.h"

#include "call-id.h"

CalldPresenceRecord *
calld_presence_record_copy (const CalldPresenceRecord *self)
{
  CalldPresenceRecord *copy = g_memdup2 (self, sizeof *self);

  copy->user_id = g_strdup (self->user_id);
  copy->user_name = g_strdup (self->user_name);
  return copy;
}

void
calld_presence_record_free (CalldPresenceRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->user_id);
  g_free (self->user_name);
  g_free (self);
}

/**
 * calld_webhook_record_new:
 * @url: where to
 * @secret: signs what is sent
 * @events: words separated by spaces, or "*"
 * @now_ms: milliseconds since 1970
 *
 * Makes an active webhook with a fresh id.
 *
 * Returns: (transfer full): the record
 */
CalldWebhookRecord *
calld_webhook_record_new (const char *url, const char *secret, const char *events, gint64 now_ms)
{
  CalldWebhookRecord *self = g_new0 (CalldWebhookRecord, 1);

  self->id = call_id_new ();
  self->url = g_strdup (url);
  self->secret = g_strdup (secret);
  self->events = g_strdup (events);
  self->active = TRUE;
  self->created_at = now_ms;
  return self;
}

CalldWebhookRecord *
calld_webhook_record_copy (const CalldWebhookRecord *self)
{
  CalldWebhookRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->url = g_strdup (self->url);
  copy->secret = g_strdup (self->secret);
  copy->events = g_strdup (self->events);
  copy->bot_id = g_strdup (self->bot_id);
  return copy;
}

void
calld_webhook_record_free (CalldWebhookRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->url);
  g_free (self->secret);
  g_free (self->events);
  g_free (self->bot_id);
  g_free (self);
}

CalldDeliveryRecord *
calld_delivery_record_copy (const CalldDeliveryRecord *self)
{
  CalldDeliveryRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->webhook_id = g_strdup (self->webhook_id);
  copy->url = g_strdup (self->url);
  copy->secret = g_strdup (self->secret);
  copy->event = g_strdup (self->event);
  copy->payload = g_strdup (self->payload);
  copy->message_id = g_strdup (self->message_id);
  return copy;
}

void
calld_delivery_record_free (CalldDeliveryRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->webhook_id);
  g_free (self->url);
  g_free (self->secret);
  g_free (self->event);
  g_free (self->payload);
  g_free (self->message_id);
  g_free (self);
}

/**
 * calld_push_record_new:
 * @user_id: whose device
 * @kind: "web" or "desktop"
 * @endpoint: where the device listens
 * @now_ms: milliseconds since 1970
 *
 * Makes a subscription with a fresh id and no keys.
 *
 * Returns: (transfer full): the record
 */
CalldPushRecord *
calld_push_record_new (const char *user_id, const char *kind, const char *endpoint, gint64 now_ms)
{
  CalldPushRecord *self = g_new0 (CalldPushRecord, 1);

  self->id = call_id_new ();
  self->user_id = g_strdup (user_id);
  self->kind = g_strdup (kind);
  self->endpoint = g_strdup (endpoint);
  self->created_at = now_ms;
  return self;
}

CalldPushRecord *
calld_push_record_copy (const CalldPushRecord *self)
{
  CalldPushRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->user_id = g_strdup (self->user_id);
  copy->kind = g_strdup (self->kind);
  copy->endpoint = g_strdup (self->endpoint);
  copy->p256dh = g_strdup (self->p256dh);
  copy->auth = g_strdup (self->auth);
  return copy;
}

void
calld_push_record_free (CalldPushRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->user_id);
  g_free (self->kind);
  g_free (self->endpoint);
  g_free (self->p256dh);
  g_free (self->auth);
  g_free (self);
}

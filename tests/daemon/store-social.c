/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every backend must do with presence, webhooks and devices. */

#include "config.h"

#include "calld-store-social.h"
#include "calld-test-clinic.h"

#include <string.h>

static void
commit (Clinic *clinic, CalldChange *change)
{
  g_autoptr (GError) error = NULL;

  clinic_commit (clinic, change, &error);
  g_assert_no_error (error);
}

/* --- presence --------------------------------------------------------------------------------- */

static void
set_presence (Clinic *clinic, const char *user_id, CallPresenceStatus chosen, gint64 last_seen)
{
  const CalldPresenceRecord presence = { (char *) user_id, NULL, chosen, last_seen };
  CalldChange *change = calld_change_new ();

  calld_change_set_presence (change, &presence);
  commit (clinic, change);
}

static CalldPresenceRecord *
get_presence (Clinic *clinic, const char *user_id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_get_presence_async (clinic->store, user_id, NULL, await_cb, &result);
  return calld_store_get_presence_finish (clinic->store, await (&result), error);
}

static void
test_presence (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldPresenceRecord) first = NULL, second = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *nobody = call_id_new ();

  g_assert_null (get_presence (clinic, clinic->doctor->id, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  set_presence (clinic, clinic->doctor->id, CALL_PRESENCE_BUSY, CLINIC_NOW);
  first = get_presence (clinic, clinic->doctor->id, NULL);
  g_assert_cmpint (first->chosen, ==, CALL_PRESENCE_BUSY);
  g_assert_cmpint (first->last_seen, ==, CLINIC_NOW);

  /* Nobody was last seen earlier than before; who has no row here is passed over. */
  set_presence (clinic, clinic->doctor->id, CALL_PRESENCE_ONLINE, 0);
  set_presence (clinic, nobody, CALL_PRESENCE_AWAY, CLINIC_NOW);
  second = get_presence (clinic, clinic->doctor->id, NULL);
  g_assert_cmpint (second->chosen, ==, CALL_PRESENCE_ONLINE);
  g_assert_cmpint (second->last_seen, ==, CLINIC_NOW);

  calld_store_list_presences_async (clinic->store, clinic->appointment->conversation_id, NULL,
                                    await_cb, &result);
  all = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_cmpuint (all->len, ==, 2);
}

static GPtrArray *
list_contacts (Clinic *clinic, const char *user_id)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_list_contacts_async (clinic->store, user_id, 10, NULL, await_cb, &result);
  return calld_store_list_finish (clinic->store, await (&result), NULL);
}

static void
test_contacts (Clinic *clinic, gconstpointer data)
{
  const CalldAppointmentUpdate over = { 1u << CALL_APPOINTMENT_SCHEDULED,
                                        CALL_APPOINTMENT_CANCELLED };
  CalldChange *change = calld_change_new ();
  g_autoptr (GPtrArray) before = list_contacts (clinic, clinic->doctor->id);
  g_autoptr (GPtrArray) after = NULL;

  g_assert_cmpuint (before->len, ==, 1);
  g_assert_cmpstr (before->pdata[0], ==, clinic->patient->id);
  calld_change_update_appointment (change, clinic->appointment->id, &over);
  commit (clinic, change);
  after = list_contacts (clinic, clinic->doctor->id);
  g_assert_cmpuint (after->len, ==, 0);
}

/* --- webhooks --------------------------------------------------------------------------------- */

static CalldWebhookRecord *
add_webhook (Clinic *clinic, const char *events, const char *bot_id)
{
  CalldWebhookRecord *webhook = calld_webhook_record_new ("https://example.org/hook", "secret",
                                                          events, CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  webhook->bot_id = g_strdup (bot_id);
  calld_change_add_webhook (change, webhook);
  commit (clinic, change);
  return webhook;
}

static void
enqueue (Clinic *clinic, const char *event, const char *webhook_id)
{
  const CalldDeliveryRecord delivery = { .event = (char *) event,
                                         .payload = (char *) "{\"a\":1}",
                                         .webhook_id = (char *) webhook_id,
                                         .created_at = CLINIC_NOW };
  CalldChange *change = calld_change_new ();

  calld_change_enqueue_event (change, &delivery);
  commit (clinic, change);
}

static GPtrArray *
deliveries (Clinic *clinic, const CalldWebhookRecord *webhook)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_list_deliveries_async (clinic->store, webhook->id, 20000, NULL, await_cb, &result);
  return calld_store_list_finish (clinic->store, await (&result), NULL);
}

static void
assert_waiting (Clinic *clinic, const CalldWebhookRecord *webhook, const char *events)
{
  g_autoptr (GPtrArray) waiting = deliveries (clinic, webhook);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < waiting->len; i++)
    g_string_append_printf (found, "%s ", ((CalldDeliveryRecord *) waiting->pdata[i])->event);
  g_assert_cmpstr (found->str, ==, events);
}

static void
test_outbox (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) all = add_webhook (clinic, "*", NULL);
  g_autoptr (CalldWebhookRecord) some = add_webhook (clinic, "alert new_message", NULL);
  g_autoptr (CalldMessageRecord) message = clinic_say (clinic, "Bom dia", "t-1", NULL);
  g_autoptr (CalldMessageRecord) again G_GNUC_UNUSED = clinic_say (clinic, "Bom dia", "t-1", NULL);
  g_autoptr (GPtrArray) waiting = NULL;
  CalldChange *change = calld_change_new ();
  CalldDeliveryRecord *first;

  enqueue (clinic, "alert", NULL);
  enqueue (clinic, "other", NULL);
  enqueue (clinic, "ping", some->id);
  assert_waiting (clinic, all, "new_message alert other ");
  assert_waiting (clinic, some, "new_message alert ping ");

  waiting = deliveries (clinic, all);
  first = waiting->pdata[0];
  g_assert_cmpstr (first->message_id, ==, message->id);
  g_assert_null (first->payload);
  g_assert_cmpstr (first->secret, ==, "secret");
  first->attempts = 3;
  first->due_at = CLINIC_NOW + 1000;
  calld_change_retry_delivery (change, first);
  calld_change_finish_delivery (change, waiting->pdata[1]);
  calld_change_finish_delivery (change, waiting->pdata[1]);
  commit (clinic, change);
  g_clear_pointer (&waiting, g_ptr_array_unref);
  waiting = deliveries (clinic, all);
  g_assert_cmpuint (waiting->len, ==, 2);
  first = waiting->pdata[0];
  g_assert_cmpuint (first->attempts, ==, 3);
  g_assert_cmpint (first->due_at, ==, CLINIC_NOW + 1000);
}

/* What is refused leaves nothing behind, neither in the table nor in what the writer remembers. */
static void
test_rollback (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook = add_webhook (clinic, "*", NULL);
  const CalldDeliveryRecord delivery = { .event = (char *) "lost",
                                         .payload = (char *) "{}",
                                         .created_at = CLINIC_NOW };
  CalldChange *change = calld_change_new ();

  calld_change_enqueue_event (change, &delivery);
  calld_change_remove_webhook (change, clinic->doctor->id);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);
  enqueue (clinic, "kept", NULL);
  assert_waiting (clinic, webhook, "kept ");
}

static void
test_webhook_changes (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook = add_webhook (clinic, "*", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) all = NULL;
  const CalldWebhookRecord *stored;
  CalldChange *change = calld_change_new ();

  enqueue (clinic, "one", NULL);
  webhook->active = FALSE;
  webhook->failing_since = CLINIC_NOW;
  calld_change_update_webhook (change, webhook);
  commit (clinic, change);
  enqueue (clinic, "two", NULL);
  calld_store_list_webhooks_async (clinic->store, NULL, await_cb, &result);
  all = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_cmpuint (all->len, ==, 1);
  stored = all->pdata[0];
  g_assert_false (stored->active);
  g_assert_cmpuint (stored->waiting, ==, 0);
  g_assert_cmpint (stored->failing_since, ==, CLINIC_NOW);

  change = calld_change_new ();
  calld_change_remove_webhook (change, webhook->id);
  commit (clinic, change);
  change = calld_change_new ();
  calld_change_remove_webhook (change, webhook->id);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);
  for (guint i = 0; i < CALLD_WEBHOOKS_MAX; i++)
    calld_webhook_record_free (add_webhook (clinic, "*", NULL));
  change = calld_change_new ();
  g_free (webhook->id);
  webhook->id = call_id_new ();
  calld_change_add_webhook (change, webhook);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);
}

/* A receiver that is away for long loses the oldest; the table does not grow. */
static void
test_outbox_overflow (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook = add_webhook (clinic, "*", NULL);
  CalldChange *change = calld_change_new ();
  g_autoptr (GPtrArray) waiting = NULL;

  for (guint i = 0; i < CALLD_DELIVERIES_MAX + 5; i++) {
    g_autofree char *event = g_strdup_printf ("e%u", i);
    const CalldDeliveryRecord delivery = { .event = event,
                                           .payload = (char *) "{}",
                                           .created_at = CLINIC_NOW };

    calld_change_enqueue_event (change, &delivery);
  }
  commit (clinic, change);
  waiting = deliveries (clinic, webhook);
  g_assert_cmpuint (waiting->len, ==, CALLD_DELIVERIES_MAX);
  g_assert_cmpstr (((CalldDeliveryRecord *) waiting->pdata[0])->event, ==, "e5");
}

static void
say_in (Clinic *clinic, const char *group_id, const char *sender_id, const char *text)
{
  g_autoptr (CalldMessageRecord) message = calld_message_record_new (
      group_id, sender_id, text, CALL_MESSAGE_TEXT, NULL, CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  calld_change_append_message (change, message);
  commit (clinic, change);
}

static char *
add_group (Clinic *clinic, CallGroupKind kind, const char *one, const char *other)
{
  g_autoptr (CalldConversationRecord) group = calld_conversation_record_new (NULL, kind, NULL,
                                                                             CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  g_ptr_array_add (group->members,
                   calld_member_record_new (group->id, one, CALL_GROUP_ROLE_MEMBER, CLINIC_NOW));
  g_ptr_array_add (group->members,
                   calld_member_record_new (group->id, other, CALL_GROUP_ROLE_MEMBER, CLINIC_NOW));
  calld_change_add_conversation (change, group);
  commit (clinic, change);
  return g_strdup (group->id);
}

/* A bot hears what is said to it where it is, never itself, and nothing of a visit. */
static void
test_bot (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldUserRecord) bot = calld_user_record_new ("Triage", NULL, CALL_ROLE_SERVICE, "UTC",
                                                           CLINIC_NOW);
  static const char *const texts[] = { "Bom dia", "/help", "Olá @triage, tudo bem?", "@triagem" };
  g_autoptr (CalldWebhookRecord) webhook = NULL;
  g_autofree char *group = NULL, *direct = NULL, *elsewhere = NULL;
  CalldChange *change = calld_change_new ();
  const char *doctor = clinic->doctor->id;

  calld_change_add_user (change, bot);
  commit (clinic, change);
  webhook = add_webhook (clinic, "new_message", bot->id);
  group = add_group (clinic, CALL_GROUP_GROUP, doctor, bot->id);
  elsewhere = add_group (clinic, CALL_GROUP_GROUP, doctor, clinic->patient->id);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    say_in (clinic, group, doctor, texts[i]);
    say_in (clinic, group, bot->id, texts[i]);
    say_in (clinic, elsewhere, doctor, texts[i]);
    calld_message_record_free (clinic_say (clinic, texts[i], NULL, NULL));
  }
  enqueue (clinic, "alert", NULL);
  assert_waiting (clinic, webhook, "new_message new_message ");
  direct = add_group (clinic, CALL_GROUP_DIRECT, doctor, bot->id);
  say_in (clinic, direct, doctor, "Bom dia");
  assert_waiting (clinic, webhook, "new_message new_message new_message ");
}

/* --- push ------------------------------------------------------------------------------------- */

static GPtrArray *
list_pushes (Clinic *clinic)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_list_pushes_async (clinic->store, clinic->doctor->id, NULL, await_cb, &result);
  return calld_store_list_finish (clinic->store, await (&result), NULL);
}

static void
test_push (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GPtrArray) pushes = NULL;
  CalldPushRecord *oldest;
  CalldChange *change;

  for (guint i = 0; i <= CALLD_PUSH_MAX + 1; i++) {
    /* The first endpoint comes twice. */
    g_autofree char *endpoint = g_strdup_printf ("https://push.example/%u", i < 2 ? 0 : i);
    g_autoptr (CalldPushRecord) push = calld_push_record_new (clinic->doctor->id, "web", endpoint,
                                                              CLINIC_NOW + i);

    change = calld_change_new ();
    push->p256dh = g_strdup_printf ("key%u", i);
    calld_change_add_push (change, push);
    commit (clinic, change);
    if (i == 1) {
      g_autoptr (GPtrArray) one = list_pushes (clinic);

      g_assert_cmpuint (one->len, ==, 1);
      g_assert_cmpstr (((CalldPushRecord *) one->pdata[0])->p256dh, ==, "key1");
    }
  }
  pushes = list_pushes (clinic);
  g_assert_cmpuint (pushes->len, ==, CALLD_PUSH_MAX);
  oldest = pushes->pdata[0];
  g_assert_cmpstr (oldest->endpoint, ==, "https://push.example/2");

  /* Others cannot remove it. */
  g_free (oldest->user_id);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) left = NULL;

    oldest->user_id = g_strdup (i == 0 ? clinic->patient->id : clinic->doctor->id);
    change = calld_change_new ();
    calld_change_remove_push (change, oldest);
    commit (clinic, change);
    left = list_pushes (clinic);
    g_assert_cmpuint (left->len, ==, CALLD_PUSH_MAX - i);
    if (i == 0)
      g_free (oldest->user_id);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) \
  g_test_add ("/store/social/" path, Clinic, NULL, clinic_set_up, func, clinic_tear_down)
  ADD ("presence", test_presence);
  ADD ("contacts", test_contacts);
  ADD ("outbox", test_outbox);
  ADD ("rollback", test_rollback);
  ADD ("webhook-changes", test_webhook_changes);
  ADD ("outbox-overflow", test_outbox_overflow);
  ADD ("bot", test_bot);
  ADD ("push", test_push);
  return g_test_run ();
}

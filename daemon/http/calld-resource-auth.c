/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"
#include "calld-view.h"

#include "call-body.h"

/* --- signing in ------------------------------------------------------------------------------- */

typedef struct {
  CalldExchange *exchange;
  CalldIdentity *identity;
  CallLoginAnswer *answer;
} SignIn;

/* Takes the exchange out of @sign_in and frees the rest. */
static CalldExchange *
sign_in_finish (SignIn *sign_in)
{
  CalldExchange *exchange = sign_in->exchange;

  g_clear_pointer (&sign_in->identity, calld_identity_unref);
  g_clear_pointer (&sign_in->answer, call_record_unref);
  g_free (sign_in);
  return exchange;
}

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SignIn *sign_in = user_data;
  CalldParts *parts = calld_exchange_get_parts (sign_in->exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldAppointmentRecord) record = calld_appointments_open_finish (
      CALLD_APPOINTMENTS (source), result, &error);
  CallLoginAnswer *answer;

  if (record == NULL) {
    calld_exchange_reply_error (sign_in_finish (sign_in), error);
    return;
  }
  answer = g_steal_pointer (&sign_in->answer);
  answer->appointment = calld_appointments_view (parts->appointments, record);
  calld_exchange_reply (sign_in_finish (sign_in), 200, answer);
}

static void
on_user (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SignIn *sign_in = user_data;
  CalldParts *parts = calld_exchange_get_parts (sign_in->exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldUserRecord) user = calld_store_get_user_finish (CALLD_STORE (source), result,
                                                                  &error);
  CallLoginAnswer *answer = sign_in->answer = call_record_new (&call_login_answer);

  if (user != NULL && !user->active)
    error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "This account is not active");
  if (error == NULL) {
    /* A link names nobody; the token does. */
    CalldIdentity *named = calld_identity_new (user->id, user->name, user->role, user->time_zone,
                                               sign_in->identity->appointment_id,
                                               sign_in->identity->expires_at);

    calld_identity_unref (sign_in->identity);
    sign_in->identity = named;
    answer->token = calld_auth_issue_token (parts->auth, sign_in->identity, &error);
  }
  if (error != NULL) {
    calld_exchange_reply_error (sign_in_finish (sign_in), error);
    return;
  }
  answer->expires_at_ms = sign_in->identity->expires_at;
  answer->user = calld_view_user (user);
  if (sign_in->identity->appointment_id != NULL)
    calld_appointments_open_async (parts->appointments, sign_in->identity,
                                   CALLD_ACTION_SHOW_APPOINTMENT, sign_in->identity->appointment_id,
                                   NULL, on_appointment, sign_in);
  else {
    sign_in->answer = NULL;
    calld_exchange_reply (sign_in_finish (sign_in), 200, answer);
  }
}

/* Takes @exchange and @identity: gives a token and shows the user. */
static void
give_token (CalldExchange *exchange, CalldIdentity *identity)
{
  SignIn *sign_in = g_new0 (SignIn, 1);

  sign_in->exchange = exchange;
  sign_in->identity = identity;
  calld_store_get_user_async (calld_exchange_get_parts (exchange)->store, identity->user_id, NULL,
                              on_user, sign_in);
}

typedef struct {
  CalldExchange *exchange;
  char *email;
} Login;

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldAuth *auth = CALLD_AUTH (source);
  g_autofree Login *login = user_data;
  g_autofree char *email = login->email;
  CalldExchange *exchange = login->exchange;
  g_autoptr (GError) error = NULL;
  CalldIdentity *identity = calld_auth_sign_in_finish (auth, result, &error);
  guint retry;

  if (identity != NULL) {
    give_token (exchange, identity);
    return;
  }
  retry = calld_auth_get_retry_seconds (auth, email, calld_exchange_get_address (exchange));
  if (retry > 0 && g_error_matches (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED)) {
    g_autofree char *seconds = g_strdup_printf ("%u", retry);

    calld_exchange_add_header (exchange, "Retry-After", seconds);
  }
  calld_exchange_reply_error (exchange, error);
}

/* POST /api/auth/login */
void
calld_resource_login (CalldExchange *exchange)
{
  const CallLoginBody *body = calld_exchange_get_body (exchange);
  Login *login = g_new0 (Login, 1);

  login->exchange = exchange;
  login->email = g_strdup (body->email);
  calld_auth_sign_in_async (calld_exchange_get_parts (exchange)->auth, body->email, body->password,
                            calld_exchange_get_address (exchange), NULL, on_signed_in, login);
}

/* POST /api/auth/join */
void
calld_resource_join (CalldExchange *exchange)
{
  const CallJoinBody *body = calld_exchange_get_body (exchange);
  CalldAuth *auth = calld_exchange_get_parts (exchange)->auth;
  g_autoptr (GError) error = NULL;
  CalldIdentity *identity = calld_auth_verify_link (auth, body->link, &error);

  if (identity != NULL)
    give_token (exchange, identity);
  else
    calld_exchange_reply_error (exchange, error);
}

/* --- me --------------------------------------------------------------------------------------- */

static void
on_me (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldUserRecord) user = calld_store_get_user_finish (CALLD_STORE (source), result,
                                                                  &error);
  CallMeAnswer *answer;

  if (user == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_me_answer);
  answer->user = calld_view_user (user);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/me */
void
calld_resource_me (CalldExchange *exchange)
{
  calld_store_get_user_async (calld_exchange_get_parts (exchange)->store,
                              calld_exchange_get_identity (exchange)->user_id, NULL, on_me,
                              exchange);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-livekit"

#include "config.h"

#include "calld-livekit.h"

#include "calld-log.h"
#include "calld-meetings.h"

#include "call-error.h"
#include "call-livekit-token.h"

#include <libsoup/soup.h>

#define TIMEOUT_SECONDS 10
#define ANSWER_MAX (4 * 1024 * 1024)
#define PAGES_MAX 50

/**
 * CalldLivekit:
 *
 * A client of LiveKit's egress service.
 */
struct _CalldLivekit {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldLivekitSign sign;
  gpointer sign_data;
  SoupSession *session;
};

G_DEFINE_FINAL_TYPE (CalldLivekit, calld_livekit, G_TYPE_OBJECT)

static void
calld_livekit_finalize (GObject *object)
{
  CalldLivekit *self = CALLD_LIVEKIT (object);

  g_object_unref (self->session);
  g_object_unref (self->store);
  g_object_unref (self->clock);
  calld_config_unref (self->config);
  G_OBJECT_CLASS (calld_livekit_parent_class)->finalize (object);
}

static void
calld_livekit_class_init (CalldLivekitClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_livekit_finalize;
}

static void
calld_livekit_init (CalldLivekit *self)
{
  self->session = soup_session_new_with_options ("timeout", TIMEOUT_SECONDS, NULL);
}

/**
 * calld_livekit_new:
 * @config: settings
 * @clock: the clock
 * @store: where egresses are kept
 * @sign: makes the addresses to send to
 * @user_data: for @sign
 *
 * Makes the client. Without LIVEKIT_URL all it does is refuse.
 *
 * Returns: (transfer full): the client
 */
CalldLivekit *
calld_livekit_new (CalldConfig *config,
                   CalldClock *clock,
                   CalldStore *store,
                   CalldLivekitSign sign,
                   gpointer user_data)
{
  CalldLivekit *self = g_object_new (CALLD_TYPE_LIVEKIT, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->sign = sign;
  self->sign_data = user_data;
  return self;
}

/* --- one request ------------------------------------------------------------------------------ */

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SoupMessage *message = g_task_get_task_data (task);
  GError *error = NULL;
  GBytes *body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  guint status = soup_message_get_status (message);

  if (body == NULL) {
    g_prefix_error (&error, "LiveKit does not answer: ");
    g_task_return_error (task, error);
  } else if (!SOUP_STATUS_IS_SUCCESSFUL (status)) {
    g_task_return_error (task, call_livekit_parse_error (status, g_bytes_get_data (body, NULL),
                                                         (gssize) g_bytes_get_size (body)));
  } else if (g_bytes_get_size (body) > ANSWER_MAX) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_PROTOCOL, "LiveKit's answer is too long");
  } else {
    g_task_return_pointer (task, g_steal_pointer (&body), (GDestroyNotify) g_bytes_unref);
  }
  g_clear_pointer (&body, g_bytes_unref);
}

static SoupMessage *
build_message (CalldLivekit *self, const char *method, char *json, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_take (json, strlen (json));
  g_autofree char *token = NULL;
  g_autofree char *bearer = NULL;
  g_autofree char *url = NULL;
  SoupMessage *message;

  if (self->config->livekit_url == NULL) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                         "LiveKit is not set up here: LIVEKIT_URL is missing");
    return NULL;
  }
  url = call_livekit_build_url (self->config->livekit_url, method, error);
  token = url != NULL ? call_livekit_sign_egress (self->config->livekit_api_key,
                                                  self->config->livekit_api_secret,
                                                  calld_clock_now_ms (self->clock) / 1000, error)
                      : NULL;
  if (token == NULL)
    return NULL;
  message = soup_message_new (SOUP_METHOD_POST, url);
  bearer = g_strconcat ("Bearer ", token, NULL);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                bearer);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

/* Takes @json. The result is the body of the answer. */
static void
call_async (CalldLivekit *self,
            const char *method,
            char *json,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  SoupMessage *message = build_message (self, method, json, &error);

  if (message == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_task_set_task_data (task, message, g_object_unref);
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, cancellable,
                                    on_answer, task);
}

static GBytes *
call_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- starting --------------------------------------------------------------------------------- */

typedef struct {
  CallLivekitEgress *egress;
  char *participant;
} Starting;

static void
starting_free (gpointer data)
{
  Starting *starting = data;

  call_livekit_egress_free (starting->egress);
  g_free (starting->participant);
  g_free (starting);
}

/* It runs, stored or not: the next look at LiveKit's list would tell. */
static void
on_noted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Starting *starting = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_log_warning ("egress_not_noted", .detail = error->message);
  g_task_return_pointer (task, g_steal_pointer (&starting->egress),
                         (GDestroyNotify) call_livekit_egress_free);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldLivekit *self = CALLD_LIVEKIT (source);
  Starting *starting = g_task_get_task_data (task);
  CalldChange *change;
  GError *error = NULL;
  g_autoptr (GBytes) body = call_finish (result, &error);

  if (body != NULL)
    starting->egress = call_livekit_parse_egress (g_bytes_get_data (body, NULL),
                                                  (gssize) g_bytes_get_size (body), &error);
  if (starting->egress == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_log_info ("egress_asked_for", .detail = starting->egress->id);
  change = calld_change_new ();
  calld_meetings_note_egress (change, starting->egress, starting->participant,
                              calld_clock_now_ms (self->clock));
  calld_store_commit_async (self->store, change, NULL, on_noted, task);
}

/**
 * calld_livekit_start_egress_async:
 * @self: the client
 * @room_name: a room
 * @track_id: an audio track in it
 * @participant: (nullable): whose
 * @cancellable: (nullable): gives up
 * @callback: called when LiveKit has answered
 * @user_data: for @callback
 *
 * Asks LiveKit to send a track to us.
 */
void
calld_livekit_start_egress_async (CalldLivekit *self,
                                  const char *room_name,
                                  const char *track_id,
                                  const char *participant,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Starting *starting = g_new0 (Starting, 1);
  g_autofree char *url = self->sign (room_name, participant, track_id, self->sign_data);

  starting->participant = g_strdup (participant);
  g_task_set_task_data (task, starting, starting_free);
  call_async (self, "StartTrackEgress", call_livekit_write_start (room_name, track_id, url),
              cancellable, on_started, task);
}

/**
 * calld_livekit_start_egress_finish:
 * @self: the client
 * @result: the result
 * @error: what LiveKit refused with, or %CALL_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full): the egress, or %NULL with @error
 */
CallLivekitEgress *
calld_livekit_start_egress_finish (CalldLivekit *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- stopping --------------------------------------------------------------------------------- */

/* What LiveKit does not know is over already. */
static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) body = call_finish (result, &error);

  if (body != NULL || g_error_matches (error, CALL_ERROR, CALL_ERROR_NOT_FOUND)) {
    g_clear_error (&error);
    g_task_return_boolean (task, TRUE);
  } else {
    g_task_return_error (task, error);
  }
}

/**
 * calld_livekit_stop_egress_async:
 * @self: the client
 * @egress_id: LiveKit's id of it
 * @cancellable: (nullable): gives up
 * @callback: called when LiveKit has answered
 * @user_data: for @callback
 *
 * Asks LiveKit to send no more. The end comes by a webhook. Stopping what is over is no error.
 */
void
calld_livekit_stop_egress_async (CalldLivekit *self,
                                 const char *egress_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  call_async (self, "StopEgress", call_livekit_write_stop (egress_id), cancellable, on_stopped,
              g_task_new (self, cancellable, callback, user_data));
}

gboolean
calld_livekit_stop_egress_finish (CalldLivekit *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- listing ---------------------------------------------------------------------------------- */

typedef struct {
  GPtrArray *all;
  guint n_pages;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->all, g_ptr_array_unref);
  g_free (listing);
}

static void on_page (GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask_for_page (GTask *task, const char *page)
{
  call_async (g_task_get_source_object (task), "ListEgress", call_livekit_write_list (NULL, page),
              g_task_get_cancellable (task), on_page, task);
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Listing *listing = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) body = call_finish (result, &error);
  g_autofree char *next = NULL;
  GPtrArray *page = body != NULL
                        ? call_livekit_parse_list (g_bytes_get_data (body, NULL),
                                                   (gssize) g_bytes_get_size (body), &next, &error)
                        : NULL;

  if (page != NULL) {
    g_ptr_array_extend_and_steal (listing->all, page);
    if (next != NULL && ++listing->n_pages < PAGES_MAX) {
      ask_for_page (task, next);
      return;
    }
    g_task_return_pointer (task, g_steal_pointer (&listing->all),
                           (GDestroyNotify) g_ptr_array_unref);
  } else {
    g_task_return_error (task, error);
  }
  g_object_unref (task);
}

/**
 * calld_livekit_list_egress_async:
 * @self: the client
 * @cancellable: (nullable): gives up
 * @callback: called when LiveKit has answered
 * @user_data: for @callback
 *
 * Asks LiveKit which egresses are not over.
 */
void
calld_livekit_list_egress_async (CalldLivekit *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->all = g_ptr_array_new_with_free_func ((GDestroyNotify) call_livekit_egress_free);
  g_task_set_task_data (task, listing, listing_free);
  ask_for_page (task, NULL);
}

/**
 * calld_livekit_list_egress_finish:
 * @self: the client
 * @result: the result
 * @error: what went wrong
 *
 * Returns: (transfer full) (element-type CallLivekitEgress): the egresses, or %NULL with @error
 */
GPtrArray *
calld_livekit_list_egress_finish (CalldLivekit *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

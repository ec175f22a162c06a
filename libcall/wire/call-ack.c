/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-ack.h"

#include "call-appointment.h"
#include "call-dto.h"
#include "call-message.h"

#include <json-glib/json-glib.h>

/* More than this no server says in one answer; what follows is passed over. */
#define MODELS_MAX 10000

/**
 * call_ack_clear:
 * @ack: an answer
 *
 * Frees what @ack holds.
 */
void
call_ack_clear (CallAck *ack)
{
  g_clear_pointer (&ack->error, call_record_unref);
  g_clear_object (&ack->appointment);
  g_clear_object (&ack->message);
  g_clear_object (&ack->group);
  g_clear_pointer (&ack->messages, g_ptr_array_unref);
  g_clear_pointer (&ack->users, g_ptr_array_unref);
  ack->seq = 0;
  ack->revision = 0;
  ack->more = FALSE;
  ack->generation = 0;
}

static void
write_models (CallJsonWriter *writer,
              const char *name,
              const CallModelCodec *codec,
              GPtrArray *models)
{
  if (models == NULL)
    return;
  call_json_begin_array (writer, name);
  for (guint i = 0; i < models->len; i++)
    call_dto_write (writer, NULL, codec, g_ptr_array_index (models, i));
  call_json_end_array (writer);
}

/**
 * call_ack_to_json:
 * @ack: an answer
 *
 * Returns: (transfer full): the one argument of the acknowledgement
 */
char *
call_ack_to_json (const CallAck *ack)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_bool (&writer, "ok", ack->error == NULL);
  if (ack->error != NULL)
    call_record_write (ack->error, &writer, "error");
  if (ack->generation != 0)
    call_json_add_int (&writer, "generation", ack->generation);
  if (ack->appointment != NULL)
    call_dto_write (&writer, "appointment", &call_dto_appointment, ack->appointment);
  if (ack->message != NULL)
    call_dto_write (&writer, "message", &call_dto_message, ack->message);
  if (ack->group != NULL)
    call_dto_write (&writer, "group", &call_dto_group, ack->group);
  write_models (&writer, "users", &call_dto_presence, ack->users);
  if (ack->messages != NULL) {
    write_models (&writer, "messages", &call_dto_message, ack->messages);
    call_json_add_int (&writer, "seq", ack->seq);
    call_json_add_int (&writer, "revision", ack->revision);
    call_json_add_bool (&writer, "more", ack->more);
  }
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

static gboolean
read_model (JsonObject *object,
            const char *name,
            const CallModelCodec *codec,
            gpointer *model,
            GError **error)
{
  JsonObject *inner = NULL;

  if (!call_json_get_object (object, name, CALL_JSON_OPTIONAL, &inner, error))
    return FALSE;
  if (inner == NULL)
    return TRUE;
  *model = codec->read (inner, error);
  return *model != NULL;
}

static gboolean
read_models (JsonObject *object,
             const char *name,
             const CallModelCodec *codec,
             GPtrArray **models,
             GError **error)
{
  JsonArray *array = NULL;

  if (!call_json_get_array (object, name, CALL_JSON_OPTIONAL, &array, error))
    return FALSE;
  if (array == NULL)
    return TRUE;
  *models = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < MIN (json_array_get_length (array), MODELS_MAX); i++) {
    JsonObject *item = call_json_node_get_object (json_array_get_element (array, i), name, error);
    gpointer model = item != NULL ? codec->read (item, error) : NULL;

    if (model == NULL)
      return FALSE;
    g_ptr_array_add (*models, model);
  }
  return TRUE;
}

static gboolean
read_chat (CallAck *ack, JsonObject *object, GError **error)
{
  return read_model (object, "message", &call_dto_message, (gpointer *) &ack->message, error) &&
         read_model (object, "group", &call_dto_group, (gpointer *) &ack->group, error) &&
         read_models (object, "users", &call_dto_presence, &ack->users, error) &&
         read_models (object, "messages", &call_dto_message, &ack->messages, error) &&
         call_json_get_int (object, "seq", CALL_JSON_OPTIONAL, 0, G_MAXINT64, &ack->seq, error) &&
         call_json_get_int (object, "revision", CALL_JSON_OPTIONAL, 0, G_MAXINT64, &ack->revision,
                            error) &&
         call_json_get_bool (object, "more", CALL_JSON_OPTIONAL, &ack->more, error);
}

static gboolean
read_error (CallAck *ack, JsonObject *object)
{
  JsonObject *inner = NULL;

  call_json_get_object (object, "error", CALL_JSON_OPTIONAL, &inner, NULL);
  if (inner != NULL)
    ack->error = call_record_read (&call_error_body_schema, inner, NULL);
  /* A refusal is one whether or not its reason can be read. */
  if (ack->error == NULL)
    ack->error = call_error_body_new (CALL_ERROR_FAILED, "The server refused without a reason");
  return TRUE;
}

static gboolean
read_ack (CallAck *ack, JsonObject *object, GError **error)
{
  gboolean ok = FALSE;
  gint64 generation = 0;

  if (!call_json_get_bool (object, "ok", CALL_JSON_REQUIRED, &ok, error))
    return FALSE;
  if (!ok)
    return read_error (ack, object);
  if (!call_json_get_int (object, "generation", CALL_JSON_OPTIONAL, 0, G_MAXUINT, &generation,
                          error) ||
      !read_model (object, "appointment", &call_dto_appointment, (gpointer *) &ack->appointment,
                   error) ||
      !read_chat (ack, object, error))
    return FALSE;
  ack->generation = (guint) generation;
  return TRUE;
}

/**
 * call_ack_parse:
 * @ack: (out caller-allocates): the answer
 * @data: (nullable): the content of an acknowledgement: an array
 * @error: where to put an error
 *
 * Reads an answer. That it is a refusal is no error of the reading.
 *
 * Returns: %FALSE with @error if it is none of ours; @ack is then clear
 */
gboolean
call_ack_parse (CallAck *ack, JsonNode *data, GError **error)
{
  JsonArray *array = call_json_node_get_array (data, "The acknowledgement", error);
  JsonObject *object;

  *ack = (CallAck){ 0 };
  if (array == NULL)
    return FALSE;
  object = call_json_node_get_object (
      json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL,
      "The acknowledgement's content", error);
  if (object != NULL && read_ack (ack, object, error))
    return TRUE;
  call_ack_clear (ack);
  return FALSE;
}

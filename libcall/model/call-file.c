/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-file.h"

/**
 * CallFile:
 *
 * What a message of another kind than text carries. Immutable.
 */
struct _CallFile {
  GObject parent_instance;

  char *id;
  char *name;
  char *media_type;
  gint64 size;
  char *url;
  gint64 duration_ms;
  char *waveform;
  int width;
  int height;
  char *status;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_MEDIA_TYPE,
  PROP_SIZE,
  PROP_URL,
  PROP_DURATION_MS,
  PROP_WAVEFORM,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_STATUS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallFile, call_file, G_TYPE_OBJECT)

static void
call_file_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallFile *self = CALL_FILE (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case PROP_NAME:
    self->name = g_value_dup_string (value);
    break;
  case PROP_MEDIA_TYPE:
    self->media_type = g_value_dup_string (value);
    break;
  case PROP_SIZE:
    self->size = g_value_get_int64 (value);
    break;
  case PROP_URL:
    self->url = g_value_dup_string (value);
    break;
  case PROP_DURATION_MS:
    self->duration_ms = g_value_get_int64 (value);
    break;
  case PROP_WAVEFORM:
    self->waveform = g_value_dup_string (value);
    break;
  case PROP_WIDTH:
    self->width = g_value_get_int (value);
    break;
  case PROP_HEIGHT:
    self->height = g_value_get_int (value);
    break;
  case PROP_STATUS:
    self->status = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_file_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallFile *self = CALL_FILE (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_MEDIA_TYPE:
    g_value_set_string (value, self->media_type);
    break;
  case PROP_SIZE:
    g_value_set_int64 (value, self->size);
    break;
  case PROP_URL:
    g_value_set_string (value, self->url);
    break;
  case PROP_DURATION_MS:
    g_value_set_int64 (value, self->duration_ms);
    break;
  case PROP_WAVEFORM:
    g_value_set_string (value, self->waveform);
    break;
  case PROP_WIDTH:
    g_value_set_int (value, self->width);
    break;
  case PROP_HEIGHT:
    g_value_set_int (value, self->height);
    break;
  case PROP_STATUS:
    g_value_set_string (value, self->status);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_file_finalize (GObject *object)
{
  CallFile *self = CALL_FILE (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->media_type, g_free);
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->waveform, g_free);
  g_clear_pointer (&self->status, g_free);

  G_OBJECT_CLASS (call_file_parent_class)->finalize (object);
}

static void
call_file_class_init (CallFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_file_set_property;
  object_class->get_property = call_file_get_property;
  object_class->finalize = call_file_finalize;

  /**
   * CallFile:id:
   *
   * The id of the file.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallFile:name:
   *
   * Its name, for display.
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * CallFile:media-type:
   *
   * Its type as the server found it, such as `image/png`.
   */
  props[PROP_MEDIA_TYPE] = g_param_spec_string ("media-type", NULL, NULL, NULL, flags);
  /**
   * CallFile:size:
   *
   * Its size in bytes.
   */
  props[PROP_SIZE] = g_param_spec_int64 ("size", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallFile:url:
   *
   * Where it can be fetched, relative to the server.
   */
  props[PROP_URL] = g_param_spec_string ("url", NULL, NULL, NULL, flags);
  /**
   * CallFile:duration-ms:
   *
   * How long it plays in milliseconds, 0 if it does not.
   */
  props[PROP_DURATION_MS] = g_param_spec_int64 ("duration-ms", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * CallFile:waveform:
   *
   * The loudness of a voice message, one digit 0 to 9 for each of its parts.
   */
  props[PROP_WAVEFORM] = g_param_spec_string ("waveform", NULL, NULL, NULL, flags);

  /**
   * CallFile:width:
   *
   * How wide a picture is, 0 if it is none.
   */
  props[PROP_WIDTH] = g_param_spec_int ("width", NULL, NULL, 0, G_MAXINT, 0, flags);
  /**
   * CallFile:height:
   *
   * How high a picture is, 0 if it is none.
   */
  props[PROP_HEIGHT] = g_param_spec_int ("height", NULL, NULL, 0, G_MAXINT, 0, flags);
  /**
   * CallFile:status:
   *
   * Why there is nothing to fetch: `infected` or `removed`.
   */
  props[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_file_init (CallFile *self)
{
}

/**
 * call_file_get_id:
 * @self: a [class@Call.File]
 *
 * Gets the id of the file.
 *
 * Returns: (transfer none) (nullable): the id of the file
 */
const char *
call_file_get_id (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), NULL);

  return self->id;
}

/**
 * call_file_get_name:
 * @self: a [class@Call.File]
 *
 * Gets its name, for display.
 *
 * Returns: (transfer none) (nullable): its name, for display
 */
const char *
call_file_get_name (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), NULL);

  return self->name;
}

/**
 * call_file_get_media_type:
 * @self: a [class@Call.File]
 *
 * Gets its type as the server found it, such as `image/png`.
 *
 * Returns: (transfer none) (nullable): its type as the server found it, such as `image/png`
 */
const char *
call_file_get_media_type (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), NULL);

  return self->media_type;
}

/**
 * call_file_get_size:
 * @self: a [class@Call.File]
 *
 * Gets its size in bytes.
 *
 * Returns: its size in bytes
 */
gint64
call_file_get_size (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), 0);

  return self->size;
}

/**
 * call_file_get_url:
 * @self: a [class@Call.File]
 *
 * Gets where it can be fetched, relative to the server.
 *
 * Returns: (transfer none) (nullable): where it can be fetched, relative to the server
 */
const char *
call_file_get_url (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), NULL);

  return self->url;
}

/**
 * call_file_get_duration_ms:
 * @self: a [class@Call.File]
 *
 * Gets how long it plays in milliseconds, 0 if it does not.
 *
 * Returns: how long it plays in milliseconds, 0 if it does not
 */
gint64
call_file_get_duration_ms (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), 0);

  return self->duration_ms;
}

/**
 * call_file_get_waveform:
 * @self: a [class@Call.File]
 *
 * Gets the loudness of a voice message, one digit 0 to 9 for each of its parts.
 *
 * Returns: (transfer none) (nullable): the loudness of a voice message, one digit 0 to 9 for each
 * of its parts
 */
const char *
call_file_get_waveform (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), NULL);

  return self->waveform;
}

/**
 * call_file_get_width:
 * @self: a [class@Call.File]
 *
 * Gets how wide a picture is, 0 if it is none.
 *
 * Returns: how wide a picture is, 0 if it is none
 */
int
call_file_get_width (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), 0);

  return self->width;
}

/**
 * call_file_get_height:
 * @self: a [class@Call.File]
 *
 * Gets how high a picture is, 0 if it is none.
 *
 * Returns: how high a picture is, 0 if it is none
 */
int
call_file_get_height (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), 0);

  return self->height;
}

/**
 * call_file_get_status:
 * @self: a [class@Call.File]
 *
 * Gets why there is nothing to fetch, `infected` or `removed`.
 *
 * Returns: (transfer none) (nullable): why there is nothing to fetch, `infected` or `removed`
 */
const char *
call_file_get_status (CallFile *self)
{
  g_return_val_if_fail (CALL_IS_FILE (self), NULL);

  return self->status;
}

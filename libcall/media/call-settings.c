/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-settings-private.h"

static guint *
find_number (CallSettings *self, guint setting)
{
  switch (setting) {
  case CALL_SETTING_WIDTH:
    return &self->width;
  case CALL_SETTING_HEIGHT:
    return &self->height;
  case CALL_SETTING_FRAMERATE:
    return &self->framerate;
  case CALL_SETTING_BITRATE:
    return &self->bitrate;
  default:
    return NULL;
  }
}

static gboolean *
find_flag (CallSettings *self, guint setting)
{
  switch (setting) {
  case CALL_SETTING_MUTED:
    return &self->muted;
  case CALL_SETTING_CAMERA_ENABLED:
    return &self->camera_enabled;
  case CALL_SETTING_ADAPTIVE:
    return &self->adaptive;
  case CALL_SETTING_USE_TEST_SOURCES:
    return &self->use_test_sources;
  case CALL_SETTING_ECHO_CANCELLATION:
    return &self->echo_cancellation;
  case CALL_SETTING_RELAY_ONLY:
    return &self->relay_only;
  default:
    return NULL;
  }
}

static char **
find_text (CallSettings *self, guint setting)
{
  switch (setting) {
  case CALL_SETTING_CAMERA:
    return &self->camera;
  case CALL_SETTING_MICROPHONE:
    return &self->microphone;
  case CALL_SETTING_SPEAKER:
    return &self->speaker;
  case CALL_SETTING_LOCAL_ADDRESS:
    return &self->local_address;
  default:
    return NULL;
  }
}

static GParamSpec *
flag_spec (const char *name, gboolean value)
{
  return g_param_spec_boolean (name, NULL, NULL, value,
                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                   G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
number_spec (const char *name, guint min, guint max, guint value)
{
  return g_param_spec_uint (name, NULL, NULL, min, max, value,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
text_spec (const char *name, const char *value)
{
  return g_param_spec_string (name, NULL, NULL, value,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
make_device_specs (GParamSpec **specs)
{
  /**
   * CallEngine:muted:
   *
   * Whether silence is sent instead of the microphone's sound.
   */
  specs[CALL_SETTING_MUTED] = flag_spec ("muted", FALSE);
  /**
   * CallEngine:camera-enabled:
   *
   * Whether the camera is on. When it is off the device is released and black is sent.
   */
  specs[CALL_SETTING_CAMERA_ENABLED] = flag_spec ("camera-enabled", TRUE);
  /**
   * CallEngine:camera:
   *
   * The id of the camera to use; %NULL for the default one.
   */
  specs[CALL_SETTING_CAMERA] = text_spec ("camera", NULL);
  /**
   * CallEngine:microphone:
   *
   * The id of the microphone to use; %NULL for the default one.
   */
  specs[CALL_SETTING_MICROPHONE] = text_spec ("microphone", NULL);
  /**
   * CallEngine:speaker:
   *
   * The id of the speaker to use; %NULL for the default one.
   */
  specs[CALL_SETTING_SPEAKER] = text_spec ("speaker", NULL);
  /**
   * CallEngine:use-test-sources:
   *
   * Whether a moving picture and a tone are sent although there may be devices.
   */
  specs[CALL_SETTING_USE_TEST_SOURCES] = flag_spec ("use-test-sources", FALSE);
  /**
   * CallEngine:echo-cancellation:
   *
   * Whether the other side's sound is taken out of the microphone's, where the system can do that.
   * Takes effect at the next start.
   */
  specs[CALL_SETTING_ECHO_CANCELLATION] = flag_spec ("echo-cancellation", TRUE);
  /**
   * CallEngine:audio-sink:
   *
   * "auto" plays the other side's sound on the system's speaker, "fake" only decodes and measures
   * it.
   */
  specs[CALL_SETTING_AUDIO_SINK] = text_spec ("audio-sink", "auto");
}

static void
make_transport_specs (GParamSpec **specs)
{
  /**
   * CallEngine:video-codec:
   *
   * The video codec to prefer, from the next generation on.
   */
  specs[CALL_SETTING_VIDEO_CODEC] = g_param_spec_enum (
      "video-codec", NULL, NULL, CALL_TYPE_VIDEO_CODEC, CALL_VIDEO_CODEC_VP8,
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * CallEngine:width:
   *
   * Width of the pictures we send, in pixels.
   */
  specs[CALL_SETTING_WIDTH] = number_spec ("width", 160, 1280, 640);
  /**
   * CallEngine:height:
   *
   * Height of the pictures we send, in pixels.
   */
  specs[CALL_SETTING_HEIGHT] = number_spec ("height", 90, 720, 360);
  /**
   * CallEngine:framerate:
   *
   * Pictures per second we send.
   */
  specs[CALL_SETTING_FRAMERATE] = number_spec ("framerate", 5, 30, 30);
  /**
   * CallEngine:bitrate:
   *
   * Bits per second of video we send at most.
   */
  specs[CALL_SETTING_BITRATE] = number_spec ("bitrate", 100000, 8000000, 1000000);
  /**
   * CallEngine:adaptive:
   *
   * Whether less is sent when the path cannot carry [property@Engine:bitrate].
   */
  specs[CALL_SETTING_ADAPTIVE] = flag_spec ("adaptive", TRUE);
  /**
   * CallEngine:relay-only:
   *
   * Whether media only goes over TURN servers, which hides our addresses from the other side.
   */
  specs[CALL_SETTING_RELAY_ONLY] = flag_spec ("relay-only", FALSE);
  /**
   * CallEngine:local-address:
   *
   * The only address of this machine to use, or %NULL for all. Takes effect with the next
   * generation. A machine that has nothing but the loopback uses that.
   */
  specs[CALL_SETTING_LOCAL_ADDRESS] = text_spec ("local-address", NULL);
}

/* Fills in the specifications from CALL_SETTING_MUTED on. */
void
call_settings_make_specs (GParamSpec **specs)
{
  make_device_specs (specs);
  make_transport_specs (specs);
}

void
call_settings_init (CallSettings *self)
{
  *self = (CallSettings){ .camera_enabled = TRUE,
                          .echo_cancellation = TRUE,
                          .adaptive = TRUE,
                          .audible = TRUE,
                          .width = 640,
                          .height = 360,
                          .framerate = 30,
                          .bitrate = 1000000,
                          .local_address = g_strdup (g_getenv ("CALL_MEDIA_ADDRESS")) };
}

void
call_settings_clear (CallSettings *self)
{
  g_free (self->camera);
  g_free (self->microphone);
  g_free (self->speaker);
  g_free (self->local_address);
}

/* Reads a setting; FALSE if @setting is none. */
gboolean
call_settings_get (CallSettings *self, guint setting, GValue *value)
{
  if (find_flag (self, setting) != NULL)
    g_value_set_boolean (value, *find_flag (self, setting));
  else if (find_number (self, setting) != NULL)
    g_value_set_uint (value, *find_number (self, setting));
  else if (find_text (self, setting) != NULL)
    g_value_set_string (value, *find_text (self, setting));
  else if (setting == CALL_SETTING_VIDEO_CODEC)
    g_value_set_enum (value, self->codec);
  else if (setting == CALL_SETTING_AUDIO_SINK)
    g_value_set_string (value, self->audible ? "auto" : "fake");
  else
    return FALSE;
  return TRUE;
}

static gboolean
set_flag (gboolean *flag, gboolean value)
{
  gboolean changed = *flag != value;

  *flag = value;
  return changed;
}

static gboolean
set_number (guint *number, guint value)
{
  gboolean changed = *number != value;

  *number = value;
  return changed;
}

static gboolean
set_text (char **text, const char *value)
{
  char *old = *text;
  gboolean changed = g_strcmp0 (old, value) != 0;

  if (!changed)
    return FALSE;
  *text = g_strdup (value);
  g_free (old);
  return TRUE;
}

static gboolean
set_codec (CallSettings *self, CallVideoCodec codec)
{
  gboolean changed = self->codec != codec;

  self->codec = codec;
  return changed;
}

/* Writes a setting and says whether it was another one before; FALSE if @setting is none. */
gboolean
call_settings_set (CallSettings *self, guint setting, const GValue *value, gboolean *changed)
{
  if (find_flag (self, setting) != NULL)
    *changed = set_flag (find_flag (self, setting), g_value_get_boolean (value));
  else if (find_number (self, setting) != NULL)
    *changed = set_number (find_number (self, setting), g_value_get_uint (value));
  else if (find_text (self, setting) != NULL)
    *changed = set_text (find_text (self, setting), g_value_get_string (value));
  else if (setting == CALL_SETTING_VIDEO_CODEC)
    *changed = set_codec (self, g_value_get_enum (value));
  else if (setting == CALL_SETTING_AUDIO_SINK)
    *changed = set_flag (&self->audible, g_strcmp0 (g_value_get_string (value), "fake") != 0);
  else
    return FALSE;
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-capture-private.h"

#include "call-device-private.h"
#include "call-level-private.h"

/* One of pictures, one of sound. */
typedef struct {
  CallCapture *owner;
  CallDeviceKind kind;
  CallRelay *relay;
  CallSource *current;
  CallSource *retired; /* plays on until the current one has delivered something */
  char *key;           /* what the current one was made from */
  char *lost_key;      /* what failed: not tried again until it is plugged in anew */
  gboolean had_device; /* so a test signal would come as a surprise */
} Slot;

struct _CallCapture {
  CallStage *stage;
  Slot camera;
  Slot microphone;
  guint64 last_origin;
  CallCaptureConfig config; /* its strings are only valid during an update */
  CallCaptureLostFunc lost;
  gpointer user_data;
};

/* What a slot should run. */
typedef struct {
  CallSourceKind kind;
  CallDevice *device; /* borrowed from the device manager */
} Choice;

static char *
build_key (const Choice *choice, const CallSourceFormat *format)
{
  /* A device that was unplugged and comes back is another object, and may be tried again. */
  return g_strdup_printf ("%d:%p:%s:%ux%u@%u", choice->kind, (void *) choice->device,
                          choice->device != NULL ? call_device_get_id (choice->device) : "",
                          format->width, format->height, format->framerate);
}

static CallDevice *
find_device (const CallCaptureConfig *config, CallDeviceKind kind, const char *id)
{
  CallDevice *device = NULL;

  if (config->devices == NULL)
    return NULL;
  if (id != NULL)
    device = call_device_manager_find (config->devices, kind, id);
  return device != NULL ? device : call_device_manager_find (config->devices, kind, NULL);
}

/*
 * A device if there is one, else the test signal, so that a call can be tried on any machine. While
 * the devices are still being listed there is nothing to see or hear.
 */
static Choice
choose (const CallCaptureConfig *config, CallDeviceKind kind, gboolean had_device)
{
  gboolean camera = kind == CALL_DEVICE_CAMERA;
  CallSourceKind nothing = camera ? CALL_SOURCE_BLACK : CALL_SOURCE_SILENCE;
  CallSourceKind test = camera ? CALL_SOURCE_TEST_PICTURE : CALL_SOURCE_TEST_TONE;
  Choice choice = { nothing, NULL };

  if (camera && !config->camera_enabled)
    return choice;
  if (config->test_sources) {
    choice.kind = test;
    return choice;
  }
  choice.device = find_device (config, kind, camera ? config->camera : config->microphone);
  if (choice.device != NULL)
    choice.kind = camera ? CALL_SOURCE_CAMERA : CALL_SOURCE_MICROPHONE;
  else if (!had_device && config->devices != NULL &&
           call_device_manager_get_ready (config->devices))
    choice.kind = test;
  return choice;
}

static gboolean run (Slot *slot, const Choice *choice, GError **error);

static void
on_source_failed (CallSource *source, const GError *error, gpointer user_data)
{
  Slot *slot = user_data;
  CallCapture *self = slot->owner;
  gboolean camera = slot->kind == CALL_DEVICE_CAMERA;
  Choice nothing = { camera ? CALL_SOURCE_BLACK : CALL_SOURCE_SILENCE, NULL };

  if (source == slot->retired) {
    g_clear_pointer (&slot->retired, call_source_close);
    return;
  }
  g_free (slot->lost_key);
  slot->lost_key = g_strdup (slot->key);
  run (slot, &nothing, NULL);
  self->lost (slot->kind, error, self->user_data);
}

static gboolean
is_private_switch (const Choice *choice)
{
  return choice->kind == CALL_SOURCE_BLACK || choice->kind == CALL_SOURCE_SILENCE;
}

static void
retire_current (Slot *slot, const Choice *next, guint64 next_origin)
{
  g_clear_pointer (&slot->retired, call_source_close);
  slot->retired = g_steal_pointer (&slot->current);
  if (!is_private_switch (next))
    return;
  /* The camera is off from now on, not from when the replacement is ready. */
  call_relay_forbid_before (slot->relay, next_origin);
  g_clear_pointer (&slot->retired, call_source_close);
}

static gboolean
run (Slot *slot, const Choice *choice, GError **error)
{
  CallCapture *self = slot->owner;
  guint64 origin = ++self->last_origin;
  g_autoptr (GstElement) element = NULL;
  CallSourceFormat format = self->config.format;
  CallSource *source;

  if (choice->device != NULL) {
    element = call_device_create_element (choice->device);
    format.jpeg = call_device_is_jpeg_only (choice->device);
  }
  if (choice->kind != CALL_SOURCE_MICROPHONE)
    format.echo_probe = NULL;
  source = call_source_new (choice->kind, &format, element, self->stage, slot->relay, origin,
                            error);
  if (source == NULL)
    return FALSE;
  retire_current (slot, choice, origin);
  slot->current = source;
  slot->had_device |= choice->device != NULL;
  g_free (slot->key);
  slot->key = build_key (choice, &self->config.format);
  call_source_start (source, on_source_failed, slot);
  return TRUE;
}

static gboolean
update_slot (Slot *slot, GError **error)
{
  const CallCaptureConfig *config = &slot->owner->config;
  Choice choice = choose (config, slot->kind, slot->had_device);
  g_autofree char *key = build_key (&choice, &config->format);

  if (g_strcmp0 (key, slot->lost_key) == 0) {
    choice.kind = slot->kind == CALL_DEVICE_CAMERA ? CALL_SOURCE_BLACK : CALL_SOURCE_SILENCE;
    choice.device = NULL;
    g_free (key);
    key = build_key (&choice, &config->format);
  }
  return g_strcmp0 (key, slot->key) == 0 || run (slot, &choice, error);
}

static void
slot_init (Slot *slot, CallCapture *owner, CallDeviceKind kind, CallRelay *relay)
{
  slot->owner = owner;
  slot->kind = kind;
  slot->relay = call_relay_ref (relay);
}

static void
slot_clear (Slot *slot)
{
  g_clear_pointer (&slot->current, call_source_close);
  g_clear_pointer (&slot->retired, call_source_close);
  g_clear_pointer (&slot->relay, call_relay_unref);
  g_clear_pointer (&slot->key, g_free);
  g_clear_pointer (&slot->lost_key, g_free);
}

CallCapture *
call_capture_new (CallStage *stage,
                  CallRelay *video,
                  CallRelay *audio,
                  CallCaptureLostFunc lost,
                  gpointer user_data)
{
  CallCapture *self = g_new0 (CallCapture, 1);

  self->stage = call_stage_ref (stage);
  self->lost = lost;
  self->user_data = user_data;
  slot_init (&self->camera, self, CALL_DEVICE_CAMERA, video);
  slot_init (&self->microphone, self, CALL_DEVICE_MICROPHONE, audio);
  return self;
}

/* Runs what @config asks for; what runs already is left alone. */
gboolean
call_capture_update (CallCapture *self, const CallCaptureConfig *config, GError **error)
{
  self->config = *config;
  return update_slot (&self->camera, error) && update_slot (&self->microphone, error);
}

static void
reap (Slot *slot)
{
  if (slot->retired != NULL &&
      call_relay_get_origin (slot->relay) >= call_source_get_origin (slot->current))
    g_clear_pointer (&slot->retired, call_source_close);
}

/* Called several times a second: releases devices whose replacement delivers. */
void
call_capture_tick (CallCapture *self)
{
  reap (&self->camera);
  reap (&self->microphone);
}

/* Frees @self; devices are released in threads. */
void
call_capture_close (CallCapture *self)
{
  slot_clear (&self->camera);
  slot_clear (&self->microphone);
  call_stage_unref (self->stage);
  g_free (self);
}

/* The level of the microphone in dBFS, before muting. */
double
call_capture_get_level (CallCapture *self)
{
  return self->microphone.current != NULL ? call_source_get_level (self->microphone.current)
                                          : CALL_LEVEL_SILENCE;
}

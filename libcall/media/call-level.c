/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-level-private.h"

/* GStreamer's `level` still speaks GValueArray. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
/* Reads a message of the `level` element: the loudest channel's root mean square. */
gboolean
call_level_parse (GstMessage *message, double *dbfs)
{
  const GstStructure *structure = gst_message_get_structure (message);
  const GValue *value;
  GValueArray *channels;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT || structure == NULL ||
      !gst_structure_has_name (structure, "level"))
    return FALSE;
  value = gst_structure_get_value (structure, "rms");
  if (value == NULL || !G_VALUE_HOLDS (value, g_value_array_get_type ()))
    return FALSE;

  *dbfs = CALL_LEVEL_SILENCE;
  channels = g_value_get_boxed (value);
  for (guint i = 0; channels != NULL && i < channels->n_values; i++)
    *dbfs = MAX (*dbfs, g_value_get_double (channels->values + i));
  return TRUE;
}
G_GNUC_END_IGNORE_DEPRECATIONS

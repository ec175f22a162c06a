/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus"

#include "config.h"

#include "calld-dbus-private.h"

#include "call-record.h"

/* The record of /api/stats as a{sv}: "store" with "queued" in it becomes "store-queued". */

/* "maxConnections" → "max-connections" */
static char *
to_dashes (const char *prefix, const char *name)
{
  GString *dashed = g_string_new (prefix);

  if (prefix != NULL)
    g_string_append_c (dashed, '-');
  for (; *name != '\0'; name++) {
    if (g_ascii_isupper (*name))
      g_string_append_c (dashed, '-');
    g_string_append_c (dashed, g_ascii_tolower (*name));
  }
  return g_string_free (dashed, FALSE);
}

static GVariant *
to_variant (const CallField *field, gconstpointer at)
{
  switch ((int) field->type) {
  case CALL_FIELD_UINT:
    return g_variant_new_uint32 (*(const guint *) at);
  case CALL_FIELD_INT:
    return g_variant_new_uint64 ((guint64) * (const gint64 *) at);
  case CALL_FIELD_TIME:
    return g_variant_new_int64 (*(const gint64 *) at);
  case CALL_FIELD_BOOL:
    return g_variant_new_boolean (*(const gboolean *) at);
  case CALL_FIELD_STRV: {
    g_autofree char *list = g_strjoinv (", ", *(char **const *) at);

    return g_variant_new_string (list);
  }
  case CALL_FIELD_STRING:
  case CALL_FIELD_RAW:
  default:
    return g_variant_new_string (*(char *const *) at);
  }
}

static void
add_members (GVariantDict *dict, const char *prefix, const CallSchema *schema, gconstpointer base)
{
  for (guint i = 0; i < schema->n_fields; i++) {
    const CallField *field = &schema->fields[i];
    g_autofree char *name = to_dashes (prefix, field->name);
    gconstpointer at = (const guint8 *) base + field->offset;

    if (field->type == CALL_FIELD_STRUCT)
      add_members (dict, name, field->extra, at);
    else
      g_variant_dict_insert_value (dict, name, to_variant (field, at));
  }
}

/**
 * calld_dbus_stats_to_variant:
 * @answer: a record of /api/stats
 *
 * Returns: (transfer floating): an a{sv}
 */
GVariant *
calld_dbus_stats_to_variant (const CallStatsAnswer *answer)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  add_members (&dict, NULL, answer->record.schema, answer);
  return g_variant_dict_end (&dict);
}

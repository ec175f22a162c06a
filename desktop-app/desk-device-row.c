/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-device-row"

#include "config.h"

#include "desk-device-row.h"

#include <glib/gi18n.h>

/**
 * DeskDeviceRow:
 *
 * Lets one choose among the devices of a kind and keeps the choice in the settings. The first
 * choice is the computer's default, stored as an empty id. A device that was chosen and is
 * unplugged stays chosen: it is used again when it comes back.
 */
struct _DeskDeviceRow {
  AdwComboRow parent_instance;

  CallDeviceKind kind;
  GSettings *settings;
  char *key;
  GListModel *choices;
  /* Set while the list changes under us: what is selected then is nobody's choice. */
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (DeskDeviceRow, desk_device_row, ADW_TYPE_COMBO_ROW)

static char *
name_of_choice (GObject *item)
{
  if (CALL_IS_DEVICE (item))
    return g_strdup (call_device_get_name (CALL_DEVICE (item)));
  return g_strdup (_ ("Default"));
}

static const char *
id_of_choice (GObject *item)
{
  return CALL_IS_DEVICE (item) ? call_device_get_id (CALL_DEVICE (item)) : "";
}

static gboolean
is_of_kind (gpointer item, gpointer user_data)
{
  DeskDeviceRow *self = user_data;

  return call_device_get_kind (item) == self->kind;
}

static void
select_from_settings (DeskDeviceRow *self)
{
  g_autofree char *id = g_settings_get_string (self->settings, self->key);
  guint n = g_list_model_get_n_items (self->choices);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GObject) item = g_list_model_get_item (self->choices, i);

    if (g_str_equal (id_of_choice (item), id)) {
      adw_combo_row_set_selected (ADW_COMBO_ROW (self), i);
      return;
    }
  }
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), 0);
}

static void
on_choices_changed (DeskDeviceRow *self)
{
  self->updating = TRUE;
  select_from_settings (self);
  self->updating = FALSE;
}

static void
on_selected (DeskDeviceRow *self)
{
  GObject *item = adw_combo_row_get_selected_item (ADW_COMBO_ROW (self));

  if (self->updating || item == NULL || self->settings == NULL)
    return;
  g_settings_set_string (self->settings, self->key, id_of_choice (item));
}

static void
desk_device_row_dispose (GObject *object)
{
  DeskDeviceRow *self = DESK_DEVICE_ROW (object);

  self->updating = TRUE;
  g_clear_object (&self->settings);
  g_clear_object (&self->choices);
  g_clear_pointer (&self->key, g_free);
  G_OBJECT_CLASS (desk_device_row_parent_class)->dispose (object);
}

static void
desk_device_row_class_init (DeskDeviceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = desk_device_row_dispose;
}

static void
desk_device_row_init (DeskDeviceRow *self)
{
  g_autoptr (GtkExpression) name = gtk_cclosure_expression_new (
      G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (name_of_choice), NULL, NULL);

  adw_combo_row_set_expression (ADW_COMBO_ROW (self), name);
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected), NULL);
}

static GListModel *
make_choices (DeskDeviceRow *self, GListModel *devices)
{
  g_autoptr (GListStore) parts = g_list_store_new (G_TYPE_LIST_MODEL);
  const char *fallback[] = { "", NULL };
  g_autoptr (GtkStringList) first = gtk_string_list_new (fallback);
  g_autoptr (GtkFilterListModel) filtered = NULL;

  filtered = gtk_filter_list_model_new (
      g_object_ref (devices), GTK_FILTER (gtk_custom_filter_new (is_of_kind, self, NULL)));
  g_list_store_append (parts, first);
  g_list_store_append (parts, filtered);
  return G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (g_steal_pointer (&parts))));
}

/**
 * desk_device_row_bind:
 * @self: the row
 * @devices: a list model of #CallDevice of all kinds, which may change
 * @kind: the kind to choose from
 * @settings: where the choice is kept
 * @key: its key there
 *
 * Fills the row. To be called once.
 */
void
desk_device_row_bind (DeskDeviceRow *self,
                      GListModel *devices,
                      CallDeviceKind kind,
                      GSettings *settings,
                      const char *key)
{
  g_return_if_fail (self->settings == NULL);

  self->kind = kind;
  self->key = g_strdup (key);
  self->choices = make_choices (self, devices);
  self->updating = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), self->choices);
  self->updating = FALSE;
  self->settings = g_object_ref (settings);
  /* After the row's own handler, which forgets the selection when the list changes. */
  g_signal_connect_object (self->choices, "items-changed", G_CALLBACK (on_choices_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  on_choices_changed (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-start-page"

#include "config.h"

#include "desk-start-page.h"

#include "desk-error-text.h"

/**
 * DeskStartPage:
 *
 * What is seen while the app finds its server, and when it cannot.
 */
struct _DeskStartPage {
  AdwBin parent_instance;

  GtkStack *stack;
  AdwStatusPage *error_page;
  GtkWidget *retry_button;
};

G_DEFINE_FINAL_TYPE (DeskStartPage, desk_start_page, ADW_TYPE_BIN)

static void
desk_start_page_dispose (GObject *object)
{
  adw_bin_set_child (ADW_BIN (object), NULL);
  G_OBJECT_CLASS (desk_start_page_parent_class)->dispose (object);
}

static void
desk_start_page_class_init (DeskStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_start_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskStartPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DeskStartPage, error_page);
  gtk_widget_class_bind_template_child (widget_class, DeskStartPage, retry_button);
}

static void
desk_start_page_init (DeskStartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * desk_start_page_set_error:
 * @self: the page
 * @error: (nullable): why the server was not found, %NULL while it is being looked for
 *
 * Shows a spinner, or what went wrong and what can be done.
 */
void
desk_start_page_set_error (DeskStartPage *self, const GError *error)
{
  DeskErrorText text = desk_error_text_get (error);

  adw_status_page_set_title (self->error_page, text.title);
  adw_status_page_set_description (self->error_page, text.next_step);
  gtk_stack_set_visible_child_name (self->stack, error != NULL ? "error" : "busy");
  if (error != NULL)
    gtk_widget_grab_focus (self->retry_button);
}

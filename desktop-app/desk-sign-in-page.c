/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-sign-in-page"

#include "config.h"

#include "desk-sign-in-page.h"

#include "desk-error-text.h"

/**
 * DeskSignInPage:
 *
 * Asks for server, e-mail and password. Emits "submit" with the three; whoever listens signs in
 * and tells the page how it went.
 */
struct _DeskSignInPage {
  AdwBin parent_instance;

  AdwPreferencesGroup *fields;
  GtkEditable *server_row;
  GtkEditable *email_row;
  GtkEditable *password_row;
  GtkButton *sign_in_button;
  GtkStack *button_stack;
  GtkSpinner *spinner;
  GtkRevealer *error_revealer;
  GtkLabel *error_title;
  GtkLabel *error_step;

  gboolean busy;
};

enum { SIGNAL_SUBMIT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskSignInPage, desk_sign_in_page, ADW_TYPE_BIN)

/**
 * desk_sign_in_page_complete_address:
 * @text: what somebody typed as the address of a server
 *
 * Adds what people leave out: https, or http for this computer.
 *
 * Returns: (transfer full) (nullable): an http or https URL without a path, %NULL if @text is none
 */
char *
desk_sign_in_page_complete_address (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *full = NULL;
  g_autoptr (GUri) uri = NULL;
  gboolean local = g_str_has_prefix (stripped, "localhost") ||
                   g_str_has_prefix (stripped, "127.") || g_str_has_prefix (stripped, "[::1]");

  if (strpbrk (stripped, " \t\n") != NULL)
    return NULL;
  if (strstr (stripped, "://") != NULL)
    full = g_strdup (stripped);
  else
    full = g_strconcat (local ? "http://" : "https://", stripped, NULL);
  uri = g_uri_parse (full, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return NULL;
  if (!g_str_equal (g_uri_get_scheme (uri), "http") &&
      !g_str_equal (g_uri_get_scheme (uri), "https"))
    return NULL;
  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                     g_uri_get_port (uri), "", NULL, NULL);
}

static void
update_submit (DeskSignInPage *self)
{
  g_autofree char *address = desk_sign_in_page_complete_address (
      gtk_editable_get_text (self->server_row));
  gboolean complete = address != NULL && *gtk_editable_get_text (self->email_row) != '\0' &&
                      *gtk_editable_get_text (self->password_row) != '\0';

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sign-in.submit", complete && !self->busy);
}

static void
on_fields_changed (DeskSignInPage *self)
{
  update_submit (self);
}

static void
submit (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DeskSignInPage *self = DESK_SIGN_IN_PAGE (widget);
  g_autofree char *address = desk_sign_in_page_complete_address (
      gtk_editable_get_text (self->server_row));

  if (address == NULL || self->busy)
    return;
  desk_sign_in_page_set_error (self, NULL);
  g_signal_emit (self, signals[SIGNAL_SUBMIT], 0, address, gtk_editable_get_text (self->email_row),
                 gtk_editable_get_text (self->password_row));
}

static void
on_root_changed (DeskSignInPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (root))
    gtk_window_set_default_widget (GTK_WINDOW (root), GTK_WIDGET (self->sign_in_button));
}

static void
desk_sign_in_page_dispose (GObject *object)
{
  GtkWidget *child = adw_bin_get_child (ADW_BIN (object));

  if (child != NULL)
    adw_bin_set_child (ADW_BIN (object), NULL);
  G_OBJECT_CLASS (desk_sign_in_page_parent_class)->dispose (object);
}

static void
desk_sign_in_page_class_init (DeskSignInPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_sign_in_page_dispose;

  /**
   * DeskSignInPage::submit:
   * @self: the page
   * @server: the completed address
   * @email: the e-mail address
   * @password: the password
   */
  signals[SIGNAL_SUBMIT] = g_signal_new ("submit", DESK_TYPE_SIGN_IN_PAGE, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING,
                                         G_TYPE_STRING, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-sign-in-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, fields);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, server_row);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, email_row);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, password_row);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, button_stack);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, error_revealer);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, error_title);
  gtk_widget_class_bind_template_child (widget_class, DeskSignInPage, error_step);
  gtk_widget_class_bind_template_callback (widget_class, on_fields_changed);
  gtk_widget_class_install_action (widget_class, "sign-in.submit", NULL, submit);
}

static void
desk_sign_in_page_init (DeskSignInPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::root", G_CALLBACK (on_root_changed), NULL);
  update_submit (self);
}

/**
 * desk_sign_in_page_prefill:
 * @self: the page
 * @server: (nullable): the address used last
 * @email: (nullable): the e-mail address used last
 *
 * Fills in what is known already.
 */
void
desk_sign_in_page_prefill (DeskSignInPage *self, const char *server, const char *email)
{
  if (server != NULL)
    gtk_editable_set_text (self->server_row, server);
  if (email != NULL)
    gtk_editable_set_text (self->email_row, email);
}

/**
 * desk_sign_in_page_set_busy:
 * @self: the page
 * @busy: whether a sign-in is under way
 *
 * Locks the fields and shows a spinner while @busy.
 */
void
desk_sign_in_page_set_busy (DeskSignInPage *self, gboolean busy)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->busy == busy)
    return;
  self->busy = busy;
  /* A text entry that is made insensitive with the focus in it would go on blinking. */
  if (busy && root != NULL)
    gtk_root_set_focus (root, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->fields), !busy);
  gtk_stack_set_visible_child_name (self->button_stack, busy ? "busy" : "label");
  gtk_spinner_set_spinning (self->spinner, busy);
  update_submit (self);
}

/**
 * desk_sign_in_page_set_error:
 * @self: the page
 * @error: (nullable): why the sign-in failed, %NULL to take the message away
 *
 * Shows what went wrong and what to do.
 */
void
desk_sign_in_page_set_error (DeskSignInPage *self, const GError *error)
{
  DeskErrorText text = { "", "" };

  if (error != NULL)
    text = desk_error_text_get (error);
  gtk_label_set_label (self->error_title, text.title);
  gtk_label_set_label (self->error_step, text.next_step);
  gtk_revealer_set_reveal_child (self->error_revealer, error != NULL);
  if (error != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->password_row));
}

/**
 * desk_sign_in_page_clear_password:
 * @self: the page
 *
 * Forgets the password that was typed.
 */
void
desk_sign_in_page_clear_password (DeskSignInPage *self)
{
  gtk_editable_set_text (self->password_row, "");
}

/**
 * desk_sign_in_page_focus:
 * @self: the page
 *
 * Puts the keyboard focus into the first field that is empty.
 */
void
desk_sign_in_page_focus (DeskSignInPage *self)
{
  GtkEditable *rows[] = { self->server_row, self->email_row, self->password_row };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (*gtk_editable_get_text (rows[i]) == '\0' || i == G_N_ELEMENTS (rows) - 1) {
      gtk_widget_grab_focus (GTK_WIDGET (rows[i]));
      return;
    }
}

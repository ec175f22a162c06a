/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-options"

#include "config.h"

#include "desk-options.h"

#include "desk-sign-in-page.h"

#include <glib/gi18n.h>

/**
 * desk_options_add:
 * @app: the app
 *
 * Teaches @app the options of the command line. Secrets come in files: what stands on a command
 * line can be seen by all users of a computer.
 */
void
desk_options_add (GApplication *app)
{
  static const GOptionEntry entries[] = {
    { "endpoint", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Address of the server"), N_ ("URL") },
    { "email", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("E-mail address to sign in with"),
      N_ ("ADDRESS") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, NULL,
      N_ ("File with the password, needs --email"), N_ ("FILE") },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("File with a token to sign in with"),
      N_ ("FILE") },
    { "test-media", 0, 0, G_OPTION_ARG_NONE, NULL,
      N_ ("Use a test picture and tone instead of camera and microphone"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version and exit"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (app, entries);
  g_application_set_option_context_summary (
      app, _ ("Call Desk shows the appointments of the day and brings clinician and patient "
              "together by video."));
}

static char *
read_secret (GApplicationCommandLine *command_line, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (command_line, path);
  char *contents = NULL;

  if (!g_file_load_contents (file, NULL, &contents, NULL, NULL, error))
    return NULL;
  return g_strstrip (contents);
}

static gboolean
read_files (DeskOptions *self,
            GApplicationCommandLine *command_line,
            GVariantDict *dict,
            GError **error)
{
  const char *path;

  if (g_variant_dict_lookup (dict, "token-file", "^&ay", &path)) {
    self->token = read_secret (command_line, path, error);
    if (self->token == NULL)
      return FALSE;
  }
  if (g_variant_dict_lookup (dict, "password-file", "^&ay", &path)) {
    self->password = read_secret (command_line, path, error);
    if (self->password == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check (DeskOptions *self, GError **error)
{
  const char *problem = NULL;

  if (self->token != NULL && self->password != NULL)
    problem = _ ("--token-file and --password-file exclude each other");
  else if ((self->token != NULL || self->password != NULL) && self->endpoint == NULL)
    problem = _ ("--token-file and --password-file need --endpoint");
  else if (self->password != NULL && self->email == NULL)
    problem = _ ("--password-file needs --email");
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, problem);
  return FALSE;
}

/**
 * desk_options_read:
 * @self: (out caller-allocates): what is asked for
 * @command_line: a command line
 * @error: return location for an error
 *
 * Reads options and the files they name.
 *
 * Returns: whether they make sense
 */
gboolean
desk_options_read (DeskOptions *self, GApplicationCommandLine *command_line, GError **error)
{
  GVariantDict *dict = g_application_command_line_get_options_dict (command_line);
  const char *endpoint = NULL;

  if (g_variant_dict_lookup (dict, "endpoint", "&s", &endpoint)) {
    self->endpoint = desk_sign_in_page_complete_address (endpoint);
    if (self->endpoint == NULL) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("“%s” is not the address of a server"), endpoint);
      return FALSE;
    }
  }
  g_variant_dict_lookup (dict, "email", "s", &self->email);
  return read_files (self, command_line, dict, error) && check (self, error);
}

/**
 * desk_options_clear:
 * @self: options
 *
 * Frees what @self holds.
 */
void
desk_options_clear (DeskOptions *self)
{
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->email, g_free);
  g_clear_pointer (&self->password, g_free);
  g_clear_pointer (&self->token, g_free);
}

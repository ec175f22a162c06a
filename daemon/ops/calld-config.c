/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-config"

#include "config.h"

#include "calld-config-private.h"

#include "calld-env-file.h"
#include "calld-key-file.h"

#include "call-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* What is going on while settings are read. */
typedef struct {
  CalldConfig *config;
  const CalldConfigSources *sources;
  GHashTable *file;    /* of the .env file, or %NULL */
  GPtrArray *problems; /* sentences; all are told together */
} Loading;

/* --- sources --------------------------------------------------------------------------------- */

/* An empty value counts as none, as in a .env file whose secret was not filled in. */
static const char *
lookup (Loading *loading, const char *name)
{
  const CalldConfigSources *sources = loading->sources;
  const char *value = NULL;

  if (sources->flags != NULL)
    value = g_hash_table_lookup (sources->flags, name);
  if (value == NULL && sources->environment != NULL)
    value = g_environ_getenv (sources->environment, name);
  if ((value == NULL || *value == '\0') && loading->file != NULL)
    value = g_hash_table_lookup (loading->file, name);
  return value != NULL && *value != '\0' ? value : NULL;
}

static void
load_file (Loading *loading)
{
  g_autoptr (GError) error = NULL;

  if (loading->sources->env_file == NULL)
    return;
  loading->file = calld_env_file_load (loading->sources->env_file, &error);
  if (loading->file == NULL)
    g_ptr_array_add (loading->problems, g_strdup (error->message));
}

/* --- values by kind -------------------------------------------------------------------------- */

static guint
parse_uint (Loading *loading, const CalldConfigVariable *variable, const char *value)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (value, 10, variable->min, variable->max, &number, NULL))
    calld_config_add_problem (loading->problems, variable->name,
                              "\"%s\" is not allowed; it is a whole number from %u to %u", value,
                              variable->min, variable->max);
  return (guint) number;
}

static gboolean
parse_bool (Loading *loading, const CalldConfigVariable *variable, const char *value)
{
  static const char *const yes[] = { "true", "yes", "1", "on", NULL };
  static const char *const no[] = { "false", "no", "0", "off", NULL };

  if (g_strv_contains (yes, value))
    return TRUE;
  if (!g_strv_contains (no, value))
    calld_config_add_problem (loading->problems, variable->name,
                              "\"%s\" is not allowed; it is true or false", value);
  return FALSE;
}

static guint
parse_word (Loading *loading, const CalldConfigVariable *variable, const char *value)
{
  g_auto (GStrv) words = g_strsplit (variable->words, "|", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], value))
      return i;
  calld_config_add_problem (loading->problems, variable->name,
                            "\"%s\" is not allowed; it is one of %s", value, variable->words);
  return 0;
}

static char **
parse_list (const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", ",", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (list, parts[i]);
  return g_strv_builder_end (list);
}

static void
load_variable (Loading *loading, const CalldConfigVariable *variable)
{
  gpointer field = G_STRUCT_MEMBER_P (loading->config, variable->offset);
  const char *value = lookup (loading, variable->name);

  if (value == NULL)
    value = variable->fallback;
  switch (variable->kind) {
  case KIND_TEXT:
    *(char **) field = g_strdup (value);
    break;
  case KIND_UINT:
    *(guint *) field = parse_uint (loading, variable, value);
    break;
  case KIND_BOOL:
    *(gboolean *) field = parse_bool (loading, variable, value);
    break;
  case KIND_LIST:
    *(char ***) field = parse_list (value);
    break;
  case KIND_WORD:
    *(guint *) field = parse_word (loading, variable, value);
    break;
  case KIND_LATER:
    break;
  }
}

/* --- values with a function of their own ------------------------------------------------------ */

static void
load_port (Loading *loading)
{
  static const CalldConfigVariable port = { "PORT", .max = 65535 };
  const char *value = lookup (loading, "PORT");

  loading->config->port = (guint16) parse_uint (loading, &port, value != NULL ? value : "4040");
}

/* CALL_ENV is ours; NODE_ENV is what the servers had that this one replaces. */
static void
load_mode (Loading *loading)
{
  const char *name = lookup (loading, "CALL_ENV") != NULL ? "CALL_ENV" : "NODE_ENV";
  const char *value = lookup (loading, name);

  loading->config->development = g_strcmp0 (value, "development") == 0;
  if (value != NULL && !loading->config->development && !g_str_equal (value, "production"))
    calld_config_add_problem (loading->problems, name,
                              "\"%s\" is not allowed; it is development or production", value);
}

static char *
default_state_directory (Loading *loading)
{
  char **environment = loading->sources->environment;
  const char *base = g_environ_getenv (environment, "XDG_STATE_HOME");
  const char *home = g_environ_getenv (environment, "HOME");

  if (base != NULL && g_path_is_absolute (base))
    return g_build_filename (base, "libcall", NULL);
  return g_build_filename (home != NULL ? home : g_get_home_dir (), ".local", "state", "libcall",
                           NULL);
}

static void
load_state_directory (Loading *loading)
{
  const char *value = lookup (loading, "STATE_DIRECTORY");
  CalldConfig *config = loading->config;

  /* systemd.exec(5): several directories are separated by colons. */
  if (value != NULL)
    config->state_directory = g_strndup (value, strcspn (value, ":"));
  else
    config->state_directory = default_state_directory (loading);

  if (!g_path_is_absolute (config->state_directory))
    calld_config_add_problem (loading->problems, "STATE_DIRECTORY",
                              "\"%s\" is not an absolute path", config->state_directory);
  else if (g_mkdir_with_parents (config->state_directory, 0700) < 0)
    calld_config_add_problem (loading->problems, "STATE_DIRECTORY", "\"%s\" cannot be made: %s",
                              config->state_directory, g_strerror (errno));
}

static void
load_database (Loading *loading)
{
  CalldConfig *config = loading->config;

  if (config->database_url == NULL)
    config->database_url = g_strdup_printf ("sqlite://%s/calld.db", config->state_directory);
  if (!g_str_has_prefix (config->database_url, "sqlite:///"))
    calld_config_add_problem (loading->problems, "DATABASE_URL",
                              "this is no database of a known kind; it is "
                              "sqlite:///absolute/path/of/the/file");
}

/* A secret in @name, in the file @name_FILE names, or (if @made_file) in a file that is made. */
static char *
load_secret (Loading *loading, const char *name, const char *made_file)
{
  g_autofree char *file_name = g_strconcat (name, "_FILE", NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  const char *value = lookup (loading, name), *file = lookup (loading, file_name);
  char *secret = NULL;

  if (value != NULL && file != NULL)
    calld_config_add_problem (loading->problems, file_name, "%s is given too; keep one of them",
                              name);
  if (value != NULL)
    return g_strdup (value);
  if (file != NULL)
    secret = calld_key_file_read (file, &error);
  else if (made_file != NULL) {
    path = g_build_filename (loading->config->state_directory, made_file, NULL);
    secret = calld_key_file_ensure (path, &error);
  }
  if (error != NULL)
    calld_config_add_problem (loading->problems, file_name, "%s", error->message);
  return secret;
}

static void
load_jwt_keys (Loading *loading)
{
  g_autofree char *secret = load_secret (loading, "JWT_SECRET", "jwt.key");
  const char *public_file = lookup (loading, "JWT_PUBLIC_KEY_FILE");
  g_autoptr (GError) error = NULL;
  gsize length = secret != NULL ? strlen (secret) : 0;

  if (secret != NULL && length < CALLD_CONFIG_SECRET_MIN)
    calld_config_add_problem (loading->problems, "JWT_SECRET",
                              "it has only %" G_GSIZE_FORMAT
                              " characters; it needs %d at least, such as "
                              "\"openssl rand -hex 32\" makes",
                              length, CALLD_CONFIG_SECRET_MIN);
  loading->config->jwt_secret = g_bytes_new_take (g_steal_pointer (&secret), length);
  if (public_file != NULL &&
      !g_file_get_contents (public_file, &loading->config->jwt_public_key, NULL, &error))
    calld_config_add_problem (loading->problems, "JWT_PUBLIC_KEY_FILE", "%s", error->message);
}

static void
load_audit_key (Loading *loading)
{
  const char *file = lookup (loading, "AUDIT_KEY_FILE");
  g_autofree char *made = file == NULL ? g_build_filename (loading->config->state_directory,
                                                           "audit.key", NULL)
                                       : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *hex = file != NULL ? calld_key_file_read (file, &error)
                                      : calld_key_file_ensure (made, &error);

  loading->config->audit_key = hex != NULL ? calld_key_file_decode (hex) : NULL;
  if (hex == NULL)
    calld_config_add_problem (loading->problems, "AUDIT_KEY_FILE", "%s", error->message);
  else if (loading->config->audit_key == NULL)
    calld_config_add_problem (
        loading->problems, "AUDIT_KEY_FILE",
        "the file holds no key; it is 64 hexadecimal digits, such as \"openssl rand -hex 32\" "
        "makes");
}

/* A number of bytes, or with K, M or G behind it, as systemd's MemoryMax= has it. */
static void
load_memory_limit (Loading *loading)
{
  const char *value = lookup (loading, "MEMORY_LIMIT");

  if (value != NULL && !calld_config_parse_size (value, &loading->config->memory_limit))
    calld_config_add_problem (loading->problems, "MEMORY_LIMIT",
                              "\"%s\" is not allowed; it is a size such as 512M or 2G", value);
}

/* --- loading ---------------------------------------------------------------------------------- */

static void
load_all (Loading *loading)
{
  load_file (loading);
  for (guint i = 0; i < calld_config_n_variables; i++)
    load_variable (loading, &calld_config_variables[i]);
  load_mode (loading);
  load_port (loading);
  load_state_directory (loading);
  load_database (loading);
  load_jwt_keys (loading);
  load_audit_key (loading);
  loading->config->turn_secret = load_secret (loading, "TURN_SECRET", NULL);
  loading->config->metrics_token = load_secret (loading, "METRICS_TOKEN", NULL);
  loading->config->alert_webhook_secret = load_secret (loading, "ALERT_WEBHOOK_SECRET", NULL);
  loading->config->livekit_api_secret = load_secret (loading, "LIVEKIT_API_SECRET", NULL);
  loading->config->imentiv_api_key = load_secret (loading, "IMENTIV_API_KEY", NULL);
  load_memory_limit (loading);
  loading->config->push_webhook_secret = load_secret (loading, "PUSH_WEBHOOK_SECRET", NULL);
  calld_config_check (loading->config, loading->problems);
}

static void
set_problems (GPtrArray *problems, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
      text, problems->len == 1 ? "One setting is wrong:" : "%u settings are wrong:", problems->len);
  for (guint i = 0; i < problems->len; i++)
    g_string_append_printf (text, "\n  %s", (const char *) g_ptr_array_index (problems, i));
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, text->str);
}

/**
 * calld_config_load:
 * @sources: where settings come from
 * @error: (optional): %CALL_ERROR_INVALID with one line for every setting that is wrong
 *
 * Reads and checks all settings. Makes the state directory, and secrets that were not given.
 *
 * Returns: (transfer full) (nullable): the settings
 */
CalldConfig *
calld_config_load (const CalldConfigSources *sources, GError **error)
{
  g_autoptr (CalldConfig) config = g_atomic_rc_box_new0 (CalldConfig);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Loading loading = { config, sources, NULL, problems };

  load_all (&loading);
  g_clear_pointer (&loading.file, g_hash_table_unref);
  if (problems->len > 0) {
    set_problems (problems, error);
    return NULL;
  }
  calld_config_set_bound_port (config, config->port);
  return g_steal_pointer (&config);
}

/**
 * calld_config_reload:
 * @self: settings in use
 * @sources: where settings come from, as when they were loaded
 * @error: (optional): as calld_config_load()
 *
 * Reads all settings again and takes over those that may change while the daemon runs: the lead,
 * the duration and the grace of the access window. If anything is wrong, nothing changes.
 *
 * Returns: %TRUE if they were taken over
 */
gboolean
calld_config_reload (CalldConfig *self, const CalldConfigSources *sources, GError **error)
{
  g_autoptr (CalldConfig) fresh = calld_config_load (sources, error);

  if (fresh == NULL)
    return FALSE;
  self->lead_minutes = fresh->lead_minutes;
  self->duration_minutes = fresh->duration_minutes;
  self->grace_minutes = fresh->grace_minutes;
  return TRUE;
}

CalldConfig *
calld_config_ref (CalldConfig *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
config_clear (gpointer data)
{
  CalldConfig *self = data;

  g_free (self->host);
  g_free (self->public_url);
  g_free (self->tls_cert_file);
  g_free (self->tls_key_file);
  g_free (self->state_directory);
  g_free (self->files_directory);
  g_free (self->antivirus_command);
  g_free (self->database_url);
  g_clear_pointer (&self->jwt_secret, g_bytes_unref);
  g_free (self->jwt_public_key);
  g_free (self->jwt_audience);
  g_free (self->jwt_issuer);
  g_clear_pointer (&self->audit_key, g_bytes_unref);
  g_strfreev (self->stun_urls);
  g_strfreev (self->turn_urls);
  g_free (self->turn_secret);
  g_free (self->livekit_url);
  g_free (self->livekit_api_key);
  g_free (self->livekit_api_secret);
  g_free (self->livekit_egress_url);
  g_strfreev (self->cors_origins);
  g_free (self->metrics_token);
  g_free (self->alert_webhook_url);
  g_free (self->alert_webhook_secret);
  g_free (self->egress_audio_output_dir);
  g_free (self->egress_video_output_dir);
  g_free (self->imentiv_endpoint_url);
  g_free (self->imentiv_api_key);
  g_strfreev (self->trusted_proxies);
  g_free (self->push_webhook_url);
  g_free (self->push_webhook_secret);
  g_clear_pointer (&self->proxies, calld_proxies_unref);
}

void
calld_config_unref (CalldConfig *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, config_clear);
}

/**
 * calld_config_set_bound_port:
 * @self: settings, which no other thread reads yet
 * @port: the port that the daemon got
 *
 * Settles on the port, and on the public URL if none was configured.
 */
void
calld_config_set_bound_port (CalldConfig *self, guint16 port)
{
  gboolean any = g_str_equal (self->host, "0.0.0.0") || g_str_equal (self->host, "::");
  const char *host = any ? "localhost" : self->host;
  gboolean is_v6 = strchr (host, ':') != NULL;

  self->port = port;
  if (self->public_url != NULL && !self->public_url_is_made)
    return;
  g_free (self->public_url);
  self->public_url = g_strdup_printf ("%s://%s%s%s:%u",
                                      self->tls_cert_file != NULL ? "https" : "http",
                                      is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
  self->public_url_is_made = TRUE;
}

/* --- flags ------------------------------------------------------------------------------------ */

static gboolean
on_flag (const char *flag, const char *value, gpointer user_data, GError **error)
{
  g_hash_table_replace (user_data, calld_config_flag_to_name (flag), g_strdup (value));
  return TRUE;
}

/**
 * calld_config_option_group_new:
 * @flags: (element-type utf8 utf8): a table that owns its strings; filled while options are parsed
 *
 * Makes the command line options that set variables: `--port` for PORT and so on. Secrets have
 * none, since other users of the machine can see a command line.
 *
 * Returns: (transfer full): the group
 */
GOptionGroup *
calld_config_option_group_new (GHashTable *flags)
{
  GOptionGroup *group = g_option_group_new ("settings", "Settings", "Show the settings", flags,
                                            NULL);

  for (guint i = 0; i < calld_config_n_variables; i++) {
    g_autofree char *flag = calld_config_name_to_flag (calld_config_variables[i].name);
    GOptionEntry entries[] = {
      { g_intern_string (flag), 0, 0, G_OPTION_ARG_CALLBACK, on_flag,
        calld_config_variables[i].name, "VALUE" },
      G_OPTION_ENTRY_NULL,
    };

    if (!calld_config_variables[i].secret)
      g_option_group_add_entries (group, entries);
  }
  return group;
}

/**
 * calld_config_get_variables:
 *
 * Names all variables.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 */
const char *const *
calld_config_get_variables (void)
{
  static const char **names = NULL;

  if (names == NULL)
    names = g_new0 (const char *, calld_config_n_variables + 1);
  for (gsize i = 0; i < calld_config_n_variables; i++)
    names[i] = calld_config_variables[i].name;
  return names;
}

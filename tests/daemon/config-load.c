/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-config.h"
#include "calld-test-await.h"

#include "call-error.h"

#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *directory;
  char **environment;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->directory = g_dir_make_tmp ("calld-test-XXXXXX", NULL);
  self->environment = g_environ_setenv (g_new0 (char *, 1), "STATE_DIRECTORY", self->directory,
                                        TRUE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  remove_tree (self->directory);
  g_strfreev (self->environment);
  g_free (self->directory);
}

static void
set (Fixture *self, const char *name, const char *value)
{
  self->environment = g_environ_setenv (self->environment, name, value, TRUE);
}

static CalldConfig *
load (Fixture *self, GError **error)
{
  const CalldConfigSources sources = { .environment = self->environment };

  return calld_config_load (&sources, error);
}

static CalldConfig *
load_well (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  CalldConfig *config = load (self, &error);

  g_assert_no_error (error);
  return config;
}

/* Wants @words, separated by |, in the message. */
static void
load_badly (Fixture *self, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) wanted = g_strsplit (words, "|", -1);

  g_assert_null (load (self, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  for (guint i = 0; wanted[i] != NULL; i++)
    if (strstr (error->message, wanted[i]) == NULL)
      g_error ("\"%s\" is not in: %s", wanted[i], error->message);
}

static void
test_defaults (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldConfig) config = load_well (self);
  g_autofree char *url = g_strdup_printf ("sqlite://%s/calld.db", self->directory);

  g_assert_cmpstr (config->host, ==, "127.0.0.1");
  g_assert_cmpuint (config->port, ==, 4040);
  g_assert_cmpstr (config->public_url, ==, "http://127.0.0.1:4040");
  g_assert_cmpstr (config->database_url, ==, url);
  g_assert_false (config->development);
  g_assert_cmpuint (config->lead_minutes, ==, 10);
  g_assert_cmpuint (config->duration_minutes, ==, 30);
  g_assert_cmpuint (config->grace_minutes, ==, 15);
  g_assert_cmpuint (config->ring_seconds, ==, 30);
  g_assert_cmpuint (config->zombie_minutes, ==, 5);
  g_assert_cmpuint (config->presence_grace_seconds, ==, 15);
  g_assert_cmpuint (config->ping_interval_ms, ==, 25000);
  g_assert_cmpuint (config->ping_timeout_ms, ==, 60000);
  g_assert_cmpuint (config->max_connections, ==, 10000);
  g_assert_cmpuint (config->rate_limit_per_minute, ==, 100);
  g_assert_cmpint (config->log_level, ==, CALLD_LOG_INFO);
  g_assert_cmpuint (g_strv_length (config->turn_urls), ==, 0);
  g_assert_cmpuint (g_bytes_get_size (config->audit_key), ==, 32);
}

typedef struct {
  const char *text;
  guint64 bytes; /* 0: it is refused */
} Size;

static void
test_memory_limit (Fixture *self, gconstpointer data)
{
  static const Size sizes[] = {
    { "1", 1 },
    { "4096", 4096 },
    { "512M", G_GUINT64_CONSTANT (512) << 20 },
    { "3K", 3072 },
    { "2G", G_GUINT64_CONSTANT (2) << 30 },
    { "0", 0 },
    { "M", 0 },
    { "2T", 0 },
    { "-1", 0 },
    { "1.5G", 0 },
    { "99999999999999999999", 0 },
    { "9999999999G", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    set (self, "MEMORY_LIMIT", sizes[i].text);
    if (sizes[i].bytes > 0) {
      g_autoptr (CalldConfig) config = load_well (self);

      g_assert_cmpuint (config->memory_limit, ==, sizes[i].bytes);
    } else {
      load_badly (self, "MEMORY_LIMIT|512M");
    }
  }
}

static void
test_operation (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldConfig) config = NULL;

  set (self, "METRICS_TOKEN", "short");
  load_badly (self, "METRICS_TOKEN|16 characters");
  set (self, "METRICS_TOKEN", "long enough to be one");
  set (self, "ALERT_WEBHOOK_URL", "ftp://example.org/");
  load_badly (self, "ALERT_WEBHOOK_URL|https://|ALERT_WEBHOOK_SECRET: it is missing");
  set (self, "ALERT_WEBHOOK_URL", "https://example.org/hook");
  set (self, "ALERT_WEBHOOK_SECRET", "a secret");
  set (self, "DRAIN_TIMEOUT_SECONDS", "0");
  load_badly (self, "DRAIN_TIMEOUT_SECONDS|1 to 3600");
  set (self, "DRAIN_TIMEOUT_SECONDS", "60");
  config = load_well (self);
  g_assert_cmpstr (config->metrics_token, ==, "long enough to be one");
  g_assert_cmpuint (config->drain_spread_seconds, ==, 10);
  g_assert_cmpuint (config->drain_timeout_seconds, ==, 60);
}

/* Keys are made once, for nobody else to read, and found again. */
static void
test_made_keys (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->directory, "jwt.key", NULL);
  g_autoptr (CalldConfig) first = load_well (self), second = load_well (self);
  struct stat buf;

  g_assert_true (g_bytes_equal (first->jwt_secret, second->jwt_secret));
  g_assert_true (g_bytes_equal (first->audit_key, second->audit_key));
  g_assert_false (g_bytes_equal (first->jwt_secret, first->audit_key));
  g_assert_cmpint (stat (path, &buf), ==, 0);
  g_assert_cmpuint (buf.st_mode & 0777, ==, 0600);

  chmod (path, 0644);
  load_badly (self, "JWT_SECRET_FILE|chmod 600|0644");
  chmod (path, 0640);
  calld_config_unref (load_well (self));
}

static void
test_all_problems_at_once (Fixture *self, gconstpointer data)
{
  set (self, "PORT", "70000");
  set (self, "CALL_LEAD_MINUTES", "ten");
  set (self, "LOG_LEVEL", "loud");
  set (self, "AUTO_ACCEPT", "true");
  set (self, "TURN_URLS", "turn:t.example.org");
  set (self, "JWT_SECRET", "hunter2");
  load_badly (self, "6 settings are wrong|PORT: \"70000\"|0 to 65535|CALL_LEAD_MINUTES: \"ten\"|"
                    "error|warning|info|debug|AUTO_ACCEPT|TURN_SECRET|JWT_SECRET");
}

/* A wrong secret is named, never shown. */
static void
test_secrets_are_not_shown (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set (self, "JWT_SECRET", "hunter2");
  g_assert_null (load (self, &error));
  g_assert_nonnull (strstr (error->message, "JWT_SECRET"));
  g_assert_null (strstr (error->message, "hunter2"));
}

static const struct {
  const char *name;
  const char *value;
  const char *words;
} bad_values[] = {
  { "PORT", "-1", "PORT" },
  { "PORT", "80x", "PORT" },
  { "PORT", "99999999999999999999", "PORT" },
  { "CALL_ENV", "test", "CALL_ENV|development or production" },
  { "NODE_ENV", "test", "NODE_ENV|development or production" },
  { "REQUIRE_LICENCE", "maybe", "REQUIRE_LICENCE|true or false" },
  { "DATABASE_URL", "mysql://x", "DATABASE_URL|sqlite:///" },
  { "DATABASE_URL", "sqlite://relative", "DATABASE_URL|sqlite:///" },
  { "STATE_DIRECTORY", "relative", "STATE_DIRECTORY|absolute" },
  { "STATE_DIRECTORY", "/proc/no/such", "STATE_DIRECTORY|cannot be made" },
  { "PUBLIC_URL", "consult.example.org", "PUBLIC_URL" },
  { "PUBLIC_URL", "ftp://example.org", "PUBLIC_URL" },
  { "PUBLIC_URL", "https://example.org/?x=1", "PUBLIC_URL" },
  { "PUBLIC_URL", "http://consult.example.org", "PUBLIC_URL|camera|https" },
  { "HOST", "0.0.0.0", "HOST|TLS_CERT_FILE" },
  { "TLS_CERT_FILE", "/etc/hostname", "TLS_KEY_FILE|together" },
  { "TLS_KEY_FILE", "/no/such/file", "TLS_CERT_FILE|together" },
  { "STUN_URLS", "stun.example.org", "STUN_URLS" },
  { "CORS_ORIGINS", "*", "CORS_ORIGINS|name the origins" },
  { "CORS_ORIGINS", "example.org", "CORS_ORIGINS" },
  { "JWT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "JWT_SECRET|easy to guess" },
  { "JWT_SECRET_FILE", "/no/such/file", "JWT_SECRET_FILE|No such file" },
  { "JWT_PUBLIC_KEY_FILE", "/no/such/file", "JWT_PUBLIC_KEY_FILE" },
  { "AUDIT_KEY_FILE", "/no/such/file", "AUDIT_KEY_FILE" },
  { "JWT_AUDIENCE", "join", "JWT_AUDIENCE|join links" },
  { "PUSH_WEBHOOK_URL", "http://example.org/", "PUSH_WEBHOOK_URL|https|PUSH_WEBHOOK_SECRET" },
  { "JWT_AUDIENCE", "file", "JWT_AUDIENCE|\"file\"" },
  { "FILES_DIR", "relative", "FILES_DIR|absolute" },
  { "FILE_MAX_BYTES", "1", "FILE_MAX_BYTES" },
  { "ANTIVIRUS_COMMAND", "no-such-scanner -x", "ANTIVIRUS_COMMAND|no-such-scanner" },
  { "ANTIVIRUS_COMMAND", "scan '", "ANTIVIRUS_COMMAND" },
  { "TRUSTED_PROXIES", "10.0.0.0/8,proxy", "TRUSTED_PROXIES|\"proxy\"" },
  { "CALL_BUS", "both", "CALL_BUS|session" },
  { "PING_INTERVAL_MS", "0", "PING_INTERVAL_MS" },
  { "MAX_PAYLOAD_BYTES", "1", "MAX_PAYLOAD_BYTES" },
};

static void
test_bad_values (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_values); i++) {
    g_auto (GStrv) before = g_strdupv (self->environment);

    g_test_message ("%s=%s", bad_values[i].name, bad_values[i].value);
    set (self, bad_values[i].name, bad_values[i].value);
    load_badly (self, bad_values[i].words);
    g_strfreev (self->environment);
    self->environment = g_steal_pointer (&before);
  }
}

static void
test_development (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldConfig) config = NULL;

  set (self, "NODE_ENV", "development");
  set (self, "HOST", "0.0.0.0");
  set (self, "PUBLIC_URL", "http://clinic.test:8080//");
  set (self, "AUTO_ACCEPT", "1");
  set (self, "CORS_ORIGINS", "*");
  set (self, "JWT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  config = load_well (self);
  g_assert_true (config->development);
  g_assert_true (config->auto_accept);
  g_assert_cmpstr (config->public_url, ==, "http://clinic.test:8080");
}

static void
test_call_env_wins (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldConfig) config = NULL;

  set (self, "NODE_ENV", "development");
  set (self, "CALL_ENV", "production");
  config = load_well (self);
  g_assert_false (config->development);
}

static void
test_ice (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldConfig) config = NULL;

  set (self, "STUN_URLS", " stun:a.example.org:3478 , stuns:b.example.org ");
  set (self, "TURN_URLS", "turn:t.example.org:3478,turns:t.example.org:5349");
  set (self, "TURN_SECRET", "s3cret");
  config = load_well (self);
  g_assert_cmpuint (g_strv_length (config->stun_urls), ==, 2);
  g_assert_cmpstr (config->stun_urls[0], ==, "stun:a.example.org:3478");
  g_assert_cmpuint (g_strv_length (config->turn_urls), ==, 2);
  g_assert_cmpstr (config->turn_secret, ==, "s3cret");
}

static void
test_order_of_sources (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->directory, ".env", NULL);
  g_autoptr (GHashTable) flags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const CalldConfigSources sources = { flags, NULL, path };
  CalldConfigSources all = sources;
  g_autoptr (CalldConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "PORT=1\nCALL_LEAD_MINUTES=1\nCALL_GRACE_MINUTES=1\n", -1, NULL);
  set (self, "PORT", "2");
  set (self, "CALL_LEAD_MINUTES", "2");
  g_hash_table_insert (flags, g_strdup ("PORT"), g_strdup ("3"));
  all.environment = self->environment;
  config = calld_config_load (&all, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (config->port, ==, 3);
  g_assert_cmpuint (config->lead_minutes, ==, 2);
  g_assert_cmpuint (config->grace_minutes, ==, 1);

  /* Only the window moves while it runs; a mistake moves nothing. */
  g_file_set_contents (path, "CALL_GRACE_MINUTES=20\nCALL_RING_SECONDS=60\n", -1, NULL);
  g_assert_true (calld_config_reload (config, &all, &error));
  g_assert_cmpuint (config->grace_minutes, ==, 20);
  g_assert_cmpuint (config->ring_seconds, ==, 30);
  g_file_set_contents (path, "CALL_GRACE_MINUTES=25\nCALL_RING_SECONDS=x\n", -1, NULL);
  g_assert_false (calld_config_reload (config, &all, &error));
  g_assert_cmpuint (config->grace_minutes, ==, 20);
  g_clear_error (&error);

  all.env_file = "/no/such/file";
  g_assert_null (calld_config_load (&all, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

static void
test_flags (Fixture *self, gconstpointer data)
{
  g_autoptr (GHashTable) flags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) good = g_strsplit ("calld|--port=8080|--call-lead-minutes|5", "|", -1);
  g_auto (GStrv) secret = g_strsplit ("calld|--jwt-secret=x", "|", -1);
  g_autoptr (GError) error = NULL;

  g_option_context_add_group (context, calld_config_option_group_new (flags));
  g_assert_true (g_option_context_parse_strv (context, &good, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (flags, "PORT"), ==, "8080");
  g_assert_cmpstr (g_hash_table_lookup (flags, "CALL_LEAD_MINUTES"), ==, "5");

  g_assert_false (g_option_context_parse_strv (context, &secret, &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
}

static void
test_bound_port (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldConfig) made = NULL, given = NULL;

  set (self, "PORT", "0");
  set (self, "HOST", "::1");
  made = load_well (self);
  calld_config_set_bound_port (made, 40123);
  g_assert_cmpuint (made->port, ==, 40123);
  g_assert_cmpstr (made->public_url, ==, "http://[::1]:40123");

  set (self, "PUBLIC_URL", "https://consult.example.org/");
  given = load_well (self);
  calld_config_set_bound_port (given, 40123);
  g_assert_cmpstr (given->public_url, ==, "https://consult.example.org");
}

static void
test_state_directory (Fixture *self, gconstpointer data)
{
  g_autofree char *wanted = g_build_filename (self->directory, "libcall", NULL);
  g_autoptr (CalldConfig) config = NULL;
  struct stat buf;

  set (self, "STATE_DIRECTORY", "");
  set (self, "XDG_STATE_HOME", self->directory);
  config = load_well (self);
  g_assert_cmpstr (config->state_directory, ==, wanted);
  g_assert_cmpint (stat (wanted, &buf), ==, 0);
  g_assert_cmpuint (buf.st_mode & 0777, ==, 0700);
}

/* The names of all variables in env.example, sorted. */
static GPtrArray *
read_example (GHashTable *values)
{
  g_autofree char *path = g_build_filename (g_getenv ("CALL_SOURCE_ROOT"), "env.example", NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    char *equals = strchr (lines[i], '=');

    if (lines[i][0] != '#' || !g_ascii_isupper (lines[i][1]) || equals == NULL)
      continue;
    *equals = '\0';
    g_ptr_array_add (names, g_strdup (lines[i] + 1));
    g_hash_table_insert (values, g_strdup (lines[i] + 1), g_strdup (equals + 1));
  }
  return names;
}

static const struct {
  const char *name;
  gsize offset;
} numbers[] = {
#define NUMBER(name, field)                    \
  {                                            \
    name, G_STRUCT_OFFSET (CalldConfig, field) \
  }
  NUMBER ("TOKEN_TTL_SECONDS", token_ttl_seconds),
  NUMBER ("CALL_LEAD_MINUTES", lead_minutes),
  NUMBER ("CALL_DURATION_MINUTES", duration_minutes),
  NUMBER ("CALL_GRACE_MINUTES", grace_minutes),
  NUMBER ("CALL_RING_SECONDS", ring_seconds),
  NUMBER ("CALL_ZOMBIE_MINUTES", zombie_minutes),
  NUMBER ("PRESENCE_GRACE_SECONDS", presence_grace_seconds),
  NUMBER ("PRESENCE_AWAY_SECONDS", presence_away_seconds),
  NUMBER ("TURN_TTL_SECONDS", turn_ttl_seconds),
  NUMBER ("PING_INTERVAL_MS", ping_interval_ms),
  NUMBER ("PING_TIMEOUT_MS", ping_timeout_ms),
  NUMBER ("MAX_PAYLOAD_BYTES", max_payload_bytes),
  NUMBER ("COMPRESSION_THRESHOLD_BYTES", compression_threshold_bytes),
  NUMBER ("FILE_MAX_BYTES", file_max_bytes),
  NUMBER ("FILE_QUOTA_MB", file_quota_mb),
  NUMBER ("FILES_MAX_MB", files_max_mb),
  NUMBER ("FILES_RETENTION_DAYS", files_retention_days),
  NUMBER ("UPLOAD_EXPIRE_HOURS", upload_expire_hours),
  NUMBER ("ANTIVIRUS_TIMEOUT_SECONDS", antivirus_timeout_seconds),
  NUMBER ("MAX_CONNECTIONS", max_connections),
  NUMBER ("CONNECT_LIMIT_PER_MINUTE", connect_limit_per_minute),
  NUMBER ("RATE_LIMIT_PER_MINUTE", rate_limit_per_minute),
};

/* env.example lists exactly the variables there are, each once, with the values that hold. */
static void
test_example (Fixture *self, gconstpointer data)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) names = read_example (values);
  const char *const *known = calld_config_get_variables ();
  g_autoptr (CalldConfig) config = load_well (self);

  g_assert_cmpuint (names->len, ==, g_hash_table_size (values));
  for (guint i = 0; known[i] != NULL; i++)
    if (!g_hash_table_contains (values, known[i]))
      g_error ("env.example does not explain %s", known[i]);
  g_assert_cmpuint (names->len, ==, g_strv_length ((char **) known));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *number = g_strdup_printf ("%u",
                                               G_STRUCT_MEMBER (guint, config, numbers[i].offset));

    g_assert_cmpstr (g_hash_table_lookup (values, numbers[i].name), ==, number);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);
#define ADD(path, func) g_test_add ("/config/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("defaults", test_defaults);
  ADD ("memory-limit", test_memory_limit);
  ADD ("operation", test_operation);
  ADD ("made-keys", test_made_keys);
  ADD ("all-problems-at-once", test_all_problems_at_once);
  ADD ("secrets-are-not-shown", test_secrets_are_not_shown);
  ADD ("bad-values", test_bad_values);
  ADD ("development", test_development);
  ADD ("call-env-wins", test_call_env_wins);
  ADD ("ice", test_ice);
  ADD ("order-of-sources", test_order_of_sources);
  ADD ("flags", test_flags);
  ADD ("bound-port", test_bound_port);
  ADD ("state-directory", test_state_directory);
  ADD ("example", test_example);
  return g_test_run ();
}

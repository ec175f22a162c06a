/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-config"

#include "config.h"

#include "calld-config-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define METRICS_TOKEN_MIN 16

/**
 * calld_config_add_problem:
 * @problems: (element-type utf8): where to add it
 * @name: the variable
 * @format: what is wrong and what is allowed, without a full stop; never a secret
 * @...: for @format
 *
 * Notes that a setting is wrong.
 */
void
calld_config_add_problem (GPtrArray *problems, const char *name, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (problems, g_strdup_printf ("%s: %s.", name, sentence));
}

/* "--call-lead-minutes" → "CALL_LEAD_MINUTES" */
char *
calld_config_flag_to_name (const char *flag)
{
  char *name = g_ascii_strup (flag + strspn (flag, "-"), -1);

  return g_strdelimit (name, "-", '_');
}

/* And back. */
char *
calld_config_name_to_flag (const char *name)
{
  char *flag = g_ascii_strdown (name, -1);

  return g_strdelimit (flag, "_", '-');
}

/**
 * calld_config_parse_size:
 * @text: a setting
 * @bytes: (out): what it says
 *
 * Reads a number of bytes: a whole number, with K, M or G behind it if wanted.
 *
 * Returns: %FALSE if it is none
 */
gboolean
calld_config_parse_size (const char *text, guint64 *bytes)
{
  static const char units[] = "KMG";
  g_autofree char *digits = g_strdup (text);
  gsize length = strlen (digits);
  const char *unit = length > 0 ? strchr (units, digits[length - 1]) : NULL;
  guint shift = unit != NULL ? 10 * (guint) (unit - units + 1) : 0;
  guint64 number;

  if (unit != NULL)
    digits[length - 1] = '\0';
  if (!g_ascii_string_to_unsigned (digits, 10, 1, G_MAXINT64 >> shift, &number, NULL))
    return FALSE;
  *bytes = number << shift;
  return TRUE;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_str_equal (host, "localhost") || g_str_has_suffix (host, ".localhost");
}

static void
check_public_url (CalldConfig *config, GPtrArray *problems)
{
  g_autoptr (GUri) uri = NULL;
  const char *scheme;
  gsize length;

  if (config->public_url == NULL)
    return;
  length = strlen (config->public_url);
  while (length > 0 && config->public_url[length - 1] == '/')
    config->public_url[--length] = '\0';
  uri = g_uri_parse (config->public_url, G_URI_FLAGS_NONE, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL ||
      (g_strcmp0 (scheme, "http") != 0 && g_strcmp0 (scheme, "https") != 0))
    calld_config_add_problem (problems, "PUBLIC_URL",
                              "\"%s\" is not allowed; it is what patients' browsers open, such as "
                              "https://consult.example.org",
                              config->public_url);
  else if (!config->development && g_str_equal (scheme, "http") &&
           !is_loopback (g_uri_get_host (uri)))
    calld_config_add_problem (
        problems, "PUBLIC_URL",
        "browsers give no camera to a page without TLS; use an https:// address, or "
        "CALL_ENV=development to try things out");
}

static void
check_tls (CalldConfig *config, GPtrArray *problems)
{
  if ((config->tls_cert_file == NULL) != (config->tls_key_file == NULL))
    calld_config_add_problem (problems,
                              config->tls_cert_file == NULL ? "TLS_CERT_FILE" : "TLS_KEY_FILE",
                              "it is missing; certificate and key come together");
  if (config->tls_cert_file != NULL && g_access (config->tls_cert_file, R_OK) < 0)
    calld_config_add_problem (problems, "TLS_CERT_FILE", "\"%s\": %s", config->tls_cert_file,
                              g_strerror (errno));
  if (config->tls_key_file != NULL && g_access (config->tls_key_file, R_OK) < 0)
    calld_config_add_problem (problems, "TLS_KEY_FILE", "\"%s\": %s", config->tls_key_file,
                              g_strerror (errno));
  if (!config->development && !is_loopback (config->host) && config->tls_cert_file == NULL &&
      config->public_url == NULL)
    calld_config_add_problem (
        problems, "HOST",
        "\"%s\" is open to the network without TLS; set TLS_CERT_FILE and TLS_KEY_FILE, or stay "
        "on 127.0.0.1 behind a proxy and set PUBLIC_URL",
        config->host);
}

static void
check_ice_urls (GPtrArray *problems, const char *name, char **urls, const char *scheme)
{
  for (guint i = 0; urls[i] != NULL; i++) {
    g_autofree char *plain = g_strconcat (scheme, ":", NULL);
    g_autofree char *secure = g_strconcat (scheme, "s:", NULL);

    if (!g_str_has_prefix (urls[i], plain) && !g_str_has_prefix (urls[i], secure))
      calld_config_add_problem (
          problems, name, "\"%s\" is not allowed; an address is like %s:turn.example.org:3478",
          urls[i], scheme);
  }
}

static void
check_ice (CalldConfig *config, GPtrArray *problems)
{
  check_ice_urls (problems, "STUN_URLS", config->stun_urls, "stun");
  check_ice_urls (problems, "TURN_URLS", config->turn_urls, "turn");
  if (config->turn_urls[0] != NULL && config->turn_secret == NULL)
    calld_config_add_problem (
        problems, "TURN_SECRET",
        "it is missing; TURN_URLS needs the server's static-auth-secret, or TURN_SECRET_FILE");
}

static void
check_cors (CalldConfig *config, GPtrArray *problems)
{
  for (guint i = 0; config->cors_origins[i] != NULL; i++) {
    const char *origin = config->cors_origins[i];

    if (g_str_equal (origin, "*")) {
      if (!config->development)
        calld_config_add_problem (
            problems, "CORS_ORIGINS",
            "\"*\" lets every web site act for those who are signed in; name the origins");
    } else if (!g_str_has_prefix (origin, "http://") && !g_str_has_prefix (origin, "https://"))
      calld_config_add_problem (problems, "CORS_ORIGINS",
                                "\"%s\" is not allowed; an origin is like https://example.org",
                                origin);
  }
}

static void
check_proxies (CalldConfig *config, GPtrArray *problems)
{
  g_autoptr (GError) error = NULL;

  config->proxies = calld_proxies_new ((const char *const *) config->trusted_proxies, &error);
  if (config->proxies == NULL)
    calld_config_add_problem (problems, "TRUSTED_PROXIES", "%s", error->message);
}

static void
check_alert_webhook (CalldConfig *config, GPtrArray *problems)
{
  g_autoptr (GUri) uri = NULL;
  const char *url = config->alert_webhook_url;

  if (url == NULL)
    return;
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_userinfo (uri) != NULL ||
      (g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 &&
       g_strcmp0 (g_uri_get_scheme (uri), "http") != 0))
    calld_config_add_problem (problems, "ALERT_WEBHOOK_URL",
                              "this is no address like https://hooks.example.org/calld");
  if (config->alert_webhook_secret == NULL)
    calld_config_add_problem (problems, "ALERT_WEBHOOK_SECRET",
                              "it is missing; what calld posts to ALERT_WEBHOOK_URL is signed with "
                              "it");
}

static void
check_imentiv (CalldConfig *config, GPtrArray *problems)
{
  g_autoptr (GUri) uri = NULL;
  const char *url = config->imentiv_endpoint_url;

  if (url != NULL)
    uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (url != NULL && (uri == NULL || g_uri_get_host (uri) == NULL ||
                      (g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 &&
                       g_strcmp0 (g_uri_get_scheme (uri), "http") != 0)))
    calld_config_add_problem (problems, "IMENTIV_ENDPOINT_URL",
                              "this is no address like https://imentiv.example.org/audio");
  if (url == NULL && config->imentiv_api_key != NULL)
    calld_config_add_problem (problems, "IMENTIV_ENDPOINT_URL",
                              "it is missing; IMENTIV_API_KEY is sent there");
}

static void
check_metrics_token (CalldConfig *config, GPtrArray *problems)
{
  if (config->metrics_token != NULL && strlen (config->metrics_token) < METRICS_TOKEN_MIN)
    calld_config_add_problem (problems, "METRICS_TOKEN",
                              "it is easy to guess; it needs %d characters at least",
                              METRICS_TOKEN_MIN);
}

static gboolean
has_scheme (const char *url, const char *const *schemes)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
         g_strv_contains (schemes, g_uri_get_scheme (uri));
}

static void
check_livekit (CalldConfig *config, GPtrArray *problems)
{
  static const char *const api[] = { "ws", "wss", "http", "https", NULL };
  static const char *const sockets[] = { "ws", "wss", NULL };

  if ((config->livekit_api_key != NULL) != (config->livekit_api_secret != NULL))
    calld_config_add_problem (
        problems, config->livekit_api_key != NULL ? "LIVEKIT_API_SECRET" : "LIVEKIT_API_KEY",
        "it is missing; LiveKit's key and secret go together");
  if (config->livekit_url != NULL && !has_scheme (config->livekit_url, api))
    calld_config_add_problem (problems, "LIVEKIT_URL",
                              "this is no address like wss://livekit.example.org");
  if (config->livekit_url != NULL && config->livekit_api_key == NULL)
    calld_config_add_problem (problems, "LIVEKIT_API_KEY",
                              "it is missing; LIVEKIT_URL is of no use without it");
  if (config->livekit_egress == CALLD_TRACKS_AUDIO && config->livekit_url == NULL)
    calld_config_add_problem (problems, "LIVEKIT_URL",
                              "it is missing; LIVEKIT_EGRESS=audio asks there for the tracks");
  if (config->livekit_egress_url != NULL && !has_scheme (config->livekit_egress_url, sockets))
    calld_config_add_problem (problems, "LIVEKIT_EGRESS_URL",
                              "this is no address like wss://calld.example.org");
}

static void
check_push (CalldConfig *config, GPtrArray *problems)
{
  const char *url = config->push_webhook_url;

  if (url == NULL)
    return;
  if (!g_str_has_prefix (url, "https://") &&
      !(config->webhook_allow_private && g_str_has_prefix (url, "http://")))
    calld_config_add_problem (problems, "PUSH_WEBHOOK_URL",
                              "it begins with https://; http:// is for WEBHOOK_ALLOW_PRIVATE");
  if (config->push_webhook_secret == NULL ||
      strlen (config->push_webhook_secret) < CALLD_CONFIG_SECRET_MIN)
    calld_config_add_problem (problems, "PUSH_WEBHOOK_SECRET",
                              "it needs %d characters at least, which the receiver knows too",
                              CALLD_CONFIG_SECRET_MIN);
}

static void
check_files (CalldConfig *config, GPtrArray *problems)
{
  if (config->files_directory == NULL)
    config->files_directory = g_build_filename (config->state_directory, "files", NULL);
  else if (!g_path_is_absolute (config->files_directory))
    calld_config_add_problem (problems, "FILES_DIR", "\"%s\" is not an absolute path",
                              config->files_directory);
}

static void
check_antivirus (CalldConfig *config, GPtrArray *problems)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *program = NULL;
  g_autoptr (GError) error = NULL;

  if (config->antivirus_command == NULL)
    return;
  if (!g_shell_parse_argv (config->antivirus_command, NULL, &words, &error)) {
    calld_config_add_problem (problems, "ANTIVIRUS_COMMAND", "%s", error->message);
    return;
  }
  program = g_find_program_in_path (words[0]);
  if (program == NULL)
    calld_config_add_problem (problems, "ANTIVIRUS_COMMAND", "there is no program \"%s\"",
                              words[0]);
}

/* A secret of few different letters was typed, not drawn. */
static void
check_secret (CalldConfig *config, GPtrArray *problems)
{
  gsize length, n_seen = 0;
  const guint8 *secret = g_bytes_get_data (config->jwt_secret, &length);
  gboolean seen[256] = { FALSE };

  for (gsize i = 0; i < length; i++) {
    n_seen += !seen[secret[i]];
    seen[secret[i]] = TRUE;
  }
  if (!config->development && length >= CALLD_CONFIG_SECRET_MIN && n_seen < 10)
    calld_config_add_problem (problems, "JWT_SECRET",
                              "it is easy to guess; use what \"openssl rand -hex 32\" makes");
}

/**
 * calld_config_check:
 * @config: settings that were read
 * @problems: (element-type utf8): where to add a sentence for each that does not fit the others
 *
 * Checks what concerns more than one setting. Production refuses what is only good for trying out.
 */
void
calld_config_check (CalldConfig *config, GPtrArray *problems)
{
  check_public_url (config, problems);
  check_tls (config, problems);
  check_ice (config, problems);
  check_cors (config, problems);
  check_proxies (config, problems);
  check_push (config, problems);
  if (g_strcmp0 (config->jwt_audience, CALLD_CONFIG_LINK_AUDIENCE) == 0 ||
      g_strcmp0 (config->jwt_audience, CALLD_CONFIG_FILE_AUDIENCE) == 0)
    calld_config_add_problem (
        problems, "JWT_AUDIENCE",
        "\"%s\" is what links are for, such as join links; choose another word",
        config->jwt_audience);
  check_files (config, problems);
  check_antivirus (config, problems);
  check_secret (config, problems);
  check_alert_webhook (config, problems);
  check_imentiv (config, problems);
  check_metrics_token (config, problems);
  check_livekit (config, problems);
  if (config->auto_accept && !config->development)
    calld_config_add_problem (problems, "AUTO_ACCEPT",
                              "calls that nobody answers are for CALL_ENV=development only");
}

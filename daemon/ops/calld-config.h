/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-proxies.h"

#include <glib.h>

G_BEGIN_DECLS

/* The audience of join links, which no token may have. */
#define CALLD_CONFIG_LINK_AUDIENCE "join"
/* The audience of addresses of files. */
#define CALLD_CONFIG_FILE_AUDIENCE "file"

/**
 * CalldLogLevel:
 *
 * How much the daemon says. Each level includes those before it.
 */
typedef enum {
  CALLD_LOG_ERROR,
  CALLD_LOG_WARNING,
  CALLD_LOG_INFO,
  CALLD_LOG_DEBUG,
} CalldLogLevel;

/**
 * CalldTracks:
 *
 * Which tracks LiveKit is asked for without being told to: none, or those with sound as they are
 * published.
 */
typedef enum {
  CALLD_TRACKS_ON_DEMAND,
  CALLD_TRACKS_AUDIO,
} CalldTracks;

/**
 * CalldLogFormat:
 *
 * How a line on stderr looks. Under systemd the journal gets fields instead, whatever the format.
 */
typedef enum {
  CALLD_LOG_TEXT,
  CALLD_LOG_JSON,
} CalldLogFormat;

/**
 * CalldBusChoice:
 *
 * The D-Bus on which the daemon shows itself. AUTO takes the bus that started it, else the session
 * bus if there is one, else none.
 */
typedef enum {
  CALLD_BUS_AUTO,
  CALLD_BUS_SESSION,
  CALLD_BUS_SYSTEM,
  CALLD_BUS_NONE,
} CalldBusChoice;

/**
 * CalldPayload:
 *
 * What Imentiv gets: bare samples, or WAV with a header.
 */
typedef enum {
  CALLD_PAYLOAD_PCM,
  CALLD_PAYLOAD_WAV,
} CalldPayload;

/**
 * CalldConfig:
 *
 * Every setting of the daemon, checked. Env.example says what each one means; a field has the name
 * of its variable in lower case. Reference counted, safe to hand to other threads.
 *
 * All fields are constant once loaded, but lead_minutes, duration_minutes and grace_minutes, which
 * calld_config_reload() may change: only the main context reads those.
 */
typedef struct {
  char *host;
  guint16 port;                /* 0: any free one */
  char *public_url;            /* no slash at the end; see calld_config_set_bound_port() */
  gboolean public_url_is_made; /* not configured: follows the port */
  char *tls_cert_file;         /* (nullable) both or none */
  char *tls_key_file;          /* (nullable) */
  char *state_directory;       /* exists, mode 0700 */
  char *database_url;          /* sqlite:///absolute/path, or postgresql://… */
  gboolean development;        /* CALL_ENV or NODE_ENV is "development" */
  GBytes *jwt_secret;          /* at least 32 bytes */
  char *jwt_public_key;        /* (nullable) PEM, for tokens of a foreign issuer */
  char *jwt_audience;          /* (nullable) the "aud" of tokens */
  char *jwt_issuer;            /* (nullable) the "iss" of tokens */
  GBytes *audit_key;           /* 32 bytes, keys the audit chain */
  guint token_ttl_seconds;
  guint lead_minutes;
  guint duration_minutes; /* of an appointment that names none */
  guint grace_minutes;
  guint ring_seconds;
  guint zombie_minutes;
  guint presence_grace_seconds;
  guint presence_away_seconds; /* 0: never */
  gboolean require_licence;
  gboolean auto_accept;     /* development only */
  char **stun_urls;         /* never NULL, may be empty */
  char **turn_urls;         /* never NULL, may be empty */
  char *turn_secret;        /* (nullable) */
  char *livekit_url;        /* (nullable): its API */
  char *livekit_api_key;    /* (nullable) */
  char *livekit_api_secret; /* (nullable) */
  CalldTracks livekit_egress;
  char *livekit_egress_url; /* (nullable): where LiveKit reaches us; the public URL if missing */
  guint turn_ttl_seconds;
  char **cors_origins; /* never NULL; "*" only in development */
  guint ping_interval_ms;
  guint ping_timeout_ms;
  guint max_payload_bytes;
  gboolean compression;
  guint compression_threshold_bytes;
  gboolean connection_recovery;
  guint max_connections;
  guint message_recall_seconds;
  guint group_members_max;
  guint rate_limit_per_minute;
  char *push_webhook_url;    /* (nullable) */
  char *push_webhook_secret; /* (nullable); never NULL with a URL */
  gboolean webhook_allow_private;
  guint connect_limit_per_minute; /* 0: none */
  guint64 memory_limit;           /* bytes; 0: the control group's, if it has one */
  guint drain_spread_seconds;
  guint drain_timeout_seconds;
  char *metrics_token;        /* (nullable) */
  char *alert_webhook_url;    /* (nullable) */
  char *alert_webhook_secret; /* (nullable); never NULL with a URL */
  char *files_directory;      /* below the state directory unless set */
  guint file_max_bytes;
  guint file_quota_mb;        /* of one user */
  guint files_max_mb;         /* of all */
  guint files_retention_days; /* 0: as long as their messages */
  guint upload_expire_hours;
  char *antivirus_command; /* (nullable) */
  guint antivirus_timeout_seconds;
  char **trusted_proxies;        /* never NULL, may be empty */
  CalldProxies *proxies;         /* the same, parsed */
  char *egress_audio_output_dir; /* below the state directory unless it is absolute */
  char *egress_video_output_dir; /* likewise */
  guint egress_workers;
  guint audio_pipeline_group_seconds;
  CalldPayload audio_pipeline_payload;
  gboolean audio_pipeline_normalize;
  guint audio_pipeline_timeout_ms;
  char *imentiv_endpoint_url; /* (nullable) */
  char *imentiv_api_key;      /* (nullable) */
  CalldLogLevel log_level;
  CalldLogFormat log_format;
  CalldBusChoice bus; /* CALL_BUS */
} CalldConfig;

/**
 * CalldConfigSources:
 * @flags: (nullable) (element-type utf8 utf8): variable name → value, from the command line
 * @environment: (nullable): as from g_get_environ()
 * @env_file: (nullable): path of a `.env` file; must exist when given
 *
 * Where settings come from; the first that names a variable wins.
 */
typedef struct {
  GHashTable *flags;
  char **environment;
  const char *env_file;
} CalldConfigSources;

CalldConfig *calld_config_load (const CalldConfigSources *sources, GError **error);
gboolean calld_config_reload (CalldConfig *self, const CalldConfigSources *sources, GError **error);
CalldConfig *calld_config_ref (CalldConfig *self);
void calld_config_unref (CalldConfig *self);

void calld_config_set_bound_port (CalldConfig *self, guint16 port);

GOptionGroup *calld_config_option_group_new (GHashTable *flags);
const char *const *calld_config_get_variables (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldConfig, calld_config_unref)

G_END_DECLS

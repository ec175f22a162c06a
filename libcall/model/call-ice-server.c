/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-ice-server.h"

/**
 * CallIceServer:
 *
 * A STUN or TURN server and what it takes to use it. Immutable.
 */
struct _CallIceServer {
  GObject parent_instance;

  char **urls;
  char *username;
  char *credential;
};

enum { PROP_0, PROP_URLS, PROP_USERNAME, PROP_CREDENTIAL, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallIceServer, call_ice_server, G_TYPE_OBJECT)

static void
call_ice_server_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallIceServer *self = CALL_ICE_SERVER (object);

  switch (id) {
  case PROP_URLS:
    self->urls = g_value_dup_boxed (value);
    break;
  case PROP_USERNAME:
    self->username = g_value_dup_string (value);
    break;
  case PROP_CREDENTIAL:
    self->credential = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_ice_server_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallIceServer *self = CALL_ICE_SERVER (object);

  switch (id) {
  case PROP_URLS:
    g_value_set_boxed (value, self->urls);
    break;
  case PROP_USERNAME:
    g_value_set_string (value, self->username);
    break;
  case PROP_CREDENTIAL:
    g_value_set_string (value, self->credential);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_ice_server_finalize (GObject *object)
{
  CallIceServer *self = CALL_ICE_SERVER (object);

  g_clear_pointer (&self->urls, g_strfreev);
  g_clear_pointer (&self->username, g_free);
  g_clear_pointer (&self->credential, g_free);

  G_OBJECT_CLASS (call_ice_server_parent_class)->finalize (object);
}

static void
call_ice_server_class_init (CallIceServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_ice_server_set_property;
  object_class->get_property = call_ice_server_get_property;
  object_class->finalize = call_ice_server_finalize;

  /**
   * CallIceServer:urls:
   *
   * The addresses, `stun:`, `turn:` or `turns:`.
   */
  props[PROP_URLS] = g_param_spec_boxed ("urls", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * CallIceServer:username:
   *
   * The user name for TURN.
   */
  props[PROP_USERNAME] = g_param_spec_string ("username", NULL, NULL, NULL, flags);
  /**
   * CallIceServer:credential:
   *
   * The password for TURN, never to be logged.
   */
  props[PROP_CREDENTIAL] = g_param_spec_string ("credential", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_ice_server_init (CallIceServer *self)
{
}

/**
 * call_ice_server_new:
 * @urls: the addresses, `stun:`, `turn:` or `turns:`
 * @username: (nullable): the user name for TURN
 * @credential: (nullable): the password for TURN, never to be logged
 *
 * Makes a [class@Call.IceServer]. Strings and dates are copied or referenced.
 *
 * Returns: (transfer full): a new object
 */
CallIceServer *
call_ice_server_new (const char *const *urls, const char *username, const char *credential)
{
  return g_object_new (CALL_TYPE_ICE_SERVER, "urls", urls, "username", username, "credential",
                       credential, NULL);
}

/**
 * call_ice_server_get_urls:
 * @self: a [class@Call.IceServer]
 *
 * Gets the addresses, `stun:`, `turn:` or `turns:`.
 *
 * Returns: (transfer none) (array zero-terminated=1): the addresses, `stun:`, `turn:` or `turns:`
 */
const char *const *
call_ice_server_get_urls (CallIceServer *self)
{
  g_return_val_if_fail (CALL_IS_ICE_SERVER (self), NULL);

  return (const char *const *) self->urls;
}

/**
 * call_ice_server_get_username:
 * @self: a [class@Call.IceServer]
 *
 * Gets the user name for TURN.
 *
 * Returns: (transfer none) (nullable): the user name for TURN
 */
const char *
call_ice_server_get_username (CallIceServer *self)
{
  g_return_val_if_fail (CALL_IS_ICE_SERVER (self), NULL);

  return self->username;
}

/**
 * call_ice_server_get_credential:
 * @self: a [class@Call.IceServer]
 *
 * Gets the password for TURN, never to be logged.
 *
 * Returns: (transfer none) (nullable): the password for TURN, never to be logged
 */
const char *
call_ice_server_get_credential (CallIceServer *self)
{
  g_return_val_if_fail (CALL_IS_ICE_SERVER (self), NULL);

  return self->credential;
}

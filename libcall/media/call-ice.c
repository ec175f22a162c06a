/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-ice-private.h"

#include <gio/gio.h>

#include <ifaddrs.h>
#include <net/if.h>

/* The words of a candidate up to its type (RFC 8839 section 5.1). */
enum {
  WORD_FOUNDATION,
  WORD_COMPONENT,
  WORD_TRANSPORT,
  WORD_PRIORITY,
  WORD_ADDRESS,
  WORD_PORT,
  WORD_TYP,
  WORD_TYPE,
  N_WORDS
};

static char **
split (const char *candidate)
{
  g_auto (GStrv) words = NULL;

  if (candidate == NULL || strlen (candidate) > CALL_CANDIDATE_MAX_BYTES ||
      !g_str_is_ascii (candidate))
    return NULL;
  if (g_str_has_prefix (candidate, "a="))
    candidate += 2;
  if (!g_str_has_prefix (candidate, "candidate:"))
    return NULL;
  words = g_strsplit (candidate, " ", -1);
  return g_strv_length (words) >= N_WORDS ? g_steal_pointer (&words) : NULL;
}

static gboolean
is_number (const char *word, guint64 max)
{
  return g_ascii_string_to_unsigned (word, 10, 0, max, NULL, NULL);
}

static gboolean
has_sound_words (char **words)
{
  static const char *const types[] = { "host", "srflx", "prflx", "relay", NULL };

  return is_number (words[WORD_COMPONENT], 256) && is_number (words[WORD_PRIORITY], G_MAXUINT32) &&
         is_number (words[WORD_PORT], 65535) && g_str_equal (words[WORD_TYP], "typ") &&
         (g_ascii_strcasecmp (words[WORD_TRANSPORT], "udp") == 0 ||
          g_ascii_strcasecmp (words[WORD_TRANSPORT], "tcp") == 0) &&
         g_strv_contains (types, words[WORD_TYPE]);
}

static gboolean
is_host_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length < 256 &&
         strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
             length &&
         g_str_has_suffix (name, ".local");
}

/* Judges a candidate of the other side. Only names of multicast DNS are looked up. */
CallCandidateClass
call_candidate_classify (const char *candidate)
{
  g_auto (GStrv) words = split (candidate);

  if (words == NULL || !has_sound_words (words))
    return CALL_CANDIDATE_BAD;
  if (g_hostname_is_ip_address (words[WORD_ADDRESS]))
    return CALL_CANDIDATE_PLAIN;
  return is_host_name (words[WORD_ADDRESS]) ? CALL_CANDIDATE_NAMED : CALL_CANDIDATE_BAD;
}

/* The address or name of a candidate, %NULL if it is malformed. */
char *
call_candidate_dup_address (const char *candidate)
{
  g_auto (GStrv) words = split (candidate);

  return words != NULL ? g_strdup (words[WORD_ADDRESS]) : NULL;
}

/* The same candidate with another address, %NULL if it is malformed. */
char *
call_candidate_replace_address (const char *candidate, const char *address)
{
  g_auto (GStrv) words = split (candidate);

  if (words == NULL)
    return NULL;
  g_free (words[WORD_ADDRESS]);
  words[WORD_ADDRESS] = g_strdup (address);
  return g_strjoinv (" ", words);
}

/* Whether a candidate is an address on a TURN server. */
gboolean
call_candidate_is_relay (const char *candidate)
{
  g_auto (GStrv) words = split (candidate);

  return words != NULL && g_str_equal (words[WORD_TYPE], "relay");
}

/*
 * Turns a URL as browsers take it (RFC 7064, RFC 7065: "turn:host:3478?transport=udp") into one as
 * webrtcbin takes it, with the credentials inside and percent-encoded: time-limited ones contain
 * colons and base64. Returns %NULL for a URL of another kind, and for TURN without credentials.
 */
char *
call_ice_uri_build (const char *url, const char *username, const char *credential)
{
  g_auto (GStrv) parts = url != NULL ? g_strsplit (url, ":", 2) : NULL;
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;
  const char *host;

  if (parts == NULL || g_strv_length (parts) != 2 || strpbrk (url, " @#") != NULL)
    return NULL;
  host = g_str_has_prefix (parts[1], "//") ? parts[1] + 2 : parts[1];
  if (*host == '\0')
    return NULL;
  if (g_str_equal (parts[0], "stun"))
    return g_strdup_printf ("stun://%s", host);
  if (!g_str_equal (parts[0], "turn") && !g_str_equal (parts[0], "turns"))
    return NULL;
  if (username == NULL || credential == NULL)
    return NULL;

  user = g_uri_escape_string (username, NULL, FALSE);
  password = g_uri_escape_string (credential, NULL, FALSE);
  return g_strdup_printf ("%s://%s:%s@%s", parts[0], user, password, host);
}

/* Whether this machine has no address but the loopback's, which ICE leaves out unless it is told.
 */
gboolean
call_ice_is_loopback_only (void)
{
  struct ifaddrs *interfaces = NULL;
  gboolean alone = TRUE;

  if (getifaddrs (&interfaces) != 0)
    return FALSE;
  for (struct ifaddrs *i = interfaces; i != NULL; i = i->ifa_next) {
    gboolean up = (i->ifa_flags & IFF_UP) != 0 && (i->ifa_flags & IFF_LOOPBACK) == 0;

    if (up && i->ifa_addr != NULL &&
        (i->ifa_addr->sa_family == AF_INET || i->ifa_addr->sa_family == AF_INET6))
      alone = FALSE;
  }
  freeifaddrs (interfaces);
  return alone;
}

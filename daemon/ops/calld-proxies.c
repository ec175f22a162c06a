/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-proxies"

#include "config.h"

#include "calld-proxies.h"

#include "call-error.h"

#include <string.h>

/* The longest thing that can be an address with a port: "[…]:65535". */
#define ITEM_MAX 64

struct _CalldProxies {
  GPtrArray *masks; /* of GInetAddressMask */
};

/**
 * calld_proxies_new:
 * @networks: (array zero-terminated=1): addresses, or networks such as 10.0.0.0/8
 * @error: (optional): %CALL_ERROR_INVALID, naming the one that is none
 *
 * Returns: (transfer full) (nullable): the proxies
 */
CalldProxies *
calld_proxies_new (const char *const *networks, GError **error)
{
  g_autoptr (CalldProxies) self = g_atomic_rc_box_new0 (CalldProxies);

  self->masks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; networks[i] != NULL; i++) {
    GInetAddressMask *mask = g_inet_address_mask_new_from_string (networks[i], NULL);

    if (mask == NULL) {
      g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID,
                   "\"%s\" is no address and no network such as 10.0.0.0/8", networks[i]);
      return NULL;
    }
    g_ptr_array_add (self->masks, mask);
  }
  return g_steal_pointer (&self);
}

CalldProxies *
calld_proxies_ref (CalldProxies *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
proxies_clear (gpointer data)
{
  CalldProxies *self = data;

  g_clear_pointer (&self->masks, g_ptr_array_unref);
}

void
calld_proxies_unref (CalldProxies *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, proxies_clear);
}

/**
 * calld_proxies_contain:
 * @self: the proxies
 * @address: an address
 *
 * Returns: whether @address is a proxy of ours
 */
gboolean
calld_proxies_contain (const CalldProxies *self, GInetAddress *address)
{
  for (guint i = 0; i < self->masks->len; i++)
    if (g_inet_address_mask_matches (self->masks->pdata[i], address))
      return TRUE;
  return FALSE;
}

/* ::ffff:192.0.2.1 is 192.0.2.1. Takes @address. */
static GInetAddress *
unmap (GInetAddress *address)
{
  static const guint8 prefix[12] = { [10] = 0xff, [11] = 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (address);
  GInetAddress *plain;

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6 ||
      memcmp (bytes, prefix, sizeof prefix) != 0)
    return address;
  plain = g_inet_address_new_from_bytes (bytes + sizeof prefix, G_SOCKET_FAMILY_IPV4);
  g_object_unref (address);
  return plain;
}

/* Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711. A bare IPv6 address has more than
 * one colon, so that its last part is not taken for a port. */
static GInetAddress *
parse_item (const char *text, gsize length)
{
  char item[ITEM_MAX];
  char *start = item, *end;
  GInetAddress *address;

  if (length >= sizeof item)
    return NULL;
  memcpy (item, text, length);
  item[length] = '\0';
  g_strstrip (item);
  if (*item == '[') {
    start++;
    end = strchr (start, ']');
    if (end == NULL)
      return NULL;
    *end = '\0';
  } else if ((end = strchr (item, ':')) != NULL && strchr (end + 1, ':') == NULL)
    *end = '\0';
  address = g_inet_address_new_from_string (start);
  return address != NULL ? unmap (address) : NULL;
}

/**
 * calld_proxies_find_client:
 * @self: the proxies
 * @peer: who connected to us
 * @forwarded_for: (nullable): what X-Forwarded-For says, several of them joined by commas
 *
 * Finds the address of the client behind our proxies. Each proxy appends whom it heard from, so the
 * list is read from its end, and only as long as proxies of ours vouch for it: what stands before
 * the first address that is not a proxy's was written by the client, who may write what it likes.
 *
 * Returns: (transfer full): the client; @peer itself if it is no proxy, or if nothing better is
 *   known
 */
GInetAddress *
calld_proxies_find_client (const CalldProxies *self, GInetAddress *peer, const char *forwarded_for)
{
  GInetAddress *client = g_object_ref (peer);
  gsize length = forwarded_for != NULL ? strlen (forwarded_for) : 0;

  for (guint hop = 0; hop < CALLD_PROXIES_HOPS_MAX && length > 0; hop++) {
    const char *comma;
    gsize begin;
    GInetAddress *before;

    if (!calld_proxies_contain (self, client))
      break;
    comma = g_strrstr_len (forwarded_for, (gssize) length, ",");
    begin = comma != NULL ? (gsize) (comma - forwarded_for) + 1 : 0;
    before = parse_item (forwarded_for + begin, length - begin);
    if (before == NULL)
      break;
    g_object_unref (client);
    client = before;
    length = begin > 0 ? begin - 1 : 0;
  }
  return client;
}

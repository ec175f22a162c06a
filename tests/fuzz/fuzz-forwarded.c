/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever a client writes into X-Forwarded-For, only what our proxies vouch for counts. */

#include "fuzz.h"

#include "calld-proxies.h"

static const char *const networks[] = { "10.0.0.0/8", "fd00::/8", NULL };

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CalldProxies) proxies = calld_proxies_new (networks, NULL);
  g_autoptr (GInetAddress) proxy = g_inet_address_new_from_string ("10.0.0.1");
  g_autoptr (GInetAddress) stranger = g_inet_address_new_from_string ("192.0.2.7");
  g_autofree char *list = g_strndup ((const char *) data, size);
  g_autofree char *vouched = g_strconcat (list, ",192.0.2.7", NULL);
  g_autoptr (GInetAddress) any = calld_proxies_find_client (proxies, proxy, list);
  g_autoptr (GInetAddress) last = calld_proxies_find_client (proxies, proxy, vouched);
  g_autoptr (GInetAddress) direct = calld_proxies_find_client (proxies, stranger, list);

  g_assert (G_IS_INET_ADDRESS (any));
  g_assert (g_inet_address_equal (last, stranger));
  g_assert (g_inet_address_equal (direct, stranger));
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-login-guard"

#include "config.h"

#include "calld-login-guard.h"

#include "call-rate-limit.h"

/* One account from one address: who mistypes gets through, who guesses gets 5 a minute. */
#define PAIR_BURST 5
#define PAIR_PER_MINUTE 5
/* All accounts from one address: a clinic behind one address signs in in the morning. */
#define ADDRESS_BURST 60
#define ADDRESS_PER_MINUTE 60

struct _CalldLoginGuard {
  CalldClock *clock;
  GHashTable *entries; /* key → Entry */
  GQueue order;        /* of Entry, the one seen last at the tail */
};

typedef struct {
  char *key;
  CallRateLimit limit;
  GList link; /* in order */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_free (entry);
}

/* The time that does not jump: setting the clock gives nobody more attempts. */
static gint64
now_ms (CalldLoginGuard *self)
{
  return calld_clock_monotonic_us (self->clock) / 1000;
}

static char *
pair_key (const char *account, const char *address)
{
  return g_strconcat ("pair\n", account, "\n", address, NULL);
}

static char *
address_key (const char *address)
{
  return g_strconcat ("address\n", address, NULL);
}

static void
forget (CalldLoginGuard *self, Entry *entry)
{
  g_queue_unlink (&self->order, &entry->link);
  g_hash_table_remove (self->entries, entry->key);
}

static Entry *
see (CalldLoginGuard *self, const char *key, guint burst, guint per_minute)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry != NULL)
    g_queue_unlink (&self->order, &entry->link);
  else {
    if (g_hash_table_size (self->entries) >= CALLD_LOGIN_GUARD_MAX)
      forget (self, g_queue_peek_head (&self->order));
    entry = g_new0 (Entry, 1);
    entry->key = g_strdup (key);
    entry->link.data = entry;
    call_rate_limit_init (&entry->limit, burst, per_minute);
    g_hash_table_insert (self->entries, entry->key, entry);
  }
  g_queue_push_tail_link (&self->order, &entry->link);
  return entry;
}

/**
 * calld_login_guard_new:
 * @clock: the time
 *
 * Returns: (transfer full): a guard that has seen nobody
 */
CalldLoginGuard *
calld_login_guard_new (CalldClock *clock)
{
  CalldLoginGuard *self = g_new0 (CalldLoginGuard, 1);

  self->clock = g_object_ref (clock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  return self;
}

void
calld_login_guard_free (CalldLoginGuard *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_object_unref (self->clock);
  g_free (self);
}

/**
 * calld_login_guard_enter:
 * @self: a guard
 * @account: which account is tried
 * @address: from where
 *
 * Counts an attempt.
 *
 * Returns: %FALSE if it is one too many; the password must then not even be looked at
 */
gboolean
calld_login_guard_enter (CalldLoginGuard *self, const char *account, const char *address)
{
  g_autofree char *pair = pair_key (account, address);
  g_autofree char *from = address_key (address);
  gint64 now = now_ms (self);

  return call_rate_limit_take (&see (self, from, ADDRESS_BURST, ADDRESS_PER_MINUTE)->limit, 1, now,
                               NULL) &&
         call_rate_limit_take (&see (self, pair, PAIR_BURST, PAIR_PER_MINUTE)->limit, 1, now, NULL);
}

/**
 * calld_login_guard_clear:
 * @self: a guard
 * @account: the account
 * @address: from where
 *
 * Forgets the failed attempts, since the right password came.
 */
void
calld_login_guard_clear (CalldLoginGuard *self, const char *account, const char *address)
{
  g_autofree char *pair = pair_key (account, address);
  Entry *entry = g_hash_table_lookup (self->entries, pair);

  if (entry != NULL)
    forget (self, entry);
}

static gint64
retry_ms (CalldLoginGuard *self, const char *key)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);
  CallRateLimit copy;
  gint64 after = 0;

  if (entry == NULL)
    return 0;
  copy = entry->limit;
  call_rate_limit_take (&copy, 1, now_ms (self), &after);
  return after;
}

/**
 * calld_login_guard_get_retry_seconds:
 * @self: a guard
 * @account: the account
 * @address: from where
 *
 * Tells when the next attempt is allowed, for the header `Retry-After`.
 *
 * Returns: seconds, 0 for now
 */
guint
calld_login_guard_get_retry_seconds (CalldLoginGuard *self,
                                     const char *account,
                                     const char *address)
{
  g_autofree char *pair = pair_key (account, address);
  g_autofree char *from = address_key (address);
  gint64 by_pair = retry_ms (self, pair), by_address = retry_ms (self, from);

  return (guint) ((MAX (by_pair, by_address) + 999) / 1000);
}

/**
 * calld_login_guard_get_size:
 * @self: a guard
 *
 * Returns: how many counts it keeps, at most %CALLD_LOGIN_GUARD_MAX
 */
guint
calld_login_guard_get_size (CalldLoginGuard *self)
{
  return g_hash_table_size (self->entries);
}

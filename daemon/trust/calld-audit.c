/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-audit"

#include "config.h"

#include "calld-audit.h"

#include "call-error.h"

#include <sodium.h>
#include <string.h>

struct _CalldAudit {
  guint8 key[crypto_generichash_KEYBYTES];
};

/**
 * calld_audit_new:
 * @key: exactly 32 secret bytes
 *
 * Makes the hasher of a chain. Another key makes another chain: keep it as long as the database.
 *
 * Returns: (transfer full): the hasher
 */
CalldAudit *
calld_audit_new (GBytes *key)
{
  CalldAudit *self;

  g_return_val_if_fail (g_bytes_get_size (key) == sizeof self->key, NULL);

  self = g_atomic_rc_box_new0 (CalldAudit);
  memcpy (self->key, g_bytes_get_data (key, NULL), sizeof self->key);
  return self;
}

CalldAudit *
calld_audit_ref (CalldAudit *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
audit_clear (gpointer data)
{
  CalldAudit *self = data;

  sodium_memzero (self->key, sizeof self->key);
}

void
calld_audit_unref (CalldAudit *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, audit_clear);
}

static void
add_number (crypto_generichash_state *state, guint64 number)
{
  guint64 big = GUINT64_TO_BE (number);

  crypto_generichash_update (state, (const guint8 *) &big, sizeof big);
}

/* Length first, and one more than the length, so that neither a moved border between two fields nor
 * an empty field in place of none gives the same bytes. */
static void
add_text (crypto_generichash_state *state, const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  add_number (state, text != NULL ? length + 1 : 0);
  if (length > 0)
    crypto_generichash_update (state, (const guint8 *) text, length);
}

/**
 * calld_audit_hash:
 * @self: the hasher
 * @previous: (nullable): hash of the row before, %NULL for the first
 * @record: the row; its @hash is not looked at
 *
 * Computes the link of @record: keyed BLAKE2b over every field with its length, and the link
 * before.
 *
 * Returns: (transfer full): 64 hex digits
 */
char *
calld_audit_hash (CalldAudit *self, const char *previous, const CalldAuditRecord *record)
{
  crypto_generichash_state state;
  guint8 hash[CALLD_AUDIT_HASH_SIZE];
  char *hex = g_malloc (2 * sizeof hash + 1);

  crypto_generichash_init (&state, self->key, sizeof self->key, sizeof hash);
  add_text (&state, previous);
  add_number (&state, record->seq);
  add_text (&state, record->appointment_id);
  add_text (&state, record->type);
  add_text (&state, record->user_id);
  add_text (&state, record->call_id);
  add_number (&state, (guint64) record->at);
  add_text (&state, record->payload);
  crypto_generichash_final (&state, hash, sizeof hash);

  return sodium_bin2hex (hex, 2 * sizeof hash + 1, hash, sizeof hash);
}

/**
 * calld_audit_verify:
 * @self: the hasher
 * @previous: (nullable): hash of the row before the first of @records, %NULL if that is the first
 * @records: (element-type CalldAuditRecord): rows of the whole chain, by sequence, without gaps
 * @error: (optional): %CALL_ERROR_CONFLICT, naming the sequence of the first row that is wrong
 *
 * Checks a stretch of the chain. Rows cut off at the end are not seen by this; whoever wants to see
 * that keeps the last hash elsewhere.
 *
 * Returns: %TRUE if every row is as it was written
 */
gboolean
calld_audit_verify (CalldAudit *self, const char *previous, GPtrArray *records, GError **error)
{
  guint64 expected = previous == NULL ? 1 : 0;

  for (guint i = 0; i < records->len; i++) {
    const CalldAuditRecord *record = g_ptr_array_index (records, i);
    g_autofree char *hash = calld_audit_hash (self, previous, record);

    if (expected > 0 && record->seq != expected) {
      g_set_error (error, CALL_ERROR, CALL_ERROR_CONFLICT,
                   "The audit chain is broken: row %" G_GUINT64_FORMAT " is missing.", expected);
      return FALSE;
    }
    if (g_strcmp0 (hash, record->hash) != 0) {
      g_set_error (error, CALL_ERROR, CALL_ERROR_CONFLICT,
                   "The audit chain is broken: row %" G_GUINT64_FORMAT " was changed.",
                   record->seq);
      return FALSE;
    }
    previous = record->hash;
    expected = record->seq + 1;
  }
  return TRUE;
}

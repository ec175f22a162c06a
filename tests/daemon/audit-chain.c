/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-audit.h"

#include "call-error.h"

#include <string.h>

typedef struct {
  CalldAudit *audit;
  GPtrArray *rows;
} Fixture;

static CalldAudit *
new_audit (guint8 seed)
{
  guint8 key[32] = { seed };
  g_autoptr (GBytes) bytes = g_bytes_new (key, sizeof key);

  return calld_audit_new (bytes);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const char *const types[] = { "request", "accept", "join", "mute", "end" };
  const char *previous = NULL;

  self->audit = new_audit (1);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_audit_record_free);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    CalldAuditRecord *row = calld_audit_record_new (types[i], "appointment", "user", "call",
                                                    "{\"a\":1}", 1000 + i);

    row->seq = i + 1;
    row->hash = calld_audit_hash (self->audit, previous, row);
    previous = row->hash;
    g_ptr_array_add (self->rows, row);
  }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  calld_audit_unref (self->audit);
  g_ptr_array_unref (self->rows);
}

static void
expect_broken (Fixture *self, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (calld_audit_verify (self->audit, NULL, self->rows, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, words));
}

static CalldAuditRecord *
row (Fixture *self, guint i)
{
  return self->rows->pdata[i];
}

static void
test_intact (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) tail = g_ptr_array_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  g_assert_true (calld_audit_verify (self->audit, NULL, self->rows, NULL));
  g_assert_true (calld_audit_verify (self->audit, NULL, none, NULL));
  g_ptr_array_add (tail, row (self, 3));
  g_ptr_array_add (tail, row (self, 4));
  g_assert_true (calld_audit_verify (self->audit, row (self, 2)->hash, tail, NULL));
  g_assert_false (calld_audit_verify (self->audit, row (self, 1)->hash, tail, NULL));
}

static void
replace (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
change_field (CalldAuditRecord *record, guint field)
{
  char **texts[] = { &record->appointment_id, &record->type, &record->user_id, &record->call_id,
                     &record->payload };

  if (field < G_N_ELEMENTS (texts))
    replace (texts[field], "other");
  else if (field < 2 * G_N_ELEMENTS (texts))
    replace (texts[field - G_N_ELEMENTS (texts)], NULL);
  else
    record->at++;
}

/* Every field counts, also whether it is there at all. */
static void
test_every_field (Fixture *self, gconstpointer data)
{
  for (guint field = 0; field < 11; field++) {
    CalldAuditRecord *kept = calld_audit_record_copy (row (self, 2));

    change_field (row (self, 2), field);
    if (row (self, 2)->type == NULL)
      replace (&row (self, 2)->type, "");
    expect_broken (self, "row 3 was changed");
    calld_audit_record_free (row (self, 2));
    self->rows->pdata[2] = kept;
  }
  g_assert_true (calld_audit_verify (self->audit, NULL, self->rows, NULL));
}

/* A border between two fields that moved is a change too. */
static void
test_moved_border (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldAuditRecord) one = calld_audit_record_new ("ab", "c", "d", NULL, NULL, 1);
  g_autoptr (CalldAuditRecord) other = calld_audit_record_new ("a", "cb", "d", NULL, NULL, 1);
  g_autoptr (CalldAuditRecord) empty = calld_audit_record_new ("ab", "c", "d", "", NULL, 1);
  g_autofree char *a = calld_audit_hash (self->audit, NULL, one);
  g_autofree char *b = calld_audit_hash (self->audit, NULL, other);
  g_autofree char *c = calld_audit_hash (self->audit, NULL, empty);

  g_assert_cmpstr (a, !=, b);
  g_assert_cmpstr (a, !=, c);
  g_assert_cmpuint (strlen (a), ==, 2 * CALLD_AUDIT_HASH_SIZE);
}

static void
test_removed (Fixture *self, gconstpointer data)
{
  g_ptr_array_remove_index (self->rows, 2);
  expect_broken (self, "row 3 is missing");
}

static void
test_first_removed (Fixture *self, gconstpointer data)
{
  g_ptr_array_remove_index (self->rows, 0);
  expect_broken (self, "row 1 is missing");
}

static void
test_swapped (Fixture *self, gconstpointer data)
{
  gpointer kept = self->rows->pdata[1];

  self->rows->pdata[1] = self->rows->pdata[2];
  self->rows->pdata[2] = kept;
  expect_broken (self, "row 2 is missing");
}

/* Whoever can write the rows but has no key cannot make a chain. */
static void
test_other_key (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldAudit) forger = new_audit (2);
  const char *previous = NULL;

  replace (&row (self, 1)->type, "decline");
  for (guint i = 0; i < self->rows->len; i++) {
    g_free (row (self, i)->hash);
    row (self, i)->hash = calld_audit_hash (forger, previous, row (self, i));
    previous = row (self, i)->hash;
  }
  g_assert_true (calld_audit_verify (forger, NULL, self->rows, NULL));
  expect_broken (self, "row 1 was changed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/audit/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("intact", test_intact);
  ADD ("every-field", test_every_field);
  ADD ("moved-border", test_moved_border);
  ADD ("removed", test_removed);
  ADD ("first-removed", test_first_removed);
  ADD ("swapped", test_swapped);
  ADD ("other-key", test_other_key);
  return g_test_run ();
}

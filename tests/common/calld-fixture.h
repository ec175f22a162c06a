/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * CalldFixture:
 *
 * The real calld in a process of its own, with the demo clinic in a directory of its own, on a port
 * of its own. It dies with the test. Functions abort the test when something fails.
 */
typedef struct {
  char *directory;
  char *address; /* "http://127.0.0.1:PORT" */
  guint16 port;
  char *email; /* the clinician's */
  char *password;
  char *join_link; /* the patient's, of the visit that is open now */
  char *log_path;  /* what calld wrote to stderr */

  char **flags;
  GSubprocess *process;
} CalldFixture;

CalldFixture *calld_fixture_new (const char *const *flags);
void calld_fixture_free (CalldFixture *self);

void calld_fixture_start (CalldFixture *self);
void calld_fixture_kill (CalldFixture *self);
void calld_fixture_restart (CalldFixture *self);
void calld_fixture_stop (CalldFixture *self);
char *calld_fixture_read_log (CalldFixture *self);
gint64 calld_fixture_get_pid (CalldFixture *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldFixture, calld_fixture_free)

G_END_DECLS

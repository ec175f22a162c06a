/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Callctl:
 * @bus: where calld is
 * @json: whether to print JSON
 * @session: only look on the session bus
 * @system: only look on the system bus
 *
 * What the commands work with.
 */
typedef struct {
  GDBusConnection *bus;
  gboolean json;
  gboolean session;
  gboolean system;
} Callctl;

/* The name of calld, and of its main interface. */
#define CALLCTL_CALLD "org.libcall.Calld1"

/* Mistakes of the command line, apart from refusals of calld. */
#define CALLCTL_USAGE (g_quark_from_static_string ("callctl-usage"))

/* --- callctl-commands.c --- */

typedef gboolean (*CallctlFunc) (Callctl *self, char **arguments, GError **error);

/**
 * CallctlCommand:
 * @words: how it is called: one or two words
 * @arguments: what comes after
 * @help: what it does
 * @func: does it; gets what comes after the words
 */
typedef struct {
  const char *words;
  const char *arguments;
  const char *help;
  CallctlFunc func;
} CallctlCommand;

extern const CallctlCommand callctl_commands[];

GVariant *callctl_call (Callctl *self,
                        const char *interface,
                        const char *method,
                        GVariant *arguments,
                        GUnixFDList *descriptors,
                        GError **error);

/* --- callctl-stats.c --- */

gboolean callctl_command_stats (Callctl *self, char **arguments, GError **error);

/* --- callctl-social.c --- */

gboolean callctl_command_webhook_add (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_webhook_list (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_webhook_remove (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_webhook_test (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_bot_add (Callctl *self, char **arguments, GError **error);

/* --- callctl-egress.c --- */

gboolean callctl_command_egress_url (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_egress_start (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_egress_stop (Callctl *self, char **arguments, GError **error);
gboolean callctl_command_egress_list (Callctl *self, char **arguments, GError **error);

/* --- callctl-input.c --- */

gboolean callctl_parse_time (const char *text, gint64 now_ms, gint64 *unix_ms, GError **error);
int callctl_read_password (GError **error);
gboolean callctl_check_count (char **arguments, guint min, guint max, GError **error);

/* --- callctl-output.c --- */

void
callctl_print_list (Callctl *self, const char *name, GVariant *rows, const char *const *columns);
void callctl_print_dict (Callctl *self, GVariant *dict);
char *callctl_local_time (gint64 unix_ms);

G_END_DECLS

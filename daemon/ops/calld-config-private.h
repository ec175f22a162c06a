/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-config.h"

G_BEGIN_DECLS

/* RFC 7518 section 3.2: the key of HS256 has at least the size of the hash. */
#define CALLD_CONFIG_SECRET_MIN 32

typedef enum {
  KIND_TEXT,  /* char *, %NULL when empty */
  KIND_UINT,  /* guint in min … max */
  KIND_BOOL,  /* gboolean */
  KIND_LIST,  /* char **, separated by commas */
  KIND_WORD,  /* an enumeration in the order of the words */
  KIND_LATER, /* read by a function of its own */
} CalldConfigKind;

typedef struct {
  const char *name;
  CalldConfigKind kind;
  gsize offset;
  guint min;
  guint max;
  const char *fallback;
  const char *words; /* of KIND_WORD, separated by | */
  gboolean secret;   /* must not be a flag: command lines are public */
} CalldConfigVariable;

extern const CalldConfigVariable calld_config_variables[];
extern const gsize calld_config_n_variables;

void calld_config_add_problem (GPtrArray *problems, const char *name, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
gboolean calld_config_parse_size (const char *text, guint64 *bytes);
void calld_config_check (CalldConfig *config, GPtrArray *problems);
char *calld_config_flag_to_name (const char *flag);
char *calld_config_name_to_flag (const char *name);

G_END_DECLS

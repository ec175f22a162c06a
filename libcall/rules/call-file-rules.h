/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"

G_BEGIN_DECLS

/* What a file may be called, and what is done with which type. Pure, any thread. */

/* Bytes of a name: what file systems take. */
#define CALL_FILE_NAME_MAX 255
/* Parts of a waveform, each a digit. */
#define CALL_FILE_WAVEFORM_MAX 100

/**
 * CallFilePolicy:
 * @CALL_FILE_SHOWN: a browser may show it in the page
 * @CALL_FILE_SAVED: a browser is to save it, not to open it
 * @CALL_FILE_REFUSED: it is not taken
 *
 * What is done with files of a type.
 */
typedef enum {
  CALL_FILE_SHOWN,
  CALL_FILE_SAVED,
  CALL_FILE_REFUSED,
} CallFilePolicy;

char *call_file_rules_clean_name (const char *name);
gboolean call_file_rules_is_waveform (const char *waveform);
CallFilePolicy call_file_rules_get_policy (const char *type);
CallMessageKind call_file_rules_get_kind (const char *type);
const char *call_file_rules_settle_type (const char *sniffed, gboolean has_video);

G_END_DECLS

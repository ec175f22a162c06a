/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-error-body.h"

G_BEGIN_DECLS

/**
 * CALLD_PROBLEM:
 *
 * The domain of errors that carry a whole error body (docs/protocol.md §2), such as when a window
 * opens. The codes are those of #CallError.
 */
#define CALLD_PROBLEM (calld_problem_quark ())
GQuark calld_problem_quark (void);

GError *calld_problem_new (CallErrorBody *body);
GError *calld_problem_new_busy (const char *call_id, const char *message);
GError *calld_problem_new_field (const char *field, const char *message);

CallError calld_problem_get_code (const GError *error);
CallErrorBody *calld_problem_get_body (const GError *error);
GError *calld_problem_flatten (const GError *error);

G_END_DECLS

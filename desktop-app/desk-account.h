/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call.h>

G_BEGIN_DECLS

/*
 * DeskAccountState: whether somebody is signed in.
 */
typedef enum {
  DESK_ACCOUNT_SIGNED_OUT,  /* the clinician has to say who she is */
  DESK_ACCOUNT_STARTING,    /* trying what is known from the last time */
  DESK_ACCOUNT_UNREACHABLE, /* what is known may be right, but the server cannot be asked */
  DESK_ACCOUNT_SIGNING_IN,  /* by e-mail and password */
  DESK_ACCOUNT_SIGNED_IN,
} DeskAccountState;

#define DESK_TYPE_ACCOUNT (desk_account_get_type ())
G_DECLARE_FINAL_TYPE (DeskAccount, desk_account, DESK, ACCOUNT, GObject)

DeskAccount *desk_account_new (GSettings *settings);

DeskAccountState desk_account_get_state (DeskAccount *self);
CallClient *desk_account_get_client (DeskAccount *self);
const GError *desk_account_get_error (DeskAccount *self);
gboolean desk_account_get_loading (DeskAccount *self);
const GError *desk_account_get_load_error (DeskAccount *self);

void desk_account_start (DeskAccount *self);
void desk_account_start_with_token (DeskAccount *self, const char *endpoint, const char *token);
void desk_account_sign_in (DeskAccount *self,
                           const char *endpoint,
                           const char *email,
                           const char *password,
                           gboolean remember);
void desk_account_sign_out (DeskAccount *self);
void desk_account_reload (DeskAccount *self);

G_END_DECLS

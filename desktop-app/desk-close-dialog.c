/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-close-dialog"

#include "config.h"

#include "desk-close-dialog.h"

#include <glib/gi18n.h>

/**
 * desk_close_dialog_new:
 * @parent: the window that is to be closed
 *
 * Asks what becomes of the call when its window is closed. The response is "stay", "leave" or
 * "end".
 *
 * Returns: (transfer floating): a dialog
 */
GtkWidget *
desk_close_dialog_new (GtkWindow *parent)
{
  GtkWidget *dialog = adw_message_dialog_new (
      parent, _ ("Close During a Call?"),
      _ ("If you only leave, the patient can stay and you can come back."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", _ ("_Stay in Call"),
                                    "leave", _ ("_Leave for Now"), "end", _ ("_End Consultation"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "end",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  return dialog;
}

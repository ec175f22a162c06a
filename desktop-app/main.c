/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desk-application.h"

int
main (int argc, char *argv[])
{
  g_autoptr (DeskApplication) app = NULL;

  desk_application_init_locale ();
  app = desk_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}

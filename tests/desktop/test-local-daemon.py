#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon on the same bus: nobody has to sign in."""
import sys

from clinic import Test, wait_for


class LocalDaemon(Test):
    calld_options = ("--call-bus", "session")

    def test_no_sign_in(self):
        desk = self.start_desk()
        # Whose appointments they are is the daemon's matter; here it counts that they are shown.
        wait_for("the appointments of the day",
                 lambda: desk.find("list item", lambda n: "Bruno Lima, " in n)
                 or desk.find("label", lambda n: n == "No Appointments Today"))
        desk.quit()


sys.exit(LocalDaemon().run())

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signing in: what can go wrong, and what is remembered."""
import subprocess
import sys

from clinic import EMAIL, Test, wait_for

PATIENT = "Bruno Lima"
# What a screen reader says at once; the toolkit names the role one way or the other.
ALERT = ("alert", "notification")


class SignIn(Test):
    def test_wrong_password(self):
        desk = self.start_desk()
        desk.sign_in(self.clinic.address, EMAIL, "wrong")
        desk.wait(ALERT, "E-mail or password is wrong")
        desk.wait("label", "Check both and try again.")
        desk.sign_in(self.clinic.address, EMAIL, self.clinic.password)
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        desk.quit()

    def test_no_server(self):
        desk = self.start_desk()
        # Port 9 of the loopback address: nobody listens there.
        desk.sign_in("127.0.0.1:9", EMAIL, "secret")
        desk.wait(ALERT, "The server cannot be reached")
        desk.quit()

    def test_token_of_nobody(self):
        token = self.clinic.dir / "token"
        token.write_text("no.such.token")
        desk = self.start_desk("--endpoint", self.clinic.address, "--token-file", token)
        desk.wait(ALERT, "You are signed out")
        desk.quit()

    def test_second_start_is_the_first(self):
        desk = self.start_desk()
        second = subprocess.run([desk.popen.args[0]], timeout=60, check=False)
        assert second.returncode == 0
        desk.check_alive()
        desk.quit()

    def test_bad_options(self):
        desk = self.start_desk()
        second = subprocess.run([desk.popen.args[0], "--password-file", "/nonexistent"],
                                timeout=60, check=False, capture_output=True, text=True)
        assert second.returncode == 2, second
        assert "No such file" in second.stderr, second.stderr
        desk.quit()


sys.exit(SignIn().run())

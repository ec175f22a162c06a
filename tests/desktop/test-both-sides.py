#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real app and the real page in one consultation, and the app when its daemon is killed."""
import shutil
import socket
import sys

from clinic import EMAIL, GLib, ROOT, Test, wait_for

PATIENT = "Bruno Lima"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class BothSides(Test):
    def __init__(self):
        self.calld_options = ("--no-dbus", "--port", str(free_port()))

    def test_the_page_and_the_app(self):
        desk = self.start_desk()
        desk.sign_in(self.clinic.address, EMAIL, self.clinic.password)
        desk.wait("list item", lambda n: n.startswith(PATIENT) and "not here yet" in n)
        page = self.start_page()
        page.wait("waiting", seconds=60)
        desk.wait("status bar", "Just arrived")
        desk.press("Call")
        page.wait("accepted")
        desk.wait_state("in_call")
        page.wait("first_frame")
        frames = wait_for("pictures of the patient", lambda: desk.get("FramesDecoded"))
        wait_for("more pictures", lambda: desk.get("FramesDecoded") > frames)
        self.mute(desk, page)

        desk.press("Chat")
        desk.type_into("Message", "Can you hear me?")
        desk.press("Send")
        desk.wait("list item", lambda n: n.startswith(f"{PATIENT}: Yes, I can hear you."))
        desk.press("End Consultation")
        desk.wait_state("idle")
        page.wait("ended", lambda e: e["reason"] == "hang_up")
        assert page.wait("report")["frames"] > 0
        desk.quit()

    def start_page(self):
        profile = self.clinic.dir / "profile"
        return self.clinic.start("page", [shutil.which("node"), ROOT / "examples/browser-patient.mjs",
                                          self.clinic.link, profile])

    @staticmethod
    def mute(desk, page):
        desk.press("Mute Microphone")
        told = page.wait("remote_media", lambda e: not e["audio"])
        page.wait("level", lambda e: e["t"] > told["t"] and e["dbfs"] < -60)
        desk.set("Muted", GLib.Variant("b", False))
        told = page.wait("remote_media", lambda e: e["t"] > told["t"] and e["audio"])
        page.wait("level", lambda e: e["t"] > told["t"] and e["dbfs"] > -60)

    def test_the_daemon_is_killed_in_a_call(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--call", "--stay")
        desk.wait_state("ringing_in")
        desk.press("Answer")
        desk.wait_state("in_call")
        patient.wait("first_frame")

        self.clinic.kill_calld()
        lost = patient.wait("connection", lambda e: e["state"] == "reconnecting")
        frames = desk.get("FramesDecoded")
        wait_for("pictures without a daemon", lambda: desk.get("FramesDecoded") > frames + 30)
        self.clinic.start_calld()
        patient.wait("connection", lambda e: e["state"] == "online" and e["t"] > lost["t"])
        desk.press("End Consultation")
        desk.wait_state("idle")
        patient.wait("ended", seconds=60)
        desk.wait("list item", lambda n: n.startswith(PATIENT) and n.endswith("Completed"))
        desk.quit()


sys.exit(BothSides().run())

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole consultations: the real app on a display, used through the accessibility tree only, with a
real daemon and a patient that is another process."""
import signal
import sys

from clinic import EMAIL, GLib, Test, wait_for

PATIENT = "Bruno Lima"


class Consultation(Test):
    def test_answer_a_ring(self):
        desk = self.start_desk()
        desk.sign_in(self.clinic.address, EMAIL, self.clinic.password)
        desk.wait("list item", lambda n: n.startswith(PATIENT) and "not here yet" in n)

        patient = self.clinic.start_patient("--call", "--seconds", "90")
        desk.wait_state("ringing_in")
        assert desk.get("Peer") == PATIENT
        desk.wait("panel", f"{PATIENT}: Incoming video call")
        desk.press("Answer")
        desk.wait_state("in_call")

        patient.wait("first_frame")
        frames = wait_for("pictures of the patient", lambda: desk.get("FramesDecoded"))
        wait_for("more pictures", lambda: desk.get("FramesDecoded") > frames)
        self.mute(desk, patient)
        self.chat(desk, patient)

        desk.press("End Consultation")
        desk.wait_state("idle")
        patient.wait("ended", lambda e: e["reason"] == "hang_up")
        desk.wait("list item", lambda n: n.startswith(PATIENT) and n.endswith("Completed"))
        desk.quit()

    def mute(self, desk, patient):
        desk.press("Mute Microphone")
        told = patient.wait("remote_media", lambda e: not e["audio"])
        patient.wait("level", lambda e: e["t"] > told["t"] and e["dbfs"] < -60)
        assert desk.get("Muted")
        desk.set("Muted", GLib.Variant("b", False))
        patient.wait("remote_media", lambda e: e["t"] > told["t"] and e["audio"])
        desk.press("Turn Off Camera")
        patient.wait("remote_media", lambda e: not e["video"])
        assert not desk.get("CameraEnabled")

    def chat(self, desk, patient):
        sent = patient.wait("message_sent", seconds=120)
        assert sent
        desk.press("Chat, 1 new message")
        desk.wait("list item", lambda n: n.startswith(f"{PATIENT}: "))
        desk.type_into("Message", "Bom dia, Bruno!")
        desk.press("Send")
        patient.wait("message_received")
        desk.wait("list item", lambda n: n.startswith("You: Bom dia, Bruno!"))

    def test_answer_without_asking(self):
        self.clinic.kill_calld()
        self.clinic.settings = {"CALL_ENV": "development", "AUTO_ACCEPT": "true"}
        self.clinic.start_calld()
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--call", "--stay")
        desk.wait_state("in_call")
        patient.wait("first_frame")
        desk.press("End Consultation")
        desk.wait_state("idle")
        desk.quit()

    def test_call_who_waits(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--stay")
        desk.wait("list item", lambda n: n.startswith(PATIENT) and n.endswith("Just arrived"))
        desk.wait("status bar", "Just arrived")
        desk.press("Call")
        desk.wait_state("in_call")
        patient.wait("first_frame")
        wait_for("pictures of the patient", lambda: desk.get("FramesDecoded"))

        desk.press("Leave for Now")
        desk.wait_state("idle")
        desk.wait("list item", lambda n: n.startswith(PATIENT) and n.endswith("Call in progress"))
        desk.press("Return to Call")
        desk.wait_state("in_call")
        wait_for("pictures again", lambda: desk.get("FramesDecoded"))

        desk.press("End Consultation")
        desk.wait_state("idle")
        patient.wait("ended")
        desk.quit()

    def test_answer_from_the_notification(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--stay")
        self.notifications.wait(f"{PATIENT} is in the waiting room")
        patient.stop()

        caller = self.clinic.start_patient("--call", "--stay")
        ring = self.notifications.wait(f"{PATIENT} is calling")
        self.notifications.press(ring, "Answer")
        desk.wait_state("in_call")
        caller.wait("first_frame")
        wait_for("the notification is gone", lambda: ring not in self.notifications.shown)
        desk.press("End Consultation")
        desk.wait_state("idle")
        desk.quit()

    def test_decline(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--call")
        desk.wait_state("ringing_in")
        desk.press("Decline")
        desk.wait_state("idle")
        patient.wait("ended", lambda e: e["reason"] == "declined")
        desk.quit()

    def test_a_gap_and_back(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--call", "--stay")
        desk.wait_state("ringing_in")
        desk.press("Answer")
        desk.wait_state("in_call")
        wait_for("pictures of the patient", lambda: desk.get("FramesDecoded"))

        patient.popen.send_signal(signal.SIGSTOP)
        desk.wait_state("reconnecting")
        desk.wait("status bar", "Connection lost. Reconnecting…")
        patient.popen.send_signal(signal.SIGCONT)
        desk.wait_state("in_call")
        frames = desk.get("FramesDecoded")
        wait_for("pictures again", lambda: desk.get("FramesDecoded") > frames)
        desk.press("End Consultation")
        desk.wait_state("idle")
        desk.quit()

    def test_patient_gives_up(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--call")
        desk.wait_state("ringing_in")
        patient.popen.kill()
        # The daemon lets it ring until its time is over; the clinician need not wait for that.
        desk.press("Decline")
        desk.wait_state("idle")
        desk.quit()

    def test_answer_over_the_bus(self):
        desk = self.start_signed_in_desk()
        desk.wait("list item", lambda n: n.startswith(PATIENT))
        patient = self.clinic.start_patient("--call", "--stay")
        desk.wait_state("ringing_in")
        desk.call_bus("org.libcall.Desk", "Answer")
        desk.wait_state("in_call")
        patient.wait("first_frame")
        desk.call_bus("org.libcall.Desk", "HangUp")
        desk.wait_state("idle")
        try:
            desk.call_bus("org.libcall.Desk", "HangUp")
        except GLib.Error:
            pass
        else:
            raise AssertionError("there is no call to hang up")
        desk.quit()


sys.exit(Consultation().run())

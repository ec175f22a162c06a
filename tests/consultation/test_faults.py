#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong in a consultation: the daemon dies, a participant dies, a second call comes."""
from clinic import Clinic, frames, run, wait_for_frames


def appointment_of(peer):
    return peer.wait("signed_in")["appointment"]


def a_dead_daemon_does_not_end_the_call():
    with Clinic() as clinic:
        clinician, patient = clinic.connected_pair(clinician=("--seconds", "25"))
        appointment = appointment_of(clinician)
        clinic.kill_calld()
        for peer in (clinician, patient):
            peer.wait("connection", lambda e: e["state"] == "reconnecting")
        for peer in (clinician, patient):
            wait_for_frames(peer, 30)
        before = {p: p.wait("connection", lambda e: e["state"] == "reconnecting")["t"]
                  for p in (clinician, patient)}
        clinic.start_calld()
        for peer in (clinician, patient):
            peer.wait("connection", lambda e: e["state"] == "online" and e["t"] > before[peer])
        patient.wait("ended", seconds=60)
        clinician.wait("ended")
        shown, audit = clinic.record(appointment)
        assert shown["status"] == "completed", shown["status"]
        assert "call" not in shown, shown["call"]
        assert audit.count("end") == 1, audit
        clinic.check_database()


def a_patient_who_vanishes_comes_back_into_the_same_call():
    with Clinic({"PRESENCE_GRACE_SECONDS": "2"}) as clinic:
        clinician, patient = clinic.connected_pair()
        first = clinician.wait("connected")["call"]
        patient.popen.kill()
        clinician.wait("reconnecting")
        again = clinic.patient("--stay")
        assert again.wait("connected")["call"] == first
        again.wait("first_frame")
        shown = frames(clinician)
        clinician.wait("level", lambda e: e["frames"] > shown + 15 and e["generation"] > 1)


def a_second_call_is_busy():
    with Clinic() as clinic:
        clinician, _ = clinic.connected_pair()
        appointment = appointment_of(clinician)
        status, body = clinic.request("POST", f"/appointments/{appointment}/call/request",
                                      {"peerId": "00000000-0000-4000-8000-000000000000"},
                                      clinic.sign_in())
        assert (status, body["error"]["code"]) == (409, "busy"), (status, body)
        wait_for_frames(clinician)


def a_stopped_daemon_tells_its_clients_and_comes_back():
    with Clinic() as clinic:
        clinician, patient = clinic.connected_pair()
        clinic.calld.popen.terminate()
        clinic.calld.popen.wait(30)
        wait_for_frames(clinician, 30)
        clinic.start_calld()
        clinic.calld.wait("line")
        wait_for_frames(patient, 30)


run([a_dead_daemon_does_not_end_the_call,
     a_patient_who_vanishes_comes_back_into_the_same_call,
     a_second_call_is_busy,
     a_stopped_daemon_tells_its_clients_and_comes_back])

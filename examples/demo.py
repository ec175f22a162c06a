#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays one complete consultation through a fresh calld and reports what really happened.

The clinician and the patient are processes of their own that know nothing but calld's address and
their credentials. Both print one JSON object a line; this program only starts them, reads along and
judges. Times are of the monotonic clock, which all processes of a machine share.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
import urllib.request

from processes import STEP_SECONDS, Failure, Process

ROOT = pathlib.Path(__file__).resolve().parent.parent
SILENCE_DBFS = -60.0


class Demo:
    def __init__(self, args):
        self.args = args
        self.build = pathlib.Path(args.build)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="libcall-demo-"))
        self.dir.chmod(0o700)
        self.processes = []
        self.report = {"connected_ms": None, "first_frame_ms": {"clinician": None, "patient": None},
                       "frames": {"clinician": 0, "patient": 0}, "messages_delivered": 0,
                       "appointment_status": None, "audit_events": [], "ok": False}

    def step(self, text):
        print(f"  ✓ {text}", file=sys.stderr, flush=True)

    def start(self, name, command):
        env = dict(os.environ, STATE_DIRECTORY=str(self.dir),
                   DATABASE_URL=f"sqlite://{self.dir}/clinic.db")
        process = Process(name, [str(c) for c in command], self.dir / f"{name}.log", env)
        self.processes.append(process)
        return process

    def start_calld(self):
        calld = self.start("calld", [self.build / "daemon/calld", "--demo", "--port", "0",
                                     "--print-port", "--no-dbus"])
        prefix = "calld: listening on "
        line = calld.wait("line", lambda e: e["text"].startswith(prefix))
        self.address = line["text"][len(prefix):]
        prefix = "calld: join link: "
        line = calld.wait("line", lambda e: e["text"].startswith(prefix))
        self.link = line["text"][len(prefix):]
        self.step(f"calld is ready at {self.address}, with a fresh clinic")

    def start_peers(self):
        peer = self.build / "examples/call-peer"
        if self.args.browser:
            patient = ["node", ROOT / "examples/browser-patient.mjs", self.link,
                       self.dir / "chromium"]
        else:
            patient = [peer, "--link", self.link]
        self.patient = self.start("patient", patient)
        self.patient.wait("waiting")
        self.step("the patient entered by the link and is in the waiting room")
        self.clinician = self.start("clinician", [
            peer, "--endpoint", self.address, "--email", "ana@clinic.example",
            "--password-file", self.dir / "demo-password", "--call",
            "--seconds", str(self.args.seconds)])
        self.clinician.wait("signed_in")
        self.step("the clinician signed in")

    def follow_the_call(self):
        ring = self.clinician.wait("ringing_out")
        self.patient.wait("ringing_in", lambda e: e["call"] == ring["call"])
        self.step("the clinician called, and it rings at the patient's")
        accepted = self.patient.wait("accepted")["t"]
        connected = max(p.wait("connected")["t"] for p in (self.clinician, self.patient))
        self.report["connected_ms"] = round(connected - accepted)
        for name, process in (("clinician", self.clinician), ("patient", self.patient)):
            frame = process.wait("first_frame")["t"]
            self.report["first_frame_ms"][name] = round(frame - accepted)
        self.step(f"answered; media flows both ways after {self.report['connected_ms']} ms")
        for sender, receiver in ((self.clinician, self.patient), (self.patient, self.clinician)):
            sent = sender.wait("message_sent")
            receiver.wait("message_received", lambda e: e["id"] == sent["id"])
            self.report["messages_delivered"] += 1
        self.step("a chat message went each way")
        self.follow_the_mute()
        self.patient.wait("ended", seconds=STEP_SECONDS + self.args.seconds)
        self.clinician.wait("ended")
        self.step("hung up; both sides know")

    def follow_the_mute(self):
        before = self.patient.wait("level", lambda e: e["dbfs"] > SILENCE_DBFS)
        self.report["audio_dbfs"] = {"patient": before["dbfs"]}
        self.report["audio_dbfs"]["clinician"] = self.clinician.wait(
            "level", lambda e: e["dbfs"] > SILENCE_DBFS)["dbfs"]
        self.clinician.wait("muted")
        told = self.patient.wait("remote_media", lambda e: not e["audio"])
        self.patient.wait("level", lambda e: e["t"] > told["t"] and e["dbfs"] < SILENCE_DBFS)
        self.step("the clinician muted: the patient was told, and heard silence")
        back = self.patient.wait("remote_media", lambda e: e["t"] > told["t"] and e["audio"])
        self.patient.wait("level", lambda e: e["t"] > back["t"] and e["dbfs"] > SILENCE_DBFS)
        self.step("and was heard again")

    def read_the_record(self):
        for name, process in (("clinician", self.clinician), ("patient", self.patient)):
            final = process.wait("report")
            self.report["frames"][name] = final["frames"]
            if final["frames"] <= 0:
                raise Failure(f"the {name} decoded no video")
        password = (self.dir / "demo-password").read_text().strip()
        token = self.request("POST", "/api/auth/login",
                             {"email": "ana@clinic.example", "password": password})["token"]
        appointment = self.clinician.wait("signed_in")["appointment"]
        shown = self.request("GET", f"/api/appointments/{appointment}", token=token)["appointment"]
        self.report["appointment_status"] = shown["status"]
        audit = self.request("GET", f"/api/appointments/{appointment}/audit", token=token)["events"]
        self.report["audit_events"] = [e["type"] for e in audit]
        missing = {"request", "accept", "join", "mute", "unmute", "end"} - set(
            self.report["audit_events"])
        if missing:
            raise Failure(f"the audit trail lacks {', '.join(sorted(missing))}")
        if shown["status"] != "completed":
            raise Failure(f"the appointment is {shown['status']}, not completed")
        self.step(f"the appointment is completed; the audit trail has {len(audit)} events")

    def request(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=STEP_SECONDS) as answer:
            return json.load(answer)

    def play(self):
        try:
            self.start_calld()
            self.start_peers()
            self.follow_the_call()
            self.read_the_record()
            self.report["ok"] = True
        except Failure as failure:
            print(f"  ✗ {failure}", file=sys.stderr)
        finally:
            for process in reversed(self.processes):
                process.stop()
        if self.report["ok"]:
            shutil.rmtree(self.dir, ignore_errors=True)
        else:
            print(f"  The logs are kept in {self.dir}", file=sys.stderr)
        return self.report


def print_report(report):
    frames, first = report["frames"], report["first_frame_ms"]
    print(f"""
Connected after accept   {report['connected_ms']} ms
First decoded frame      clinician {first['clinician']} ms, patient {first['patient']} ms after accept
Frames decoded           clinician {frames['clinician']}, patient {frames['patient']}
Audio received           clinician {report['audio_dbfs']['clinician']:.1f} dBFS, patient {report['audio_dbfs']['patient']:.1f} dBFS
Messages delivered       {report['messages_delivered']}
Appointment              {report['appointment_status']}
Audit trail              {', '.join(report['audit_events'])}""")


def main():
    parser = argparse.ArgumentParser(prog="run demo", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=8, help="length of the call (default 8)")
    parser.add_argument("--browser", action="store_true",
                        help="the patient is the real page in headless Chromium")
    parser.add_argument("--json", action="store_true", help="report as JSON on the last line")
    args = parser.parse_args()
    if not 4 <= args.seconds <= 3600:
        parser.error("--seconds takes 4 to 3600")
    print("A consultation:", file=sys.stderr)
    report = Demo(args).play()
    if report["ok"]:
        print_report(report)
    if args.json:
        print(json.dumps(report))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

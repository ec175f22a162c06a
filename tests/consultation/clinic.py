# SPDX-License-Identifier: LGPL-2.1-or-later
"""A clinic for a test: a real calld on a port of its own, and peers that are separate processes."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import traceback
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("CALL_BUILD_ROOT", ROOT / "build"))
sys.path.insert(0, str(ROOT / "examples"))

from processes import STEP_SECONDS, Failure, Process  # noqa: E402

EMAIL = "ana@clinic.example"


def free_port(address="127.0.0.1"):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Clinic:
    """The daemon and its peers; everything is stopped when the block ends."""

    def __init__(self, settings=None, wrap=None, address="127.0.0.1"):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="libcall-test-"))
        self.dir.chmod(0o700)
        self.settings = settings or {}
        self.wrap = wrap or (lambda place, command: command)
        self.host = address
        self.port = free_port() if wrap is None else 4040
        self.processes = []
        self.n = 0

    def __enter__(self):
        try:
            self.start_calld()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *_):
        for process in reversed(self.processes):
            process.stop()
        if kind is None:
            shutil.rmtree(self.dir, ignore_errors=True)
        else:
            for log in sorted(self.dir.glob("*.log")):
                lines = log.read_text(errors="replace").splitlines()[-25:]
                print(f"# --- {log.name}", *lines, sep="\n# ", flush=True)

    def start(self, name, command, place=None, env=None):
        self.n += 1
        process = Process(name, [str(c) for c in self.wrap(place, command)],
                          self.dir / f"{self.n:02}-{name}.log", dict(os.environ, **(env or {})))
        self.processes.append(process)
        return process

    def start_calld(self):
        env = {"STATE_DIRECTORY": str(self.dir), "DATABASE_URL": f"sqlite://{self.dir}/clinic.db",
               "HOST": self.host, **self.settings}
        self.calld = self.start("calld", [BUILD / "daemon/calld", "--demo", "--port", self.port,
                                          "--print-port", "--no-dbus"], "server", env)
        self.address = self.line("calld: listening on ")
        self.link = self.line("calld: join link: ")

    def line(self, prefix):
        found = self.calld.wait("line", lambda e: e["text"].startswith(prefix))
        return found["text"][len(prefix):]

    def kill_calld(self):
        self.calld.popen.kill()
        self.calld.popen.wait()

    def password_file(self):
        return self.dir / "demo-password"

    def clinician(self, *options):
        return self.start("clinician", [BUILD / "examples/call-peer", "--endpoint", self.address,
                                        "--email", EMAIL, "--password-file", self.password_file(),
                                        *options], "server")

    def patient(self, *options):
        return self.start("patient", [BUILD / "examples/call-peer", "--link", self.link, *options],
                          "client")

    def connected_pair(self, clinician=("--stay",), patient=("--stay",)):
        patient = self.patient(*patient)
        patient.wait("waiting")
        clinician = self.clinician("--call", *clinician)
        for process in (clinician, patient):
            process.wait("connected")
            process.wait("first_frame")
        return clinician, patient

    def request(self, method, path, body=None, token=None):
        """Answers (status, body)."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=STEP_SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def sign_in(self):
        status, body = self.request("POST", "/api/auth/login", {
            "email": EMAIL, "password": self.password_file().read_text().strip()})
        assert status == 200, body
        return body["token"]

    def record(self, appointment):
        """The appointment and the types of its audit events."""
        token = self.sign_in()
        _, shown = self.request("GET", f"/api/appointments/{appointment}", token=token)
        _, audit = self.request("GET", f"/api/appointments/{appointment}/audit", token=token)
        return shown["appointment"], [e["type"] for e in audit["events"]]

    def check_database(self):
        """The database is whole, and no call is left half-open."""
        with contextlib.closing(sqlite3.connect(f"file:{self.dir}/clinic.db?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def frames(peer):
    """How many pictures the peer has decoded as far as it has told."""
    return max((e["frames"] for e in peer.events if e.get("event") == "level"), default=0)


def wait_for_frames(peer, more=15):
    """Waits until the peer has decoded so many pictures more than now."""
    target = frames(peer) + more
    peer.wait("level", lambda e: e["frames"] >= target)


def run(tests):
    """Runs the functions and prints TAP; the exit status says whether all passed."""
    wanted = sys.argv[1:]
    tests = [t for t in tests if not wanted or t.__name__ in wanted]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {test.__name__}", flush=True)
        except (AssertionError, Failure, OSError, subprocess.SubprocessError):
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {number} {test.__name__}", flush=True)
    sys.exit(1 if failed else 0)

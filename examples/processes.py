# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts programs that print one JSON object a line, and waits for what they print."""
import json
import signal
import subprocess
import threading
import time

STEP_SECONDS = 30


class Failure(Exception):
    """A step that did not happen; the text says which."""


class Process:
    """A started program whose JSON lines (or plain lines) arrive in `lines`."""

    def __init__(self, name, command, log, env):
        self.name = name
        self.log = log
        self.events = []
        self.changed = threading.Condition()
        self.finished = False
        self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=open(log, "w"), text=True, env=env)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.popen.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "line", "text": line.rstrip("\n")}
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()
        with self.changed:
            self.finished = True
            self.changed.notify_all()

    def find(self, event, test=None):
        return next((e for e in self.events
                     if e.get("event") == event and (test is None or test(e))), None)

    def wait(self, event, test=None, seconds=STEP_SECONDS):
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                found = self.find(event, test)
                if found:
                    return found
                error = self.find("error")
                if error:
                    raise Failure(f"{self.name}: {error.get('message')}")
                left = deadline - time.monotonic()
                if self.finished:
                    raise Failure(f"{self.name} ended before “{event}”; see {self.log}")
                if left <= 0:
                    raise Failure(f"{self.name}: no “{event}” within {seconds} s; see {self.log}")
                self.changed.wait(left)

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the start of Call Desk to the first frame of its window: median of 20 starts, at most 1.5 s.

Runs on a display of its own (tests/desktop/in-session). The app says "first frame" in its debug log.
"""
import os
import statistics
import subprocess
import sys
import time

RUNS = int(os.environ.get("CALL_BENCH_RUNS", "20"))
LIMIT_SECONDS = 1.5


def start(program):
    """Seconds until the first frame; the app is ended then."""
    env = dict(os.environ, G_MESSAGES_DEBUG="desk-window")
    began = time.monotonic()
    process = subprocess.Popen([program, "--test-media"], env=env, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout:
            if "first frame" in line:
                return time.monotonic() - began
        raise SystemExit(f"the app ended with {process.wait()} before its first frame")
    finally:
        process.kill()
        process.wait()


def main():
    program = sys.argv[1]
    start(program)  # fills the caches of fonts and icons, as on a computer in use
    times = [start(program) for _ in range(RUNS)]
    median = statistics.median(times)
    print(f"start to first frame: median {median * 1000:.0f} ms, "
          f"best {min(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms, {RUNS} runs")
    return 0 if median <= LIMIT_SECONDS else 1


sys.exit(main())

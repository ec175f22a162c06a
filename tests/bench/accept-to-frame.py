#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From pressing Answer to the first decoded picture, on each side: whole consultations between
separate processes through a fresh calld on loopback. usage: accept-to-frame.py [RUNS]"""
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "consultation"))
from clinic import Clinic  # noqa: E402

LIMIT_MS = 1000
runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
times = {"clinician": [], "patient": []}
for _ in range(runs):
    with Clinic() as clinic:
        clinician, patient = clinic.connected_pair()
        accepted = patient.wait("accepted")["t"]
        for name, peer in (("clinician", clinician), ("patient", patient)):
            times[name].append(peer.wait("first_frame")["t"] - accepted)
for name, values in times.items():
    print(f"accept → first picture, {name}: median {statistics.median(values):.0f} ms, "
          f"min {min(values):.0f}, max {max(values):.0f} of {len(values)} runs (limit {LIMIT_MS})")

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A consultation over a network that fails: two hosts in network namespaces, a cable between them."""
import contextlib
import os
import subprocess
import sys

from clinic import Clinic, frames, run, wait_for_frames

SERVER, CLIENT = f"call-s{os.getpid()}", f"call-c{os.getpid()}"
ADDRESSES = {SERVER: "10.77.0.1", CLIENT: "10.77.0.2"}
CABLE = {SERVER: f"cs{os.getpid()}", CLIENT: f"cc{os.getpid()}"}


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def two_hosts():
    """Two namespaces joined by a cable; gone when the block ends."""
    try:
        for host in ADDRESSES:
            ip("netns", "add", host)
        ip("link", "add", CABLE[SERVER], "netns", SERVER, "type", "veth",
           "peer", "name", CABLE[CLIENT], "netns", CLIENT)
        for host, address in ADDRESSES.items():
            ip("-n", host, "addr", "add", f"{address}/24", "dev", CABLE[host])
            ip("-n", host, "link", "set", "lo", "up")
            ip("-n", host, "link", "set", CABLE[host], "up")
        yield
    finally:
        for host in ADDRESSES:
            subprocess.run(["ip", "netns", "del", host], capture_output=True)


def place(where, command):
    return ["ip", "netns", "exec", CLIENT if where == "client" else SERVER, *command]


def pull_cable():
    ip("-n", CLIENT, "link", "set", CABLE[CLIENT], "down")


def plug_cable():
    ip("-n", CLIENT, "link", "set", CABLE[CLIENT], "up")


def clinic(**settings):
    return Clinic({"PUBLIC_URL": f"http://{ADDRESSES[SERVER]}:4040",
                   "CALL_ENV": "development", **settings}, place,
                  ADDRESSES[SERVER])


def media_survives_a_cable_pulled_for_four_seconds():
    with two_hosts(), clinic() as c:
        clinician, patient = c.connected_pair()
        pull_cable()
        lost = clinician.wait("reconnecting")["t"]
        plug_cable()
        for peer in (clinician, patient):
            shown = frames(peer)
            peer.wait("level", lambda e: e["t"] > lost and e["frames"] > shown + 30, seconds=60)
        assert not clinician.find("ended") and not patient.find("ended")


def a_network_that_stays_away_leaves_no_ghost():
    with two_hosts(), clinic(PRESENCE_GRACE_SECONDS="3", PING_INTERVAL_MS="2000",
                             PING_TIMEOUT_MS="2000") as c:
        clinician, _ = c.connected_pair(clinician=("--seconds", "20"))
        pull_cable()
        clinician.wait("reconnecting")
        assert clinician.wait("ended", seconds=60)["reason"] == "hang_up"
        # The clinic's own network is up: it asks the daemon from the server's side.
        database = subprocess.run(
            ["/usr/bin/python3", "-c",
             "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("
             "\"SELECT status FROM appointments WHERE started_at > 0\").fetchone())",
             f"{c.dir}/clinic.db"], check=True, capture_output=True, text=True).stdout.strip()
        assert database == "completed", database
        c.check_database()


if os.geteuid() != 0:
    print("1..0 # SKIP network namespaces need root")
    sys.exit(0)
run([media_survives_a_cable_pulled_for_four_seconds, a_network_that_stays_away_leaves_no_ghost])

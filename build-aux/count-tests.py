#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up the results in a folder of meson logs: prints 'PASSED FAILED NAMES-OF-FAILED…'."""
import json
import pathlib
import sys
import xml.etree.ElementTree as ET

logs = pathlib.Path(sys.argv[1])
cases = {}
junit = logs / "testlog.junit.xml"
if junit.exists():
    for suite in ET.parse(junit).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            bad = case.find("failure") is not None or case.find("error") is not None
            skipped = case.find("skipped") is not None
            cases.setdefault(suite.get("name"), []).append((case.get("name"), bad, skipped))

passed, failed = 0, []
for results in cases.values():
    for name, bad, skipped in results:
        if bad:
            failed.append(name)
        elif not skipped:
            passed += 1

# A program that crashed has no failing case of its own: the overall result counts it.
known = set(failed)
for line in (logs / "testlog.json").read_text().splitlines():
    test = json.loads(line)
    if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
        name = test["name"].split(" / ")[-1].replace(" ", "-")
        if not any(name in k for k in known):
            failed.append(name)
print(passed, len(failed), " ".join(n.replace(" ", "-") for n in failed))

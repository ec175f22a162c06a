#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up the results in a folder of meson logs: prints 'PASSED FAILED NAMES-OF-FAILED…'.

With --split: prints the cases passed of the tests that did not fail, then the names of the tests
that did, for another try.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

GOOD = ("OK", "SKIP", "EXPECTEDFAIL")


def cases_by_test(junit):
    """For each test that printed TAP: its cases as (passed, names of the failed)."""
    found = {}
    # Programs colour their output, and XML has no such characters.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", junit.read_text(errors="replace"))
    for suite in ET.fromstring(text).iter("testsuite"):
        passed, failed = 0, []
        for case in suite.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(case.get("name"))
            elif case.find("skipped") is None:
                passed += 1
        found[suite.get("name").partition(".")[2]] = passed, failed
    return found


def split(logs):
    cases = cases_by_test(logs / "testlog.junit.xml")
    tests = [json.loads(line) for line in (logs / "testlog.json").read_text().splitlines()]
    passed = sum(cases.get(t["name"], (int(t["result"] == "OK"), []))[0]
                 for t in tests if t["result"] in GOOD)
    print(passed, *(t["name"].rpartition(" / ")[2] for t in tests if t["result"] not in GOOD))


def main(logs):
    cases = cases_by_test(logs / "testlog.junit.xml")
    passed, failed = 0, []
    for line in (logs / "testlog.json").read_text().splitlines():
        test = json.loads(line)
        ok, bad = cases.get(test["name"], (int(test["result"] == "OK"), []))
        passed += ok
        failed += [f"{test['name']}/{name}" for name in bad]
        # A program that crashed or hung has perhaps no failed case of its own.
        if test["result"] not in GOOD and not bad:
            failed.append(test["name"])
    print(passed, len(failed), *(name.replace(" ", "-") for name in failed))


if sys.argv[1] == "--split":
    split(pathlib.Path(sys.argv[2]))
else:
    main(pathlib.Path(sys.argv[1]))

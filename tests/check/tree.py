# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks share: the files of the tree, and results in TAP."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get('CALL_SOURCE_ROOT', pathlib.Path(__file__).parents[2]))

# Not written by hand, or not text.
SKIPPED = re.compile(r'^(tests/data/|COPYING$|.*/package-lock\.json$|.*\.(png|jpg|ico|ogg|wav|webm)$)')
FOLDERS_LEFT_OUT = re.compile(r'^(\.git|\.run|build.*|node_modules|__pycache__)$')


def walk():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if not FOLDERS_LEFT_OUT.match(f)]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), ROOT)


def files():
    """The names of all source files, relative to the root."""
    try:
        out = subprocess.run(['git', '-C', str(ROOT), 'ls-files', '--cached', '--others',
                              '--exclude-standard'], capture_output=True, text=True, check=True)
        names = set(out.stdout.splitlines())
    except (OSError, subprocess.CalledProcessError):
        names = set(walk())  # from a release, which has no history
    return sorted(n for n in names
                  if not SKIPPED.match(n) and (ROOT / n).is_file() and not (ROOT / n).is_symlink())


def read(name):
    return (ROOT / name).read_text(encoding='utf-8', errors='replace')


def is_c(name):
    return name.endswith(('.c', '.h'))


def strip_comments(text):
    """C without comments and strings; line numbers stay."""
    def blank(match):
        found = match.group(0)
        if found.startswith('/'):
            return re.sub(r'[^\n]', ' ', found)
        return found[0] + ' ' * (len(found) - 2) + found[0] if len(found) > 1 else found
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, blank, text, flags=re.S)


def known(rule):
    """Files that broke @rule before there was one. The list only ever gets shorter."""
    listed = set()
    for line in (pathlib.Path(__file__).parent / 'known.txt').read_text().splitlines():
        if line and not line.startswith('#'):
            name, file = line.split(None, 1)
            if name == rule:
                listed.add(file)
    return listed


class Results:
    """Rules one after another; each is a test point."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def rule(self, name, problems, advisory=False, ratchet=None):
        """Reports a rule. @problems: lines that begin with a file's name and a colon."""
        self.number += 1
        problems = list(problems)
        if ratchet:
            excused = known(ratchet)
            for name_of_file in sorted(excused - {p.split(':', 1)[0] for p in problems}):
                print(f'# {name_of_file} keeps the rule now: take it off known.txt')
            problems = [p for p in problems if p.split(':', 1)[0] not in excused]
        good = not problems or advisory
        if not good:
            self.failed += 1
        print(f'{"ok" if good else "not ok"} {self.number} - {name}')
        for problem in problems[:100]:
            print(f'# {problem}')
        if len(problems) > 100:
            print(f'# … and {len(problems) - 100} more')

    def skip(self, name, why):
        self.number += 1
        print(f'ok {self.number} - {name} # SKIP {why}')

    def end(self):
        print(f'1..{self.number}')
        sys.exit(1 if self.failed else 0)

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says which files clang-format would change. It only says so: other versions have other ideas."""

import shutil
import subprocess

import tree


def unformatted(names):
    for start in range(0, len(names), 50):
        done = subprocess.run(['clang-format', '--dry-run', '-Werror', *names[start:start + 50]],
                              cwd=tree.ROOT, capture_output=True, text=True, check=False)
        seen = {line.split(':', 1)[0] for line in done.stderr.splitlines() if ': error:' in line}
        yield from sorted(seen)


def main():
    results = tree.Results()
    if shutil.which('clang-format') is None:
        results.skip('files are formatted', 'clang-format is not installed')
    else:
        results.rule('files are formatted', unformatted([n for n in tree.files() if tree.is_c(n)]),
                     advisory=True)
    results.end()


if __name__ == '__main__':
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checks see what they are there to see: each broken tree fails the rule it breaks."""

import os
import pathlib
import subprocess
import sys
import tempfile

import tree

LICENCE = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'
HERE = pathlib.Path(__file__).parent

# Check, what should be said, file, content.
CASES = [
    ('source', 'no SPDX', 'libcall/call-a.c', 'int a;\n'),
    ('source', '601 lines', 'libcall/call-a.c', LICENCE + 'int a;\n' * 600),
    ('source', 'call_long() has 83 lines', 'libcall/call-a.c',
     LICENCE + 'void\ncall_long (int a,\n           int b)\n{\n' + '  a++;\n' * 79 + '}\n'),
    ('source', 'call_a_class_init() has 121', 'libcall/call-a.c',
     LICENCE + 'static void\ncall_a_class_init (int a)\n{\n' + '  a++;\n' * 118 + '}\n'),
    ('source', 'lost()', 'daemon/calld-a.c', LICENCE + 'void\nlost (void)\n{\n}\n'),
    ('source', 'should start with calld-', 'daemon/x.c', LICENCE),
    ('source', 'CallType', 'libcall/call-a.h', LICENCE + '#pragma once\nenum CallType { A };\n'),
    ('source', 'CalldSession', 'daemon/calld-a.c', LICENCE + 'CalldSession *a;\n'),
    ('source', 'TODO', 'libcall/call-a.c', LICENCE + '/* TODO */\n'),
    ('source', 'issue 7', 'README.md', 'as issue 7 says\n'),
    ('source', '/tmp/wt', 'README.md', 'cd /tmp/wt/x\n'),
    ('source', 'there is no SECRETS.md', 'README.md', 'see SECRETS.md\n'),
    ('source', 'wait for what you wait for', 'libcall/call-a.c', LICENCE + 'int a = sleep (1);\n'),
    ('source', 'no #pragma once', 'libcall/call-a.h', LICENCE),
    ('layers', 'libcall/model must not know libcall/wire', 'libcall/model/call-a.c',
     LICENCE + '#include "call-b.h"\n'),
    ('layers', 'json-glib', 'daemon/http/calld-a.c', LICENCE + '#include <json-glib/json-glib.h>\n'),
    ('layers', 'gtk/gtk.h', 'libcall/client/call-a.c', LICENCE + '#include <gtk/gtk.h>\n'),
    ('layers', 'sqlite3.h', 'daemon/service/calld-a.c', LICENCE + '#include <sqlite3.h>\n'),
    ('layers', 'g_get_real_time', 'libcall/rules/call-a.c', LICENCE + 'int a = g_get_real_time ();\n'),
    ('layers', 'should include "call-b.h" first', 'libcall/wire/call-b.c',
     LICENCE + '#include "call-c.h"\n#include "call-b.h"\n'),
    ('docs', 'call_a() has no doc comment', 'libcall/call-a.h',
     LICENCE + 'CALL_AVAILABLE_IN_ALL\nvoid call_a (void);\n'),
    ('docs', 'leaves out @b', 'libcall/call-a.h',
     LICENCE + '/**\n * call_a:\n */\nCALL_AVAILABLE_IN_ALL\nvoid call_a (int b);\n'),
    ('docs', 'does not say what it returns', 'libcall/call-a.h',
     LICENCE + '/**\n * call_a:\n */\nCALL_AVAILABLE_IN_ALL\nint call_a (void);\n'),
    ('docs', 'not in po/POTFILES.in', 'desktop-app/desk-a.c', LICENCE + 'char *a = _("hello");\n'),
    ('docs', 'lists desktop-app/gone.c', 'po/POTFILES.in', 'desktop-app/gone.c\n'),
    ('docs', 'translated text in a library', 'libcall/call-a.c', LICENCE + 'char *a = _("hello");\n'),
    ('data', 'a.ui', 'desktop-app/a.ui', '<interface>\n'),
    ('data', 'a.json', 'data/a.json', '{'),
    ('data', 'a.sh', 'tests/a.sh', '#!/bin/sh\nif then\n'),
    ('data', 'a.py', 'tests/a.py', 'def (:\n'),
]


def run(check, root):
    environment = dict(os.environ, CALL_SOURCE_ROOT=root, PYTHONDONTWRITEBYTECODE='1')
    return subprocess.run([sys.executable, HERE / f'check-{check}.py'], env=environment,
                          capture_output=True, text=True, check=False)


def problems():
    for check, words, name, content in CASES:
        with tempfile.TemporaryDirectory() as root:
            for path, text in ((name, content), ('libcall/wire/call-b.h', LICENCE + '#pragma once\n')):
                target = pathlib.Path(root, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            done = run(check, root)
            if done.returncode == 0 or words not in done.stdout:
                yield f'check-{check} does not say “{words}”: {done.stdout}{done.stderr}'


def main():
    results = tree.Results()
    results.rule('each rule can be broken', problems())
    results.end()


if __name__ == '__main__':
    main()

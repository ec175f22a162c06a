#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every source file: licence, sizes, names, words that must not be there."""

import re

import tree

FILE_LINES = 600
TEST_FILE_LINES = 1000  # tables of cases
FUNCTION_LINES = 80
CLASS_INIT_LINES = 120

COMMENTABLE = re.compile(r'(\.(c|h|in|py|sh|js|mjs|css|html|ui|xml|sql|dict|service|desktop|conf)$'
                         r'|(^|/)meson(\.build|_options\.txt)$)')
PREFIXES = [  # folder, prefix of functions, prefix of files
    ('libcall/', 'call_', 'call-|call\\.'),
    ('daemon/', 'calld_|callctl_', 'calld-|callctl-'),
    ('desktop-app/', 'desk_', 'desk-'),
    ('gst-plugins/', 'gst_call|gst_plugin', 'gstcall|.*'),
]
PROGRAMS = {'daemon/main.c', 'daemon/callctl.c', 'desktop-app/main.c'}
FUNCTION = re.compile(r'^(?P<name>[A-Za-z_]\w*) ?\(', re.M)


def is_script(name):
    return tree.read(name)[:2] == '#!'


def licences(names):
    for name in names:
        if not COMMENTABLE.search(name) and not is_script(name):
            continue
        head = tree.read(name).splitlines()[:3]
        if not any('SPDX-License-Identifier: LGPL-2.1-or-later' in line for line in head):
            yield f'{name}: no SPDX-License-Identifier in the first three lines'


def functions(text):
    """Name, first line and length of each function: its name starts a line, as do its braces."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = FUNCTION.match(line)
        if not match or line.rstrip().endswith(';') or number == 0:
            continue
        start = number
        while start < len(lines) and lines[start] != '{':
            if lines[start].rstrip().endswith(';') or start - number > 20:
                break
            start += 1
        if start >= len(lines) or lines[start] != '{':
            continue
        end = start
        while end < len(lines) and lines[end] != '}':
            end += 1
        is_static = bool(re.search(r'\bstatic\b', lines[number - 1]))
        yield match.group('name'), number + 1, end - number + 1, is_static


def sizes(names):
    for name in names:
        text = tree.read(name)
        count = text.count('\n')
        most = TEST_FILE_LINES if name.startswith('tests/') else FILE_LINES
        if count > most:
            yield f'{name}: {count} lines, more than {most}'
        if not name.endswith('.c'):
            continue
        for function, line, length, _ in functions(tree.strip_comments(text)):
            limit = CLASS_INIT_LINES if function.endswith('_class_init') else FUNCTION_LINES
            if length > limit:
                yield f'{name}:{line}: {function}() has {length} lines, more than {limit}'


def prefixes(names):
    """A folder owns its prefix: a reader sees where a symbol lives."""
    for name in names:
        for folder, prefix, file_prefix in PREFIXES:
            if not name.startswith(folder) or name in PROGRAMS:
                continue
            base = name.rsplit('/', 1)[-1]
            if not re.match(file_prefix, base):
                yield f'{name}: the file should start with {file_prefix}'
            if not name.endswith('.c'):
                continue
            for function, line, _, is_static in functions(tree.strip_comments(tree.read(name))):
                if is_static or function.isupper() or function.startswith('G_'):
                    continue
                if not re.match(f'_?({prefix})', function):
                    yield f'{name}:{line}: {function}() should start with {prefix} or be static'


TRAPS = [
    (r'\bCallType\b', 'collides with the macros of GType; say kind'),
    (r'\bCallAudio\w*|\bcall_audio_\w*|\bCALL_TYPE_AUDIO\w*', 'belongs to libcallaudio'),
    # Engine.IO and Socket.IO have sessions of their own, and name them so.
    (r'\b(Calld|Desk|Call[A-Z])(?!Engineio|Socketio)\w*Session\b|\b(Calld|Desk)Session\b',
     'a session is a call and nothing else: say connection, meeting or token'),
]


def traps(names):
    for name in names:
        for number, line in enumerate(tree.strip_comments(tree.read(name)).splitlines(), 1):
            for pattern, why in TRAPS:
                match = re.search(pattern, line)
                if match:
                    yield f'{name}:{number}: {match.group(0)}: {why}'


FORBIDDEN = [
    (re.compile(r'\b(TODO|FIXME|XXX)\b'), 'finish it, or say what is so'),
    (re.compile(r'(?<![\w.])/work/|/tmp/(wt|brief)\b'), 'a path of one machine'),
    (re.compile(r'\b[Ii]ssues? #?\d+\b'), 'say what it is, not its number'),
]


def words(names):
    for name in names:
        if name.startswith('tests/check/'):
            continue
        for number, line in enumerate(tree.read(name).splitlines(), 1):
            for pattern, why in FORBIDDEN:
                match = pattern.search(line)
                if match:
                    yield f'{name}:{number}: {match.group(0)}: {why}'


def pages(names):
    """A page that is mentioned is there."""
    known = {n.rsplit('/', 1)[-1] for n in names}
    for name in names:
        if name.startswith('tests/check/'):
            continue
        for number, line in enumerate(tree.read(name).splitlines(), 1):
            for match in re.finditer(r'\b[A-Z][A-Z_-]+\.md\b', line):
                if match.group(0) not in known:
                    yield f'{name}:{number}: there is no {match.group(0)}'


SLEEP = re.compile(r'\b(g_usleep|usleep|sleep|nanosleep)\s*\(')


def sleeps(names):
    """A test may look again and again for what another thread does, and may let time pass on the wire
    if it says on the same line what for."""
    for name in names:
        said = tree.read(name).splitlines()
        for number, line in enumerate(tree.strip_comments(tree.read(name)).splitlines(), 1):
            if not SLEEP.search(line):
                continue
            looks_again = re.search(r'\bwhile \(|\bdo \{', said[number - 2])
            if not name.startswith('tests/') or not (looks_again or '/*' in said[number - 1]):
                yield f'{name}:{number}: wait for what you wait for'


def guards(names):
    for name in names:
        if '#pragma once' not in tree.read(name):
            yield f'{name}: no #pragma once'


def main():
    names = tree.files()
    sources = [n for n in names if tree.is_c(n)]
    results = tree.Results()
    results.rule('each file names its licence', licences(names))
    results.rule('files and functions are short', sizes(sources), ratchet='size')
    results.rule('symbols carry the prefix of their folder', prefixes(sources))
    results.rule('names avoid the traps', traps(sources), ratchet='name')
    results.rule('nothing is left to be done, no place or number is named', words(names))
    results.rule('pages that are mentioned exist', pages(names))
    results.rule('nobody sleeps', sleeps(sources), ratchet='sleep')
    results.rule('headers are read once', guards(n for n in sources if n.endswith('.h')))
    results.end()


if __name__ == '__main__':
    main()

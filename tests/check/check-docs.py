#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Public functions are documented; translatable texts are listed."""

import re

import tree

DECLARATION = re.compile(r'CALL_AVAILABLE_IN_ALL\s+(?!G_DECLARE)[^;{]*?\b(call_\w+)\s*\(', re.S)
COMMENT = re.compile(r'/\*\*(.*?)\*/', re.S)
HIDDEN = re.compile(r'^(?!CALL_AVAILABLE_IN_ALL)[A-Za-z][\w \*]*?\b(call_\w+) \(', re.M)
GETTEXT = re.compile(r'(?<![\w])(_|N_|C_|NC_|Q_|ngettext|g_dngettext|gettext|dcgettext)\s*\(\s*"')
NO_MESSAGES = re.compile(r'^(libcall|daemon|gst-plugins)/')


def is_public_header(name):
    return (name.startswith('libcall/') and name.endswith('.h')
            and 'CALL_AVAILABLE_IN_ALL' in tree.read(name) and name != 'libcall/call-types.h')


def documented(names):
    """What has a doc comment: its name, and the comment."""
    found = {}
    for name in names:
        if not name.startswith('libcall/'):
            continue
        for comment in COMMENT.finditer(tree.read(name)):
            first = re.search(r'^\s*\*\s*([\w:-]+):', comment.group(1), re.M)
            if first:
                found[first.group(1)] = comment.group(1)
    return found


def parameters(text, start):
    """The names of the parameters behind the bracket at @start, and whether a value is returned."""
    depth, end = 0, start
    while end < len(text):
        depth += {'(': 1, ')': -1}.get(text[end], 0)
        if depth == 0:
            break
        end += 1
    inside = text[start + 1:end].strip()
    if inside in ('void', ''):
        return []
    names = [re.sub(r'\[.*', '', part).strip() for part in inside.split(',')]
    return ['...' if n == '...' else re.split(r'[\s*]+', n)[-1] for n in names]


def functions(names):
    docs = documented(names)
    for name in filter(is_public_header, names):
        text = tree.read(name)
        for match in DECLARATION.finditer(text):
            function = match.group(1)
            line = text.count('\n', 0, match.start(1)) + 1
            if function.endswith(('_get_type', '_quark')):
                continue
            comment = docs.get(function)
            if comment is None:
                yield f'{name}:{line}: {function}() has no doc comment'
                continue
            for parameter in parameters(text, match.end() - 1):
                if not re.search(rf'@{re.escape(parameter)}:', comment):
                    yield f'{name}:{line}: the comment of {function}() leaves out @{parameter}'
            head = text[match.start():match.start(1)].replace('CALL_AVAILABLE_IN_ALL', '').split()
            if head != ['void'] and 'Returns:' not in comment:
                yield f'{name}:{line}: the comment of {function}() does not say what it returns'


def translatable(names):
    for name in names:
        if name.startswith('tests/'):
            continue
        text = tree.read(name)
        if name.endswith('.c') and GETTEXT.search(text):
            yield name
        elif name.endswith('.ui') and 'translatable="yes"' in text:
            yield name
        elif re.search(r'\.(desktop|metainfo\.xml|gschema\.xml)(\.in)?(\.in)?$', name):
            yield name


def potfiles(names):
    listed = set()
    if 'po/POTFILES.in' in names:
        listed = {line.strip() for line in tree.read('po/POTFILES.in').splitlines()
                  if line.strip() and not line.startswith('#')}
    wanted = set(translatable(names))
    for name in sorted(wanted - listed):
        yield f'{name} has texts to translate, but is not in po/POTFILES.in'
    for name in sorted(listed):
        if name not in names:
            yield f'po/POTFILES.in lists {name}, which is not there'


def messages(names):
    """Libraries and the daemon speak in codes; people read what the app and the page make of them."""
    for name in names:
        if name.endswith('.c') and NO_MESSAGES.match(name) and GETTEXT.search(tree.read(name)):
            if not name.endswith('callctl.c'):
                yield f'{name}: translated text in a library or the daemon'


def main():
    names = tree.files()
    results = tree.Results()
    results.rule('public functions are documented', functions(names))
    results.rule('POTFILES.in is complete', potfiles(set(names)))
    results.rule('only programs for people are translated', messages(names))
    results.end()


if __name__ == '__main__':
    main()

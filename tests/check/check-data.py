#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is not C can be read: XML, JSON, shell, Python, desktop files, metainfo, D-Bus."""

import ast
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

import tree


def xml_files(names):
    for name in names:
        if not re.search(r'\.(xml|ui|svg|xml\.in|gresource\.xml)$', name):
            continue
        try:
            xml.etree.ElementTree.parse(tree.ROOT / name)
        except xml.etree.ElementTree.ParseError as error:
            yield f'{name}: {error}'


def json_files(names):
    for name in names:
        if name.endswith('.json'):
            try:
                json.loads(tree.read(name))
            except ValueError as error:
                yield f'{name}: {error}'


def run(*command):
    """What a tool complains about; nothing if it is content."""
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()


def shell_files(names):
    for name in names:
        head = tree.read(name)[:64].split('\n')[0]
        shell = re.match(r'#!\s*/(?:usr/)?bin/(?:env )?(ba|da)?sh\b', head)
        if shell or name.endswith('.sh'):
            yield from (f'{name}: {line}' for line in run('bash', '-n', name))


def python_files(names):
    for name in names:
        if name.endswith('.py'):
            try:
                ast.parse(tree.read(name), name)
            except SyntaxError as error:
                yield f'{name}: {error}'


def with_tool(tool, arguments, pattern, names):
    """Tools look at the end of a name, so a template is shown to them under its final one."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            if not re.search(pattern, name):
                continue
            final = pathlib.Path(folder, re.sub(r'(\.in)+$', '', pathlib.PurePath(name).name))
            final.write_bytes((tree.ROOT / name).read_bytes())
            yield from (f'{name}: {line}' for line in run(tool, *arguments, str(final)))


TOOLS = [
    ('desktop files are valid', 'desktop-file-validate', [], r'\.desktop(\.in)*$'),
    ('metainfo is valid', 'appstreamcli', ['validate', '--no-net', '--no-color'],
     r'\.metainfo\.xml(\.in)*$'),
    ('man pages are clean', 'man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z'], r'\.[15]$'),
]


def main():
    names = tree.files()
    results = tree.Results()
    results.rule('XML is well-formed', xml_files(names))
    results.rule('JSON is JSON', json_files(names))
    results.rule('shell scripts can be read', shell_files(names))
    results.rule('Python files can be read', python_files(names))
    for rule, tool, arguments, pattern in TOOLS:
        if shutil.which(tool) is None:
            results.skip(rule, f'{tool} is not installed')
        else:
            results.rule(rule, with_tool(tool, arguments, pattern, names))
    results.end()


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes calld(8): puts the explanations of env.example into its template.

usage: make-variables.py TEMPLATE env.example VERSION
"""
import re
import sys


def escape(text):
    text = text.replace('\\', '\\e').replace('-', '\\-')
    return '\\&' + text if text.startswith(('.', "'")) else text


def entries(lines):
    """Yields (list of NAME=value, comment), or (heading, None)."""
    comment, names = [], []
    for line in lines + ['']:
        heading = re.match(r'# --- (.*?) -+$', line)
        setting = re.match(r'#([A-Z_]+=.*)$', line)
        if setting:
            names.append(setting.group(1))
        elif heading or not line:
            if names:
                yield names, ' '.join(comment)
            comment, names = [], []
            if heading:
                yield heading.group(1), None
        elif line.startswith('# ') and names:
            yield names, ' '.join(comment)
            comment, names = [line[2:]], []
        elif line.startswith('# '):
            comment.append(line[2:])


def main():
    template, example, version = sys.argv[1:]
    out = []
    with open(example, encoding='utf-8') as file:
        for names, text in entries(file.read().splitlines()):
            if text is None:
                out.append('.SS ' + escape(names))
                continue
            out.append('.TP')
            out.append('.B ' + escape(names[0]))
            for name in names[1:]:
                out += ['.TQ', '.B ' + escape(name)]
            out.append(escape(text))
    with open(template, encoding='utf-8') as file:
        page = file.read().replace('@VERSION@', version)
    sys.stdout.write(page.replace('.\\" @VARIABLES@', '\n'.join(out)))


if __name__ == '__main__':
    main()

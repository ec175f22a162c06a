#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Arrows never point back: who may include what, and who may touch what."""

import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Each layer and those it may include, besides itself. A header belongs to the folder it is in.
LAYERS = {
    'libcall': set(),
    'libcall/model': {'libcall'},
    'libcall/rules': {'libcall', 'libcall/model'},
    'libcall/wire': {'libcall', 'libcall/model', 'libcall/rules'},
    'libcall/client': {'libcall', 'libcall/model', 'libcall/rules', 'libcall/wire'},
    'libcall/media': {'libcall', 'libcall/model'},
    'gst-plugins': set(),
    'daemon': {'libcall', 'libcall/model', 'libcall/rules', 'libcall/wire'},
    'desktop-app': {'libcall', 'libcall/model', 'libcall/rules', 'libcall/client', 'libcall/media'},
}
# A call is the thin shell of its machine: only the table changes its state.
EXCEPTIONS = {('libcall/model/call-session', 'call-session-machine.h')}
# The headers that gather the others for the users of a library.
UMBRELLAS = {'libcall/call.h', 'libcall/call-media.h', 'libcall/media/call-media.h'}

# Foreign headers, and the only places that may include them.
OWNERS = [
    (r'gtk/|adwaita|gdk/|libsecret/', r'desktop-app/|libcall/media/call-video-paintable'),
    (r'json-glib/', r'libcall/wire/'),
    (r'jansson|jwt\.h', r'libcall/wire/call-(jwt|livekit-token)\.c$'),
    (r'gst/', r'libcall/media/|libcall/call-media\.h|gst-plugins/|daemon/egress/|desktop-app/'),
    (r'sqlite3\.h', r'daemon/store/'),
    (r'libpq', r'daemon/store/calld-store-postgres'),
    (r'hiredis', r'daemon/bus/calld-bus-redis'),
    (r'libsoup/', r'libcall/client/|daemon/|gst-plugins/'),
    (r'sys/(socket|epoll|timerfd|eventfd)\.h|netinet/|arpa/', r'daemon/(hub|gateway|egress|ops)/|daemon/main\.c'),
    (r'sodium\.h', r'libcall/call-id\.c|libcall/wire/|daemon/(trust|store|ops|dbus|http)/|daemon/service/calld-demo|daemon/callctl'),
    (r'systemd/', r'daemon/'),
]

# model/ and rules/ know no sockets, files, threads or clock: time comes in as an argument.
IMPURE = re.compile(
    r'\b(g_socket\w*|GSocket\w*|g_(?:input|output|io)_stream\w*|GIOStream|g_file_\w+|GFile|fopen|open'
    r'|g_thread_\w+|GThread|g_mutex_\w+|g_get_real_time|g_get_monotonic_time|g_date_time_new_now\w*'
    r'|clock_gettime|gettimeofday|g_timeout_\w+|g_idle_\w+|g_main_context_\w+|g_random_\w+|g_getenv'
    r'|json_\w+|Json\w+|soup_\w+|Soup\w+)\s*[(*]')


def layer_of(name):
    folder = name.rsplit('/', 1)[0]
    while folder and folder not in LAYERS:
        folder = folder.rsplit('/', 1)[0] if '/' in folder else ''
    return folder


def includes(name):
    text = tree.read(name)
    for match in INCLUDE.finditer(text):
        yield text.count('\n', 0, match.start()) + 1, match.group(1) == '"', match.group(2)


def own_headers(names):
    known = {}
    for name in names:
        if name.endswith('.h'):
            known.setdefault(name.rsplit('/', 1)[-1], name)
    return known


def arrows(names, known):
    for name in names:
        layer = layer_of(name)
        if not layer or name in UMBRELLAS:
            continue
        for line, _, header in includes(name):
            target = known.get(header.rsplit('/', 1)[-1])
            if target is None:
                continue
            other = 'libcall' if target in UMBRELLAS else layer_of(target)
            if (re.sub(r'(-private)?\.[ch]$', '', name), header) in EXCEPTIONS:
                continue
            if other and other != layer and other not in LAYERS[layer]:
                yield f'{name}:{line}: {layer} must not know {other} ({header})'
            if target.startswith('tests/'):
                yield f'{name}:{line}: {layer} must not know the tests ({header})'


def owners(names):
    for name in names:
        if not layer_of(name):
            continue
        for line, _, header in includes(name):
            for pattern, places in OWNERS:
                if re.match(pattern, header) and not re.match(places, name):
                    yield f'{name}:{line}: {header} does not belong here, only in {places}'


def purity(names):
    for name in names:
        if not name.startswith(('libcall/model/', 'libcall/rules/')):
            continue
        for number, line in enumerate(tree.strip_comments(tree.read(name)).splitlines(), 1):
            match = IMPURE.search(line)
            if match:
                yield f'{name}:{number}: {match.group(1)} is not for model and rules'


def own_header_first(names):
    """A header proves that it stands alone by being included first."""
    for name in names:
        if not name.endswith('.c') or not layer_of(name):
            continue
        stem = name.rsplit('/', 1)[-1][:-2]
        if name[:-2] + '.h' not in names:
            continue
        order = [h for _, quoted, h in includes(name) if quoted and h != 'config.h']
        if order[:1] not in ([stem + '.h'], [stem + '-private.h']):
            yield f'{name}: should include "{stem}.h" first'


def main():
    names = [n for n in tree.files() if tree.is_c(n)]
    known = own_headers(names)
    results = tree.Results()
    results.rule('layers know only those below', arrows(names, known))
    results.rule('foreign libraries are used where they belong', owners(names))
    results.rule('model and rules know no sockets, files, threads or clock', purity(names))
    results.rule('each file includes its own header first', own_header_first(names))
    results.end()


if __name__ == '__main__':
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the sounds of Call Desk: sums of sines with soft edges, encoded with GStreamer.

usage: make-sounds.py [directory]   (the results are committed; run it after changing a sound)
"""

import array
import math
import pathlib
import subprocess
import sys

RATE = 44100


def silence(seconds):
    return [0.0] * int(seconds * RATE)


def bell(frequency, seconds, gain=0.4, decay=4.0):
    """A struck bar: the partials of a marimba, the higher ones dying sooner."""
    partials = ((1.0, 1.0, 1.0), (3.93, 0.22, 2.6), (9.2, 0.06, 5.0))
    out = []
    for i in range(int(seconds * RATE)):
        t = i / RATE
        attack = min(1.0, t / 0.004)
        release = min(1.0, (seconds - t) / 0.02)
        value = sum(level * math.exp(-decay * speed * t) * math.sin(2 * math.pi * frequency * ratio * t)
                    for ratio, level, speed in partials)
        out.append(gain * attack * release * value)
    return out


def tone(frequency, seconds, gain=0.2):
    out = []
    for i in range(int(seconds * RATE)):
        t = i / RATE
        edge = min(1.0, t / 0.02, (seconds - t) / 0.02)
        out.append(gain * edge * math.sin(2 * math.pi * frequency * t))
    return out


def mix(length, *parts):
    """parts are (start in seconds, samples)."""
    out = [0.0] * int(length * RATE)
    for start, samples in parts:
        offset = int(start * RATE)
        for i, value in enumerate(samples):
            if offset + i < len(out):
                out[offset + i] += value
    return out


C5, E5, G5, A5, C6, D6, E6, G6 = 523.25, 659.26, 783.99, 880.0, 1046.5, 1174.66, 1318.51, 1567.98

SOUNDS = {
    # Two short phrases, then a rest: the length of the file is the period of the ring.
    'ring': mix(3.2, (0.00, bell(G5, 0.9)), (0.16, bell(C6, 0.9)), (0.32, bell(E6, 1.1)),
                (0.80, bell(G5, 0.9)), (0.96, bell(C6, 0.9)), (1.12, bell(E6, 1.3))),
    # The ringing tone of the Brazilian and most European networks: 425 Hz, 1 s on, 4 s off.
    'ringback': tone(425.0, 1.0, 0.15) + silence(4.0),
    'arrival': mix(1.6, (0.0, bell(E5, 1.2, 0.45)), (0.22, bell(A5, 1.3, 0.45))),
    'message': mix(0.6, (0.0, bell(D6, 0.5, 0.3, 7.0))),
    'ended': mix(1.0, (0.0, bell(G5, 0.6, 0.3)), (0.18, bell(C5, 0.8, 0.3))),
}


def encode(samples, path):
    peak = max(abs(value) for value in samples)
    scale = min(1.0, 0.7 / peak)
    pcm = array.array('h', (int(32767 * scale * value) for value in samples))
    if sys.byteorder != 'little':
        pcm.byteswap()
    subprocess.run(
        ['gst-launch-1.0', '-q', 'fdsrc', '!', 'rawaudioparse', 'format=pcm', 'pcm-format=s16le',
         f'sample-rate={RATE}', 'num-channels=1', '!', 'audioconvert', '!', 'vorbisenc', 'quality=0.4',
         '!', 'oggmux', '!', 'filesink', f'location={path}'],
        input=pcm.tobytes(), check=True)


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for name, samples in SOUNDS.items():
        encode(samples, folder / f'{name}.oga')


main()

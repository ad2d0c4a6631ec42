"""D4 as notes come: the interval from the note before at once, to the note after when that has come.

    melody = new_melody()
    told = next_note(melody, pitch, fresh, settled)

``fresh`` (f4[4]) is the new note's row, with 0 for what comes after; ``settled`` (f4[4]) is the row of the
note before it, complete now, if ``told``. A last note's fresh row is final, as in the paper's form, so over
a whole list the settled rows and the last fresh one equal ``descriptors_exact.d4``. Notes of a chord are to
come by pitch, as there. Nothing is allocated. One thread at a time for each melody.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.jit import inline, kernel

SIDES = 4  # values: before and after, then both again, clamped to two octaves


MELODY = np.dtype([
    ("count", "i8"),  # notes so far
    ("pitch", "f8"),  # of the last
    ("before", "f8"),  # the interval that led to it
])  # fmt: skip


def new_melody() -> np.ndarray:
    """MELODY[1]"""
    return np.zeros(1, MELODY)


@kernel
def next_note(melody, pitch, fresh, settled):
    """Tell the rows of this note and of the one before; whether there was one before."""
    last = melody[0]
    told = last.count > 0
    interval = pitch - last.pitch if told else 0.0
    if told:
        _write(settled, last.before, interval)
    _write(fresh, interval, 0.0)
    last.count += 1
    last.pitch = pitch
    last.before = interval
    return told


@inline
def _write(row, before, after):
    row[0] = before / 24.0
    row[1] = after / 24.0
    row[2] = min(max(before / 12.0, -2.0), 2.0) / 2.0
    row[3] = min(max(after / 12.0, -2.0), 2.0) / 2.0

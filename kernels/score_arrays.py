"""The score as the kernels see it: chords of keys, segments, ways between them.

A *chord* is everything written for one instant (grace notes are chords of their own,
just before the one they lean on). A *key* is one pitch of a chord: two voices in unison
are one key. Times are nominal seconds at the printed tempo; the player's tempo is a
ratio to them.

Each of these is a record, so that a kernel gets few arguments and finds what it needs of
a chord in one place of the memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PITCHES = ("i8", (2,))  # a set of pitches, 64 bits to a word

CHORD = np.dtype([
    ("pitches", *PITCHES),
    ("needed", "i8"),  # which of its keys must be played, one bit each
    ("s", "f8"),  # nominal seconds as written
    ("spread_s", "f8"),  # how far apart its keys may sound
    ("passing", "f8"),  # log probability of passing it over altogether
    ("entry", "f8"),  # log probability of starting afresh here
    ("first", "i4"),  # key
    ("last", "i4"),  # one past the last key
    ("segment", "i8"),
    ("q", "f8"),  # quarters as written
    ("ornament", *PITCHES),  # that an ornament may add
    ("ornament_s", "f8"),  # nominal seconds the ornament lasts
    ("long", *PITCHES),  # around its long notes: where shakes go unwritten
    ("long_s", "f8"),  # nominal seconds those last
])  # fmt: skip

SEGMENT = np.dtype([
    ("first", "i8"),  # chord
    ("last", "i8"),  # one past the last chord
    ("begin_s", "f8"),  # nominal
    ("end_s", "f8"),
    ("begin_q", "f8"),
    ("end_q", "f8"),
    ("way_first", "i8"),  # ways out of it
    ("way_last", "i8"),
])  # fmt: skip

WAY = np.dtype([
    ("target", "i8"),  # segment
    ("when", "i8"),  # bit n: the notation asks for it after visit n + 1
    ("gap_s", "f8"),  # nominal seconds of silent segments in between
    ("gap_q", "f8"),
])  # fmt: skip

TOUR = np.dtype([("segment", "i8"), ("travel", "f8")])  # travelled minus as written, quarters

POSTING = np.dtype([
    ("s", "f8"),  # the chord's
    ("spread_s", "f8"),  # the chord's
    ("entry", "f8"),  # the chord's
    ("chord", "i4"),
    ("beside", "f4"),  # entry of the chord before, or a little more
    ("beyond", "f4"),  # entry of the likeliest before that, less what is passed over; or a little more
    ("span_s", "f4"),  # from the first of the RUN_REACH chords before to this one, or a little more
    ("bit", "i2"),  # which key of the chord
    ("before", "i2"),  # chords before it in its segment, RUN_REACH at most
])  # fmt: skip

RUN_REACH = 5  # chords back that a run may go on from


class ScoreArrays(NamedTuple):
    chords: np.ndarray  # CHORD[N]
    key_pitch: np.ndarray  # u1[K]
    segments: np.ndarray  # SEGMENT[S]
    ways: np.ndarray  # WAY[W]
    tour: np.ndarray  # TOUR[V] segments in the order the notation asks for
    tour_visits: np.ndarray  # i4[V, S] times each segment has been entered by then
    postings: np.ndarray  # POSTING[K] by pitch, then by chord
    posting_first: np.ndarray  # i4[129] where each pitch's postings begin


def table(dtype: np.dtype, rows: int, **columns: np.ndarray) -> np.ndarray:
    """Records from their columns."""
    records = np.zeros(rows, dtype)
    for name, column in columns.items():
        records[name] = column
    return records


def postings_of(chords: np.ndarray, key_pitch: np.ndarray) -> np.ndarray:
    """Every key by its pitch; ``before`` is still to be set."""
    chord = np.repeat(np.arange(len(chords)), chords["last"] - chords["first"])
    bit = np.arange(len(key_pitch)) - chords["first"][chord]
    by_pitch = np.lexsort((chord, key_pitch))
    chord = chord[by_pitch]
    beside, beyond = _entries_before(chords)
    span_s = chords["s"] - np.concatenate([np.full(RUN_REACH, chords["s"][0]), chords["s"]])[: len(chords)]
    span_s = np.nextafter(span_s.astype(np.float32), np.float32(np.inf))
    columns = {"chord": chord, "bit": bit[by_pitch], "s": chords["s"][chord], "entry": chords["entry"][chord]}
    columns["spread_s"] = chords["spread_s"][chord]
    before = {"beside": beside[chord], "beyond": beyond[chord], "span_s": span_s[chord]}
    return table(POSTING, len(chord), **columns, **before)


def _entries_before(chords: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns ``beside`` and ``beyond`` of the postings, by chord."""
    beside, beyond, passed = np.full((3, len(chords)), -np.inf)
    beside[1:] = chords["entry"][:-1]
    passed[:] = 0.0
    for back in range(2, RUN_REACH + 1):
        passed[back:] += chords["passing"][1 : 1 - back]
        beyond[back:] = np.maximum(beyond[back:], chords["entry"][:-back] + passed[back:])
    return np.nextafter(beside.astype(np.float32), 0.0), np.nextafter(beyond.astype(np.float32), 0.0)


def chords_before(postings: np.ndarray, chords: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Column ``before`` of the postings."""
    chord = postings["chord"]
    return np.minimum(chord - segments["first"][chords["segment"][chord]], RUN_REACH)

"""The score's notes gathered into chords: what sounds together, and which pitches may."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.realtime.score import NoteKind, Ornament, Score

GRACE_STEP_S = 0.06  # how long before its main note a grace note is expected
CHORD_SPREAD_S = 0.035
ROLL_SPREAD_S = 0.18  # arpeggios
GRACE_SPREAD_S = 0.12
LONG_S = 0.45  # notes this long may be shaken though nobody wrote it
MOST_KEYS = 62  # of one chord: one bit each in a signed word
SHAKING = Ornament.TRILL | Ornament.MORDENT | Ornament.TURN | Ornament.TREMOLO | Ornament.GLISSANDO
SHAKE_REACH, GLISSANDO_REACH = 2, 24  # semitones around the note


@dataclass(frozen=True, slots=True, eq=False)
class Chords:
    """Columns by chord, then by key (one pitch of a chord). Pitch sets are i8[N, 2], as in the kernels."""

    q: np.ndarray
    seconds: np.ndarray  # nominal
    grace: np.ndarray  # bool: of grace notes only
    first: np.ndarray  # i4[N + 1] first key
    needed: np.ndarray  # i8 which keys must be played, one bit each
    spread_s: np.ndarray
    pitches: np.ndarray
    ornament: np.ndarray  # pitches its ornaments may add
    ornament_s: np.ndarray
    long: np.ndarray  # pitches around its long notes
    long_s: np.ndarray
    key_note: np.ndarray  # i4[K] index of the score's note
    twins: tuple[tuple[int, int], ...]  # (key, further plain note of that key): voices in unison


@dataclass(slots=True)
class _Group:
    """Notes of one instant. ``grace``: 0 plain, else how many graces before the main note."""

    q: float
    grace: int
    notes: list[int]


def gather(score: Score) -> Chords:
    """Group the notes by onset; two voices in unison are one key."""
    groups = _groups(score)
    seconds = _seconds(score, groups)
    notes = score.notes
    pitch, kind = notes["pitch"].tolist(), notes["kind"].tolist()
    signs = notes["ornament"].tolist()
    ends_s = score.nominal_seconds(notes["onset_q"] + notes["duration_q"]).tolist()
    key_note: list[int] = []
    first = [0]
    needed, sets, ornaments, longs = [], [], [], []
    ornament_s, long_s, spreads = [], [], []
    twins: list[tuple[int, int]] = []
    for group, begins_s in zip(groups, seconds.tolist(), strict=True):
        bits = must = shaken = held = 0
        shaken_s = held_s = 0.0
        spread_s = GRACE_SPREAD_S if group.grace else CHORD_SPREAD_S
        for i in group.notes:
            count = len(key_note) - first[-1]
            if not bits >> pitch[i] & 1 and count < MOST_KEYS:
                bits |= 1 << pitch[i]
                must |= (kind[i] == NoteKind.PLAIN) << count
                key_note.append(i)
            elif bits >> pitch[i] & 1 and kind[i] == NoteKind.PLAIN:
                key = next(key for key in range(first[-1], len(key_note)) if pitch[key_note[key]] == pitch[i])
                if kind[key_note[key]] == NoteKind.PLAIN:
                    twins.append((key, i))
                else:  # a cue note came first: this one has to be played
                    key_note[key] = i
                    must |= 1 << (key - first[-1])
            lasts_s = ends_s[i] - begins_s
            if signs[i]:
                spread_s = max(spread_s, ROLL_SPREAD_S if signs[i] & Ornament.ARPEGGIO else 0.0)
                reach = _shakes(signs[i])
                if reach:
                    shaken |= _around(pitch[i], reach)
                    shaken_s = max(shaken_s, lasts_s, 0.1)
            if lasts_s >= LONG_S:
                held |= _around(pitch[i], SHAKE_REACH)
                held_s = max(held_s, lasts_s)
        first.append(len(key_note))
        needed.append(must)
        sets.append(bits)
        ornaments.append(shaken)
        longs.append(held)
        ornament_s.append(shaken_s)
        long_s.append(held_s)
        spreads.append(spread_s)
    return Chords(
        q=np.array([group.q for group in groups], float),
        seconds=seconds,
        grace=np.array([group.grace > 0 for group in groups], bool),
        first=np.array(first, np.int32),
        needed=np.array(needed, np.int64),
        spread_s=np.array(spreads, float),
        pitches=_words(sets),
        ornament=_words(ornaments),
        ornament_s=np.array(ornament_s, float),
        long=_words(longs),
        long_s=np.array(long_s, float),
        key_note=np.array(key_note, np.int32),
        twins=tuple(twins),
    )


def _groups(score: Score) -> list[_Group]:
    """Notes of one instant together; each grace of a run is a chord before its main note."""
    onset, kind = score.notes["onset_q"].tolist(), score.notes["kind"].tolist()
    order = score.notes["grace_order"].tolist()
    groups: list[_Group] = []
    at = 0
    while at < len(onset):
        q, start = onset[at], at
        while at < len(onset) and onset[at] - q < 1e-3:
            at += 1
        graces = [i for i in range(start, at) if kind[i] == NoteKind.GRACE]
        plain = [i for i in range(start, at) if kind[i] != NoteKind.GRACE]
        runs = sorted({order[i] for i in graces})
        for place, run in enumerate(runs):
            groups.append(_Group(q, len(runs) - place, [i for i in graces if order[i] == run]))
        if plain:
            groups.append(_Group(q, 0, plain))
    return groups


def _seconds(score: Score, groups: list[_Group]) -> np.ndarray:
    """Nominal times; graces share at most half of the gap before their main note."""
    seconds = score.nominal_seconds(np.array([group.q for group in groups], float))
    previous = -np.inf
    at = 0
    while at < len(groups):
        run, main = groups[at].grace, float(seconds[at])
        if run:
            step_s = GRACE_STEP_S
            if previous > -np.inf:
                step_s = min(step_s, (main - previous) / (2 * run))
            for k in range(run):
                seconds[at + k] = main - step_s * (run - k)
            at += run
        else:
            previous = main
            at += 1
    return seconds


def _shakes(sign: int) -> int:
    """How many semitones around the note its ornament may go; 0 without one."""
    if not sign & SHAKING:
        return 0
    return GLISSANDO_REACH if sign & Ornament.GLISSANDO else SHAKE_REACH


def _around(pitch: int, reach: int) -> int:
    """The set of pitches no farther than ``reach`` from this one."""
    lowest, highest = max(pitch - reach, 0), min(pitch + reach, 127)
    return ((1 << (highest - lowest + 1)) - 1) << lowest


def _words(sets: list[int]) -> np.ndarray:
    """Sets of 128 pitches as two signed words each."""
    low = np.array([bits & 0xFFFFFFFFFFFFFFFF for bits in sets], np.uint64)
    high = np.array([bits >> 64 for bits in sets], np.uint64)
    return np.stack([low, high], axis=1).view(np.int64)

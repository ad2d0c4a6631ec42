"""Tempo marks: numbers where there are any, else an estimate from the Italian."""

from __future__ import annotations

import re

import numpy as np

from repetiteur.bridges.scores.doubts import Doubts
from repetiteur.bridges.scores.written import Written
from repetiteur.realtime.score import DEFAULT_QUARTER_BPM, TEMPO_DTYPE

SLOWEST_BPM, FASTEST_BPM = 5.0, 1000.0  # quarters; beyond is a slip in the file

# Beats a minute: middles of what metronomes print. Longer names first.
_WORDS = (
    ("prestissimo", 200), ("presto", 176), ("vivacissimo", 170), ("vivace", 150), ("vivo", 150),
    ("allegro molto", 144), ("molto allegro", 144), ("allegro assai", 140),
    ("allegro moderato", 116), ("allegro ma non troppo", 120), ("allegro", 132),
    ("allegretto", 110), ("moderato", 104), ("andantino", 84), ("andante", 76),
    ("adagietto", 70), ("adagio", 64), ("larghetto", 60), ("lento", 54), ("largo", 48), ("grave", 40),
    ("sehr schnell", 160), ("schnell", 144), ("lebhaft", 132), ("mäßig", 100), ("langsam", 60),
    ("très vif", 160), ("vif", 144), ("animé", 132), ("modéré", 100), ("lent", 54),
    ("menuetto", 120), ("tempo di minuetto", 120),
)  # fmt: skip
_KNOWN = re.compile(
    r"\b(" + "|".join(sorted((re.escape(w) for w, _ in _WORDS), key=len, reverse=True)) + r")\b"
)
_BPM = dict(_WORDS)


def tempo_table(written: Written, bars: np.ndarray, labels: tuple[str, ...], doubts: Doubts) -> np.ndarray:
    """TEMPO_DTYPE, the first at 0. Never empty."""
    marks = _numbered(written, labels, bars, doubts) or {}
    if 0 not in marks:
        _first_tempo(written, marks, bars, doubts)
    table = np.array(
        [(tick / written.ticks_per_quarter, bpm) for tick, bpm in sorted(marks.items())], TEMPO_DTYPE
    )
    changed = np.concatenate([[True], np.diff(table["quarter_bpm"]) != 0])
    return table[changed]


def _numbered(
    written: Written, labels: tuple[str, ...], bars: np.ndarray, doubts: Doubts
) -> dict[int, float]:
    marks: dict[int, float] = {}
    for mark in written.tempi:
        if mark.quarter_bpm is None:
            continue
        label = labels[_bar_of(mark.tick, written, bars)]
        if not SLOWEST_BPM <= mark.quarter_bpm <= FASTEST_BPM:
            doubts.bar(label, f"a tempo of {mark.quarter_bpm:g} quarters a minute is ignored", serious=True)
        elif mark.tick in marks and abs(marks[mark.tick] / mark.quarter_bpm - 1.0) > 0.02:
            doubts.bar(label, "two tempi at one place; the first one counts")
        else:
            marks.setdefault(mark.tick, mark.quarter_bpm)
    return marks


def _first_tempo(written: Written, marks: dict[int, float], bars: np.ndarray, doubts: Doubts) -> None:
    """The tempo before the first number."""
    for mark in sorted(written.tempi, key=lambda mark: mark.tick):
        if mark.tick > 0 and ((marks and mark.tick >= min(marks)) or _bar_of(mark.tick, written, bars) > 0):
            break
        known = _KNOWN.search(mark.words.casefold())
        if known:
            bpm = _BPM[known[1]] * _beat_quarters(bars, mark.tick)
            doubts.add("tempo", f"'{mark.words}' has no metronome mark; taken as {bpm:g} quarters a minute")
            marks[0] = bpm
            return
    if marks:
        first = min(marks)
        marks[0] = marks[first]
        doubts.add("tempo", f"none at the start; the first one ({marks[first]:g}) counts from there")
        return
    marks[0] = DEFAULT_QUARTER_BPM
    doubts.add("tempo", f"none in the score; {DEFAULT_QUARTER_BPM:g} quarters a minute are assumed")


def _beat_quarters(bars: np.ndarray, tick: int) -> float:
    """How long the beat is that tempo words count: dotted in compound metres, half notes in 2/2."""
    upper, lower = int(bars["upper"][0]), int(bars["lower"][0])
    if lower >= 8 and upper % 3 == 0 and upper > 3:
        return 3 * 4.0 / lower
    return 4.0 / lower if lower < 4 else 1.0 if lower == 4 else 0.75


def _bar_of(tick: int, written: Written, bars: np.ndarray) -> int:
    q = tick / written.ticks_per_quarter
    return max(int(np.searchsorted(bars["start_q"], q + 1e-6, side="right")) - 1, 0)

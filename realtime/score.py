"""What we expect to hear: notes with ids, bars with printed labels, tempo, and the play order.

Everything is in *written* order and in quarters (``q``) from the first downbeat as written
(a pickup lies before 0): a repeat is an edge of the play order, never a second copy of the
notes. Immutable once built; shared freely between threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum

import numpy as np


class NoteKind(IntEnum):
    PLAIN = 0
    GRACE = 1  # optional, sounds just before (or at) its onset
    CUE = 2  # optional, printed small


class Ornament(IntFlag):
    NONE = 0
    TRILL = 1
    MORDENT = 2
    TURN = 4
    TREMOLO = 8
    ARPEGGIO = 16
    GLISSANDO = 32


NOTE_DTYPE = np.dtype(
    [
        ("onset_q", "f8"),
        ("duration_q", "f8"),  # ties joined; 0 for grace notes
        ("pitch", "u1"),  # sounding, MIDI
        ("bar", "i4"),  # index
        ("part", "i2"),  # index into Score.parts
        ("staff", "i2"),
        ("voice", "i2"),
        ("kind", "u1"),  # NoteKind
        ("ornament", "u1"),  # Ornament flags
        ("grace_order", "i2"),  # 0 = first of its run of grace notes
    ]
)

BAR_DTYPE = np.dtype(
    [
        ("start_q", "f8"),
        ("end_q", "f8"),
        ("upper", "i2"),  # time signature
        ("lower", "i2"),
        ("missing_q", "f8"),  # quarters a pickup bar lacks at its front
    ]
)

TEMPO_DTYPE = np.dtype([("q", "f8"), ("quarter_bpm", "f8")])

DEFAULT_QUARTER_BPM = 100.0
END = -1  # an Edge target: the piece is over


class EdgeKind(StrEnum):
    ON = "on"  # simply onwards
    REPEAT = "repeat"
    VOLTA = "volta"
    DA_CAPO = "da_capo"
    DAL_SEGNO = "dal_segno"
    CODA = "coda"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch that is always played through: no repeat sign or jump inside."""

    start_q: float
    end_q: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A way to go on from the end of one segment to the start of another (or END).

    ``when``: at which passes through ``source`` (1-based) the notation asks for this way.
    Empty: it never does, but players do it (leaving a repeat out, one repeat more).
    """

    source: int
    target: int
    kind: EdgeKind
    when: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayOrder:
    """Segments in written order, the ways between them, and the order the notation asks for."""

    segments: tuple[Segment, ...]
    edges: tuple[Edge, ...]
    notated: tuple[int, ...]  # segment indices, all repeats taken

    def ways_from(self, segment: int) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.source == segment)

    def travel_offset(self, q: float, which_pass: int) -> float:
        """Quarters travelled minus quarters as written, at that time through ``q`` as notated."""
        travelled, offset, visits = self.segments[0].start_q, 0.0, 0
        for index in self.notated:
            segment = self.segments[index]
            if segment.start_q <= q + 1e-6 < segment.end_q and visits < which_pass:
                visits += 1
                offset = travelled - segment.start_q
            travelled += segment.end_q - segment.start_q
        return offset


@dataclass(frozen=True, slots=True)
class RehearsalMark:
    label: str
    q: float


@dataclass(frozen=True, slots=True)
class PageTurn:
    """A printed break: ``what`` is "page" or "system", ``q`` where the new one begins."""

    what: str
    q: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the source that was guessed, mended or left out.

    ``serious``: what was understood may differ from what a musician would read.
    """

    where: str  # "bar 12", "note n34", "file"
    what: str
    serious: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """See the module. ``notes`` is sorted by onset, graces before plain notes, then pitch."""

    id: str
    title: str
    parts: tuple[str, ...]
    notes: np.ndarray  # NOTE_DTYPE
    note_ids: tuple[str, ...]
    bars: np.ndarray  # BAR_DTYPE
    bar_labels: tuple[str, ...]
    tempi: np.ndarray  # TEMPO_DTYPE, first one at or before q = 0 unless empty
    fermatas: np.ndarray  # f8, q of each
    marks: tuple[RehearsalMark, ...]
    turns: tuple[PageTurn, ...]
    play_order: PlayOrder
    doubts: tuple[Doubt, ...] = ()

    @property
    def start_q(self) -> float:
        return float(self.bars["start_q"][0])

    @property
    def end_q(self) -> float:
        return float(self.bars["end_q"][-1])

    def bar_at(self, q: float) -> int:
        """Index of the bar that sounds at ``q`` (clipped to the score)."""
        index = int(np.searchsorted(self.bars["start_q"], q + 1e-6, side="right")) - 1
        return min(max(index, 0), len(self.bars) - 1)

    def beat_at(self, q: float) -> float:
        """1-based beat in its bar, in units of the time signature's lower number."""
        bar = self.bars[self.bar_at(q)]
        return 1.0 + (q - bar["start_q"] + bar["missing_q"]) * bar["lower"] / 4.0

    def bar_labelled(self, label: str) -> int | None:
        """Index of the first bar printed with that label."""
        try:
            return self.bar_labels.index(label)
        except ValueError:
            return None

    def nominal_seconds(self, q: np.ndarray) -> np.ndarray:
        """Seconds from q = 0 at the printed tempo, as written."""
        at, bpm = self.tempi["q"], self.tempi["quarter_bpm"]
        if len(at) == 0:
            return np.asarray(q, float) * 60.0 / DEFAULT_QUARTER_BPM
        knots = np.concatenate([[0.0], np.cumsum(np.diff(at) * 60.0 / bpm[:-1])])
        index = np.clip(np.searchsorted(at, q, side="right") - 1, 0, len(at) - 1)
        return knots[index] + (np.asarray(q, float) - at[index]) * 60.0 / bpm[index]

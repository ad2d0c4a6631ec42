"""From the page to the Score."""

from __future__ import annotations

import numpy as np

from repetiteur.bridges.scores.bars import bar_table
from repetiteur.bridges.scores.doubts import Doubts
from repetiteur.bridges.scores.order import order_of
from repetiteur.bridges.scores.pickup import count_from_first_downbeat
from repetiteur.bridges.scores.tempo import tempo_table
from repetiteur.bridges.scores.written import Written, WrittenNote
from repetiteur.realtime.score import NOTE_DTYPE, NoteKind, PageTurn, RehearsalMark, Score


def assemble(written: Written, name: str, doubts: Doubts) -> Score:
    """``written.notes`` hold the chosen parts, ties joined and ids unique."""
    per_quarter = written.ticks_per_quarter
    bars = bar_table(written, doubts)
    labels = tuple(bar.label for bar in written.bars)
    notes, note_ids = _note_table(written.notes, per_quarter, bars)
    score = Score(
        id=name,
        title=written.title,
        parts=tuple(written.parts),
        notes=notes,
        note_ids=note_ids,
        bars=bars,
        bar_labels=labels,
        tempi=tempo_table(written, bars, labels, doubts),
        fermatas=np.array(sorted(written.fermatas), float) / per_quarter,
        marks=tuple(RehearsalMark(label, tick / per_quarter) for tick, label in sorted(written.marks)),
        turns=tuple(
            PageTurn(what, tick / per_quarter) for tick, what in sorted(written.turns.items()) if tick > 0
        ),
        play_order=order_of(written, bars, labels, doubts),
        doubts=doubts.all(),
    )
    return count_from_first_downbeat(score)


def _note_table(
    notes: list[WrittenNote], per_quarter: int, bars: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Sorted by onset, graces before plain notes and in their order, then pitch."""
    table = np.zeros(len(notes), NOTE_DTYPE)
    table["onset_q"] = np.array([note.tick for note in notes], float) / per_quarter
    table["duration_q"] = np.array([note.length for note in notes], float) / per_quarter
    for column in ("pitch", "part", "kind", "ornament", "grace_order"):
        table[column] = [int(getattr(note, column)) for note in notes]
    for column in ("staff", "voice"):
        table[column] = np.clip([int(getattr(note, column)) for note in notes], -32768, 32767)
    bar = np.searchsorted(bars["start_q"], table["onset_q"] + 1e-6, side="right") - 1
    table["bar"] = np.clip(bar, 0, len(bars) - 1)
    order = np.lexsort(
        (table["pitch"], table["grace_order"], table["kind"] != NoteKind.GRACE, table["onset_q"])
    )
    return table[order], tuple(notes[k].id or "" for k in order)

"""Score files to Score: ``load_score`` is all that most others need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.realtime.score import Score

if TYPE_CHECKING:
    from repetiteur.bridges.scores.opening import Source

__all__ = ["load_score", "score_of"]


def load_score(path: str | Path, parts: Sequence[str] | None = None) -> Score:
    """Read a score in MusicXML, MIDI, MEI or Humdrum kern.

    ``parts``: numbers from 1, or pieces of names; all parts if None. Every guess and mend
    is in ``Score.doubts``. Raises InputError for what cannot be followed. Any thread.
    """
    from repetiteur.bridges.scores.opening import open_score

    return score_of(open_score(path), parts)


def score_of(source: Source, parts: Sequence[str] | None = None) -> Score:
    """The same for a score whose file has been read already."""
    from repetiteur.bridges.scores.assembly import assemble
    from repetiteur.bridges.scores.doubts import Doubts
    from repetiteur.bridges.scores.note_ids import make_unique
    from repetiteur.bridges.scores.parts import choose_parts
    from repetiteur.bridges.scores.reading import read
    from repetiteur.bridges.scores.ties import join_ties

    doubts = Doubts()
    written = read(source, doubts)
    make_unique(written.notes, doubts)
    written.notes = join_ties(written.notes, written.ticks_per_quarter, doubts)
    choose_parts(written, parts, source.where, doubts)
    return assemble(written, source.path.name, doubts)

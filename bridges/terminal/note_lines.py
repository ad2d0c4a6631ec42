"""Notes for a person to read as they are heard: a line for all that began together."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence

from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus

TOGETHER_S = 0.05  # a rolled chord is still one line
SETTLED_S = 0.25  # after its onset, whatever was played with a note is known
_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_LOUDNESS = ((32, "pp"), (48, "p"), (64, "mp"), (80, "mf"), (96, "f"), (128, "ff"))  # below that velocity


class NoteLines:
    """A sink. What is not sure yet stands, dim, in the last line of a terminal, and nowhere else."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._open: dict[int, Note] = {}
        self._shown = ""

    def send(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Note):
                self._open[event.id] = event
                if event.status is NoteStatus.WITHDRAWN:
                    del self._open[event.id]
            if isinstance(event, Note | NoteEnd):
                self._settle(event.at)
        self._show_open()

    def close(self) -> None:
        """What is confirmed by now is told; the rest nobody will ever know."""
        self._open = {k: note for k, note in self._open.items() if note.status is NoteStatus.CONFIRMED}
        self._settle(float("inf"))
        self._show_open()

    def _settle(self, at_s: float) -> None:
        while moment := self._oldest():
            confirmed = all(note.status is NoteStatus.CONFIRMED for note in moment)
            if not confirmed or at_s - moment[0].onset < SETTLED_S:
                return
            for note in moment:
                del self._open[note.id]
            self._show("")
            print(line(moment), flush=True)

    def _oldest(self) -> list[Note]:
        notes = sorted(self._open.values(), key=lambda note: note.onset)
        return [note for note in notes if note.onset < notes[0].onset + TOGETHER_S]

    def _show_open(self) -> None:
        lowest_first = sorted(self._open.values(), key=lambda note: note.pitch)
        width = shutil.get_terminal_size().columns - 1
        self._show(f"{'':13}{names(lowest_first)}"[:width] if lowest_first else "")

    def _show(self, text: str) -> None:
        """In the last line, written over by the next."""
        if self._terminal and text != self._shown:
            print(f"\r\x1b[2K\x1b[2m{text}\x1b[22m", end="", flush=True)
            self._shown = text


def line(moment: Sequence[Note]) -> str:
    """``     1.47 s  A3 C4 A4   mf``: when the first began, the notes from below, the loudest."""
    loudest = max(note.velocity for note in moment)
    loudness = next(word for below, word in _LOUDNESS if loudest < below)
    lowest_first = sorted(moment, key=lambda note: note.pitch)
    return f"{moment[0].onset:9.2f} s  {names(lowest_first):<24} {loudness}"


def names(notes: Iterable[Note]) -> str:
    return " ".join(note_name(note.pitch) for note in notes)


def note_name(pitch: int) -> str:
    """``C4`` for 60; there is no score to tell a sharp from a flat."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
